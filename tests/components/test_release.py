"""What is a release, and what is not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.release import canonical_json, release_document
from components.settings import read
from rollout.resources import Document
from tests.components.rendering import DIGEST, catalogue, stack_config

IMAGE = f"127.0.0.1:5000/grocery/inventory@{DIGEST}"


def document(version: str = "1.0.0", image: str = IMAGE, **overrides: Any) -> Document:
    config = stack_config("local")
    config["services"] = {"inventory": overrides}
    service = read(config, catalogue(), "services.yaml").services["inventory"]
    return release_document("inventory", service, version, image)


RELEASES: dict[str, Document] = {
    "version": document(version="1.1.0"),
    "image": document(image=IMAGE.replace("0123", "3210")),
    "environment": document(env={"GREETING": "hello"}),
    "probe": document(probes={"readiness": {"periodSeconds": 3}}),
    "limit": document(resources={"limits": {"memory": "65Mi"}}),
    "grace": document(shutdown={"graceSeconds": 31}),
    "database": document(database=False),
}

NO_RELEASES: dict[str, Document] = {
    "autoscaler's maximum": document(scaling={"maximum": 4}),
    "autoscaler's minimum": document(scaling={"minimum": 3}),
    "CPU to scale for": document(scaling={"cpuPercent": 50}),
    "standby": document(standby=0),
    "objective": document(slo={"p95Milliseconds": 1}),
    "smoke": document(smoke={"requests": 1}),
    "deadline": document(deadlineSeconds=1),
    "calls": document(calls=["search"]),
}


@pytest.mark.parametrize("what", RELEASES)
def test_what_changes_pods_is_a_release(what: str) -> None:
    assert canonical_json(RELEASES[what]) != canonical_json(document())


@pytest.mark.parametrize("what", NO_RELEASES)
def test_what_does_not_change_pods_is_no_release(what: str) -> None:
    assert canonical_json(NO_RELEASES[what]) == canonical_json(document())


def test_a_document_has_exactly_the_agreed_parts() -> None:
    assert set(document()) == {"service", "version", "image", "template", "configuration"}


def test_a_document_names_no_track() -> None:
    text = canonical_json(document())
    assert "blue" not in text
    assert "green" not in text


def test_a_pod_learns_its_namespace_from_the_downward_api() -> None:
    [container] = document()["template"]["spec"]["containers"]
    by_name = {variable["name"]: variable for variable in container["env"]}
    assert by_name["POD_NAMESPACE"]["valueFrom"]["fieldRef"]["fieldPath"] == "metadata.namespace"
    assert by_name["GROCERY_SERVICE"]["value"] == "inventory"


@given(st.permutations(["A", "B", "C", "Z_9"]))
def test_the_order_in_which_variables_are_written_does_not_matter(names: list[str]) -> None:
    ordered = document(env={name: name for name in names})
    assert canonical_json(ordered) == canonical_json(document(env={n: n for n in sorted(names)}))
    [container] = ordered["template"]["spec"]["containers"]
    written = [variable["name"] for variable in container["env"]]
    assert written == sorted(written)


def test_the_text_of_a_document_reads_back_as_the_document() -> None:
    assert json.loads(canonical_json(document())) == document()


def test_only_a_service_with_a_database_mounts_its_password() -> None:
    for with_database in (True, False):
        found = document(database=with_database)
        [container] = found["template"]["spec"]["containers"]
        assert bool(container["volumeMounts"]) is with_database
        assert bool(found["template"]["spec"]["volumes"]) is with_database
        assert found["configuration"]["secrets"] == (["database"] if with_database else [])
        names = {variable["name"] for variable in container["env"]}
        assert ("GROCERY_DATABASE_PASSWORD_FILE" in names) is with_database
