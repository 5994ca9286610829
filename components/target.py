"""Where a stack runs. All that differs between kinds of clusters is here, and nowhere else.

A new kind (EKS, GKE) is one more `ClusterKind` in `KINDS`; what a stack has to say of its cluster
beyond the kind is in `TargetSettings`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from components.model import Header, Hostname, Model, Repository, Text, Url

Kind = Literal["local", "onprem"]


class TargetSettings(Model):
    """What a stack says of its cluster.

    `target` is its kind, `context` the one of the kubeconfig, `gateway` the address at which the
    gateway answers to the machine that runs `pulumi up`, `hostname` the shop's public name and
    `pinHeader` the request header that pins a request to one track.
    """

    target: Kind
    context: Annotated[Text, Field(min_length=1)]
    registry: Repository
    gateway: Url
    hostname: Hostname
    pin_header: Header = "X-Grocery-Track"


@dataclass(frozen=True)
class ClusterKind:
    """What all clusters of a kind have in common.

    `gateway_service` is the host name under which pods reach the gateway.
    """

    gateway_class: str
    gateway_service: str
    storage_class: str


KINDS: Mapping[Kind, ClusterKind] = {
    "local": ClusterKind(
        gateway_class="contour",
        gateway_service="envoy.projectcontour.svc.cluster.local",
        storage_class="local",
    ),
    "onprem": ClusterKind(
        gateway_class="contour",
        gateway_service="envoy.projectcontour.svc.cluster.local",
        storage_class="longhorn",
    ),
}


@dataclass(frozen=True)
class Target:
    """The cluster of a stack: its kind's facts and its own."""

    cluster: ClusterKind
    context: str
    registry: str
    gateway: str
    hostname: str
    pin_header: str

    @classmethod
    def of(cls, settings: TargetSettings) -> Target:
        """Return the target that a stack's settings describe."""
        return cls(
            cluster=KINDS[settings.target],
            context=settings.context,
            registry=settings.registry,
            gateway=settings.gateway,
            hostname=settings.hostname,
            pin_header=settings.pin_header,
        )
