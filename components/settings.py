"""The only reader of a stack's config and of the catalogue.

What it returns is frozen and valid; all that is wrong is said at once, before anything is planned.
For a service the layers are, from the bottom to the top: the catalogue's `defaults`, its entry
there, the stack's `grocery:defaults` and its `grocery:services` entry. So a stack always wins over
the catalogue, and a small one can shrink all services with one setting.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pulumi
import yaml
from pulumi.runtime.config import CONFIG, get_config_env
from pydantic import ValidationError

from components.catalogue import STRATEGIES, Service, strategy_advice
from components.layers import Layer, Layers
from components.model import Digest, Memory, Model, Repository, Strategy, Tag, Version
from components.problems import Locate, Problem, problems_in, unknown
from components.target import TargetSettings

NAMESPACE = "grocery"
TARGET_KEYS = tuple(field.alias or name for name, field in TargetSettings.model_fields.items())
KEYS = ("catalogue", "database", "defaults", "releases", "services", *TARGET_KEYS)

M = TypeVar("M", bound=Model)


class ReleaseSettings(Model):
    """What a stack wants live of a service. Without `digest` the version's is looked up."""

    version: Version
    digest: Digest | None = None
    strategy: Strategy | None = None


class DatabaseSettings(Model):
    """The PostgreSQL of a stack."""

    image: Repository
    version: Tag
    digest: Digest | None = None
    storage: Memory


@dataclass(frozen=True)
class Settings:
    """All that a stack is made from; `services` and `releases` have the same keys."""

    target: TargetSettings
    database: DatabaseSettings
    services: Mapping[str, Service]
    releases: Mapping[str, ReleaseSettings]

    def strategy(self, service: str) -> Strategy:
        """Return the release's strategy, or else the service's usual one."""
        return self.releases[service].strategy or self.services[service].strategy


class SettingsError(pulumi.RunError):
    """Everything that is wrong, a line each. Pulumi prints a RunError without a traceback."""

    def __init__(self, problems: list[Problem]) -> None:
        # A bad default is found again in every service that has it; once is enough.
        lines = list(dict.fromkeys(map(str, problems)))
        count = "1 setting is" if len(lines) == 1 else f"{len(lines)} settings are"
        super().__init__("\n  ".join([f"{count} refused:", *lines]))


def load(root: Path) -> Settings:
    """Read the running stack's config, and the catalogue that it names, relative to `root`."""
    config = _stack_config()
    name = str(config.get("catalogue", "services.yaml"))
    try:
        catalogue = yaml.load((root / name).read_text(), Loader=_YAML_LOADER)  # noqa: S506
    except OSError as error:
        reason = error.strerror or "it can't be read"
        remedy = f"{reason}: name a file relative to the project"
        raise SettingsError(
            [Problem("grocery:catalogue", name, "a readable file", remedy)]
        ) from None
    except yaml.YAMLError as error:
        reason = " ".join(str(error).split())
        raise SettingsError([Problem(name, reason, "YAML", "correct the file")]) from None
    return read(config, catalogue, name)


# The C loader is safe as well, and reads the catalogue ten times as fast.
_YAML_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _stack_config() -> dict[str, Any]:
    """Return the `grocery:` part of the config.

    Pulumi's own `Config` finds only keys that it is asked for; misspelt ones would be ignored.
    """
    prefix = f"{NAMESPACE}:"
    config = {**get_config_env(), **CONFIG.get()}
    return {
        key.removeprefix(prefix): _decoded(value)
        for key, value in config.items()
        if key.startswith(prefix)
    }


def _decoded(value: object) -> object:
    try:
        # Objects travel as JSON, all else as text: "1.10" must not become a number.
        return json.loads(value) if isinstance(value, str) and value[:1] in "[{" else value
    except json.JSONDecodeError:
        return value


def read(config: Mapping[str, Any], catalogue: object, catalogue_name: str) -> Settings:
    """Return the settings of a config, its keys without `grocery:`, and a catalogue.

    Raises SettingsError with everything that is wrong.
    """
    reader = _Reader(config, catalogue, catalogue_name)
    settings = reader.settings()
    if settings is None or reader.problems:
        raise SettingsError(reader.problems)
    return settings


@dataclass
class _Reader:
    """Collects problems while it reads, so that one mistake doesn't hide the next."""

    config: Mapping[str, Any]
    catalogue: object
    catalogue_name: str
    problems: list[Problem] = field(default_factory=list)

    def settings(self) -> Settings | None:
        """Return the settings, or nothing when a part of them is missing."""
        for key in sorted(self.config.keys() - set(KEYS)):
            self.problems.append(unknown(f"grocery:{key}", self.config[key], key, KEYS))
        target = self._target()
        database = self._below(
            "grocery:database", self.config.get("database", {}), DatabaseSettings
        )
        entries = self._entries()
        services = self._services(entries)
        releases = self._releases(entries, services)
        if target is None or database is None:
            return None
        return Settings(target, database, services, releases)

    def _target(self) -> TargetSettings | None:
        values = {key: self.config[key] for key in TARGET_KEYS if key in self.config}
        return self._valid(TargetSettings, values, lambda key: f"grocery:{'.'.join(key)}")

    def _below(self, place: str, values: object, model: type[M]) -> M | None:
        layer = self._layer(place, values)
        return self._valid(model, layer.values, Layers([layer], place).locate)

    def _valid(self, model: type[M], values: Mapping[str, Any], locate: Locate) -> M | None:
        try:
            return model.model_validate(values)
        except ValidationError as error:
            self.problems.extend(problems_in(error, model, locate))
            return None

    def _mapping(self, key: str, value: object) -> Mapping[str, Any]:
        if isinstance(value, Mapping):
            return value
        problem = Problem(key, value, "a mapping of keys to values", "indent its keys below it")
        self.problems.append(problem)
        return {}

    def _entries(self) -> Mapping[str, Layers]:
        """Return the layers of each service of the catalogue."""
        name = self.catalogue_name
        catalogue = self._mapping(name, self.catalogue)
        for key in sorted(catalogue.keys() - {"defaults", "services"}):
            place = f"{name}: {key}"
            self.problems.append(unknown(place, catalogue[key], key, ("defaults", "services")))
        services = self._mapping(f"{name}: services", catalogue.get("services", {}))
        defaults = self._layer(f"{name}: defaults", catalogue.get("defaults", {}))
        stack = self._mapping("grocery:services", self.config.get("services", {}))
        stack_defaults = self._layer("grocery:defaults", self.config.get("defaults", {}))
        self._refuse_unknown("grocery:services", stack, services)
        return {
            service: Layers(
                [
                    defaults,
                    home := self._layer(f"{name}: services.{service}", entry),
                    stack_defaults,
                    self._layer(f"grocery:services.{service}", stack.get(service, {})),
                ],
                home.place,
            )
            for service, entry in services.items()
        }

    def _layer(self, place: str, values: object) -> Layer:
        return Layer(place, self._mapping(place, values))

    def _refuse_unknown(
        self, place: str, named: Mapping[str, Any], services: Mapping[str, Any]
    ) -> None:
        for service in sorted(named.keys() - services.keys()):
            value = named[service]
            self.problems.append(unknown(f"{place}.{service}", value, service, services))

    def _services(self, entries: Mapping[str, Layers]) -> Mapping[str, Service]:
        read = {
            name: self._valid(Service, layers.merged(), layers.locate)
            for name, layers in entries.items()
        }
        services = {name: service for name, service in read.items() if service is not None}
        for name, service in services.items():
            for called in sorted(set(service.calls) - entries.keys()):
                place = entries[name].locate(("calls",))
                self.problems.append(unknown(place, called, called, entries))
        return services

    def _releases(
        self, entries: Mapping[str, Layers], services: Mapping[str, Service]
    ) -> Mapping[str, ReleaseSettings]:
        named = self._mapping("grocery:releases", self.config.get("releases", {}))
        self._refuse_unknown("grocery:releases", named, entries)
        releases = {}
        for service in entries:
            place = f"grocery:releases.{service}"
            release = self._below(place, named.get(service, {}), ReleaseSettings)
            if release is not None:
                releases[service] = release
        self.problems.extend(_misfits(releases, services))
        return releases


def _misfits(
    releases: Mapping[str, ReleaseSettings], services: Mapping[str, Service]
) -> Iterator[Problem]:
    for name in sorted(releases.keys() & services.keys()):
        strategy, tracks = releases[name].strategy, services[name].tracks
        if strategy is not None and strategy not in STRATEGIES[tracks]:
            place = f"grocery:releases.{name}.strategy"
            yield Problem(place, strategy, *strategy_advice(tracks))
