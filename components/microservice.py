"""One microservice: its tracks, its stable name, and the shift of traffic between the tracks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components import network
from components.catalogue import Service, strategy_advice
from components.model import Strategy
from components.target import Target
from components.track import Track, TrackArgs
from rollout.resources import ReleasePlan, Smoke, TrafficShift, TrafficShiftArgs


@dataclass(frozen=True)
class MicroserviceArgs:
    """What a microservice is made from. `namespaces`, by track, exist already."""

    service: Service
    strategy: Strategy
    plan: ReleasePlan
    namespaces: Mapping[str, str]
    target: Target

    def __post_init__(self) -> None:
        """Refuse a plan for other tracks than the service has."""
        if set(self.plan.tracks) != set(self.namespaces):
            planned, present = sorted(self.plan.tracks), sorted(self.namespaces)
            raise ValueError(
                f"the plan is for tracks {', '.join(planned)}, but there are "
                f"{', '.join(present)}: {strategy_advice(self.service.tracks)[0]}"
            )


class Microservice(pulumi.ComponentResource):
    """Tracks first, then traffic: the shift begins when all of both tracks is declared.

    `live`, `version` and `weights` are what the rollout left behind.
    """

    live: pulumi.Output[str]
    version: pulumi.Output[str]
    weights: pulumi.Output[Mapping[str, int]]

    def __init__(
        self, name: str, args: MicroserviceArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("grocery:platform:Microservice", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        stable = network.stable_name(name, args.service.component, args.target, child)
        tracks = [
            Track(namespace, _track(name, args, track), child)
            for track, namespace in args.namespaces.items()
        ]
        shift = TrafficShift(
            name,
            _shift(name, args),
            pulumi.ResourceOptions(parent=self, depends_on=[stable, *tracks]),
        )
        self.live, self.version, self.weights = shift.live, shift.version, shift.weights
        self.register_outputs({"live": self.live, "version": self.version})


def _track(name: str, args: MicroserviceArgs, track: str) -> TrackArgs:
    return TrackArgs(
        service=name,
        component=args.service.component,
        namespace=args.namespaces[track],
        tracks=args.service.tracks,
        release=args.plan.tracks[track],
        scaling=args.service.scaling,
    )


def _shift(name: str, args: MicroserviceArgs) -> TrafficShiftArgs:
    service = args.service
    return TrafficShiftArgs(
        service=name,
        strategy=args.strategy,
        plan=args.plan,
        namespaces=args.namespaces,
        route=network.route(name, args.target),
        smoke=Smoke(service.smoke.path, service.smoke.requests),
        minimum=service.scaling.minimum,
        standby=service.standby_pods,
        deadline_seconds=service.deadline_seconds,
    )
