"""The stack of the cluster that `make up` starts, on copies of its config and catalogue."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

PROJECT = Path(__file__).parents[2]
CONFIG = PROJECT / "Pulumi.local.yaml"
COMMAND_SECONDS = 240


@dataclass(frozen=True)
class Done:
    """A command that ended."""

    code: int
    output: str


@dataclass(frozen=True)
class Platform:
    """What a person does, as commands."""

    def release(self, service: str, version: str) -> Done:
        make = ["make", "-s", "release", f"SERVICE={service}", f"VERSION={version}"]
        return self.run(*make)

    def up(self) -> Done:
        return self.run("pulumi", "up", "--yes", "--non-interactive", "--stack", "local")

    def preview(self, *more: str) -> Done:
        return self.run("pulumi", "preview", "--non-interactive", "--stack", "local", *more)

    def status(self, service: str) -> dict[str, dict[str, Any]]:
        done = subprocess.run(
            [sys.executable, "-m", "rollout", "status", "--json"],
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        return {row["track"]: row for row in json.loads(done.stdout) if row["service"] == service}

    def live_version(self, service: str) -> str:
        tracks = self.status(service).values()
        return next(str(row["version"]) for row in tracks if row["weight"] == 100)

    def edit(self, **changes: Any) -> None:
        """Change keys of the stack's config."""
        config = yaml.safe_load(CONFIG.read_text())
        config["config"].update(changes)
        CONFIG.write_text(yaml.safe_dump(config, sort_keys=False))

    def run(self, *command: str) -> Done:
        done = subprocess.run(
            command,
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=COMMAND_SECONDS,
        )
        return Done(done.returncode, done.stdout)


@pytest.fixture(scope="session", autouse=True)
def config_is_put_back() -> Iterator[None]:
    if "PULUMI_BACKEND_URL" not in os.environ:
        pytest.fail('the environment is not set: eval "$(make -s env)"', pytrace=False)
    saved = CONFIG.with_suffix(".saved")
    shutil.copyfile(CONFIG, saved)
    yield
    saved.replace(CONFIG)


@pytest.fixture
def platform() -> Platform:
    return Platform()
