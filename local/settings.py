"""Names, versions, addresses and ports of the local cluster."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from local.errors import LocalError

CLUSTER = "grocery-local"
KUBERNETES = "v1.34.4"
ETCD = "3.6.8"
COREDNS = "v1.14.0"
CONTOUR = "v1.33.8"
ENVOY = "1.40.0"
METRICS_SERVER = "v0.9.0"
GATEWAY_API = "v1.3.0"
PULUMI = "v3.259.0"
KUBERNETES_PLUGIN = "v4.34.2"

# The node answers on an address of its own, on a bridge without ports: it stays the same when the
# machine's own address changes (another network, a reboot), which would break certificates.
NODE_BRIDGE = "grocery-node"
NODE_ADDRESS = "10.245.0.1"
POD_BRIDGE = "grocery-pods"
POD_RANGE = "10.244.0.0/16"
SERVICE_RANGE = "10.96.0.0/16"
DNS_ADDRESS = "10.96.0.10"

SERVICES = (
    "order",
    "inventory",
    "delivery",
    "payment",
    "search",
    "recommendation",
    "promotions",
    "notification",
)
FIRST_VERSION = "1.0.0"


@dataclass(frozen=True)
class Ports:
    """TCP ports on 127.0.0.1 that users of the machine see."""

    gateway: int = 8080
    prometheus: int = 9090
    registry: int = 5000

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "Ports":
        """Read GATEWAY_PORT and PROMETHEUS_PORT.

        The registry's port is fixed: image names contain it, and with them every release.
        """
        return cls(
            gateway=_port(environ, "GATEWAY_PORT", cls.gateway),
            prometheus=_port(environ, "PROMETHEUS_PORT", cls.prometheus),
        )


def _port(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name) or str(default)
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise LocalError(f"{name}={text} is not a port: give a number from 1 to 65535")
    return int(text)


def ports() -> Ports:
    """The ports that this process's environment asks for."""
    return Ports.of(os.environ)


REGISTRY = f"127.0.0.1:{Ports.registry}"

STARTED_LATER = ("kubelet", "kube-proxy")
"""Programs that need files which kubeadm writes."""
