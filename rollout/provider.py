"""The Pulumi provider plugin `rollout`: its resources and functions on the Pulumi protocol."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from lightkube import Client
from pulumi.provider.experimental import provider as protocol

from rollout import generated_secret, live, plan, registry, traffic_shift
from rollout.cluster import connect, in_words
from rollout.errors import RolloutError, Unreachable
from rollout.events import Engine, EngineEvents
from rollout.release import Release
from rollout.traffic_shift import TrafficShifter
from rollout.values import plain, properties

TRAFFIC_SHIFT = "rollout:index:TrafficShift"
GENERATED_SECRET = "rollout:index:GeneratedSecret"  # noqa: S105 - a type's name
ROLLOUTS_AT_ONCE = 64

T = TypeVar("T")


class RolloutProvider(protocol.Provider):
    """Serves TrafficShift, GeneratedSecret, resolveImages and planReleases for one cluster."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._config: dict[str, Any] = {}
        self._pool = ThreadPoolExecutor(ROLLOUTS_AT_ONCE)

    async def configure(self, request: protocol.ConfigureRequest) -> protocol.ConfigureResponse:
        """Remember which cluster and gateway; nothing is contacted before it is needed."""
        self._config = plain(request.args)
        return protocol.ConfigureResponse(accept_secrets=True, supports_preview=True)

    async def invoke(self, request: protocol.InvokeRequest) -> protocol.InvokeResponse:
        """Run one of the provider functions."""
        functions: Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "rollout:index:resolveImages": _resolve_images,
            "rollout:index:planReleases": self._plan_releases,
        }
        if request.tok not in functions:
            raise RolloutError(f"no function {request.tok}; there are {', '.join(functions)}")
        result = await self._in_thread(lambda: functions[request.tok](plain(request.args)))
        return protocol.InvokeResponse(properties(result))

    async def check(self, request: protocol.CheckRequest) -> protocol.CheckResponse:
        """Refuse what can't be planned with; the program has validated the rest."""
        try:
            plain(request.new_inputs)
        except ValueError as error:
            failure = protocol.CheckFailure(property="", reason=str(error))
            return protocol.CheckResponse(request.new_inputs, [failure])
        return protocol.CheckResponse(request.new_inputs)

    async def diff(self, request: protocol.DiffRequest) -> protocol.DiffResponse:
        """What there is to do, by what the cluster said when the program asked."""
        old, new = plain(request.old_state), plain(request.new_inputs)
        if _type(request.type) == TRAFFIC_SHIFT:
            changed = traffic_shift.changes(old, new)
        else:
            changed = [key for key, value in new.items() if old.get(key) != value]
        replaces = [key for key in changed if key in ("service", "secret", "key")]
        return protocol.DiffResponse(bool(changed), replaces, diffs=changed)

    async def create(self, request: protocol.CreateRequest) -> protocol.CreateResponse:
        """Create is an update of nothing: a lost state file finds the cluster as it is."""
        new = plain(request.properties)
        result = await self._apply(_type(request.type), new, request.urn, request.preview)
        return protocol.CreateResponse(_identity(_type(request.type), new), properties(result))

    async def update(self, request: protocol.UpdateRequest) -> protocol.UpdateResponse:
        """Reach the goal."""
        new = plain(request.news)
        result = await self._apply(_type(request.type), new, request.urn, request.preview)
        return protocol.UpdateResponse(properties(result))

    async def read(self, request: protocol.ReadRequest) -> protocol.ReadResponse:
        """The state is only what was asked for; what is live is read anew by every program run."""
        return protocol.ReadResponse(request.resource_id, request.properties, request.inputs)

    async def delete(self, request: protocol.DeleteRequest) -> None:
        """Take the object out of the cluster."""
        old = plain(request.properties)
        if _type(request.type) == TRAFFIC_SHIFT:
            await self._in_thread(lambda: self._shifter().remove(old))
        else:
            await self._in_thread(
                lambda: generated_secret.remove(self._client(), old["secret"], old["namespaces"])
            )

    async def cancel(self) -> None:
        """Ctrl-C: every rollout under way goes back, then the calls return."""
        self._engine.cancelled.set()

    async def _apply(
        self, type_: str, new: dict[str, Any], urn: str, preview: bool
    ) -> dict[str, Any]:
        if type_ == GENERATED_SECRET:
            if not preview:
                await self._in_thread(
                    lambda: generated_secret.ensure(
                        self._client(), new["secret"], new["key"], new["namespaces"]
                    )
                )
            return new
        if preview:
            await self._in_thread(
                lambda: EngineEvents(self._engine, urn).report(traffic_shift.describe(new))
            )
            return traffic_shift.outputs(new)
        return await self._in_thread(lambda: self._shifter().apply(new, urn))

    def _plan_releases(self, args: dict[str, Any]) -> dict[str, Any]:
        warnings: list[str] = []
        snapshot = self._snapshot(args["preview"], warnings)
        if not args["preview"]:
            self._go_back_where_needed(snapshot, args["releases"])
            snapshot = live.read(self._client())
        plans = {wanted["service"]: _planned(wanted, snapshot) for wanted in args["releases"]}
        return {"plans": plans, "warnings": warnings}

    def _snapshot(self, preview: bool, warnings: list[str]) -> live.Snapshot:
        try:
            with in_words():
                return live.read(self._client())
        except Unreachable as error:
            if not preview:
                raise
            warnings.append(f"{error} The preview is that of a first release.")
            return live.Snapshot({}, {}, {})

    def _go_back_where_needed(self, snapshot: live.Snapshot, releases: list[Any]) -> None:
        """An unfinished release that isn't wanted any more must not be overwritten while it has
        users: Pulumi is about to change the Deployments of the idle tracks."""
        for wanted in releases:
            release = Release.of(plan.parse_document(wanted["document"]))
            spec = traffic_shift.find_unfinished(snapshot.routes, wanted["service"], release)
            if spec is not None:
                events = EngineEvents(self._engine, "")
                reason = f"the stack wants {release.version} now"
                self._shifter().undo(spec, reason, events)

    def _client(self) -> Client:
        return connect(self._config.get("kubeconfig"), self._config.get("context"))

    def _shifter(self) -> TrafficShifter:
        return TrafficShifter(self._client(), self._config["gateway"], self._engine)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        def guarded() -> T:
            with in_words():
                return work()

        return await asyncio.get_running_loop().run_in_executor(self._pool, guarded)


def _resolve_images(args: dict[str, Any]) -> dict[str, Any]:
    return {"images": registry.resolve_all(args["images"])}


def _planned(wanted: Mapping[str, Any], snapshot: live.Snapshot) -> dict[str, Any]:
    service, namespaces = wanted["service"], wanted["namespaces"]
    now = snapshot.of(service, namespaces)
    document = plan.parse_document(wanted["document"])
    # Sorted: a map loses its order on its way through the engine, and blue is to come first.
    planned = plan.plan_tracks(service, tuple(sorted(namespaces)), document, now)
    return {
        "goal": planned.goal,
        "summary": planned.summary,
        "observed": plan.observed(now),
        "tracks": {
            track: {
                "fingerprint": Release.of(found).fingerprint,
                "document": plan.as_text(found),
            }
            for track, found in planned.documents.items()
        },
    }


def _type(qualified: str) -> str:
    """The type of a resource; a child's URN has its parents' types before it."""
    return qualified.rsplit("$", 1)[-1]


def _identity(type_: str, new: Mapping[str, Any]) -> str:
    if type_ == TRAFFIC_SHIFT:
        return f"{new['route']['namespace']}/{new['service']}"
    return str(new["secret"])
