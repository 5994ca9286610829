"""Settings that lie on top of each other: the later one wins, key by key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from components.problems import Key


@dataclass(frozen=True)
class Layer:
    """Values, and how a reader finds the place where they were written."""

    place: str
    values: Mapping[str, Any]

    def holds(self, key: Key) -> bool:
        """Whether this layer says something about `key`."""
        values: object = self.values
        for part in key:
            if not isinstance(values, Mapping) or part not in values:
                return False
            values = values[part]
        return True


@dataclass(frozen=True)
class Layers:
    """Layers from the bottom to the top. `home` is the place of what is in none of them."""

    layers: Sequence[Layer]
    home: str

    def merged(self) -> dict[str, Any]:
        """Return the values that hold in the end."""
        result: dict[str, Any] = {}
        for layer in self.layers:
            result = _merge(result, layer.values)
        return result

    def locate(self, key: Key) -> str:
        """Name the place where the value that holds was written."""
        for layer in reversed(self.layers):
            if layer.holds(key):
                return ".".join((layer.place, *key))
        return ".".join((self.home, *key))


def _merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(below)
    for key, value in above.items():
        lower = result.get(key)
        if isinstance(lower, Mapping) and isinstance(value, Mapping):
            value = _merge(lower, value)  # noqa: PLW2901
        result[key] = value
    return result
