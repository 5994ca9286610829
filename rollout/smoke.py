"""Requests through the gateway: the adapter behind the Requests port."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import requests
from requests.adapters import HTTPAdapter

from rollout.gates import Answer

TIMEOUT_SECONDS = 2.0
AT_ONCE = 8


@dataclass(frozen=True)
class Door:
    """Where requests go: `url` of the service at the gateway, `host` to ask for, the pin header."""

    url: str
    host: str
    pin_header: str
    path: str


class GatewayRequests:
    """Sends requests, a few at once, each with a deadline, over new connections.

    New connections, because a kept one may hold on to a proxy that is about to go.
    """

    def __init__(self, door: Door) -> None:
        self._door = door

    def send(self, count: int, pin: str | None) -> Sequence[Answer]:
        """Send `count` requests, pinned to a track or not, and return every answer."""
        headers = {"Host": self._door.host}
        if pin is not None:
            headers[self._door.pin_header] = pin
        with requests.Session() as session, ThreadPoolExecutor(AT_ONCE) as pool:
            # trust_env off: the gateway is never behind the proxy that serves the way out.
            session.trust_env = False
            session.mount("http://", HTTPAdapter(pool_maxsize=AT_ONCE))
            return list(pool.map(lambda _: self._ask(session, headers), range(count)))

    def _ask(self, session: requests.Session, headers: dict[str, str]) -> Answer:
        started = time.monotonic()
        url = self._door.url.rstrip("/") + self._door.path
        try:
            answer = session.get(
                url, headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False
            )
        except requests.RequestException as error:
            return Answer(0, "", "", time.monotonic() - started, error=type(error).__name__)
        return Answer(
            status=answer.status_code,
            version=answer.headers.get("X-Grocery-Version", ""),
            track=answer.headers.get("X-Grocery-Track", ""),
            seconds=time.monotonic() - started,
        )
