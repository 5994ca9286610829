"""No order of observations gives a release users that it has not earned."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rollout.decide import Finish, GiveUp, Observation, Shift, TrackPods, Verdict, decide
from rollout.journal import Journal, Phase
from rollout.plan import RolloutPlan
from rollout.release import Release
from rollout.strategies import Gate

OLD, NEW = Release("1.0.0", "aaaa"), Release("1.1.0", "bbbb")
PLAN = RolloutPlan(
    service="inventory",
    strategy="blue-green",
    tracks=("blue", "green"),
    candidate="green",
    origin="blue",
    releases={"blue": OLD, "green": NEW},
    minimum=2,
    standby=2,
    deadline_seconds=300,
    progress_deadline_seconds=60,
)
pods = st.builds(
    TrackPods,
    wanted=st.integers(0, 6),
    ready=st.integers(0, 6),
    others=st.integers(0, 2),
    hopeless=st.none() | st.just("CrashLoopBackOff"),
)


def verdicts() -> st.SearchStrategy[dict[Gate, Verdict]]:
    return st.dictionaries(
        st.sampled_from(list(Gate)), st.builds(Verdict, st.booleans(), st.just("because"))
    )


seen_anything = st.builds(
    Observation,
    journal=st.builds(
        Journal,
        live=st.just("blue"),
        phase=st.sampled_from([Phase.PROGRESSING, Phase.GOING_BACK]),
        candidate=st.just("green"),
        step=st.integers(0, 1),
        releases=st.just({"blue": OLD, "green": NEW}),
    ),
    weights=st.sampled_from([{"blue": 100, "green": 0}, {"blue": 0, "green": 100}]),
    pods=st.fixed_dictionaries({"blue": pods, "green": pods}),
    converged=st.booleans(),
    verdicts=verdicts(),
    seconds_in_step=st.floats(0, 400),
    seconds=st.floats(0, 400),
    interruption=st.none() | st.just("Ctrl-C"),
)


@given(seen_anything)
def test_weights_always_sum_to_100(seen: Observation) -> None:
    action = decide(PLAN, seen)
    if isinstance(action, Shift):
        assert sum(action.weights.values()) == 100


@given(seen_anything)
def test_a_failed_gate_never_leads_to_more_weight_or_to_the_end(seen: Observation) -> None:
    action = decide(PLAN, seen)
    if any(not verdict.passed for verdict in seen.verdicts.values()):
        assert not isinstance(action, Finish)
        if isinstance(action, Shift):
            assert action.weights["green"] <= seen.weights["green"]


@given(seen_anything)
def test_weight_grows_only_onto_enough_ready_pods_of_the_release_alone(seen: Observation) -> None:
    action = decide(PLAN, seen)
    if isinstance(action, Shift) and action.weights["green"] > seen.weights["green"]:
        green = seen.pods["green"]
        assert green.ready >= max(PLAN.minimum, seen.pods["blue"].wanted)
        assert green.others == 0
        assert green.hopeless is None


@given(seen_anything)
def test_going_back_ends_only_with_all_weight_on_the_old_track(seen: Observation) -> None:
    action = decide(PLAN, seen)
    if isinstance(action, GiveUp):
        assert seen.weights == {"blue": 100, "green": 0}


@given(seen_anything)
def test_on_the_way_back_no_weight_moves_to_a_track_without_a_ready_pod(seen: Observation) -> None:
    action = decide(PLAN, seen)
    back = isinstance(action, Shift) and action.weights["blue"] > seen.weights["blue"]
    if back:
        assert seen.pods["blue"].ready > 0
