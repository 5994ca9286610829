"""Bad settings are refused, all at once, each by key, value and what is allowed."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi.runtime.config import CONFIG

from components.settings import SettingsError, load, read
from tests.components.rendering import PROJECT, catalogue, stack_config

Refusal = tuple[str, Any, str, str, str]

REFUSALS: list[Refusal] = [
    # path in the config, value, key in the message, value in the message, what is allowed
    (
        "releases.inventry",
        {"version": "1.0.0"},
        "grocery:releases.inventry",
        "1.0.0",
        "delivery, inventory, notification, order, payment, promotions, recommendation, search",
    ),
    (
        "services.serch",
        {"standby": 1},
        "grocery:services.serch",
        "standby",
        "did you mean search?",
    ),
    (
        "releases.inventory.strategy",
        "canary",
        "grocery:releases.inventory.strategy",
        '"canary"',
        "'blue-green' or 'rolling'",
    ),
    (
        "releases.inventory.strategy",
        "yolo",
        "grocery:releases.inventory.strategy",
        '"yolo"',
        "'blue-green' or 'rolling'",
    ),
    (
        "releases.promotions.strategy",
        "blue-green",
        "grocery:releases.promotions.strategy",
        '"blue-green"',
        "rolling (the service has 1 track)",
    ),
    (
        "releases.payment.strategy",
        "rolling",
        "grocery:releases.payment.strategy",
        '"rolling"',
        "blue-green (the service has 2 tracks)",
    ),
    (
        "services.notification.strategy",
        "blue-green",
        "grocery:services.notification.strategy",
        '"blue-green"',
        "rolling (the service has 1 track)",
    ),
    (
        "services.inventory.scaling.minimum",
        9,
        "grocery:services.inventory.scaling.minimum",
        "9",
        "at most 3 (maximum)",
    ),
    (
        "services.inventory.scaling.minimum",
        1,
        "grocery:services.inventory.scaling.minimum",
        "1",
        "2 or more",
    ),
    (
        "services.inventory.scaling.maximum",
        -3,
        "grocery:services.inventory.scaling.maximum",
        "-3",
        "1 or more",
    ),
    (
        "services.inventory.scaling.cpuPercent",
        101,
        "grocery:services.inventory.scaling.cpuPercent",
        "101",
        "at most 100",
    ),
    (
        "services.inventory.scaling.maximum",
        "3",
        "grocery:services.inventory.scaling.maximum",
        '"3"',
        "whole numbers",
    ),
    (
        "services.inventory.standby",
        4,
        "grocery:services.inventory.standby",
        "4",
        "0 to 3 (scaling.maximum)",
    ),
    (
        "services.inventory.standby",
        -1,
        "grocery:services.inventory.standby",
        "-1",
        "0 or more",
    ),
    (
        "releases.inventory.weight",
        -5,
        "grocery:releases.inventory.weight",
        "-5",
        "digest, strategy, version",
    ),
    (
        "services.search.weight",
        -5,
        "grocery:services.search.weight",
        "-5",
        "scaling, shutdown, slo",
    ),
    (
        "services.search.scaling.minimun",
        2,
        "grocery:services.search.scaling.minimun",
        "2",
        "did you mean minimum?",
    ),
    (
        "releases.inventory.version",
        "latest",
        "grocery:releases.inventory.version",
        '"latest"',
        "semantic versions",
    ),
    (
        "releases.inventory.version",
        "1.0.0+build",
        "grocery:releases.inventory.version",
        '"1.0.0+build"',
        "without `+`",
    ),
    (
        "releases.inventory.version",
        1.1,
        "grocery:releases.inventory.version",
        "1.1",
        "write it in quotes",
    ),
    (
        "releases.inventory.version",
        f"1.0.0-{'a' * 60}",
        "grocery:releases.inventory.version",
        "1.0.0-aaa",
        "at most 63 characters",
    ),
    (
        "releases.inventory.digest",
        "sha256:abc",
        "grocery:releases.inventory.digest",
        '"sha256:abc"',
        "64 hexadecimal digits",
    ),
    (
        "releases.inventory.version",
        None,
        "grocery:releases.inventory.version",
        "null",
        "semantic versions",
    ),
    (
        "services.order.resources.requests.cpu",
        "much",
        "grocery:services.order.resources.requests.cpu",
        '"much"',
        "CPU quantities",
    ),
    (
        "services.order.resources.requests.cpu",
        "0m",
        "grocery:services.order.resources.requests.cpu",
        '"0m"',
        "more than zero",
    ),
    (
        "services.order.resources.limits.memory",
        "64MB",
        "grocery:services.order.resources.limits.memory",
        '"64MB"',
        "memory quantities",
    ),
    (
        "services.order.resources.limits.memory",
        "31Mi",
        "grocery:services.order.resources.limits.memory",
        '"31Mi"',
        "32Mi (requests.memory) or more",
    ),
    (
        "services.order.resources.limits.cpu",
        "19m",
        "grocery:services.order.resources.limits.cpu",
        '"19m"',
        "20m (requests.cpu) or more",
    ),
    (
        "services.order.shutdown.graceSeconds",
        5,
        "grocery:services.order.shutdown.graceSeconds",
        "5",
        "more than 5 (drainSeconds)",
    ),
    (
        "services.order.slo.availability",
        100,
        "grocery:services.order.slo.availability",
        "100",
        "below 100",
    ),
    (
        "services.order.calls",
        ["inventori"],
        "grocery:services.order.calls",
        '"inventori"',
        "did you mean inventory?",
    ),
    ("services.order.env", {"A": 1}, "grocery:services.order.env.A", "1", "text"),
    ("services.order.env", {"A-B": "1"}, "grocery:services.order.env", "A-B", "variable"),
    (
        "services.order.env",
        {"POD_NAMESPACE": "x"},
        "grocery:services.order.env",
        "POD_NAMESPACE",
        "set by the platform",
    ),
    ("services.order.probes", 5, "grocery:services.order.probes", "5", "a mapping of keys"),
    ("services.order", 5, "grocery:services.order", "5", "a mapping of keys"),
    ("releases", "1.0.0", "grocery:releases", '"1.0.0"', "a mapping of keys"),
    ("defaults.port", 80, "grocery:defaults.port", "80", "1024 or more"),
    ("target", "gke", "grocery:target", '"gke"', "'local' or 'onprem'"),
    ("gateway", "127.0.0.1", "grocery:gateway", '"127.0.0.1"', "http://127.0.0.1:8080"),
    ("registry", "https://x/y", "grocery:registry", '"https://x/y"', "harbor.local/grocery"),
    ("pinHeader", "X Track", "grocery:pinHeader", '"X Track"', "X-Grocery-Track"),
    ("database.storage", "10", "grocery:database.storage", '"10"', "memory quantities"),
    ("relases", {}, "grocery:relases", "{}", "did you mean releases?"),
]


def changed(config: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    config = copy.deepcopy(config)
    *parents, last = path.split(".")
    below = config
    for parent in parents:
        below = below.setdefault(parent, {})
    below[last] = value
    return config


def refused(config: dict[str, Any], services: Any = None) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        read(config, catalogue() if services is None else services, "services.yaml")
    heading, *lines = str(caught.value).splitlines()
    assert heading.endswith("refused:")
    return [line.strip() for line in lines]


@pytest.mark.parametrize(("path", "value", "key", "shown", "allowed"), REFUSALS)
def test_one_bad_value_is_one_line_with_key_value_and_what_is_allowed(
    path: str, value: Any, key: str, shown: str, allowed: str
) -> None:
    lines = refused(changed(stack_config("local"), path, value))
    assert len(lines) == len(set(lines)), lines
    line = next(line for line in lines if line.startswith(f"{key}: "))
    assert shown in line
    assert allowed in line


@pytest.mark.parametrize("key", ["target", "context", "registry", "gateway", "hostname"])
def test_what_a_stack_must_say_is_asked_for(key: str) -> None:
    config = stack_config("local")
    del config[key]
    assert refused(config) == [
        f"grocery:{key}: missing; allowed: a value; set {key}, it has no default"
    ]


def test_a_service_without_a_release_is_refused_rather_than_removed() -> None:
    config = stack_config("local")
    del config["releases"]["payment"]
    [line] = refused(config)
    assert line.startswith("grocery:releases.payment.version: missing")


def test_all_mistakes_are_said_at_once() -> None:
    config = stack_config("local")
    for path, value in [
        ("target", "gke"),
        ("releases.inventory.version", "x"),
        ("releases.payment.strategy", "canary"),
        ("services.search.scaling.minimum", 9),
        ("services.search.port", -1),
        ("database.digest", "x"),
    ]:
        config = changed(config, path, value)
    assert len(refused(config)) == 6


def test_a_bad_value_of_the_catalogue_is_found_in_the_catalogue() -> None:
    services = catalogue()
    services["services"]["search"]["port"] = -1
    services["defaults"]["smoke"]["path"] = "ready"
    services["sevices"] = {}
    keys = {line.split(": -1")[0].split(': "')[0].split(": {")[0] for line in
            refused(stack_config("local"), services)}  # fmt: skip
    assert keys == {
        "services.yaml: services.search.port",
        "services.yaml: defaults.smoke.path",
        "services.yaml: sevices",
    }


def test_a_value_missing_in_the_catalogue_is_asked_for_there() -> None:
    services = catalogue()
    del services["services"]["search"]["component"]
    [line] = refused(stack_config("local"), services)
    assert line.startswith("services.yaml: services.search.component: missing")


@pytest.mark.parametrize("content", [None, [], "text"])
def test_a_catalogue_that_is_no_mapping_is_refused(content: Any) -> None:
    assert "services.yaml: " in refused(stack_config("local"), content or "")[0]


@pytest.mark.parametrize(
    "version", ["1.2.0", "1.2.0-errors5", "1.2.0-errors5after20", "1.2.0-missing", "0.0.1-rc.1"]
)
def test_versions_may_have_a_suffix(version: str) -> None:
    config = changed(stack_config("local"), "releases.inventory.version", version)
    assert read(config, catalogue(), "services.yaml").releases["inventory"].version == version


def test_a_stack_wins_over_the_catalogue_and_its_services_over_its_defaults() -> None:
    config = changed(stack_config("local"), "services.inventory.scaling.maximum", 5)
    services = read(config, catalogue(), "services.yaml").services
    assert services["inventory"].scaling.maximum == 5
    assert services["inventory"].scaling.minimum == 2
    assert services["order"].scaling.maximum == 3
    assert services["order"].slo.p95_milliseconds == 1000
    assert services["order"].slo.availability == 99.9


def test_standby_is_fully_warm_unless_said_otherwise() -> None:
    config = changed(stack_config("local"), "services.inventory.standby", 0)
    services = read(config, catalogue(), "services.yaml").services
    assert services["inventory"].standby_pods == 0
    assert services["order"].standby_pods == services["order"].scaling.minimum


def test_a_release_may_choose_its_strategy() -> None:
    config = changed(stack_config("local"), "releases.inventory.strategy", "blue-green")
    settings = read(config, catalogue(), "services.yaml")
    assert settings.strategy("inventory") == "blue-green"
    assert settings.strategy("promotions") == "rolling"


@pytest.mark.parametrize("stack", ["local", "staging", "prod"])
def test_every_stack_of_the_project_is_valid(stack: str) -> None:
    settings = read(stack_config(stack), catalogue(), "services.yaml")
    assert set(settings.services) == set(settings.releases)
    assert len(settings.services) == 8


@pytest.mark.parametrize("stack", ["staging", "prod"])
def test_stacks_that_preview_without_a_registry_name_every_digest(stack: str) -> None:
    settings = read(stack_config(stack), catalogue(), "services.yaml")
    digests = [release.digest for release in settings.releases.values()]
    assert all([*digests, settings.database.digest])


def test_settings_are_frozen() -> None:
    settings = read(stack_config("local"), catalogue(), "services.yaml")
    with pytest.raises(ValueError, match="frozen"):
        settings.services["order"].scaling.minimum = 1


def test_errors_print_without_a_traceback() -> None:
    # Pulumi prints only the text of a RunError.
    assert issubclass(SettingsError, pulumi.RunError)


@pytest.fixture
def running_stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """What Pulumi hands over in the environment, to be filled in."""
    config: dict[str, str] = {}
    monkeypatch.setattr("components.settings.get_config_env", lambda: config)
    before = CONFIG.set({})
    yield config
    CONFIG.reset(before)


def test_the_stack_s_config_is_read_as_pulumi_hands_it_over(
    running_stack: dict[str, str],
) -> None:
    for key, value in stack_config("local").items():
        text = value if isinstance(value, str) else json.dumps(value)
        running_stack[f"grocery:{key}"] = text
    running_stack["aws:region"] = "elsewhere"
    assert load(PROJECT).target.context == "grocery-local"


def test_a_catalogue_that_is_not_there_is_named(running_stack: dict[str, str]) -> None:
    running_stack["grocery:catalogue"] = "nowhere.yaml"
    with pytest.raises(SettingsError, match=r'grocery:catalogue: "nowhere.yaml" is refused'):
        load(PROJECT)


def test_a_catalogue_that_is_no_yaml_is_named(
    running_stack: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "broken.yaml").write_text("services: {")
    running_stack["grocery:catalogue"] = "broken.yaml"
    with pytest.raises(SettingsError, match=r"broken.yaml: .* allowed: YAML"):
        load(tmp_path)
