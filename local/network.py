"""The node's own address, and routes that keep cluster traffic on the machine."""

from pathlib import Path

from local import settings
from local.commands import output, succeeds

SYSCTLS = {
    "net/ipv4/ip_forward": "1",
    "net/bridge/bridge-nf-call-iptables": "1",
}


def prepare() -> None:
    """Set up what the kubelet and kube-proxy expect; may be repeated.

    Packets for pods and services follow the default route, off the machine, until the CNI and
    kube-proxy have done their part; a route to a bridge without ports ends them here instead. (An
    `unreachable` route would refuse them before kube-proxy's DNAT has seen them.)
    """
    for name, value in SYSCTLS.items():
        path = Path("/proc/sys") / name
        if path.exists():
            path.write_text(value)
    if not succeeds(["ip", "link", "show", settings.NODE_BRIDGE]):
        output(["ip", "link", "add", settings.NODE_BRIDGE, "type", "bridge"])
    output(["ip", "address", "replace", f"{settings.NODE_ADDRESS}/32", "dev", settings.NODE_BRIDGE])
    output(["ip", "link", "set", settings.NODE_BRIDGE, "up"])
    for destination in (settings.SERVICE_RANGE, settings.POD_RANGE):
        route = [destination, "dev", settings.NODE_BRIDGE, "metric", "1000"]
        output(["ip", "route", "replace", *route])


def remove() -> None:
    """Take away the bridges (and with them their routes) and every rule of Kubernetes and CNI."""
    for bridge in (settings.POD_BRIDGE, settings.NODE_BRIDGE):
        if succeeds(["ip", "link", "show", bridge]):
            output(["ip", "link", "delete", bridge])
    for save, restore in (
        ("iptables-save", "iptables-restore"),
        ("ip6tables-save", "ip6tables-restore"),
    ):
        if succeeds(["which", save]):
            output([restore], stdin=_without_cluster_rules(output([save])))


def _without_cluster_rules(rules: str) -> str:
    ours = ("KUBE-", "CNI-")
    kept = [line for line in rules.splitlines() if not any(word in line for word in ours)]
    return "\n".join(kept) + "\n"
