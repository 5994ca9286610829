"""The commands of `python -m local`."""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence

from local import (
    addons,
    cluster,
    demo_images,
    envoy,
    families,
    images,
    packages,
    preflight,
    processes,
    pulumi,
    settings,
    teardown,
    toolchain,
    venv,
)
from local.errors import LocalError
from local.paths import Paths, here
from local.progress import say, side_by_side, step, wait_until
from local.registry import Registry
from local.toolchain import Plan

POSTGRES_FOLDER = "postgres"


def main(arguments: Sequence[str]) -> int:
    """Run one command; 0 when it is done, 1 with a message when not."""
    parser = argparse.ArgumentParser(prog="local", description="The cluster of this machine.")
    commands = parser.add_subparsers(required=True, metavar="command")
    commands.add_parser("up", help="tools, cluster, platform").set_defaults(run=_up)
    commands.add_parser("down", help="everything gone but the caches").set_defaults(run=_down)
    commands.add_parser("env", help="shell exports for pulumi").set_defaults(run=_env)
    commands.add_parser("venv", help="the Python packages only").set_defaults(run=_venv)
    push = commands.add_parser("push-demo", help="push a demo service's image")
    push.add_argument("service")
    push.add_argument("version")
    push.set_defaults(run=_push_demo)
    options = parser.parse_args(arguments)
    try:
        options.run(here(), options)
    except LocalError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _up(paths: Paths, _: argparse.Namespace) -> None:
    context = os.environ.get("KUBECONTEXT")
    own = not context
    if context:
        _refuse_an_unfit_cluster(context)
    else:
        _end_leftovers(paths)
        preflight.check(paths, settings.ports(), running=processes.is_supervised(paths))
    plans = _build(paths, with_cluster=own)
    pulumi.prepare(paths, plans)
    if own:
        _start_cluster(paths, plans)
    _run_platform(paths, plans)


def _refuse_an_unfit_cluster(context: str) -> None:
    """On a user's own cluster nothing is installed behind their back: say what it lacks."""
    lacking = addons.missing(context)
    if lacking:
        names = ", ".join(sorted(lacking))
        raise LocalError(f"cluster {context} lacks {names}: install them there, then `make up`")


def _end_leftovers(paths: Paths) -> None:
    """After a kill -9 or a reboot: what is left would hold ports and be in the way of a start."""
    if os.geteuid() == 0 and not processes.is_supervised(paths):
        processes.end_all(paths)
        teardown.clear_leftovers(paths)


def _build(paths: Paths, *, with_cluster: bool) -> list[Plan]:
    """Everything that is missing, two at a time: the longest first, downloads beside builds."""
    wanted = [f for f in families.ALL if with_cluster or not f.cluster_only]
    plans = [plan for family in wanted if (plan := toolchain.plan(family, paths))]
    work = {}
    if with_cluster and packages.missing(paths):
        work["Debian packages"] = lambda: packages.install(paths)
    if not venv.is_ready(paths):
        work["Python packages"] = lambda: venv.ensure(paths)
    work.update(toolchain.builds(plans, paths))
    if with_cluster and not envoy.binary(paths).exists():
        work["Envoy"] = lambda: envoy.ensure(paths)
    side_by_side(work, toolchain.WORKERS)
    venv.link(paths)
    return plans


def _start_cluster(paths: Paths, plans: list[Plan]) -> None:
    registry = Registry(settings.REGISTRY)
    with step("registry and container runtime"):
        cluster.start_registry_and_runtime(paths, plans)
        wait_until("the registry", registry.is_up, timeout=20)
    recipes = images.recipes(paths, plans)
    with step("images"):
        for recipe in recipes:
            images.publish(recipe, registry)
        demo = toolchain.program_path("demo", plans)
        demo_images.push_first_versions(demo, registry)
    with step("cluster"):
        cluster.start(paths, plans)
    storage = paths.state / POSTGRES_FOLDER
    storage.mkdir(mode=0o700, exist_ok=True)
    os.chown(storage, images.POSTGRES_USER, images.POSTGRES_USER)
    with step("gateway, Prometheus, metrics-server"):
        addons.ensure(
            paths,
            {recipe.name: recipe.reference for recipe in recipes},
            settings.ports(),
            str(storage),
        )


def _run_platform(paths: Paths, plans: list[Plan]) -> None:
    say("pulumi up")
    command = [str(venv.executable(paths, "python")), "-m", "rollout", "up"]
    environment = {**os.environ, **pulumi.environment(paths, plans)}
    if subprocess.run(command, cwd=paths.checkout, env=environment, check=False).returncode:
        raise LocalError("`pulumi up` failed; its own words are above")


def _venv(paths: Paths, _: argparse.Namespace) -> None:
    if not venv.is_ready(paths):
        with step("Python packages"):
            venv.ensure(paths)
    venv.link(paths)


def _down(paths: Paths, _: argparse.Namespace) -> None:
    with step("down"):
        teardown.remove(paths)


def _env(paths: Paths, _: argparse.Namespace) -> None:
    plans = [plan for family in families.ALL if (plan := toolchain.plan(family, paths))]
    for name, value in pulumi.environment(paths, plans).items():
        print(f"export {name}='{value}'")


def _push_demo(paths: Paths, options: argparse.Namespace) -> None:
    plans = [p for p in [toolchain.plan(families.DEMO, paths)] if p]
    demo = toolchain.program_path("demo", plans)
    registry = Registry(settings.REGISTRY)
    demo_images.push_demo(demo, options.service, (options.version,), registry)
