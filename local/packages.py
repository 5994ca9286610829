"""Debian's packages that the local cluster runs on, from `packages.txt`."""

import os
from pathlib import Path

from local.commands import run_logged, succeeds
from local.errors import LocalError
from local.paths import Paths

INSTALL_SECONDS = 600
NO_SERVICES = "#!/bin/sh\nexit 101\n"
POLICY = Path("/usr/sbin/policy-rc.d")


def missing(paths: Paths) -> list[str]:
    """Packages of the list that aren't installed."""
    lines = (paths.checkout / "local/packages.txt").read_text().splitlines()
    wanted = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    return [name for name in wanted if not succeeds(["dpkg-query", "--status", name])]


def install(paths: Paths) -> None:
    """Install what is missing; none of it is started as a service of the machine."""
    names = missing(paths)
    if not names:
        return
    if not succeeds(["which", "apt-get"]):
        raise LocalError(f"install {', '.join(names)}: this machine has no apt-get")
    made = not POLICY.exists()
    if made:
        # The convention of Debian's invoke-rc.d: exit 101 forbids starting.
        POLICY.write_text(NO_SERVICES)
        POLICY.chmod(0o755)
    try:
        _install(names, paths)
    finally:
        if made:
            POLICY.unlink(missing_ok=True)


def _install(names: list[str], paths: Paths) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    wait = ["-o", "DPkg::Lock::Timeout=300"]
    log = paths.build_log
    update = ["apt-get", *wait, "update"]
    run_logged("apt-get update", update, log / "apt-update.log", timeout=INSTALL_SECONDS)
    install = ["apt-get", *wait, "install", "--yes", "--no-install-recommends", *names]
    run_logged(
        "Debian packages", install, log / "apt.log", timeout=INSTALL_SECONDS, env=environment
    )
