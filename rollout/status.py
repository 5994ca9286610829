"""The table of services, tracks, versions and weights."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from lightkube import Client
from rich.console import Console
from rich.table import Table

from rollout import live
from rollout.gateway import spec_of, weights_of
from rollout.journal import Journal
from rollout.workloads import KubernetesWorkloads


@dataclass(frozen=True)
class TrackStatus:
    """One track: what it runs, how many of its pods serve, and its share of users in percent."""

    service: str
    track: str
    version: str
    pods_ready: int
    pods_wanted: int
    weight: int
    live: bool
    phase: str
    message: str
    path: str


def read(client: Client) -> list[TrackStatus]:
    """The tracks of every service that has a route."""
    snapshot = live.read(client)
    found = []
    for service, route in sorted(snapshot.routes.items()):
        spec, weights = spec_of(route.to_dict()), weights_of(route.to_dict())
        journal = Journal.from_annotations(route.metadata.annotations or {})
        documents = snapshot.of(service, spec.namespaces).documents
        workloads = KubernetesWorkloads(client, service, spec.namespaces)
        for track in spec.namespaces:
            ready, wanted = workloads.count(track)
            found.append(
                TrackStatus(
                    service=service,
                    track=track,
                    version=str(documents.get(track, {}).get("version", "?")),
                    pods_ready=ready,
                    pods_wanted=wanted,
                    weight=weights.get(track, 0),
                    live=journal.live == track,
                    phase=journal.phase.value,
                    message=journal.message,
                    path=spec.path_prefix,
                )
            )
    return found


def show(tracks: Sequence[TrackStatus], *, address: str, as_json: bool) -> None:
    """Print a table, or JSON: one object a track."""
    if as_json:
        print(json.dumps([asdict(track) for track in tracks], indent=2))
        return
    table = Table("service", "track", "version", "pods", "weight", "phase", "address")
    for track in tracks:
        name = f"{track.track} (live)" if track.live else track.track
        pods = f"{track.pods_ready}/{track.pods_wanted}"
        where = f"{address}{track.path}/" if track.live else ""
        phase = track.phase if track.live else ""
        weight = f"{track.weight} %"
        table.add_row(track.service, name, track.version, pods, weight, phase, where)
    Console().print(table)
