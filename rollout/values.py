"""Between the property values of the Pulumi protocol and plain Python values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pulumi.provider.experimental.property_value import Computed, PropertyValue


def plain(properties: Mapping[str, PropertyValue]) -> dict[str, Any]:
    """Plain values. Raises ValueError that names a property that isn't known yet.

    The plan is made from config and live reads, so nothing here may depend on an output that a
    preview can't know.
    """
    return {key: _plain(value, key) for key, value in properties.items()}


def properties(values: Mapping[str, Any]) -> dict[str, PropertyValue]:
    """Property values of plain ones."""
    return {key: _property(value) for key, value in values.items()}


def _plain(value: PropertyValue, path: str) -> Any:
    inner = value.value
    if isinstance(inner, Computed):
        raise ValueError(f"{path} is not known yet; it must come from config or a live read")
    if isinstance(inner, Mapping):
        return {key: _plain(item, f"{path}.{key}") for key, item in inner.items()}
    if isinstance(inner, Sequence) and not isinstance(inner, str):
        return [_plain(item, f"{path}[{index}]") for index, item in enumerate(inner)]
    if isinstance(inner, float) and inner.is_integer():
        return int(inner)
    return inner


def _property(value: Any) -> PropertyValue:
    if isinstance(value, Mapping):
        return PropertyValue({key: _property(item) for key, item in value.items()})
    if isinstance(value, list | tuple):
        return PropertyValue([_property(item) for item in value])
    if isinstance(value, int) and not isinstance(value, bool):
        return PropertyValue(float(value))
    return PropertyValue(value)
