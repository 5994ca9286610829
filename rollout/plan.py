"""What a run will do, decided from what a stack wants and what the cluster says is live. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rollout.errors import RolloutError
from rollout.journal import Journal, Phase
from rollout.release import Release
from rollout.strategies import STRATEGIES, Step

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Live:
    """What the cluster says of one service.

    `journal` and `weights` come from its HTTPRoute (none before the first release), `documents`
    are those of the releases that its tracks run, by track.
    """

    journal: Journal | None
    weights: Mapping[str, int]
    documents: Mapping[str, Document]


@dataclass(frozen=True)
class TrackPlan:
    """Which track runs what, which is to be live, and a sentence about it."""

    goal: str
    documents: Mapping[str, Document]
    summary: str


def plan_tracks(service: str, tracks: tuple[str, ...], wanted: Document, live: Live) -> TrackPlan:
    """Give each track its document, so that a track that serves users is never changed.

    A one-track service gets what is wanted; its Deployment rolls. On two tracks the live one
    keeps its own document, and what is wanted goes to the idle one, unless one of them runs it
    already: then only the pointer moves, if anything does.
    """
    if len(tracks) == 1:
        return _one_track(tracks[0], wanted, live)
    if live.journal is None or live.journal.live is None:
        summary = f"first release: {wanted['version']} on {tracks[0]}"
        return TrackPlan(tracks[0], dict.fromkeys(tracks, wanted), summary)
    return _two_tracks(service, tracks, wanted, live, live.journal.live)


def _one_track(track: str, wanted: Document, live: Live) -> TrackPlan:
    current = live.documents.get(track)
    if current is not None and Release.of(current) == Release.of(wanted):
        return TrackPlan(track, {track: wanted}, f"{wanted['version']} stays")
    before = f"{current['version']} → " if current else "first release: "
    return TrackPlan(track, {track: wanted}, f"{before}{wanted['version']}, rolling")


def _two_tracks(
    service: str, tracks: tuple[str, ...], wanted: Document, live: Live, live_track: str
) -> TrackPlan:
    idle_track = next(track for track in tracks if track != live_track)
    release = Release.of(wanted)
    running = _live_document(service, live_track, wanted, live)
    idle = live.documents.get(idle_track)
    if Release.of(running) == release:
        documents = {live_track: running, idle_track: idle or wanted}
        return TrackPlan(live_track, documents, f"{release.version} stays on {live_track}")
    change = f"{running['version']} on {live_track} → {release.version} on {idle_track}"
    if idle is not None and Release.of(idle) == release:
        documents = {live_track: running, idle_track: idle}
        return TrackPlan(idle_track, documents, f"{change}, already there: only the pointer moves")
    return TrackPlan(idle_track, {live_track: running, idle_track: wanted}, change)


def _live_document(service: str, track: str, wanted: Document, live: Live) -> Document:
    document = live.documents.get(track)
    if document is not None:
        return document
    recorded = live.journal.releases.get(track) if live.journal else None
    if recorded == Release.of(wanted):
        return wanted
    raise RolloutError(
        f"{service}: track {track} serves users, but the document of its release "
        f"({recorded.version if recorded else 'unknown'}) is gone from its namespace. "
        "Set the version that is live in the stack's config and run `pulumi up`, then go on."
    )


@dataclass(frozen=True)
class RolloutPlan:
    """How traffic of one service gets to `candidate`.

    `origin` is the track that serves users at the start: none at a first release, the candidate
    itself on one track. `minimum` and `standby` are pods of the live and of the idle track.
    """

    service: str
    strategy: str
    tracks: tuple[str, ...]
    candidate: str
    origin: str | None
    releases: Mapping[str, Release]
    minimum: int
    standby: int
    deadline_seconds: float
    progress_deadline_seconds: float

    @property
    def steps(self) -> tuple[Step, ...]:
        """The strategy's steps."""
        return STRATEGIES[self.strategy]()

    @property
    def release(self) -> Release:
        """What is being released."""
        return self.releases[self.candidate]

    def weights(self, share: int) -> dict[str, int]:
        """Each track's weight while the candidate has `share` percent; they sum to 100.

        At a first release there is nobody to take the rest: below 100 no track has weight.
        """
        if self.origin == self.candidate:
            return {self.candidate: 100}
        weights = dict.fromkeys(self.tracks, 0)
        if self.origin is None:
            weights[self.candidate] = 100 if share == 100 else 0
            return weights
        weights[self.candidate] = share
        weights[self.origin] = 100 - share
        return weights

    @property
    def way_back(self) -> dict[str, int]:
        """The weights that undo the release."""
        return self.weights(0)

    def begins(self, journal: Journal) -> bool:
        """Whether this is a new rollout rather than one to go on with, as the journal has it."""
        same = (
            journal.phase is Phase.PROGRESSING
            and journal.candidate == self.candidate
            and journal.releases.get(self.candidate) == self.release
            and journal.strategy == self.strategy
            and journal.step < len(self.steps)
        )
        return not same


def parse_document(text: str) -> dict[str, Any]:
    """A document that travelled as text, because the engine turns every number into a double."""
    document: dict[str, Any] = json.loads(text)
    return document


def as_text(document: Document) -> str:
    """A document as text for the same way."""
    return json.dumps(document)


def observed(live: Live) -> dict[str, Any]:
    """What a TrafficShift is told of the cluster: live track, phase, release of each track."""
    journal = live.journal
    if journal is None:
        return {}
    return {
        "live": journal.live,
        "phase": journal.phase.value,
        "weights": dict(live.weights),
        "releases": {
            track: {"version": release.version, "fingerprint": release.fingerprint}
            for track, release in journal.releases.items()
        },
    }
