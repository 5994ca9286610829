"""Runs the program on mocks and returns what it declares."""

from __future__ import annotations

import copy
import functools
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pulumi
import yaml

PROJECT = Path(__file__).parents[2]
DIGEST = "sha256:" + "0123456789abcdef" * 4

Documents = Mapping[str, Mapping[str, Any]]
"""Track → document."""

Planner = Callable[[str, Documents], tuple[str, Documents]]
"""Service and what is wanted on each track → the track to be live and each track's document."""


@dataclass(frozen=True)
class Declared:
    """One resource as the engine was asked for it."""

    type: str
    name: str
    inputs: Mapping[str, Any]

    @property
    def kind(self) -> str:
        return self.type.rsplit(":", 1)[-1]

    @property
    def metadata(self) -> Mapping[str, Any]:
        metadata: Mapping[str, Any] = self.inputs["metadata"]
        return metadata

    @property
    def spec(self) -> Mapping[str, Any]:
        spec: Mapping[str, Any] = self.inputs["spec"]
        return spec


def first_release(service: str, wanted: Documents) -> tuple[str, Documents]:
    return min(wanted), wanted


def fingerprint(document: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()[:16]


class Mocks(pulumi.runtime.Mocks):
    """Answers as a cluster would; a planner stands in for the rollout's."""

    def __init__(self, planner: Planner = first_release) -> None:
        self.declared: list[Declared] = []
        self.invoked: list[tuple[str, Mapping[str, Any]]] = []
        self._planner = planner

    def new_resource(
        self, args: pulumi.runtime.MockResourceArgs
    ) -> tuple[str | None, dict[Any, Any]]:
        self.declared.append(Declared(args.typ, args.name, args.inputs))
        return f"{args.name}-id", {**args.inputs, **_outputs(args)}

    def call(
        self, args: pulumi.runtime.MockCallArgs
    ) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        function = args.token
        self.invoked.append((function, args.args))
        if function == "rollout:index:resolveImages":
            return {
                "images": {image["service"]: _exact(image) for image in args.args["images"]}
            }, []
        assert function == "rollout:index:planReleases"
        return {"plans": {each["service"]: self._plan(each) for each in args.args["releases"]}}, []

    def _plan(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        document = json.loads(wanted["document"])
        goal, documents = self._planner(
            wanted["service"], dict.fromkeys(wanted["namespaces"], document)
        )
        tracks = {
            track: {"fingerprint": fingerprint(found), "document": json.dumps(found)}
            for track, found in documents.items()
        }
        return {"goal": goal, "tracks": tracks, "observed": {}, "summary": "planned"}


def _outputs(args: pulumi.runtime.MockResourceArgs) -> dict[str, Any]:
    if args.typ != "rollout:index:TrafficShift":
        return {}
    goal = args.inputs["goal"]
    return {"live": goal, "version": args.inputs["tracks"][goal]["version"], "weights": {goal: 100}}


def _exact(image: Mapping[str, str]) -> str:
    return f"{image['repository']}@{DIGEST}"


def render(
    config: Mapping[str, Any], catalogue: Mapping[str, Any], planner: Planner = first_release
) -> Mocks:
    """Run the platform for a config (keys without `grocery:`) and a catalogue."""
    mocks = Mocks(planner)
    pulumi.runtime.set_mocks(mocks, project="grocery-platform", stack="test", preview=False)
    # Imported only now: Pulumi wants its mocks before the program.
    from components.platform import Platform  # noqa: PLC0415
    from components.settings import read  # noqa: PLC0415
    from components.target import Target  # noqa: PLC0415

    def program() -> None:
        settings = read(config, catalogue, "services.yaml")
        Platform("grocery", settings, Target.of(settings.target))

    pulumi.runtime.test(program)()  # type: ignore[no-untyped-call]
    return mocks


def stack_config(stack: str) -> dict[str, Any]:
    """The config of one of the project's stacks, keys without `grocery:`."""
    config = _yaml(f"Pulumi.{stack}.yaml")["config"]
    return {key.removeprefix("grocery:"): value for key, value in config.items()}


def catalogue() -> dict[str, Any]:
    """The project's catalogue."""
    return _yaml("services.yaml")


def _yaml(name: str) -> dict[str, Any]:
    # A copy each time: tests change what they get.
    return copy.deepcopy(_read_once(name))


@functools.cache
def _read_once(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((PROJECT / name).read_text())
    return loaded


def pods(mocks: Mocks) -> dict[str, Mapping[str, Any]]:
    """Pod templates by `namespace/name`."""
    return {
        f"{found.metadata['namespace']}/{found.metadata['name']}": found.spec["template"]
        for found in mocks.declared
        if found.kind in {"Deployment", "StatefulSet"}
    }


def of_kind(mocks: Mocks, kind: str) -> list[Declared]:
    return [found for found in mocks.declared if found.kind == kind]
