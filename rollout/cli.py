"""What people and CI call: `python -m rollout up|release|status|rollback`."""

from __future__ import annotations

import argparse
import os
import sys

from rollout import status
from rollout.cluster import connect, in_words
from rollout.errors import RolloutError
from rollout.pulumi_cli import Stack
from rollout.rollback import roll_back

EXIT_FAILED = 1
EXIT_USAGE = 2


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit code: 0 done, 1 not done, 2 the call's words are off."""
    options = _parser().parse_args(arguments)
    try:
        with in_words():
            return int(options.run(options))
    except RolloutError as error:
        print(f"error: {error}", file=sys.stderr)
        return EXIT_FAILED
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="rollout", description="Release services with Pulumi.")
    parser.add_argument("--stack", default=os.environ.get("STACK", "local"))
    commands = parser.add_subparsers(required=True, metavar="command")
    up = commands.add_parser("up", help="bring the stack to what its config says, then show it")
    up.set_defaults(run=_up)
    release = commands.add_parser("release", help="release a version: config, then pulumi up")
    release.add_argument("service")
    release.add_argument("version")
    release.add_argument("--strategy", help="another strategy than the service's usual one")
    release.set_defaults(run=_release)
    show = commands.add_parser("status", help="services, tracks, versions, weights")
    show.add_argument("--json", action="store_true", help="for machines")
    show.set_defaults(run=_status)
    rollback = commands.add_parser("rollback", help="the release before, back at once")
    rollback.add_argument("service")
    rollback.set_defaults(run=_rollback)
    return parser


def _up(options: argparse.Namespace) -> int:
    stack = Stack(options.stack)
    stack.select()
    code = stack.up()
    if code == 0:
        _show(stack, as_json=False)
    return code


def _release(options: argparse.Namespace) -> int:
    """Set the version, `pulumi up`, and take the version back out of the config if it failed.

    As in CI, where the commit of a failed release is reverted: else the next `pulumi up`, for
    whatever service, would try the bad version again.
    """
    stack = Stack(options.stack)
    stack.select()
    before = stack.release_of(options.service)
    wanted = {"version": options.version}
    if options.strategy:
        wanted["strategy"] = options.strategy
    stack.set_release(options.service, wanted)
    code = stack.up()
    if code != 0 and before != wanted:
        stack.set_release(options.service, before)
        was = (before or {}).get("version", "the catalogue's version")
        print(f"grocery:releases.{options.service} is set back to {was}", file=sys.stderr)
    return code


def _status(options: argparse.Namespace) -> int:
    _show(Stack(options.stack), as_json=options.json)
    return 0


def _show(stack: Stack, *, as_json: bool) -> None:
    services = status.read(connect(None, stack.context()))
    status.show(services, address=stack.gateway(), as_json=as_json)


def _rollback(options: argparse.Namespace) -> int:
    stack = Stack(options.stack)
    version = roll_back(connect(None, stack.context()), stack.gateway(), options.service)
    release = stack.release_of(options.service)
    if release is not None and release.get("version") != version:
        # The digest, if there is one, is that of the version that was rolled back.
        stack.set_release(options.service, {"version": version})
        print(
            f"grocery:releases.{options.service} is set to {version}, or the next up would undo it"
        )
    return 0
