"""Runs a rollout: observes, asks `decide` for the next thing, does it; the only thing that waits.

It may die at any line. All it has to remember is in the journal, next to the weights, so the next
run goes on from there; what it remembers itself (verdicts, times) only makes it repeat a check.
"""

from __future__ import annotations

import socket
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from rollout import gates
from rollout.decide import (
    Action,
    Confirm,
    Finish,
    GiveUp,
    Observation,
    Reserve,
    RunGate,
    Shift,
    Verdict,
    Wait,
    decide,
)
from rollout.errors import Conflict, EngineGone, ReleaseFailed
from rollout.gates import Answer
from rollout.journal import Journal
from rollout.plan import RolloutPlan
from rollout.ports import Clock, Events, Requests, RouteState, Traffic, Workloads
from rollout.strategies import Gate

HOLDER_SILENCE_SECONDS = 15.0
"""A run whose journal hasn't changed for this long is taken for dead (as with a Lease: client-go's
default lease duration), measured on the own clock, never by comparing two machines' clocks."""
HEARTBEAT_SECONDS = 5.0
PAUSE_SECONDS = 0.1
SMOKE_LOT = 50
CONFIRMATIONS = 40
"""Answers in a row, over new connections, before the data plane counts as converged."""


@dataclass(frozen=True)
class Ports:
    """The outside world of one service's rollout."""

    traffic: Traffic
    workloads: Workloads
    requests: Requests
    events: Events
    clock: Clock


@dataclass(frozen=True)
class Memory:
    """What a run remembers between two decisions, apart from what the journal has."""

    started: float
    step_started: float
    written: float
    converged: bool = False
    verdicts: Mapping[Gate, Verdict] = field(default_factory=dict)
    interruption: str | None = None

    def at_new_step(self, now: float) -> Memory:
        """After weights were written: everything must be checked anew."""
        return replace(self, step_started=now, written=now, converged=False, verdicts={})

    def with_verdict(self, gate: Gate, verdict: Verdict) -> Memory:
        """The same with one gate's verdict more."""
        return replace(self, verdicts={**self.verdicts, gate: verdict})


class Runner:
    """One run of one service's rollout."""

    def __init__(self, plan: RolloutPlan, ports: Ports, smoke_requests: int) -> None:
        self.plan = plan
        self.ports = ports
        self.smoke_requests = smoke_requests
        self.holder = f"{socket.gethostname()}/{uuid.uuid4().hex[:8]}"

    def run(self) -> RouteState:
        """Bring the candidate live, or raise ReleaseFailed once everything is as it was."""
        route = self._begin(self._wait_for_other_holder())
        now = self.ports.clock.now()
        return self._loop(route, Memory(started=now, step_started=now, written=now))

    def undo(self, reason: str) -> RouteState:
        """Go back from a release that another run left unfinished; returns the route after it."""
        route = self._wait_for_other_holder()
        if route is None or route.journal.phase.settled:
            raise Conflict(f"{self.plan.service}: another run has ended this release meanwhile.")
        route = self._write(route.weights, route.journal.going_back(reason), route.revision)
        now = self.ports.clock.now()
        try:
            return self._loop(route, Memory(started=now, step_started=now, written=now))
        except ReleaseFailed as ended:
            self.ports.events.report(f"went back first: {ended}")
            return self._read_again()

    def _read_again(self) -> RouteState:
        route = self.ports.traffic.read()
        if route is None:
            raise Conflict(f"{self.plan.service}: its route was deleted meanwhile.")
        return route

    def _loop(self, route: RouteState, memory: Memory) -> RouteState:
        while True:
            memory = self._listen(memory)
            action = decide(self.plan, self._observe(route, memory))
            if isinstance(action, Finish):
                return self._finish(action, route)
            if isinstance(action, GiveUp):
                raise self._give_up(action, route)
            route, memory = self._do(action, route, memory)

    def _wait_for_other_holder(self) -> RouteState | None:
        """Read the route once no other live run moves it."""
        route = self.ports.traffic.read()
        seen_since = self.ports.clock.now()
        while route is not None and not route.journal.phase.settled:
            if self.ports.clock.now() - seen_since > HOLDER_SILENCE_SECONDS:
                break
            self.ports.events.progress(
                f"waiting for {route.journal.holder}, which moves this route"
            )
            self.ports.clock.sleep(1.0)
            again = self.ports.traffic.read()
            if again is None or again.revision != route.revision:
                seen_since = self.ports.clock.now()
            route = again
        return route

    def _begin(self, route: RouteState | None) -> RouteState:
        journal = route.journal if route else Journal()
        weights = route.weights if route else self.plan.way_back
        if self.plan.begins(journal):
            journal = journal.progressing(
                self.plan.candidate, self.plan.release, self.plan.strategy
            )
        return self._write(weights, journal, route.revision if route else "")

    def _write(self, weights: Mapping[str, int], journal: Journal, revision: str) -> RouteState:
        stamped = journal.held(self.holder, self.ports.clock.timestamp())
        return self.ports.traffic.write(weights, stamped, revision)

    def _listen(self, memory: Memory) -> Memory:
        reason = memory.interruption or self.ports.events.interruption()
        return replace(memory, interruption=reason)

    def _observe(self, route: RouteState, memory: Memory) -> Observation:
        now = self.ports.clock.now()
        return Observation(
            journal=route.journal,
            weights=route.weights,
            pods={
                track: self.ports.workloads.observe(track, release)
                for track, release in self.plan.releases.items()
            },
            converged=memory.converged,
            verdicts=memory.verdicts,
            seconds_in_step=now - memory.step_started,
            seconds=now - memory.started,
            interruption=memory.interruption,
        )

    def _do(self, action: Action, route: RouteState, memory: Memory) -> tuple[RouteState, Memory]:
        match action:
            case Shift(weights, journal):
                self._tell(f"weights {_percent(weights)}: {journal.message}")
                route = self._write(weights, journal, route.revision)
                return route, memory.at_new_step(self.ports.clock.now())
            case Reserve(track, pods):
                self._tell(f"{pods} pods for {track}")
                self.ports.workloads.reserve(track, pods)
            case Wait(reason):
                self._tell(reason)
                return self._pause(route, memory)
            case Confirm(track, pinned):
                return self._confirm(track, pinned, route, memory)
            case RunGate(gate):
                return self._run_gate(gate, route, memory)
        return route, memory

    def _tell(self, text: str) -> None:
        try:
            self.ports.events.progress(text)
        except EngineGone:
            # Nobody is left to tell; `interruption` reports it to the next decision.
            return

    def _pause(self, route: RouteState, memory: Memory) -> tuple[RouteState, Memory]:
        self.ports.clock.sleep(PAUSE_SECONDS)
        return self._heartbeat(route, memory)

    def _heartbeat(self, route: RouteState, memory: Memory) -> tuple[RouteState, Memory]:
        now = self.ports.clock.now()
        if now - memory.written < HEARTBEAT_SECONDS:
            return route, memory
        route = self._write(route.weights, route.journal, route.revision)
        return route, replace(memory, written=now)

    def _confirm(
        self, track: str, pinned: bool, route: RouteState, memory: Memory
    ) -> tuple[RouteState, Memory]:
        self._tell(f"asking the gateway whether {track} answers")
        answers = self.ports.requests.send(CONFIRMATIONS, track if pinned else None)
        if gates.converged(answers, self.plan.releases[track].version, track):
            return route, replace(memory, converged=True)
        return self._pause(route, memory)

    def _run_gate(self, gate: Gate, route: RouteState, memory: Memory) -> tuple[RouteState, Memory]:
        """Send the requests in small lots, so that the heartbeat goes on and a failure ends it."""
        track = self.plan.candidate
        pin = track if gate is Gate.SMOKE_PINNED else None
        answers: list[Answer] = []
        verdict = gates.smoke(answers, self.plan.release.version, track)
        while len(answers) < self.smoke_requests:
            self._tell(f"{gate}: {len(answers)}/{self.smoke_requests} requests")
            lot = min(SMOKE_LOT, self.smoke_requests - len(answers))
            answers.extend(self.ports.requests.send(lot, pin))
            verdict = gates.smoke(answers, self.plan.release.version, track)
            route, memory = self._heartbeat(route, memory)
            if not verdict.passed:
                break
        return route, memory.with_verdict(gate, verdict)

    def _finish(self, action: Finish, route: RouteState) -> RouteState:
        """Settle the sizes first: a run that dies in between finds an unfinished journal."""
        plan = self.plan
        plan_is_one_track = plan.origin == plan.candidate
        if not plan_is_one_track:
            for track in plan.tracks:
                if track != plan.candidate:
                    self.ports.workloads.settle(track, plan.standby, idle=True)
        self.ports.workloads.settle(plan.candidate, plan.minimum, idle=False)
        self.ports.events.report(action.journal.message)
        return self._write(route.weights, action.journal, route.revision)

    def _give_up(self, action: GiveUp, route: RouteState) -> ReleaseFailed:
        ailment = self.ports.workloads.explain(self.plan.candidate)
        try:
            self._write(route.weights, action.journal, route.revision)
        except Conflict:
            # Another run took over; where traffic is now is its business to say.
            return ReleaseFailed(f"{self.plan.service}: another run took over the route")
        return ReleaseFailed(_failure(self.plan, action, route, ailment))


def _failure(plan: RolloutPlan, action: GiveUp, route: RouteState, ailment: str) -> str:
    step = plan.steps[min(route.journal.step, len(plan.steps) - 1)].name
    what = f"{plan.service} {plan.release.version} was not released: step {step}, {action.reason}."
    return "\n".join(filter(None, [what, ailment, _where_traffic_is(plan)]))


def _where_traffic_is(plan: RolloutPlan) -> str:
    if plan.origin is None:
        return "No version was live before, so no track has users. Fix it and run `pulumi up`."
    origin = plan.releases[plan.origin]
    if plan.origin == plan.candidate:
        return "The pods that were ready before still serve. Set a good version, `pulumi up`."
    return (
        f"Traffic is on {origin.version} ({plan.origin}, 100 %). "
        f"Set a good version in the stack's config and run `pulumi up`."
    )


def _percent(weights: Mapping[str, int]) -> str:
    return ", ".join(f"{track} {weight} %" for track, weight in weights.items())
