"""The release before, back by hand."""

from __future__ import annotations

import sys
import threading

from lightkube import Client

from rollout.clock import SystemClock
from rollout.errors import RolloutError
from rollout.gateway import GatewayTraffic, HTTPRoute, RouteSpec, spec_of
from rollout.plan import RolloutPlan
from rollout.ports import RouteState
from rollout.runner import Ports, Runner
from rollout.smoke import Door, GatewayRequests
from rollout.workloads import KubernetesWorkloads

DEADLINE_SECONDS = 60.0


class TerminalEvents:
    """Progress on standard error, for commands that a person runs."""

    def progress(self, text: str) -> None:
        """One line more."""
        print(f"  {text}", file=sys.stderr)

    def report(self, text: str) -> None:
        """One line more, on standard output."""
        print(text)

    def interruption(self) -> str | None:
        """Ctrl-C ends the process; what is half done, the next run finds in the journal."""
        return None


def roll_back(client: Client, gateway: str, service: str) -> str:
    """Move the pointer to the idle track's release; returns its version.

    Raises RolloutError when that track holds nothing that was ever live.
    """
    spec = _spec(client, service)
    traffic = GatewayTraffic(client, spec)
    route = traffic.read()
    plan = _plan(client, spec, route)
    door = Door(gateway.rstrip("/") + spec.path_prefix, spec.hostnames[0], spec.pin_header, "/")
    workloads = KubernetesWorkloads(client, service, spec.namespaces)
    clock = SystemClock(threading.Event())
    ports = Ports(traffic, workloads, GatewayRequests(door), TerminalEvents(), clock)
    Runner(plan, ports, smoke_requests=0).run()
    return plan.release.version


def _spec(client: Client, service: str) -> RouteSpec:
    found = {
        str(route.metadata.name): route
        for route in client.list(HTTPRoute, namespace="*")
        if route.metadata is not None
    }
    if service not in found:
        raise RolloutError(f"no service {service!r} has a route; there are {', '.join(found)}.")
    return spec_of(found[service].to_dict())  # type: ignore[no-untyped-call]


def _plan(client: Client, spec: RouteSpec, route: RouteState | None) -> RolloutPlan:
    service, live = spec.service, route.journal.live if route else None
    if route is None or live is None or len(spec.namespaces) == 1:
        raise RolloutError(f"{service} has one track; set the version before and `pulumi up`.")
    idle = next(track for track in spec.namespaces if track != live)
    if idle not in route.journal.releases:
        raise RolloutError(
            f"{service}: {idle} holds no release that passed; "
            f"{route.journal.releases[live].version} stays on {live}."
        )
    minimum = KubernetesWorkloads(client, service, spec.namespaces).minimum(live)
    return RolloutPlan(
        service=service,
        strategy="rollback",
        tracks=tuple(spec.namespaces),
        candidate=idle,
        origin=live,
        releases=route.journal.releases,
        minimum=minimum,
        standby=minimum,
        deadline_seconds=DEADLINE_SECONDS,
        progress_deadline_seconds=DEADLINE_SECONDS,
    )
