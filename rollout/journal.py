"""The journal of a service's rollouts: what is live, and how far a release has come.

It is kept as annotations on the service's HTTPRoute and written in the same call as the weights,
so that the two can't disagree, whatever dies between two calls.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from rollout.release import Release

PREFIX = "rollout.grocery/"


class Phase(StrEnum):
    """Where a service stands. Everything but `stable` and `failed` is a rollout under way."""

    STABLE = "stable"
    PROGRESSING = "progressing"
    GOING_BACK = "going-back"
    FAILED = "failed"

    @property
    def settled(self) -> bool:
        """Whether one track has all the traffic and nobody is moving it."""
        return self in (Phase.STABLE, Phase.FAILED)


@dataclass(frozen=True)
class Journal:
    """What the annotations of a route say.

    `live` is the track that serves users, or would again after going back; none before the first
    release. `candidate` is the track of the release under way, `step` its place in the strategy.
    `releases` is what each track holds that passed its gates or is on its way, `holder` the run
    that moves the route, `message` one sentence for people.
    """

    live: str | None = None
    phase: Phase = Phase.STABLE
    candidate: str | None = None
    step: int = 0
    releases: Mapping[str, Release] = field(default_factory=dict)
    strategy: str = ""
    holder: str = ""
    updated: str = ""
    message: str = ""

    def progressing(self, candidate: str, release: Release, strategy: str) -> Journal:
        """The journal of a release that begins on `candidate`."""
        return replace(
            self,
            phase=Phase.PROGRESSING,
            candidate=candidate,
            step=0,
            strategy=strategy,
            releases={**self.releases, candidate: release},
            message=f"releasing {release.version} on {candidate}",
        )

    def at_step(self, step: int, message: str) -> Journal:
        """The same release, one step on."""
        return replace(self, step=step, message=message)

    def going_back(self, reason: str) -> Journal:
        """The same release, on its way back."""
        return replace(self, phase=Phase.GOING_BACK, message=reason)

    def finished(self, message: str) -> Journal:
        """The candidate is live."""
        return replace(
            self, phase=Phase.STABLE, live=self.candidate, candidate=None, step=0, message=message
        )

    def failed(self, message: str) -> Journal:
        """The candidate was given up; the live track is as it was, and the other holds nothing
        that anybody could go back to."""
        kept = {track: r for track, r in self.releases.items() if track == self.live}
        return replace(
            self, phase=Phase.FAILED, candidate=None, step=0, releases=kept, message=message
        )

    def held(self, holder: str, updated: str) -> Journal:
        """The same journal, stamped with who writes it and when (RFC 3339)."""
        return replace(self, holder=holder, updated=updated)

    @classmethod
    def from_annotations(cls, annotations: Mapping[str, str]) -> Journal:
        """Read a journal. Raises ValueError that names the annotation that makes no sense."""
        values = {
            key.removeprefix(PREFIX): value
            for key, value in annotations.items()
            if key.startswith(PREFIX)
        }
        return cls(
            live=values.get("live") or None,
            phase=_phase(values.get("phase", Phase.STABLE)),
            candidate=values.get("candidate") or None,
            step=_step(values.get("step", "0")),
            releases=_releases(values.get("releases", "{}")),
            strategy=values.get("strategy", ""),
            holder=values.get("holder", ""),
            updated=values.get("updated", ""),
            message=values.get("message", ""),
        )

    def for_annotations(self) -> dict[str, str]:
        """The annotations that `from_annotations` reads back to the same journal."""
        releases = {
            track: {"version": release.version, "fingerprint": release.fingerprint}
            for track, release in self.releases.items()
        }
        values = {
            "live": self.live or "",
            "phase": self.phase.value,
            "candidate": self.candidate or "",
            "step": str(self.step),
            "releases": json.dumps(releases, sort_keys=True),
            "strategy": self.strategy,
            "holder": self.holder,
            "updated": self.updated,
            "message": self.message,
        }
        return {PREFIX + key: value for key, value in values.items()}


def _phase(value: str) -> Phase:
    try:
        return Phase(value)
    except ValueError:
        allowed = ", ".join(phase.value for phase in Phase)
        raise ValueError(f"{PREFIX}phase is {value!r}; it is one of {allowed}") from None


def _step(value: str) -> int:
    if not value.isdecimal():
        raise ValueError(f"{PREFIX}step is {value!r}; it is a whole number from 0")
    return int(value)


def _releases(value: str) -> dict[str, Release]:
    try:
        return {
            track: Release(release["version"], release["fingerprint"])
            for track, release in json.loads(value).items()
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ValueError(
            f"{PREFIX}releases is {value!r}; it is JSON of track to version and fingerprint"
        ) from None
