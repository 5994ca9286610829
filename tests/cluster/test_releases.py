"""Releases on the real cluster, behind the real gateway, with every request counted."""

from __future__ import annotations

import time

import pytest

from tests.cluster.conftest import Platform
from tests.cluster.load import Load

pytestmark = pytest.mark.cluster
TWO_TRACKS = ("inventory", "delivery", "payment")


def next_version(platform: Platform, service: str) -> str:
    """A version that isn't on any track now, so that there is something to release."""
    minors = [int(row["version"].split(".")[1]) for row in platform.status(service).values()]
    return f"1.{max(minors) + 1}.0"


def test_a_second_up_changes_nothing_and_so_says_the_preview(platform: Platform) -> None:
    assert platform.up().code == 0
    again = platform.up()
    assert again.code == 0, again.output
    assert "updated" not in again.output
    assert "created" not in again.output
    preview = platform.preview("--expect-no-changes")
    assert preview.code == 0, preview.output


@pytest.mark.parametrize("service", TWO_TRACKS)
def test_a_release_under_load_loses_no_request(platform: Platform, service: str) -> None:
    before, version = platform.live_version(service), next_version(platform, service)
    with Load(f"/{service}/") as load:
        done = platform.release(service, version)
        returned = time.monotonic()
        remaining = load.sent
        while load.sent < remaining + 600:
            time.sleep(0.1)
    assert done.code == 0, done.output
    assert load.failed == {}, f"{load.failed} of {load.sent}"
    assert load.versions == {before, version}
    assert load.ended[before] < returned
    assert platform.live_version(service) == version


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("crash", "CrashLoopBackOff"),
        ("unready", "readiness probe"),
        ("errors5", "requests failed"),
        ("missing", "not in the registry"),
    ],
)
def test_a_bad_release_reaches_no_user_and_the_next_good_one_works(
    platform: Platform, fault: str, told: str
) -> None:
    before, version = platform.live_version("inventory"), next_version(platform, "inventory")
    started = time.monotonic()
    with Load("/inventory/") as load:
        done = platform.release("inventory", f"{version}-{fault}")
    took = time.monotonic() - started
    assert done.code != 0
    assert told in done.output, done.output
    assert took < 90
    assert load.failed == {}, f"{load.failed} of {load.sent}"
    assert load.versions == {before}
    good = platform.release("inventory", version)
    assert good.code == 0, good.output
    assert platform.live_version("inventory") == version


def test_a_changed_environment_is_a_release_and_taking_it_back_moves_only_the_pointer(
    platform: Platform,
) -> None:
    before = platform.status("inventory")
    live = next(track for track, row in before.items() if row["weight"] == 100)
    with Load("/inventory/") as load:
        platform.edit(**{"grocery:services": {"inventory": {"env": {"FEATURE": "on"}}}})
        preview = platform.preview()
        changed = platform.up()
        platform.edit(**{"grocery:services": {}})
        back = platform.up()
    assert f"inventory-{live} " not in preview.output, preview.output
    assert changed.code == 0, changed.output
    assert back.code == 0, back.output
    assert load.failed == {}, f"{load.failed} of {load.sent}"
    after = platform.status("inventory")
    assert after[live]["weight"] == 100


def test_stock_was_never_sold_twice(platform: Platform) -> None:
    audit = platform.run(
        "curl", "-sf", "-H", "Host: shop.grocery.localhost", "http://127.0.0.1:8080/inventory/audit"
    )
    assert '"consistent":true' in audit.output


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"grocery:releases": {"inventry": {"version": "1.0.0"}}}, "inventry"),
        ({"grocery:services": {"inventory": {"strategy": "yolo"}}}, "yolo"),
        (
            {"grocery:services": {"inventory": {"scaling": {"minimum": 9, "maximum": 2}}}},
            "scaling",
        ),
        ({"grocery:releases": {"inventory": {"version": "latest"}}}, "latest"),
    ],
)
def test_bad_config_is_refused_by_the_preview(
    platform: Platform, change: dict[str, object], told: str
) -> None:
    from tests.cluster.conftest import CONFIG  # noqa: PLC0415

    saved = CONFIG.read_text()
    try:
        platform.edit(**change)
        preview = platform.preview()
    finally:
        CONFIG.write_text(saved)
    assert preview.code != 0
    assert told in preview.output
