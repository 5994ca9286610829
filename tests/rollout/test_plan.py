"""Which track gets which release."""

from __future__ import annotations

from typing import Any

import pytest

from rollout.errors import RolloutError
from rollout.journal import Journal
from rollout.plan import Live, plan_tracks
from rollout.release import Release

TRACKS = ("blue", "green")


def document(version: str) -> dict[str, Any]:
    return {"service": "inventory", "version": version, "template": {"spec": version}}


def live(track: str | None, **documents: dict[str, Any]) -> Live:
    releases = {name: Release.of(found) for name, found in documents.items()}
    return Live(Journal(live=track, releases=releases), {}, documents)


ONE, TWO, THREE = document("1.0.0"), document("2.0.0"), document("3.0.0")


@pytest.mark.parametrize(
    ("case", "now", "wanted", "goal", "blue", "green"),
    [
        ("nothing there: both tracks get it", Live(None, {}, {}), ONE, "blue", ONE, ONE),
        ("no change", live("blue", blue=ONE, green=TWO), ONE, "blue", ONE, TWO),
        ("a new release goes to the idle", live("blue", blue=ONE, green=TWO), THREE, "green", ONE,
         THREE),
        ("going back moves the pointer", live("green", blue=ONE, green=TWO), ONE, "blue", ONE, TWO),
        ("an empty idle track gets it", live("green", green=TWO), THREE, "blue", THREE, TWO),
    ],
)  # fmt: skip
def test_tracks(
    case: str,
    now: Live,
    wanted: dict[str, Any],
    goal: str,
    blue: dict[str, Any],
    green: dict[str, Any],
) -> None:
    planned = plan_tracks("inventory", TRACKS, wanted, now)
    assert (planned.goal, planned.documents) == (goal, {"blue": blue, "green": green}), case


def test_a_live_track_whose_document_is_gone_is_refused_rather_than_guessed() -> None:
    journal = Journal(live="blue", releases={"blue": Release.of(ONE)})
    with pytest.raises(RolloutError, match=r"serves users.*1\.0\.0.*is gone"):
        plan_tracks("inventory", TRACKS, TWO, Live(journal, {}, {}))


def test_one_track_gets_what_is_wanted() -> None:
    planned = plan_tracks("search", ("stable",), TWO, live("stable", stable=ONE))
    assert planned.documents == {"stable": TWO}
    assert planned.goal == "stable"
