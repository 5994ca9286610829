# What people use. `make help` lists it.
SHELL := /bin/bash
.DEFAULT_GOAL := help
STACK ?= local
PYTHON ?= python3
in_env = eval "$$($(PYTHON) -m local env)" &&

.PHONY: help up down env check test release status rollback

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

up: ## tools, cluster and platform, from nothing or from whatever is there
	@$(PYTHON) -m local up

down: ## everything gone but the caches
	@$(PYTHON) -m local down

env: ## shell exports for a bare pulumi: eval "$(make -s env)"
	@$(PYTHON) -m local env

check: ## fast: format, types, import rules, unit tests, demo
	@$(PYTHON) -m local venv
	@$(in_env) ruff format --check . && ruff check . && mypy && lint-imports --no-logo \
		&& pytest -q -m "not cluster" tests
	@cd demo && go vet ./... && go test ./...
	@cd local/plugins/kubernetes && go vet ./...

test: check up ## everything, the real cluster included
	@$(in_env) pytest -q -m cluster tests

release: ## release a version: SERVICE=inventory VERSION=1.1.0 [STRATEGY=blue-green]
	@$(if $(and $(SERVICE),$(VERSION)),,$(error SERVICE and VERSION are needed: make release SERVICE=inventory VERSION=1.1.0))
	@$(if $(filter local,$(STACK)),$(PYTHON) -m local push-demo $(SERVICE) $(VERSION))
	@$(in_env) python -m rollout --stack $(STACK) release $(SERVICE) $(VERSION) $(if $(STRATEGY),--strategy $(STRATEGY))

status: ## services, tracks, versions, weights
	@$(in_env) python -m rollout --stack $(STACK) status

rollback: ## the release before, back at once: SERVICE=inventory
	@$(if $(SERVICE),,$(error SERVICE is needed: make rollback SERVICE=inventory))
	@$(in_env) python -m rollout --stack $(STACK) rollback $(SERVICE)
