"""What the catalogue says of a microservice: its shape, apart from what is released when."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from components.model import (
    Cpu,
    Memory,
    Model,
    Name,
    NotNegative,
    Path,
    Percent,
    Positive,
    Strategy,
    Text,
    cpu_cores,
    memory_bytes,
    refusal,
)

STRATEGIES: Mapping[int, tuple[Strategy, ...]] = {1: ("rolling",), 2: ("blue-green",)}
"""The strategies that fit a service of one or of two tracks.

On two tracks nothing rolls: that would change the pods of the track that serves users.
"""

RESERVED = frozenset(
    {
        "GROCERY_DATABASE_PASSWORD_FILE",
        "GROCERY_SERVICE",
        "GROCERY_VERSION",
        "PGDATABASE",
        "PGHOST",
        "PGPORT",
        "PGUSER",
        "POD_NAMESPACE",
        "PORT",
    }
)
"""The variables that the platform sets itself."""


def _variables(values: Mapping[str, str]) -> Mapping[str, str]:
    for name in values:
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
            raise refusal("variable names of letters, digits and _", f"rename {name}")
        if name in RESERVED:
            allowed = f"names other than {', '.join(sorted(RESERVED))}"
            raise refusal(allowed, f"{name} is set by the platform, rename it")
    return values


Environment = Annotated[Mapping[str, Text], AfterValidator(_variables)]
Names = Annotated[tuple[Name, ...], Field(strict=False)]


class Quantities(Model):
    """An amount of CPU and memory."""

    cpu: Cpu
    memory: Memory


class Resources(Model):
    """What a pod is promised and what it may use at most."""

    requests: Quantities
    limits: Quantities

    @model_validator(mode="after")
    def _limits_cover_requests(self) -> Resources:
        if cpu_cores(self.limits.cpu) < cpu_cores(self.requests.cpu):
            raise _below_request("cpu", self.requests.cpu)
        if memory_bytes(self.limits.memory) < memory_bytes(self.requests.memory):
            raise _below_request("memory", self.requests.memory)
        return self


def _below_request(resource: str, request: str) -> Exception:
    allowed = f"{request} (requests.{resource}) or more"
    return refusal(allowed, "raise the limit or lower the request", f"limits.{resource}")


class Probe(Model):
    """A check over HTTP; `failureThreshold` failures in a row count."""

    path: Path
    period_seconds: Positive
    timeout_seconds: Positive
    failure_threshold: Positive


class Probes(Model):
    """The three questions: has it started, is it alive, may it take traffic."""

    startup: Probe
    liveness: Probe
    readiness: Probe


class Scaling(Model):
    """Pods of the live track, and the mean CPU use (percent of the request) to scale for."""

    minimum: Annotated[int, Field(ge=2)]
    maximum: Positive
    cpu_percent: Percent

    @model_validator(mode="after")
    def _minimum_below_maximum(self) -> Scaling:
        if self.minimum > self.maximum:
            remedy = f"lower it or raise maximum to {self.minimum}"
            raise refusal(f"at most {self.maximum} (maximum)", remedy, "minimum")
        return self


class Objective(Model):
    """The service level objective; availability is the share of good answers in percent."""

    availability: Annotated[float, Field(gt=0, lt=100)]
    p95_milliseconds: Positive


class Shutdown(Model):
    """How a pod ends.

    `drainSeconds` it goes on serving while the gateway learns that it leaves; within
    `graceSeconds` of the start of it all it has to be gone.
    """

    drain_seconds: Positive
    grace_seconds: Positive

    @model_validator(mode="after")
    def _grace_covers_drain(self) -> Shutdown:
        if self.grace_seconds <= self.drain_seconds:
            allowed = f"more than {self.drain_seconds} (drainSeconds)"
            raise refusal(allowed, "leave time to finish what was begun", "graceSeconds")
        return self


class Smoke(Model):
    """Requests that must all succeed before and after users reach a release."""

    path: Path
    requests: Positive


class Service(Model):
    """One microservice, every value decided.

    `standby` is the pods of the idle track, by default as many as the live one's minimum: a way
    back without waiting. `calls` are the services it calls by their stable names, `database` says
    that it uses PostgreSQL. `deadlineSeconds` bounds a whole rollout.
    """

    component: Name
    tracks: Literal[1, 2]
    strategy: Strategy
    port: Annotated[int, Field(ge=1024, le=65535)]
    probes: Probes
    resources: Resources
    scaling: Scaling
    standby: NotNegative | None = None
    slo: Objective
    env: Environment
    calls: Names
    database: bool
    smoke: Smoke
    shutdown: Shutdown
    deadline_seconds: Positive

    @property
    def standby_pods(self) -> int:
        """The pods of the idle track."""
        return self.scaling.minimum if self.standby is None else self.standby

    @model_validator(mode="after")
    def _strategy_fits_tracks(self) -> Service:
        if self.strategy not in STRATEGIES[self.tracks]:
            raise refusal(*strategy_advice(self.tracks), key="strategy")
        return self

    @model_validator(mode="after")
    def _standby_within_maximum(self) -> Service:
        if self.standby_pods > self.scaling.maximum:
            allowed = f"0 to {self.scaling.maximum} (scaling.maximum)"
            raise refusal(allowed, "lower it or leave it out", "standby")
        return self


def strategy_advice(tracks: int) -> tuple[str, str]:
    """Return which strategies fit, and what to do about another one."""
    allowed = (
        f"{', '.join(STRATEGIES[tracks])} (the service has {tracks} track{'s' * (tracks - 1)})"
    )
    return allowed, "choose a strategy that fits, or change the service's tracks in the catalogue"
