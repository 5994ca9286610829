"""The machine's time: the adapter behind the Clock port."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime


class SystemClock:
    """Real time; a sleep ends early when `woken` is set."""

    def __init__(self, woken: threading.Event) -> None:
        self._woken = woken

    def now(self) -> float:
        """Seconds on a clock that never goes back."""
        return time.monotonic()

    def timestamp(self) -> str:
        """The time of day, RFC 3339."""
        return datetime.now(UTC).isoformat(timespec="milliseconds")

    def sleep(self, seconds: float) -> None:
        """Let time pass. Once woken it still lets some pass, or a wait would become a spin."""
        if not self._woken.wait(seconds):
            return
        time.sleep(min(seconds, 0.1))
