"""A whole service in memory behind the rollout's ports, on a clock that jumps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from rollout.decide import TrackPods
from rollout.errors import Conflict, EngineGone
from rollout.gates import Answer
from rollout.journal import Journal
from rollout.plan import RolloutPlan
from rollout.ports import RouteState
from rollout.release import Release
from rollout.runner import Ports, Runner

OLD = Release("1.0.0", "aaaa")
NEW = Release("1.1.0", "bbbb")
Fault = Callable[[Release], bool]


class ProcessDied(BaseException):
    """Stands for kill -9: no handler of the code under test may catch it."""


@dataclass
class World:
    """One service on two tracks: its route, its pods, and what is wrong with them."""

    route: RouteState | None = None
    now: float = 0.0
    pods: dict[str, int] = field(default_factory=lambda: {"blue": 2, "green": 2})
    minimum: dict[str, int] = field(default_factory=dict)
    runs: dict[str, Release] = field(default_factory=lambda: {"blue": OLD, "green": NEW})
    never_ready: set[str] = field(default_factory=set)
    hopeless: dict[str, str] = field(default_factory=dict)
    failing: set[str] = field(default_factory=set)
    deaf_gateway: bool = False
    interrupted: str | None = None
    engine_gone: bool = False
    writes: list[RouteState] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    dies_at_write: int | None = None
    dies_at_settle: bool = False
    at_send: Callable[[World], None] | None = None

    def serving(self, pin: str | None, turn: int) -> str | None:
        """The track that answers request number `turn`."""
        if pin is not None:
            return pin
        assert self.route is not None
        weights = self.writes[0].weights if self.deaf_gateway else self.route.weights
        lottery = [track for track, weight in weights.items() for _ in range(weight)]
        return lottery[turn * 37 % len(lottery)] if lottery else None


@dataclass
class FakeTraffic:
    world: World

    def read(self) -> RouteState | None:
        return self.world.route

    def write(self, weights: Mapping[str, int], journal: Journal, revision: str) -> RouteState:
        now = self.world.route.revision if self.world.route else ""
        if revision != now:
            raise Conflict("written by somebody else")
        if self.world.dies_at_write == len(self.world.writes):
            raise ProcessDied
        route = RouteState(dict(weights), journal, str(len(self.world.writes) + 1))
        self.world.route = route
        self.world.writes.append(route)
        return route


@dataclass
class FakeWorkloads:
    world: World

    def observe(self, track: str, release: Release) -> TrackPods:
        wanted = self.world.pods[track]
        right = self.world.runs[track] == release and track not in self.world.never_ready
        hopeless = self.world.hopeless.get(track)
        return TrackPods(wanted, wanted if right and not hopeless else 0, 0, hopeless)

    def explain(self, track: str) -> str:
        return f"explained {track}"

    def reserve(self, track: str, pods: int) -> None:
        self.world.asked.append(f"reserve {track} {pods}")
        self.world.pods[track] = max(pods, self.world.pods[track])

    def settle(self, track: str, minimum: int, *, idle: bool) -> None:
        if self.world.dies_at_settle:
            raise ProcessDied
        self.world.minimum[track] = minimum
        if idle:
            self.world.pods[track] = minimum


@dataclass
class FakeRequests:
    world: World

    def send(self, count: int, pin: str | None) -> Sequence[Answer]:
        if self.world.at_send is not None:
            self.world.at_send(self.world)
        return [self._answer(self.world.serving(pin, turn)) for turn in range(count)]

    def _answer(self, track: str | None) -> Answer:
        if track is None or self.world.pods[track] == 0:
            return Answer(503, "", "", 0.01)
        status = 500 if track in self.world.failing else 200
        return Answer(status, self.world.runs[track].version, track, 0.01)


@dataclass
class FakeEvents:
    world: World
    told: list[str] = field(default_factory=list)

    def progress(self, text: str) -> None:
        if self.world.engine_gone:
            raise EngineGone("killed")
        self.told.append(text)

    def report(self, text: str) -> None:
        self.progress(text)

    def interruption(self) -> str | None:
        return "the engine is gone" if self.world.engine_gone else self.world.interrupted


@dataclass
class FakeClock:
    world: World

    def now(self) -> float:
        return self.world.now

    def timestamp(self) -> str:
        return f"t{self.world.now}"

    def sleep(self, seconds: float) -> None:
        self.world.now += seconds


def live_on_blue() -> World:
    """A world in which blue serves the old release and green holds the new one, not released."""
    journal = Journal(live="blue", releases={"blue": OLD})
    route = RouteState({"blue": 100, "green": 0}, journal, "0")
    world = World(route=route)
    world.writes = [route]
    world.route = RouteState(route.weights, journal, "1")
    return world


def plan(world: World, **changes: object) -> RolloutPlan:
    """Blue-green to green; fields can be replaced."""
    values: dict[str, object] = {
        "service": "inventory",
        "strategy": "blue-green",
        "tracks": ("blue", "green"),
        "candidate": "green",
        "origin": world.route.journal.live if world.route else None,
        "releases": dict(world.runs),
        "minimum": 2,
        "standby": 1,
        "deadline_seconds": 300.0,
        "progress_deadline_seconds": 60.0,
    }
    return RolloutPlan(**{**values, **changes})  # type: ignore[arg-type]


def runner(world: World, **changes: object) -> Runner:
    """A runner on the fakes."""
    ports = Ports(
        traffic=FakeTraffic(world),
        workloads=FakeWorkloads(world),
        requests=FakeRequests(world),
        events=FakeEvents(world),
        clock=FakeClock(world),
    )
    return Runner(plan(world, **changes), ports, smoke_requests=200)
