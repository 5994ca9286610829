"""The small interfaces between a rollout's decisions and the outside world.

Each has one real adapter in this folder and one fake in the tests.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from rollout.decide import TrackPods
from rollout.gates import Answer
from rollout.journal import Journal
from rollout.release import Release


@dataclass(frozen=True)
class RouteState:
    """A route as it was read: `revision` is the one that the next write must still find."""

    weights: Mapping[str, int]
    journal: Journal
    revision: str


class Traffic(Protocol):
    """The weights of one service and the journal next to them."""

    def read(self) -> RouteState | None:
        """The route as it is now, or none when there is no such route."""

    def write(self, weights: Mapping[str, int], journal: Journal, revision: str) -> RouteState:
        """Write weights and journal in one call, if the route still has `revision`.

        An empty revision means that the route must not exist yet. Raises Conflict.
        """


class Workloads(Protocol):
    """The pods of one service's tracks."""

    def observe(self, track: str, release: Release) -> TrackPods:
        """The pods of a track, counted for `release`."""

    def explain(self, track: str) -> str:
        """What ails the pods of a track: pod, container, reason, last log lines; or nothing."""

    def reserve(self, track: str, pods: int) -> None:
        """Have at least this many pods, and let the autoscaler not go below."""

    def settle(self, track: str, minimum: int, *, idle: bool) -> None:
        """Set the autoscaler's minimum; an idle track goes to it at once."""


class Requests(Protocol):
    """Requests through the gateway, as a user would send them."""

    def send(self, count: int, pin: str | None) -> Sequence[Answer]:
        """Send `count` requests, pinned to a track or not, and return every answer."""


class Events(Protocol):
    """Where a rollout tells what it does."""

    def progress(self, text: str) -> None:
        """Show one line in place of the last. Raises EngineGone when nobody listens any more."""

    def report(self, text: str) -> None:
        """Say something that stays."""

    def interruption(self) -> str | None:
        """Why somebody wants this to end, if somebody does."""


class Clock(Protocol):
    """Time, and the only way to let it pass."""

    def now(self) -> float:
        """Seconds on a clock that never goes back."""

    def timestamp(self) -> str:
        """The time of day, RFC 3339."""

    def sleep(self, seconds: float) -> None:
        """Let time pass; ends early on an interruption."""
