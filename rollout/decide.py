"""The next thing a rollout does, as a pure function of its plan and of what is seen now.

The runner observes, asks `decide`, acts, and asks again. All knowledge of order is here: capacity
before weight, the data plane before the gates, every gate before the next step, and on the way
back capacity before weight again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil

from rollout.journal import Journal, Phase
from rollout.plan import RolloutPlan
from rollout.strategies import Gate, Step

PATIENCE_ON_THE_WAY_BACK_SECONDS = 20.0
"""How long going back waits for the old track's full capacity before any ready pod will do."""


@dataclass(frozen=True)
class TrackPods:
    """The pods of one track, as the cluster has them.

    `wanted` is what its Deployment asks for, `ready` counts pods of the planned release that are
    ready and in the endpoints, `others` those of another release that still can get requests.
    `hopeless` says why it can't get better by waiting, `waiting_for` what is missing until now.
    """

    wanted: int
    ready: int
    others: int = 0
    hopeless: str | None = None
    waiting_for: str = ""


@dataclass(frozen=True)
class Verdict:
    """What a gate found, with the numbers that say why."""

    passed: bool
    reason: str


@dataclass(frozen=True)
class Observation:
    """All that a decision is made from.

    `converged` says whether the data plane was seen to follow the weights of this step,
    `verdicts` what its gates found so far, `seconds_in_step` and `seconds` how long it all takes,
    `interruption` why somebody wants it to end (Ctrl-C, a killed engine).
    """

    journal: Journal
    weights: Mapping[str, int]
    pods: Mapping[str, TrackPods]
    converged: bool = False
    verdicts: Mapping[Gate, Verdict] = field(default_factory=dict)
    seconds_in_step: float = 0.0
    seconds: float = 0.0
    interruption: str | None = None


@dataclass(frozen=True)
class Reserve:
    """Ask for at least `pods` pods on `track`."""

    track: str
    pods: int


@dataclass(frozen=True)
class Wait:
    """Look again soon; `reason` is shown as progress."""

    reason: str


@dataclass(frozen=True)
class Confirm:
    """Ask the data plane, from outside, whether `track` answers as the weights say."""

    track: str
    pinned: bool


@dataclass(frozen=True)
class RunGate:
    """Run one gate of the step."""

    gate: Gate


@dataclass(frozen=True)
class Shift:
    """Write weights and journal in one call."""

    weights: Mapping[str, int]
    journal: Journal


@dataclass(frozen=True)
class Finish:
    """The release is live: settle the sizes of both tracks, then say so in the journal."""

    journal: Journal


@dataclass(frozen=True)
class GiveUp:
    """Everything is as it was before; end with `reason`."""

    journal: Journal
    reason: str


Action = Reserve | Wait | Confirm | RunGate | Shift | Finish | GiveUp


def decide(plan: RolloutPlan, seen: Observation) -> Action:
    """Say what to do next."""
    if seen.journal.phase is Phase.GOING_BACK:
        return _go_back(plan, seen)
    reason = _reason_to_go_back(plan, seen)
    if reason is not None:
        return Shift(seen.weights, seen.journal.going_back(reason))
    return _advance(plan, seen)


def pods_for(plan: RolloutPlan, capacity: int, seen: Observation) -> int:
    """How many pods the candidate needs for `capacity` percent: what the origin has, in proportion.

    Never below the share of the live track's minimum, and never none.
    """
    full = plan.minimum
    if plan.origin is not None and plan.origin != plan.candidate:
        full = max(full, seen.pods[plan.origin].wanted)
    return max(1, ceil(full * capacity / 100))


def _reason_to_go_back(plan: RolloutPlan, seen: Observation) -> str | None:
    if seen.interruption is not None:
        return seen.interruption
    failed = [f"{gate}: {v.reason}" for gate, v in seen.verdicts.items() if not v.passed]
    if failed:
        return failed[0]
    candidate = seen.pods[plan.candidate]
    if candidate.hopeless is not None:
        return f"capacity: {candidate.hopeless}"
    if not seen.converged and seen.seconds_in_step > plan.progress_deadline_seconds:
        limit = f"not within {plan.progress_deadline_seconds:.0f} s"
        return f"capacity: {candidate.waiting_for or 'the gateway does not follow'}, {limit}"
    if seen.seconds > plan.deadline_seconds:
        return f"deadline: not live within {plan.deadline_seconds:.0f} s"
    return None


def _advance(plan: RolloutPlan, seen: Observation) -> Action:
    step = plan.steps[seen.journal.step]
    if missing := _missing_capacity(plan, step, seen):
        return missing
    if seen.weights != plan.weights(step.weight):
        return Shift(plan.weights(step.weight), seen.journal)
    if not seen.converged:
        return Confirm(plan.candidate, pinned=step.weight == 0)
    for gate in step.gates:
        if gate not in seen.verdicts:
            return RunGate(gate)
    return _next_step(plan, seen)


def _next_step(plan: RolloutPlan, seen: Observation) -> Action:
    upcoming = seen.journal.step + 1
    if upcoming == len(plan.steps):
        return Finish(seen.journal.finished(f"{plan.release.version} is live on {plan.candidate}"))
    step = plan.steps[upcoming]
    if missing := _missing_capacity(plan, step, seen):
        return missing
    message = f"{step.name}: {plan.release.version} gets {step.weight} %"
    return Shift(plan.weights(step.weight), seen.journal.at_step(upcoming, message))


def _missing_capacity(plan: RolloutPlan, step: Step, seen: Observation) -> Action | None:
    candidate = seen.pods[plan.candidate]
    needed = pods_for(plan, step.capacity, seen)
    if candidate.wanted < needed:
        return Reserve(plan.candidate, needed)
    if candidate.ready < needed:
        return Wait(f"{candidate.ready}/{needed} pods ready {candidate.waiting_for}".rstrip())
    if candidate.others > 0:
        return Wait(f"{candidate.others} pods of an earlier release still get requests")
    return None


def _go_back(plan: RolloutPlan, seen: Observation) -> Action:
    if plan.origin is None or plan.origin == plan.candidate:
        return _give_up(plan, seen)
    if seen.weights != plan.way_back:
        return _restore(plan, plan.origin, seen)
    if not seen.converged and seen.seconds_in_step <= plan.progress_deadline_seconds:
        return Confirm(plan.origin, pinned=False)
    return _give_up(plan, seen)


def _restore(plan: RolloutPlan, origin: str, seen: Observation) -> Action:
    pods = seen.pods[origin]
    if pods.wanted < plan.minimum:
        return Reserve(origin, plan.minimum)
    impatient = seen.seconds_in_step > PATIENCE_ON_THE_WAY_BACK_SECONDS
    if pods.ready < plan.minimum and not (impatient and pods.ready > 0):
        return Wait(f"going back: {pods.ready}/{plan.minimum} pods ready on {origin}")
    return Shift(plan.way_back, seen.journal)


def _give_up(plan: RolloutPlan, seen: Observation) -> Action:
    if seen.weights != plan.way_back:
        return Shift(plan.way_back, seen.journal)
    reason = seen.journal.message
    return GiveUp(seen.journal.failed(f"{plan.release.version} did not pass: {reason}"), reason)
