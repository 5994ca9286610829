"""Pulumi's environment, and its `kubernetes` plugin: the official one wherever it can be had."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

from local import settings, venv
from local.commands import run_logged, succeeds
from local.families import KUBERNETES_PLUGIN
from local.paths import Paths
from local.progress import say
from local.toolchain import Plan, bin_folders, program_path

INSTALL_SECONDS = 120
# Nothing secret is in the local stack's state: values stay in the cluster.
LOCAL_PASSPHRASE = "grocery-local"  # noqa: S105


def environment(paths: Paths, plans: Sequence[Plan]) -> dict[str, str]:
    """What a bare `pulumi up` needs in its environment."""
    # The stand-in is installed as a plugin; on PATH it would win over an official one.
    on_path = [plan for plan in plans if plan.family != KUBERNETES_PLUGIN]
    folders = [venv.folder(paths) / "bin", *bin_folders(on_path)]
    return {
        "PATH": os.pathsep.join([*map(str, folders), os.environ.get("PATH", "")]),
        "KUBECONFIG": os.environ.get("KUBECONFIG") or str(paths.kubeconfig),
        "PULUMI_HOME": str(paths.pulumi_home),
        "PULUMI_BACKEND_URL": f"file://{paths.pulumi_backend}",
        "PULUMI_CONFIG_PASSPHRASE": LOCAL_PASSPHRASE,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        # A plugin is installed here or not at all: a preview must not search the network for it.
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    }


def prepare(paths: Paths, plans: Sequence[Plan]) -> None:
    """Make the backend's folder, unlock what a killed pulumi left locked, install the plugin."""
    for folder in (paths.pulumi_home, paths.pulumi_backend):
        folder.mkdir(parents=True, exist_ok=True)
    remove_stale_locks(paths.pulumi_backend)
    standin = program_path("pulumi-resource-kubernetes", plans).parent
    if not _installed(paths, standin):
        _install(paths, plans, standin)


def remove_stale_locks(backend: Path) -> None:
    """Remove the locks whose pulumi doesn't run any more on this machine.

    Pulumi leaves that to people (`pulumi cancel`), because a backend may be shared by machines;
    this one is in a folder of this machine.
    """
    for lock in backend.glob(".pulumi/locks/**/*.json"):
        holder = json.loads(lock.read_text() or "{}")
        program = Path(f"/proc/{holder.get('pid', 0)}/comm")
        if not program.exists() or program.read_text().strip() != "pulumi":
            lock.unlink(missing_ok=True)


def _installed(paths: Paths, standin: Path) -> bool:
    """Whether the plugin is there: the official one, or the stand-in as it is built now."""
    folder = paths.pulumi_home / "plugins" / f"resource-kubernetes-{settings.KUBERNETES_PLUGIN}"
    marker = paths.pulumi_home / "kubernetes-standin"
    if not folder.is_dir():
        return False
    return not marker.exists() or marker.read_text() == str(standin)


def _install(paths: Paths, plans: Sequence[Plan], standin: Path) -> None:
    words = ["plugin", "install", "resource", "kubernetes", settings.KUBERNETES_PLUGIN]
    command = [str(program_path("pulumi", plans)), *words]
    settled = {**os.environ, **environment(paths, plans)}
    marker = paths.pulumi_home / "kubernetes-standin"
    official = ["env", *[f"{k}={v}" for k, v in settled.items() if k.startswith("PULUMI_")]]
    if succeeds([*official, *command], timeout=INSTALL_SECONDS):
        marker.unlink(missing_ok=True)
        return
    say("  the official kubernetes plugin can't be had here: the project's stand-in is used")
    run_logged(
        "installing the kubernetes plugin",
        [*command, "--file", str(standin), "--reinstall"],
        paths.build_log / "plugin.log",
        timeout=INSTALL_SECONDS,
        env=settled,
    )
    marker.write_text(str(standin))
