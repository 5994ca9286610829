"""When a tool that is already on PATH may be used instead of a built one."""

import re
from dataclasses import dataclass

Version = tuple[int, int, int]
_PATTERN = re.compile(r"v?(\d+)\.(\d+)\.(\d+)")


def parse(text: str) -> Version | None:
    """First `major.minor.patch` in a tool's output, or None."""
    found = _PATTERN.search(text)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


@dataclass(frozen=True)
class SameMinor:
    """Fits: the pinned minor, patch not older. For the parts of one Kubernetes release."""

    pinned: str

    def fits(self, found: Version) -> bool:
        """Whether a tool of version `found` does the pinned one's work."""
        wanted = parse(self.pinned)
        return wanted is not None and found[:2] == wanted[:2] and found[2] >= wanted[2]


@dataclass(frozen=True)
class SameMajorNotOlder:
    """Fits: the pinned major, not older. For command lines that promise compatibility."""

    pinned: str

    def fits(self, found: Version) -> bool:
        """Whether a tool of version `found` does the pinned one's work."""
        wanted = parse(self.pinned)
        return wanted is not None and found[0] == wanted[0] and found >= wanted


@dataclass(frozen=True)
class MinorsAround:
    """Fits: at most `distance` minors away from the pinned one. For kubectl."""

    pinned: str
    distance: int

    def fits(self, found: Version) -> bool:
        """Whether a tool of version `found` does the pinned one's work."""
        wanted = parse(self.pinned)
        if wanted is None or found[0] != wanted[0]:
            return False
        return abs(found[1] - wanted[1]) <= self.distance


Rule = SameMinor | SameMajorNotOlder | MinorsAround
