"""The kinds of value that config and catalogue are made of.

Each says what it allows and what to do in the error it raises (`refusal`), so that an error reads
the same wherever the value was written.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Literal

import semver
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

REFUSED = "refused"
"""The error type of `refusal`."""

Strategy = Literal["blue-green", "rolling"]


class Model(BaseModel):
    """Frozen data under camelCase keys, as in Kubernetes; unknown keys and near types refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, alias_generator=to_camel)


def refusal(allowed: str, remedy: str, key: str = "") -> PydanticCustomError:
    """Return the error of a value that isn't allowed.

    `key` names a key below the validated one, for rules about several values together.
    """
    context = {"allowed": allowed, "remedy": remedy, "key": key}
    return PydanticCustomError(REFUSED, "{allowed}; {remedy}", context)


def _matching(pattern: str, allowed: str, remedy: str) -> Callable[[object], object]:
    """Return a check for a string of a pattern. It comes first, to say more than "no string"."""
    compiled = re.compile(pattern)

    def check(value: object) -> object:
        if not isinstance(value, str) or not compiled.fullmatch(value):
            raise refusal(allowed, remedy)
        return value

    return check


_TAG_AND_LABEL = re.compile(r"[0-9A-Za-z]([-.0-9A-Za-z]{0,61}[0-9A-Za-z])?")


def _version(value: object) -> object:
    # The version becomes an image tag and a label's value: neither may hold build metadata (`+`).
    known = isinstance(value, str) and semver.Version.is_valid(value)
    if not known or not _TAG_AND_LABEL.fullmatch(str(value)):
        raise refusal(
            "semantic versions of at most 63 characters and without `+`, "
            "such as 1.2.0 or 1.2.0-rc.1",
            "write it in quotes as MAJOR.MINOR.PATCH",
        )
    return value


def _positive_cpu(value: str) -> str:
    if cpu_cores(value) == 0:
        raise refusal("more than zero", "give the container at least 1m of CPU")
    return value


def _positive_memory(value: str) -> str:
    if memory_bytes(value) == 0:
        raise refusal("more than zero", "give the container at least 1Mi of memory")
    return value


Version = Annotated[str, BeforeValidator(_version)]
Digest = Annotated[
    str,
    BeforeValidator(
        _matching(
            r"sha256:[0-9a-f]{64}",
            "sha256: and 64 hexadecimal digits in lower case",
            "copy it from the registry, or leave it out to have the version looked up",
        )
    ),
]
Tag = Annotated[
    str,
    BeforeValidator(
        _matching(
            r"[A-Za-z0-9_][-.A-Za-z0-9_]{0,127}",
            'image tags such as "15"',
            "write it in quotes, without repository and digest",
        )
    ),
]
Cpu = Annotated[
    str,
    BeforeValidator(
        _matching(
            r"\d+m|\d+(\.\d{1,3})?",
            'CPU quantities such as "250m" or "1.5"',
            "write it in quotes, in cores or with m for thousandths of a core",
        )
    ),
    AfterValidator(_positive_cpu),
]
Memory = Annotated[
    str,
    BeforeValidator(
        _matching(
            r"\d+(Ki|Mi|Gi)",
            "memory quantities such as 64Mi or 1Gi",
            "write a whole number with Ki, Mi or Gi",
        )
    ),
    AfterValidator(_positive_memory),
]
Path = Annotated[
    str,
    BeforeValidator(
        _matching(
            r"/[-\w./?=&%]*", "paths such as /ready", "begin it with / and leave the host out"
        )
    ),
]
Url = Annotated[
    str,
    BeforeValidator(
        _matching(
            r"https?://[-.\w]+(:\d+)?",
            "addresses such as http://127.0.0.1:8080",
            "write scheme, host and port, without a path",
        )
    ),
]
Name = Annotated[
    str,
    BeforeValidator(
        _matching(
            r"[a-z]([-a-z0-9]{0,39}[a-z0-9])?",
            "lower case letters, digits and -, at most 41 characters, beginning with a letter",
            "it becomes part of the names of Kubernetes objects: shorten or respell it",
        )
    ),
]
Hostname = Annotated[
    str,
    BeforeValidator(
        _matching(
            r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?",
            "host names such as shop.example.org",
            "write it in lower case, without scheme and port",
        )
    ),
]
Repository = Annotated[
    str,
    BeforeValidator(
        _matching(
            r"[a-z0-9][-a-z0-9.]*(:\d+)?(/[-a-z0-9._]+)+",
            "registry and path such as harbor.local/grocery",
            "leave scheme, tag and digest out",
        )
    ),
]
Header = Annotated[
    str,
    BeforeValidator(
        _matching(
            r"[A-Za-z][-A-Za-z0-9]*",
            "header names such as X-Grocery-Track",
            "use letters, digits and - only",
        )
    ),
]
Text = Annotated[
    str,
    BeforeValidator(
        _matching(r"[\s\S]*", "text", 'put it in quotes, such as "8080" or "true"'),
    ),
]
Positive = Annotated[int, Field(ge=1)]
NotNegative = Annotated[int, Field(ge=0)]
Percent = Annotated[int, Field(ge=1, le=100)]


def cpu_cores(quantity: str) -> Decimal:
    """Return the cores that a CPU quantity stands for: "250m" is 0.25."""
    if quantity.endswith("m"):
        return Decimal(quantity[:-1]) / 1000
    return Decimal(quantity)


def memory_bytes(quantity: str) -> int:
    """Return the bytes that a memory quantity stands for: "1Ki" is 1024."""
    unit = {"Ki": 1024, "Mi": 1024 * 1024, "Gi": 1024 * 1024 * 1024}[quantity[-2:]]
    return int(quantity[:-2]) * unit
