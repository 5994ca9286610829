"""The resource TrafficShift: one service's route, and the rollout that moves its weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lightkube import Client

from rollout.clock import SystemClock
from rollout.events import Engine, EngineEvents
from rollout.gateway import GatewayTraffic, HTTPRoute, RouteSpec, spec_of
from rollout.journal import Journal, Phase
from rollout.live import collect_documents
from rollout.plan import RolloutPlan
from rollout.ports import Events, RouteState
from rollout.release import Release
from rollout.runner import Ports, Runner
from rollout.smoke import Door, GatewayRequests
from rollout.workloads import KubernetesWorkloads

Properties = Mapping[str, Any]
SETTLED = tuple(phase.value for phase in Phase if phase.settled)
SHAPE = ("route", "minimum", "standby")
"""Inputs whose change is written to the cluster even when no traffic moves."""

UNDO_DEADLINE_SECONDS = 60.0


@dataclass(frozen=True)
class Inputs:
    """A TrafficShift's inputs, typed."""

    service: str
    strategy: str
    goal: str
    releases: Mapping[str, Release]
    route: RouteSpec
    smoke_path: str
    smoke_requests: int
    minimum: int
    standby: int
    deadline_seconds: float
    progress_deadline_seconds: float

    @classmethod
    def of(cls, properties: Properties) -> Inputs:
        """Read them from the plain values of the resource's properties."""
        tracks, route = properties["tracks"], properties["route"]
        return cls(
            service=properties["service"],
            strategy=properties["strategy"],
            goal=properties["goal"],
            releases={
                track: Release(found["version"], found["fingerprint"])
                for track, found in sorted(tracks.items())
            },
            route=RouteSpec(
                service=properties["service"],
                namespace=route["namespace"],
                gateway=route["gateway"],
                hostnames=tuple(route["hostnames"]),
                path_prefix=route["pathPrefix"],
                pin_header=route["pinHeader"],
                service_port=int(route["servicePort"]),
                namespaces={track: found["namespace"] for track, found in sorted(tracks.items())},
            ),
            smoke_path=properties["smoke"]["path"],
            smoke_requests=int(properties["smoke"]["requests"]),
            minimum=int(properties["minimum"]),
            standby=int(properties["standby"]),
            deadline_seconds=float(properties["deadlineSeconds"]),
            progress_deadline_seconds=float(properties["progressDeadlineSeconds"]),
        )

    def plan(self, origin: str | None) -> RolloutPlan:
        """How traffic gets from `origin` to the goal."""
        return RolloutPlan(
            service=self.service,
            strategy=self.strategy,
            tracks=tuple(self.releases),
            candidate=self.goal,
            origin=self.goal if len(self.releases) == 1 else origin,
            releases=self.releases,
            minimum=self.minimum,
            standby=self.standby,
            deadline_seconds=self.deadline_seconds,
            progress_deadline_seconds=self.progress_deadline_seconds,
        )


def changes(old: Properties, new: Properties) -> list[str]:
    """Which properties give `pulumi up` something to do; none means that all is as wanted.

    What counts is what the cluster says now (`observed`), not what the state remembers: after a
    rollback by hand the state still holds the inputs of the release that was rolled back.
    """
    observed = new["observed"]
    found = [name for name in SHAPE if old.get(name) != new[name]]
    if _namespaces(old) != _namespaces(new):
        found.append("tracks")
    if observed.get("live") != new["goal"] or observed.get("phase") not in SETTLED:
        found.append("goal")
    elif _observed_fingerprint(new) != new["tracks"][new["goal"]]["fingerprint"]:
        found.append("tracks")
    return found


def outputs(new: Properties) -> dict[str, Any]:
    """What the resource will look like once its goal is reached; also what a preview shows."""
    goal = new["goal"]
    return {
        **new,
        "live": goal,
        "version": new["tracks"][goal]["version"],
        "weights": {track: 100 if track == goal else 0 for track in new["tracks"]},
    }


def describe(new: Properties) -> str:
    """The rollout in a sentence, for the preview."""
    plan = Inputs.of(new).plan(new["observed"].get("live"))
    steps = " → ".join(f"{step.name} {step.weight} %" for step in plan.steps)
    observed = new["observed"].get("releases", {}).get(plan.origin or "", {})
    before = f"from {observed['version']} " if observed else ""
    return (
        f"{plan.strategy}: {plan.service} {before}to {plan.release.version} on {plan.candidate}; "
        f"{steps}; at most {plan.deadline_seconds:.0f} s"
    )


@dataclass(frozen=True)
class TrafficShifter:
    """Does what a TrafficShift asks for, on one cluster and through one gateway."""

    client: Client
    gateway: str
    engine: Engine

    def apply(self, properties: Properties, urn: str) -> dict[str, Any]:
        """Reach the goal, or raise once everything is as it was. May be repeated at any time."""
        inputs = Inputs.of(properties)
        events = EngineEvents(self.engine, urn)
        traffic = GatewayTraffic(self.client, inputs.route)
        route = traffic.read()
        if route is not None and _under_way_elsewhere(route.journal, inputs):
            route = self.undo(inputs.route, "the stack wants something else now", events)
        if route is not None and _is_reached(route.journal, inputs):
            self._reshape(inputs, route, traffic)
        else:
            origin = route.journal.live if route is not None else None
            self._runner(inputs, inputs.plan(origin), events).run()
        self._collect_documents(inputs)
        return outputs(properties)

    def undo(self, spec: RouteSpec, reason: str, events: Events) -> RouteState | None:
        """Bring back what an unfinished release left half done; returns the route after it."""
        traffic = GatewayTraffic(self.client, spec)
        route = traffic.read()
        if route is None or route.journal.phase.settled or route.journal.candidate is None:
            return route
        return self._undo_runner(spec, route, events).undo(reason)

    def remove(self, properties: Properties) -> None:
        """Take the route away; users of the service get 404 from then on."""
        route = Inputs.of(properties).route
        self.client.delete(HTTPRoute, route.service, namespace=route.namespace)

    def _runner(self, inputs: Inputs, plan: RolloutPlan, events: Events) -> Runner:
        door = Door(
            url=self.gateway.rstrip("/") + inputs.route.path_prefix,
            host=inputs.route.hostnames[0],
            pin_header=inputs.route.pin_header,
            path=inputs.smoke_path,
        )
        return Runner(plan, self._ports(inputs.route, door, events), inputs.smoke_requests)

    def _undo_runner(self, spec: RouteSpec, route: RouteState, events: Events) -> Runner:
        journal = route.journal
        workloads = KubernetesWorkloads(self.client, spec.service, spec.namespaces)
        minimum = workloads.minimum(journal.live) if journal.live else 1
        plan = RolloutPlan(
            service=spec.service,
            strategy=journal.strategy,
            tracks=tuple(spec.namespaces),
            candidate=str(journal.candidate),
            origin=journal.live,
            releases=journal.releases,
            minimum=minimum,
            standby=minimum,
            deadline_seconds=UNDO_DEADLINE_SECONDS,
            progress_deadline_seconds=UNDO_DEADLINE_SECONDS,
        )
        url = self.gateway.rstrip("/") + spec.path_prefix
        door = Door(url=url, host=spec.hostnames[0], pin_header=spec.pin_header, path="/")
        return Runner(plan, self._ports(spec, door, events), smoke_requests=0)

    def _ports(self, spec: RouteSpec, door: Door, events: Events) -> Ports:
        return Ports(
            traffic=GatewayTraffic(self.client, spec),
            workloads=KubernetesWorkloads(self.client, spec.service, spec.namespaces),
            requests=GatewayRequests(door),
            events=events,
            clock=SystemClock(self.engine.cancelled),
        )

    def _reshape(self, inputs: Inputs, route: RouteState, traffic: GatewayTraffic) -> None:
        """The right release is live already: write the route's shape and the tracks' sizes."""
        workloads = KubernetesWorkloads(self.client, inputs.service, inputs.route.namespaces)
        for track in inputs.releases:
            live = track == inputs.goal
            workloads.settle(track, inputs.minimum if live else inputs.standby, idle=not live)
        traffic.write(route.weights, route.journal, route.revision)

    def _collect_documents(self, inputs: Inputs) -> None:
        for track, release in inputs.releases.items():
            collect_documents(self.client, inputs.route.namespaces[track], {release.fingerprint})


def find_unfinished(routes: Mapping[str, Any], service: str, wanted: Release) -> RouteSpec | None:
    """The route of a release under way that isn't the one wanted now, or none."""
    route = routes.get(service)
    if route is None:
        return None
    journal = Journal.from_annotations(route.metadata.annotations or {})
    if journal.phase.settled or journal.candidate is None:
        return None
    if journal.phase is Phase.PROGRESSING and journal.releases.get(journal.candidate) == wanted:
        return None
    return spec_of(route.to_dict())


def _under_way_elsewhere(journal: Journal, inputs: Inputs) -> bool:
    if journal.phase.settled or len(inputs.releases) == 1:
        return False
    same_goal = journal.candidate == inputs.goal
    same_release = journal.releases.get(inputs.goal) == inputs.releases[inputs.goal]
    return journal.phase is Phase.GOING_BACK or not (same_goal and same_release)


def _is_reached(journal: Journal, inputs: Inputs) -> bool:
    release = inputs.releases[inputs.goal]
    return (
        journal.phase.settled
        and journal.live == inputs.goal
        and journal.releases.get(inputs.goal) == release
    )


def _namespaces(properties: Properties) -> dict[str, str]:
    return {track: found["namespace"] for track, found in properties.get("tracks", {}).items()}


def _observed_fingerprint(new: Properties) -> str:
    releases = new["observed"].get("releases", {})
    return str(releases.get(new["goal"], {}).get("fingerprint", ""))
