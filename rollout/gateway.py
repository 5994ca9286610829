"""The traffic of a service as a Gateway API HTTPRoute: the adapter behind the Traffic port."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lightkube import ApiError, Client
from lightkube.generic_resource import create_namespaced_resource

from rollout.errors import Conflict, RolloutError
from rollout.journal import PREFIX, Journal
from rollout.ports import RouteState

FIELD_MANAGER = "grocery-rollout"
WRITE_ATTEMPTS = 10
HTTPRoute = create_namespaced_resource("gateway.networking.k8s.io", "v1", "HTTPRoute", "httproutes")


@dataclass(frozen=True)
class RouteSpec:
    """What a service's route matches, and where each track's Service is, by track."""

    service: str
    namespace: str
    gateway: str
    hostnames: tuple[str, ...]
    path_prefix: str
    pin_header: str
    service_port: int
    namespaces: Mapping[str, str]


def http_route(spec: RouteSpec, weights: Mapping[str, int], journal: Journal) -> dict[str, Any]:
    """The HTTPRoute object: one rule that pins to each track, then the rule with the weights.

    Gateway API v1.3, HTTPRoute: a rule with more header matches wins over one with fewer, so the
    pins come before the weights whatever their order.
    """
    pins = [_rule(spec, {track: 1}, pin=track) for track in spec.namespaces]
    return {
        "metadata": {
            "name": spec.service,
            "namespace": spec.namespace,
            "labels": {
                "app.kubernetes.io/name": spec.service,
                "app.kubernetes.io/part-of": "grocery-platform",
                "app.kubernetes.io/managed-by": FIELD_MANAGER,
            },
            "annotations": journal.for_annotations(),
        },
        "spec": {
            "parentRefs": [{"name": spec.gateway, "namespace": spec.namespace}],
            "hostnames": list(spec.hostnames),
            "rules": [*pins, _rule(spec, weights)],
        },
    }


def spec_of(route: Mapping[str, Any]) -> RouteSpec:
    """Read back what `http_route` wrote; tracks are told by the rules that pin to them.

    Raises ValueError when the object isn't one that `http_route` could have written.
    """
    pins = [rule for rule in route["spec"].get("rules", []) if _pin(rule)]
    if not pins:
        raise ValueError("it has no rule that pins a request to a track")
    first = pins[0]
    metadata, backend = route["metadata"], first["backendRefs"][0]
    return RouteSpec(
        service=metadata["name"],
        namespace=metadata["namespace"],
        gateway=route["spec"]["parentRefs"][0]["name"],
        hostnames=tuple(route["spec"].get("hostnames", [])),
        path_prefix=first["matches"][0]["path"]["value"],
        pin_header=first["matches"][0]["headers"][0]["name"],
        service_port=backend["port"],
        namespaces={_pin(rule): rule["backendRefs"][0]["namespace"] for rule in pins},
    )


def weights_of(route: Mapping[str, Any]) -> dict[str, int]:
    """The weights that a route gives to each track, read from its rule without a pin."""
    rules = route["spec"].get("rules", [])
    tracks = {rule["backendRefs"][0]["namespace"]: _pin(rule) for rule in rules if _pin(rule)}
    for rule in rules:
        if not _pin(rule):
            return {
                tracks.get(ref["namespace"], ref["namespace"]): int(ref.get("weight", 1))
                for ref in rule.get("backendRefs", [])
            }
    return {}


def _pin(rule: Mapping[str, Any]) -> str:
    """The track that a rule pins to, or nothing for the rule with the weights."""
    headers = [header for match in rule.get("matches", []) for header in match.get("headers", [])]
    return str(headers[0]["value"]) if headers else ""


def _rule(spec: RouteSpec, weights: Mapping[str, int], pin: str | None = None) -> dict[str, Any]:
    match: dict[str, Any] = {"path": {"type": "PathPrefix", "value": spec.path_prefix}}
    if pin is not None:
        match["headers"] = [{"type": "Exact", "name": spec.pin_header, "value": pin}]
    backends = [
        {
            "group": "",
            "kind": "Service",
            "name": spec.service,
            "namespace": spec.namespaces[track],
            "port": spec.service_port,
            "weight": weight,
        }
        for track, weight in weights.items()
    ]
    return {"matches": [match], "backendRefs": backends}


class GatewayTraffic:
    """Reads and writes one service's HTTPRoute."""

    def __init__(self, client: Client, spec: RouteSpec) -> None:
        self._client = client
        self._spec = spec
        self._foreign: dict[str, str] = {}
        self._last: RouteState | None = None

    def read(self) -> RouteState | None:
        """The route as it is now, or none when there is no such route."""
        try:
            route = self._client.get(HTTPRoute, self._spec.service, namespace=self._spec.namespace)
        except ApiError as error:
            if error.status.code == 404:
                return None
            raise
        return self._state(route)

    def write(self, weights: Mapping[str, int], journal: Journal, revision: str) -> RouteState:
        """Write weights and journal in one call, if nobody else wrote either since `revision`.

        The gateway's controller writes the route's status, which changes the resourceVersion too:
        a write that was refused is repeated when weights and journal still are the ones read.
        """
        expected = self._last
        for _ in range(WRITE_ATTEMPTS):
            written = self._try_write(weights, journal, revision)
            if written is not None:
                return written
            now = self.read()
            if now is None or expected is None or not _same(now, expected):
                break
            revision = now.revision
        raise Conflict(
            f"{self._spec.service}: HTTPRoute {self._spec.namespace}/{self._spec.service} was "
            "changed by somebody else meanwhile; nothing more is written. Run `pulumi up` again "
            "once the other run has ended."
        )

    def _try_write(
        self, weights: Mapping[str, int], journal: Journal, revision: str
    ) -> RouteState | None:
        body = http_route(self._spec, weights, journal)
        body["metadata"]["annotations"].update(self._foreign)
        if revision:
            body["metadata"]["resourceVersion"] = revision
        write = self._client.replace if revision else self._client.create
        try:
            return self._state(write(HTTPRoute(**body), field_manager=FIELD_MANAGER))
        except ApiError as error:
            if error.status.code == 409:
                return None
            raise

    def _state(self, route: Any) -> RouteState:
        annotations = route.metadata.annotations or {}
        self._foreign = {
            key: value for key, value in annotations.items() if not key.startswith(PREFIX)
        }
        try:
            journal = Journal.from_annotations(annotations)
        except ValueError as error:
            raise RolloutError(
                f"{self._spec.service}: the journal on HTTPRoute {self._spec.namespace}/"
                f"{self._spec.service} can't be read: {error}. Correct the annotation by hand."
            ) from None
        weights = weights_of(route.to_dict())
        self._last = RouteState(weights, journal, route.metadata.resourceVersion)
        return self._last


def _same(one: RouteState, other: RouteState) -> bool:
    return one.weights == other.weights and one.journal == other.journal
