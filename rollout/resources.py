"""What a Pulumi program may use of the rollout: its provider, resources and provider functions.

The work behind them is done by the provider plugin in this folder (`pulumi-resource-rollout`).
Everything here only declares; nothing here reaches a cluster, a registry or a gateway.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypedDict

import pulumi

Document = dict[str, Any]
"""A release as a document: service, version, image, template (a pod template), configuration."""


class Provider(pulumi.ProviderResource):
    """The rollout's provider for one cluster.

    `kubeconfig` is a path (default: `KUBECONFIG` or `~/.kube/config`), `context` a context in it,
    `gateway` the base URL under which the gateway answers to the machine that runs `pulumi up`.
    """

    def __init__(
        self,
        name: str,
        *,
        gateway: str,
        context: str | None = None,
        kubeconfig: str | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        properties = {"gateway": gateway, "context": context, "kubeconfig": kubeconfig}
        super().__init__("rollout", name, properties, opts)


class ImageRequest(TypedDict):
    """The tag `version` of `repository`, to be resolved to a digest."""

    service: str
    repository: str
    version: str


def resolve_images(requests: Sequence[ImageRequest], provider: Provider) -> Mapping[str, str]:
    """Ask each registry for the digest of a tag.

    Returns service → `repository@sha256:…`. The invoke fails, and with it the preview, when a
    registry can't be reached or has no such tag: an image nobody can name exactly isn't released.
    """
    if not requests:
        return {}
    images: Mapping[str, str] = _invoke("resolveImages", {"images": list(requests)}, provider)[
        "images"
    ]
    return images


class ReleaseRequest(TypedDict):
    """What a stack wants live: `document` by `strategy`, on the named namespaces by track."""

    service: str
    strategy: Literal["blue-green", "rolling"]
    namespaces: dict[str, str]
    document: Document


@dataclass(frozen=True)
class TrackRelease:
    """What one track is to run. `fingerprint` is the hash of `document`."""

    fingerprint: str
    document: Document


@dataclass(frozen=True)
class ReleasePlan:
    """Which track runs what, and which of them is to be live in the end.

    `observed` is what the cluster said when the plan was made; it goes into the TrafficShift as
    it is, so that the shift knows whether there is anything to do.
    """

    goal: str
    tracks: Mapping[str, TrackRelease]
    observed: Mapping[str, Any]
    summary: str


def plan_releases(
    requests: Sequence[ReleaseRequest], provider: Provider
) -> Mapping[str, ReleasePlan]:
    """Plan from the config and from what is live now; returns service → plan.

    In a preview of a cluster that can't be reached the plan is the one for an empty cluster, with
    a warning. In `pulumi up` the same is an error: without knowing what is live nothing is changed.
    """
    arguments = {
        "releases": [_as_text(request) for request in requests],
        "preview": pulumi.runtime.is_dry_run(),
    }
    result = _invoke("planReleases", arguments, provider)
    for warning in result.get("warnings") or []:
        pulumi.log.warn(warning)
    return {service: _release_plan(plan) for service, plan in result["plans"].items()}


def _invoke(function: str, arguments: dict[str, Any], provider: Provider) -> Mapping[str, Any]:
    """Call a provider function; its error ends the program in a line, without a traceback."""
    try:
        result = pulumi.runtime.invoke(
            f"rollout:index:{function}", arguments, opts=pulumi.InvokeOptions(provider=provider)
        )
    except Exception as error:
        # The SDK raises a bare Exception; the plugin's own words come after this phrase.
        raise pulumi.RunError(str(error).split("returned an error: ", 1)[-1]) from None
    values: Mapping[str, Any] = result.value
    return values


def _as_text(request: ReleaseRequest) -> dict[str, Any]:
    # The engine turns every number into a double; a document that travels as text stays as it is.
    return {**request, "document": json.dumps(request["document"])}


def _release_plan(plan: Mapping[str, Any]) -> ReleasePlan:
    return ReleasePlan(
        goal=plan["goal"],
        tracks={
            track: TrackRelease(release["fingerprint"], json.loads(release["document"]))
            for track, release in plan["tracks"].items()
        },
        observed=plan["observed"],
        summary=plan["summary"],
    )


@dataclass(frozen=True)
class Route:
    """The HTTPRoute of a service: where it is attached and what it matches.

    `pin_header` is the request header that pins a request to one track.
    """

    namespace: str
    gateway: str
    hostnames: Sequence[str]
    path_prefix: str
    pin_header: str
    service_port: int = 80


@dataclass(frozen=True)
class Smoke:
    """Requests that must all succeed, before any user reaches a track and again after the switch.

    `path` is below the route's prefix; 200 requests see an error of 5 % with a chance of 0.99996.
    """

    path: str = "/"
    requests: int = 200


@dataclass(frozen=True)
class TrafficShiftArgs:
    """All that moving a service's traffic needs to know.

    `minimum` is the number of pods the live track never goes below (the HPA's `minReplicas`),
    `standby` the same for the idle one. `deadline_seconds` bounds the whole rollout,
    `progress_deadline_seconds` how long pods may take until they are ready.
    """

    service: str
    strategy: str
    plan: ReleasePlan
    namespaces: Mapping[str, str]
    route: Route
    smoke: Smoke
    minimum: int
    standby: int
    deadline_seconds: int = 300
    progress_deadline_seconds: int = 60


class TrafficShift(pulumi.CustomResource):
    """A service's HTTPRoute and the rollout that moves its weights; its only writer."""

    live: pulumi.Output[str]
    version: pulumi.Output[str]
    weights: pulumi.Output[Mapping[str, int]]

    def __init__(
        self, name: str, args: TrafficShiftArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        outputs = {"live": None, "version": None, "weights": None}
        super().__init__("rollout:index:TrafficShift", name, {**_properties(args), **outputs}, opts)


def _properties(args: TrafficShiftArgs) -> dict[str, Any]:
    return {
        "service": args.service,
        "strategy": args.strategy,
        "goal": args.plan.goal,
        "tracks": {
            track: {
                "namespace": args.namespaces[track],
                "fingerprint": release.fingerprint,
                "version": release.document["version"],
            }
            for track, release in args.plan.tracks.items()
        },
        "observed": dict(args.plan.observed),
        "route": {
            "namespace": args.route.namespace,
            "gateway": args.route.gateway,
            "hostnames": list(args.route.hostnames),
            "pathPrefix": args.route.path_prefix,
            "pinHeader": args.route.pin_header,
            "servicePort": args.route.service_port,
        },
        "smoke": {"path": args.smoke.path, "requests": args.smoke.requests},
        "minimum": args.minimum,
        "standby": args.standby,
        "deadlineSeconds": args.deadline_seconds,
        "progressDeadlineSeconds": args.progress_deadline_seconds,
    }


class GeneratedSecret(pulumi.CustomResource):
    """A Kubernetes Secret with a random value, the same in every one of `namespaces`.

    The provider makes the value once and copies it within the cluster: it never passes through
    the program or the state.
    """

    def __init__(
        self,
        name: str,
        *,
        secret: str,
        key: str,
        namespaces: Sequence[pulumi.Input[str]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        properties = {"secret": secret, "key": key, "namespaces": list(namespaces)}
        super().__init__("rollout:index:GeneratedSecret", name, properties, opts)
