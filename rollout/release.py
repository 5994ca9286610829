"""A release as a document, and the fingerprint that names it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FINGERPRINT_LENGTH = 16
"""Hexadecimal digits: 64 bits, so that a clash among a million releases has odds of 1 in 10⁷."""


def canonical(document: Mapping[str, Any]) -> str:
    """The one JSON text of a document: sorted keys, no spaces (the idea of RFC 8785)."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"))


def fingerprint(document: Mapping[str, Any]) -> str:
    """The hash that names a release: the first 16 hexadecimal digits of SHA-256."""
    return hashlib.sha256(canonical(document).encode()).hexdigest()[:FINGERPRINT_LENGTH]


@dataclass(frozen=True)
class Release:
    """Which release a track runs: enough to tell it from any other and to name it to a person."""

    version: str
    fingerprint: str

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Release:
        """The release that a document describes."""
        return cls(str(document["version"]), fingerprint(document))
