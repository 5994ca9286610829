"""The Pulumi CLI and a stack's config, as the commands for people use them."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import Any

from rollout.errors import RolloutError

CONFIG_TIMEOUT_SECONDS = 60


@dataclass(frozen=True)
class Stack:
    """One stack of the project in the current folder."""

    name: str

    def select(self) -> None:
        """Make it the selected stack; create it when the backend doesn't have it yet."""
        self._run("stack", "select", "--create", self.name)

    def up(self) -> int:
        """`pulumi up` with its own output; returns its exit code."""
        command = ["pulumi", "up", "--yes", "--stack", self.name, "--suppress-permalink=true"]
        return subprocess.run([*command], check=False).returncode

    def release_of(self, service: str) -> dict[str, Any] | None:
        """What the config releases of a service, or none when it leaves that to the catalogue."""
        releases = self._config().get("grocery:releases", {})
        found = releases.get(service)
        return dict(found) if found else None

    def set_release(self, service: str, release: dict[str, Any] | None) -> None:
        """Write (or with none, remove) the release of a service in the stack's config."""
        path = f"grocery:releases.{service}"
        self._run("config", "rm", "--path", path, "--stack", self.name)
        for key, value in (release or {}).items():
            self._run("config", "set", "--path", f"{path}.{key}", value, "--stack", self.name)

    def context(self) -> str | None:
        """The kubeconfig context of the stack's cluster; none for the current one."""
        return self._config().get("grocery:context")

    def gateway(self) -> str:
        """The base URL of the stack's gateway."""
        gateway = self._config().get("grocery:gateway")
        if not gateway:
            raise RolloutError(f"stack {self.name}: grocery:gateway is not set; set its URL.")
        return str(gateway)

    def _config(self) -> dict[str, Any]:
        text = self._run("config", "--json", "--stack", self.name)
        return {
            key: entry.get("objectValue", entry.get("value"))
            for key, entry in json.loads(text).items()
        }

    def _run(self, *arguments: str) -> str:
        command = ["pulumi", *arguments, "--non-interactive"]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, check=False, timeout=CONFIG_TIMEOUT_SECONDS
            )
        except FileNotFoundError:
            raise RolloutError(
                'pulumi is not on PATH; run `make up` once, then `eval "$(make -s env)"`.'
            ) from None
        if done.returncode != 0:
            raise RolloutError(f"`{' '.join(command)}` failed: {done.stderr.strip()}")
        return done.stdout
