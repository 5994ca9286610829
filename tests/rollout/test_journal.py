"""The journal survives its way through annotations, and says what it can't read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollout.journal import Journal, Phase
from rollout.release import Release

tracks = st.sampled_from(["blue", "green"])
journals = st.builds(
    Journal,
    live=st.none() | tracks,
    phase=st.sampled_from(Phase),
    candidate=st.none() | tracks,
    step=st.integers(0, 9),
    releases=st.dictionaries(tracks, st.builds(Release, st.text(), st.text())),
    strategy=st.text(),
    holder=st.text(),
    updated=st.text(),
    message=st.text(),
)


@given(journals)
def test_what_is_written_is_read_back(journal: Journal) -> None:
    assert Journal.from_annotations(journal.for_annotations()) == journal


def test_annotations_of_others_are_no_part_of_it() -> None:
    assert Journal.from_annotations({"kubectl.kubernetes.io/x": "y"}) == Journal()


@pytest.mark.parametrize(
    ("annotation", "value"),
    [("phase", "happy"), ("step", "-1"), ("step", "x"), ("releases", "[]"), ("releases", "{")],
)
def test_an_edited_annotation_that_makes_no_sense_is_named(annotation: str, value: str) -> None:
    with pytest.raises(ValueError, match=f"rollout.grocery/{annotation}"):
        Journal.from_annotations({f"rollout.grocery/{annotation}": value})


def test_a_failed_release_leaves_nothing_to_go_back_to_but_the_live_one() -> None:
    begun = Journal(live="blue", releases={"blue": Release("1", "a")}).progressing(
        "green", Release("2", "b"), "blue-green"
    )
    assert begun.failed("no").releases == {"blue": Release("1", "a")}
