"""Takes the cluster off the machine: processes, mounts, network, files. Caches stay."""

import shutil
from pathlib import Path

from local import network, processes
from local.commands import output, succeeds
from local.paths import Paths

FOLDERS = tuple(
    map(
        Path,
        ("/etc/kubernetes", "/var/lib/kubelet", "/var/lib/cni", "/etc/cni/net.d"),
    )
)
NAMESPACES = Path("/var/run/netns")
CGROUPS = Path("/sys/fs/cgroup")


def remove(paths: Paths) -> None:
    """Leave nothing behind; may be repeated, and after a reboot."""
    processes.end_all(paths)
    clear_leftovers(paths)
    for folder in (*FOLDERS, paths.state):
        shutil.rmtree(folder, ignore_errors=True)


def clear_leftovers(paths: Paths) -> None:
    """What ended processes leave: mounts, network namespaces, bridges, rules, cgroups."""
    for place in _mounts(paths):
        output(["umount", "--lazy", place])
    for namespace in NAMESPACES.glob("cni-*") if NAMESPACES.exists() else ():
        output(["ip", "netns", "delete", namespace.name])
    network.remove()
    for group in sorted(CGROUPS.glob("**/kubepods*/**/"), key=lambda p: -len(p.parts)):
        _remove_cgroup(group)
    for group in sorted(CGROUPS.glob("*/kubepods*"), key=lambda p: -len(p.parts)):
        _remove_cgroup(group)


def is_left(paths: Paths) -> bool:
    """Whether anything of a cluster is on this machine."""
    bridges = ("grocery-node", "grocery-pods")
    return bool(_mounts(paths)) or any(succeeds(["ip", "link", "show", b]) for b in bridges)


def _mounts(paths: Paths) -> list[str]:
    """Mount points below our folders, the innermost first."""
    below = (f"{paths.state}/", "/var/lib/kubelet/")
    lines = Path("/proc/self/mounts").read_text().splitlines()
    places = [line.split()[1].replace("\\040", " ") for line in lines]
    return sorted((place for place in places if place.startswith(below)), reverse=True)


def _remove_cgroup(group: Path) -> None:
    try:
        group.rmdir()
    except OSError:
        # Not empty, or gone already: the kernel removes the rest with its last process.
        return
