"""Several pieces of work side by side, each saying that it moves and how long it took."""

import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager

from local.errors import LocalError

HEARTBEAT_SECONDS = 15.0


def say(line: str) -> None:
    """One line for the user. To stderr: `make env` keeps stdout for the shell."""
    print(line, file=sys.stderr, flush=True)


@contextmanager
def step(name: str) -> Iterator[None]:
    """Announce slow work, say every 15 s that it still runs, and how long it took."""
    started = time.monotonic()
    done = threading.Event()

    def beat() -> None:
        while not done.wait(HEARTBEAT_SECONDS):
            say(f"  … {name}: {time.monotonic() - started:.0f} s")

    heart = threading.Thread(target=beat, daemon=True)
    heart.start()
    try:
        yield
    finally:
        done.set()
        heart.join()
    say(f"  ✓ {name} ({time.monotonic() - started:.1f} s)")


def side_by_side(work: Mapping[str, Callable[[], None]], workers: int) -> None:
    """Run all of `work`, at most `workers` at once; raise the failures of all of them as one."""
    if not work:
        return
    with ThreadPoolExecutor(max_workers=workers) as pool:
        futures = [pool.submit(_one, name, action) for name, action in work.items()]
        wait(futures)
    failures = _failures(futures)
    if failures:
        raise LocalError("\n".join(failures))


def _one(name: str, action: Callable[[], None]) -> None:
    with step(name):
        action()


def _failures(futures: Sequence[Future[None]]) -> list[str]:
    failures: list[str] = []
    for future in futures:
        error = future.exception()
        if isinstance(error, LocalError):
            failures.append(str(error))
        elif error is not None:
            raise error
    return failures


def wait_until(what: str, ready: Callable[[], bool], *, timeout: float, every: float = 0.2) -> None:
    """Poll `ready`; LocalError that names `what` when the deadline passes."""
    deadline = time.monotonic() + timeout
    while not ready():
        if time.monotonic() > deadline:
            raise LocalError(f"{what}: not within {timeout:.0f} s")
        time.sleep(every)
