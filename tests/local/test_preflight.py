"""What a machine lacks is said in a line each, all at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from local.preflight import Machine, problems

FIT = Machine(is_root=True, free_bytes=50 * 2**30, taken=(), missing_features=(), go=(1, 26, 8))


def test_a_fit_machine_has_no_problems() -> None:
    assert problems(FIT) == []


@pytest.mark.parametrize(
    ("machine", "told"),
    [
        (replace(FIT, is_root=False), "not root"),
        (replace(FIT, free_bytes=2**30), "1.0 GiB free"),
        (replace(FIT, taken=((8080, "gateway"),)), "port 8080 (gateway) is taken"),
        (replace(FIT, missing_features=("overlay",)), "no overlay"),
        (replace(FIT, go=(1, 20)), "1.20 found"),
        (replace(FIT, go=None), "none found"),
    ],
)
def test_each_problem_is_told(machine: Machine, told: str) -> None:
    (line,) = problems(machine)
    assert told in line


def test_all_problems_are_told_at_once() -> None:
    assert len(problems(replace(FIT, is_root=False, go=None))) == 2
