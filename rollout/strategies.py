"""The strategies, each a page of named steps over the one engine in `decide.py`.

A step is a share of users and what must hold there. A new strategy is one more function here and
one more line in `STRATEGIES`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Gate(StrEnum):
    """What must hold at a step before the next one."""

    SMOKE_PINNED = "smoke on the idle track"
    SMOKE_PUBLIC = "smoke through the public door"


@dataclass(frozen=True)
class Step:
    """`weight` is the candidate's share of users in percent, `capacity` that of the pods it needs.

    At the first step no user is on the candidate, but its pods are those of the step to come.
    """

    name: str
    weight: int
    capacity: int
    gates: tuple[Gate, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a step that gives users to pods that aren't there."""
        if not 0 <= self.weight <= self.capacity <= 100:
            raise ValueError(
                f"step {self.name}: weight {self.weight} and capacity {self.capacity}; "
                "both are percentages and the weight is at most the capacity"
            )


def blue_green() -> tuple[Step, ...]:
    """All users at once, after the idle track has shown that it works."""
    return (
        Step("validate", weight=0, capacity=100, gates=(Gate.SMOKE_PINNED,)),
        Step("switch", weight=100, capacity=100, gates=(Gate.SMOKE_PUBLIC,)),
    )


def rolling() -> tuple[Step, ...]:
    """One track: the Deployment replaces its pods one by one, and is verified after."""
    return (Step("roll", weight=100, capacity=100, gates=(Gate.SMOKE_PUBLIC,)),)


def rollback() -> tuple[Step, ...]:
    """Back to the release that was live before; it passed its gates then."""
    return (Step("back", weight=100, capacity=100),)


STRATEGIES: Mapping[str, Callable[[], tuple[Step, ...]]] = {
    "blue-green": blue_green,
    "rolling": rolling,
    "rollback": rollback,
}
