"""Whole blue-green rollouts on fakes, with a clock that jumps."""

from __future__ import annotations

import pytest

from rollout.errors import Conflict, ReleaseFailed
from rollout.journal import Phase
from rollout.ports import RouteState
from tests.scenarios.fakes import NEW, OLD, ProcessDied, World, live_on_blue, runner


def weights(world: World) -> list[dict[str, int]]:
    return [dict(write.weights) for write in world.writes]


def test_a_good_release_goes_live_in_one_step_and_the_old_track_goes_to_standby() -> None:
    world = live_on_blue()
    route = runner(world).run()
    assert route.weights == {"blue": 0, "green": 100}
    assert (route.journal.phase, route.journal.live) == (Phase.STABLE, "green")
    assert world.minimum == {"blue": 1, "green": 2}
    assert {"blue": 0, "green": 100} in weights(world)
    assert all(sum(shares.values()) == 100 for shares in weights(world))


def test_the_idle_track_gets_as_many_pods_as_the_live_one_before_any_weight() -> None:
    world = live_on_blue()
    world.pods["blue"] = 5
    runner(world).run()
    assert "reserve green 5" in world.asked


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ({"failing": {"green"}}, "50 of 50 requests failed"),
        ({"never_ready": {"green"}}, "not within 60 s"),
        ({"hopeless": {"green": "CrashLoopBackOff"}}, "CrashLoopBackOff"),
    ],
)
def test_a_bad_release_never_gets_a_user(fault: dict[str, object], told: str) -> None:
    world = live_on_blue()
    for name, value in fault.items():
        setattr(world, name, value)
    with pytest.raises(ReleaseFailed) as failed:
        runner(world).run()
    assert told in str(failed.value)
    assert "Traffic is on 1.0.0 (blue, 100 %)" in str(failed.value)
    assert all(write.weights == {"blue": 100, "green": 0} for write in world.writes)
    assert world.route is not None
    assert world.route.journal.phase is Phase.FAILED
    assert world.route.journal.releases == {"blue": OLD}


def test_errors_that_only_show_after_the_switch_bring_the_old_release_back() -> None:
    world = live_on_blue()

    def break_once_live(now: World) -> None:
        assert now.route is not None
        if now.route.weights["green"] == 100:
            now.failing = {"green"}

    world.at_send = break_once_live
    with pytest.raises(ReleaseFailed):
        runner(world).run()
    assert weights(world)[-1] == {"blue": 100, "green": 0}


def test_on_the_way_back_capacity_comes_before_weight() -> None:
    world = live_on_blue()

    def shrink_and_break(now: World) -> None:
        assert now.route is not None
        if now.route.weights["green"] == 100:
            now.pods["blue"] = 1
            now.failing = {"green"}

    world.at_send = shrink_and_break
    with pytest.raises(ReleaseFailed):
        runner(world).run()
    assert world.asked[-1] == "reserve blue 2"
    assert weights(world)[-1] == {"blue": 100, "green": 0}


def test_a_gateway_that_does_not_follow_ends_in_the_old_release() -> None:
    world = live_on_blue()
    world.deaf_gateway = True
    with pytest.raises(ReleaseFailed, match="the gateway does not follow"):
        runner(world).run()
    assert weights(world)[-1] == {"blue": 100, "green": 0}


@pytest.mark.parametrize("field", ["interrupted", "engine_gone"])
def test_an_interruption_after_the_switch_puts_traffic_back(field: str) -> None:
    world = live_on_blue()

    def interrupt(now: World) -> None:
        assert now.route is not None
        if now.route.weights["green"] == 100:
            setattr(now, field, "Ctrl-C" if field == "interrupted" else True)

    world.at_send = interrupt
    with pytest.raises(ReleaseFailed):
        runner(world).run()
    assert weights(world)[-1] == {"blue": 100, "green": 0}


@pytest.mark.parametrize("write", range(1, 4))
def test_a_run_killed_at_any_write_is_finished_by_the_next_one(write: int) -> None:
    world = live_on_blue()
    world.dies_at_write = write
    with pytest.raises(ProcessDied):
        runner(world).run()
    world.dies_at_write = None
    route = runner(world).run()
    assert route.weights == {"blue": 0, "green": 100}
    assert (route.journal.phase, route.journal.live) == (Phase.STABLE, "green")


def test_a_run_killed_while_it_settles_sizes_is_finished_by_the_next_one() -> None:
    world = live_on_blue()
    world.dies_at_settle = True
    with pytest.raises(ProcessDied):
        runner(world).run()
    world.dies_at_settle = False
    assert runner(world).run().journal.live == "green"
    assert world.minimum == {"blue": 1, "green": 2}


def test_an_unfinished_release_that_is_not_wanted_any_more_is_undone() -> None:
    world = live_on_blue()
    world.dies_at_write = 3
    with pytest.raises(ProcessDied):
        runner(world).run()
    world.dies_at_write = None
    assert world.route is not None
    assert world.route.weights == {"blue": 0, "green": 100}
    route = runner(world).undo("the stack wants something else")
    assert route.weights == {"blue": 100, "green": 0}
    assert route.journal.phase is Phase.FAILED


def test_two_runs_at_once_cannot_both_move_the_route() -> None:
    world = live_on_blue()

    def somebody_else_writes(now: World) -> None:
        assert now.route is not None
        now.route = RouteState(now.route.weights, now.route.journal, "from elsewhere")
        now.at_send = None

    world.at_send = somebody_else_writes
    with pytest.raises(Conflict):
        runner(world).run()


def test_a_run_waits_for_the_holder_that_still_writes_and_takes_over_when_it_falls_silent() -> None:
    world = live_on_blue()
    world.dies_at_write = 2
    with pytest.raises(ProcessDied):
        runner(world).run()
    world.dies_at_write = None
    before = world.now
    runner(world).run()
    assert world.now - before >= 15


def test_a_first_release_has_no_users_until_it_passed() -> None:
    world = World(runs={"blue": NEW, "green": NEW})
    route = runner(world, candidate="blue", origin=None).run()
    assert route.weights == {"blue": 100, "green": 0}
    assert weights(world)[0] == {"blue": 0, "green": 0}


def test_a_first_release_that_fails_leaves_no_users_on_it() -> None:
    world = World(runs={"blue": NEW, "green": NEW}, failing={"blue"})
    with pytest.raises(ReleaseFailed, match="No version was live before"):
        runner(world, candidate="blue", origin=None).run()
    assert weights(world)[-1] == {"blue": 0, "green": 0}


def test_going_back_by_hand_moves_only_the_pointer() -> None:
    world = live_on_blue()
    runner(world).run()
    route = runner(world, strategy="rollback", candidate="blue", origin="green").run()
    assert route.weights == {"blue": 100, "green": 0}
    assert route.journal.live == "blue"
