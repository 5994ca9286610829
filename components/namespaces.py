"""The namespaces: one for each track, and those that the platform shares."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.catalogue import Service
from components.labels import PART_OF, recommended
from components.security import RESTRICTED_NAMESPACE


def track_namespaces(name: str, service: Service) -> Mapping[str, str]:
    """Return the namespace of each of a service's tracks, by track."""
    if service.tracks == 1:
        return {"stable": name}
    return {"blue": f"{name}-blue", "green": f"{name}-green"}


def shared_namespace(name: str, opts: pulumi.ResourceOptions) -> core.Namespace:
    """Declare a namespace that isn't any one service's."""
    return _namespace(name, {"app.kubernetes.io/part-of": PART_OF}, opts)


def service_namespace(
    name: str, service: str, component: str, opts: pulumi.ResourceOptions
) -> core.Namespace:
    """Declare the namespace of one track of a service."""
    return _namespace(name, recommended(service, component), opts)


def _namespace(
    name: str, labels: Mapping[str, str], opts: pulumi.ResourceOptions
) -> core.Namespace:
    metadata = ObjectMetaArgs(name=name, labels={**labels, **RESTRICTED_NAMESPACE})
    return core.Namespace(name, metadata=metadata, opts=opts)
