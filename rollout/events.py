"""The Pulumi engine as the audience of a rollout: the adapter behind the Events port."""

from __future__ import annotations

import threading
from typing import Any

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

from rollout.errors import EngineGone

ENGINE_TIMEOUT_SECONDS = 5.0


class Engine:
    """The connection to the engine that started this plugin, and whether it asked to stop."""

    def __init__(self, address: str) -> None:
        self._stub = engine_pb2_grpc.EngineStub(grpc.insecure_channel(address))
        self.cancelled = threading.Event()

    def log(self, text: str, urn: str, *, ephemeral: bool, severity: str = "INFO") -> None:
        """Show `text` on the line of resource `urn`. Raises EngineGone."""
        request: Any = engine_pb2.LogRequest(
            severity=getattr(engine_pb2, severity), message=text, urn=urn, ephemeral=ephemeral
        )
        try:
            self._stub.Log(request, timeout=ENGINE_TIMEOUT_SECONDS)
        except grpc.RpcError as error:
            raise EngineGone(f"the Pulumi engine doesn't answer: {error}") from None


class EngineEvents:
    """Tells of one resource's rollout on that resource's own line."""

    def __init__(self, engine: Engine, urn: str) -> None:
        self._engine = engine
        self._urn = urn
        self._last = ""
        self._gone = False

    def progress(self, text: str) -> None:
        """Show one line in place of the last. Raises EngineGone when nobody listens any more."""
        if text != self._last:
            self._last = text
            self._send(text, ephemeral=True)

    def report(self, text: str) -> None:
        """Say something that stays."""
        self._send(text, ephemeral=False)

    def interruption(self) -> str | None:
        """Ctrl-C reached this plugin as Cancel, or the engine is gone: a log call tells."""
        if self._engine.cancelled.is_set():
            return "interrupted by the user"
        if self._gone:
            return "the pulumi process that asked for it was killed"
        return None

    def _send(self, text: str, *, ephemeral: bool) -> None:
        try:
            self._engine.log(text, self._urn, ephemeral=ephemeral)
        except EngineGone:
            self._gone = True
            raise
