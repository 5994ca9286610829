"""A client that counts every request: a steady rate, every answer kept, none repeated."""

from __future__ import annotations

import http.client
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

HOST, PORT = "127.0.0.1", 8080
HEADERS = {"Host": "shop.grocery.localhost"}
TIMEOUT_SECONDS = 5.0


@dataclass
class Load:
    """`rate` requests a second to `path` over `clients` connections, until stopped.

    `answers` counts (status, version); a status of 0 stands for no answer at all. `ended` keeps
    for every version when its last request was sent, on the monotonic clock.
    """

    path: str
    rate: float = 300.0
    clients: int = 10
    longest_seconds: float = 180.0
    answers: Counter[tuple[int, str]] = field(default_factory=Counter)
    ended: dict[str, float] = field(default_factory=dict)
    _stop: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> Load:
        self._threads = [threading.Thread(target=self._run) for _ in range(self.clients)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    @property
    def sent(self) -> int:
        return sum(self.answers.values())

    @property
    def failed(self) -> dict[tuple[int, str], int]:
        return {key: count for key, count in self.answers.items() if key[0] != 200}

    @property
    def versions(self) -> set[str]:
        return {version for status, version in self.answers if status == 200}

    def _run(self) -> None:
        connection = http.client.HTTPConnection(HOST, PORT, timeout=TIMEOUT_SECONDS)
        started = time.monotonic()
        turn = 0
        while not self._stop.is_set() and time.monotonic() - started < self.longest_seconds:
            due = started + turn * self.clients / self.rate
            self._stop.wait(max(0.0, due - time.monotonic()))
            self._ask(connection)
            turn += 1
        connection.close()

    def _ask(self, connection: http.client.HTTPConnection) -> None:
        sent = time.monotonic()
        try:
            connection.request("GET", self.path, headers=HEADERS)
            answer = connection.getresponse()
            answer.read()
            found = (answer.status, answer.headers.get("X-Grocery-Version", ""))
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            found = (0, type(error).__name__)
        with self._lock:
            self.answers[found] += 1
            self.ended[found[1]] = sent
