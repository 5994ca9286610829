"""A drain must be able to take pods, and must leave some."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.scaling import disruptions_allowed


@given(st.integers(2, 10_000))
def test_a_drain_never_blocks_and_never_takes_all(minimum: int) -> None:
    assert 1 <= disruptions_allowed(minimum) < minimum


@given(st.integers(4, 10_000))
def test_at_most_a_quarter_goes_at_once(minimum: int) -> None:
    assert disruptions_allowed(minimum) <= minimum / 4


def test_a_single_pod_can_not_be_spared() -> None:
    with pytest.raises(ValueError, match="minimum is 1"):
        disruptions_allowed(1)
