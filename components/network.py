"""How requests reach a service: the Gateway, stable names inside, and who may route where.

The HTTPRoutes themselves belong to the rollout's TrafficShift, their only writer.
"""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.labels import PART_OF, SKIP_AWAIT, recommended
from components.target import Target
from rollout.resources import Route

ROUTING_NAMESPACE = "routing"
STABLE_NAMESPACE = "grocery"
GATEWAY = "shop"
SERVICE_PORT = 80


def gateway(target: Target, opts: pulumi.ResourceOptions) -> CustomResource:
    """Declare the shop's Gateway. Routes attach from its own namespace only."""
    listener = {
        "name": "http",
        "port": 80,
        "protocol": "HTTP",
        "allowedRoutes": {"namespaces": {"from": "Same"}},
    }
    return CustomResource(
        GATEWAY,
        api_version="gateway.networking.k8s.io/v1",
        kind="Gateway",
        metadata=ObjectMetaArgs(
            name=GATEWAY,
            namespace=ROUTING_NAMESPACE,
            labels={"app.kubernetes.io/part-of": PART_OF},
            annotations=SKIP_AWAIT,
        ),
        spec={"gatewayClassName": target.cluster.gateway_class, "listeners": [listener]},
        opts=opts,
    )


def stable_name(
    service: str, component: str, target: Target, opts: pulumi.ResourceOptions
) -> core.Service:
    """Declare the name by which pods call a service: `http://inventory.grocery/inventory/…`.

    It leads to the gateway, so that calls between services obey the same weights as users do.
    """
    return core.Service(
        f"{service}-stable-name",
        metadata=ObjectMetaArgs(
            name=service,
            namespace=STABLE_NAMESPACE,
            labels=recommended(service, component),
            annotations=SKIP_AWAIT,
        ),
        spec=core.ServiceSpecArgs(
            type="ExternalName", external_name=target.cluster.gateway_service
        ),
        opts=opts,
    )


def route_grant(
    name: str, metadata: ObjectMetaArgs, service: str, opts: pulumi.ResourceOptions
) -> CustomResource:
    """Allow the routes of the routing namespace, and no others, to send to a track's Service."""
    route = {
        "group": "gateway.networking.k8s.io",
        "kind": "HTTPRoute",
        "namespace": ROUTING_NAMESPACE,
    }
    return CustomResource(
        name,
        api_version="gateway.networking.k8s.io/v1beta1",
        kind="ReferenceGrant",
        metadata=metadata,
        spec={"from": [route], "to": [{"group": "", "kind": "Service", "name": service}]},
        opts=opts,
    )


def route(service: str, target: Target) -> Route:
    """Return what a service's HTTPRoute matches: both doors, the public one and the stable name."""
    return Route(
        namespace=ROUTING_NAMESPACE,
        gateway=GATEWAY,
        hostnames=[target.hostname, *_stable_hostnames(service)],
        path_prefix=f"/{service}",
        pin_header=target.pin_header,
        service_port=SERVICE_PORT,
    )


def _stable_hostnames(service: str) -> Sequence[str]:
    short = f"{service}.{STABLE_NAMESPACE}"
    return [short, f"{short}.svc", f"{short}.svc.cluster.local"]
