"""What is wrong with the settings, said so that it can be put right: one line each."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from components.model import REFUSED

Key = tuple[str, ...]
"""Keys from the outermost to the innermost: ("scaling", "minimum")."""

MISSING = object()
"""The value of a key that should be there and isn't."""

Locate = Callable[[Key], str]
"""Names the place where a value was written, by its key: `services.yaml: services.order.port`."""


@dataclass(frozen=True)
class Problem:
    """A value that isn't allowed, and what to do about it."""

    key: str
    value: object
    allowed: str
    remedy: str

    def __str__(self) -> str:
        """Return the problem as one line."""
        state = "missing" if self.value is MISSING else f"{_text(self.value)} is refused"
        return f"{self.key}: {state}; allowed: {self.allowed}; {self.remedy}"


def _text(value: object) -> str:
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:77]}..."


def unknown(key: str, value: object, name: str, known: Iterable[str]) -> Problem:
    """Return the problem of a name that nothing has."""
    names = sorted(known)
    near = get_close_matches(name, names, n=1)
    remedy = f"did you mean {near[0]}?" if near else "remove it or correct its spelling"
    return Problem(key, value, ", ".join(names), remedy)


def problems_in(
    error: ValidationError, model: type[BaseModel], locate: Locate
) -> Iterator[Problem]:
    """Return what pydantic found, in the words of this project."""
    for found in error.errors(include_url=False):
        yield _problem(found, model, locate)


def _problem(found: ErrorDetails, model: type[BaseModel], locate: Locate) -> Problem:
    key = tuple(str(part) for part in found["loc"])
    value, context = found["input"], found.get("ctx", {})
    if found["type"] == "extra_forbidden":
        return unknown(locate(key), value, key[-1], _keys_at(model, key[:-1]))
    if found["type"] == "missing":
        return Problem(locate(key), MISSING, "a value", f"set {key[-1]}, it has no default")
    if found["type"] == REFUSED:
        inner = tuple(context["key"].split(".")) if context["key"] else ()
        shown = _value_at(value, inner)
        return Problem(locate(key + inner), shown, context["allowed"], context["remedy"])
    return Problem(locate(key), value, *_advice(found["type"], context))


def _advice(kind: str, context: Mapping[str, Any]) -> tuple[str, str]:
    """Return what is allowed and what to do, for the checks that pydantic brings."""
    advice = {
        "literal_error": ("{expected}", "choose one of them"),
        "greater_than": ("numbers above {gt}", "raise it"),
        "greater_than_equal": ("{ge} or more", "raise it"),
        "less_than": ("numbers below {lt}", "lower it"),
        "less_than_equal": ("at most {le}", "lower it"),
        "int_type": ("whole numbers", "write a number, without quotes and unit"),
        "float_type": ("numbers", "write a number, without quotes and unit"),
        "bool_type": ("true, false", "write it without quotes"),
        "string_too_short": ("at least {min_length} character", "fill it in"),
    }
    if kind in advice:
        allowed, remedy = advice[kind]
        return allowed.format_map(context), remedy
    if kind in {"model_type", "mapping_type", "dict_type"}:
        return "a mapping of keys to values", "indent its keys below it"
    if kind == "tuple_type":
        return "a list", "write one item a line, each after a -"
    return f"what pydantic's {kind} describes", "correct it"


def _keys_at(model: type[BaseModel], key: Sequence[str]) -> list[str]:
    """Return the keys that the model has below `key`."""
    for part in key:
        fields = model.model_fields
        below = next(field for name, field in fields.items() if part in (field.alias, name))
        if not isinstance(below.annotation, type) or not issubclass(below.annotation, BaseModel):
            return []
        model = below.annotation
    return [field.alias or name for name, field in model.model_fields.items()]


def _value_at(value: object, key: Key) -> object:
    """Return what is below `key` in a model that was already read, or in plain data."""
    for part in key:
        if isinstance(value, BaseModel):
            value = value.model_dump(by_alias=True).get(part)
        elif isinstance(value, Mapping):
            value = value.get(part)
    return value
