"""What a machine must have before anything is built: all that is missing, a line each."""

import os
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path

from local.commands import output, succeeds
from local.errors import LocalError
from local.paths import Paths
from local.settings import Ports

DISK_BYTES = 15 * 2**30
GO = (1, 26)


@dataclass(frozen=True)
class Machine:
    """What was found. `taken` are (port, what it is for) that somebody else listens on."""

    is_root: bool
    free_bytes: int
    taken: tuple[tuple[int, str], ...]
    missing_features: tuple[str, ...]
    go: tuple[int, ...] | None


def problems(machine: Machine) -> list[str]:
    """One line for each thing that has to be put right first. Pure."""
    found = []
    if not machine.is_root:
        found.append("not root: a cluster needs mounts and bridges; run `sudo make up`")
    if machine.free_bytes < DISK_BYTES:
        free, needed = machine.free_bytes / 2**30, DISK_BYTES / 2**30
        found.append(f"disk: {free:.1f} GiB free, {needed:.0f} GiB needed; make room")
    for port, purpose in machine.taken:
        found.append(f"port {port} ({purpose}) is taken; end what listens there: ss -ltnp")
    for feature in machine.missing_features:
        found.append(f"kernel: no {feature}; use a kernel that has it")
    if machine.go is None or machine.go < GO:
        have = ".".join(map(str, machine.go)) if machine.go else "none"
        found.append(f"go: {have} found, {GO[0]}.{GO[1]} or later needed")
    return found


def check(paths: Paths, ports: Ports, *, running: bool) -> None:
    """Raise LocalError with every problem. Ports of a running cluster are ours."""
    wanted = {
        ports.registry: "image registry",
        ports.gateway: "gateway, GATEWAY_PORT",
        ports.prometheus: "Prometheus, PROMETHEUS_PORT",
        6443: "API server",
    }
    taken = () if running else tuple((p, why) for p, why in wanted.items() if _taken(p))
    machine = Machine(
        is_root=os.geteuid() == 0,
        free_bytes=_free(paths.cache),
        taken=taken,
        missing_features=_missing_features(),
        go=_go(),
    )
    found = problems(machine)
    if found:
        raise LocalError("\n".join(found))


def _taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _free(folder: Path) -> int:
    existing = next(p for p in (folder, *folder.parents) if p.exists())
    return shutil.disk_usage(existing).free


def _missing_features() -> tuple[str, ...]:
    succeeds(["modprobe", "--all", "overlay", "br_netfilter", "veth"])
    overlay = "overlay" in Path("/proc/filesystems").read_text()
    bridge = Path("/proc/sys/net/bridge").exists()
    found = {"overlay file system": overlay, "netfilter on bridges (br_netfilter)": bridge}
    return tuple(name for name, there in found.items() if not there)


def _go() -> tuple[int, ...] | None:
    try:
        words = output(["go", "env", "GOVERSION"]).strip().removeprefix("go")
    except LocalError:
        return None
    return tuple(int(part) for part in words.split(".") if part.isdecimal())
