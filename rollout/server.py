"""Serves the provider to the Pulumi engine over gRPC."""

from __future__ import annotations

import asyncio
import sys
import traceback
from collections.abc import Awaitable, Callable
from typing import Any

import grpc
import grpc.aio
from pulumi.provider.experimental.server import ProviderServicer
from pulumi.runtime.proto import provider_pb2_grpc

from rollout.errors import RolloutError
from rollout.events import Engine
from rollout.provider import RolloutProvider

VERSION = "0.1.0"
Handler = Callable[[Any, Any], Awaitable[Any]]


class ErrorsInWords(grpc.aio.ServerInterceptor):  # type: ignore[misc]
    """Answers with errors that users can read, where gRPC would send the exception's name."""

    async def intercept_service(self, continuation: Any, details: Any) -> Any:
        """Wrap the handler of a call."""
        handler = await continuation(details)
        if handler is None or handler.unary_unary is None:
            return handler
        return grpc.unary_unary_rpc_method_handler(
            _in_words(handler.unary_unary),
            request_deserializer=handler.request_deserializer,
            response_serializer=handler.response_serializer,
        )


def _in_words(behaviour: Handler) -> Handler:
    async def answer(request: Any, context: Any) -> Any:
        try:
            return await behaviour(request, context)
        except RolloutError as error:
            await context.abort(grpc.StatusCode.UNKNOWN, str(error))
        except (grpc.aio.AbortError, NotImplementedError):
            # The second one is a call of the protocol that the SDK doesn't serve; it said so.
            raise
        except Exception as error:
            # A bug of ours: the engine keeps the plugin's standard error in its verbose log.
            traceback.print_exc()
            told = f"unexpected {type(error).__name__}: {error}; a bug in the rollout plugin"
            await context.abort(grpc.StatusCode.INTERNAL, told)

    return answer


async def serve(engine_address: str) -> None:
    """Listen on a port of loopback, tell the engine which on standard output, and serve."""
    server = grpc.aio.server(interceptors=[ErrorsInWords()])
    provider = RolloutProvider(Engine(engine_address))
    servicer = ProviderServicer([], VERSION, provider, engine_address)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(port, flush=True)
    await server.wait_for_termination()


def main() -> None:
    """Start as the engine does: its address is the first argument."""
    if len(sys.argv) < 2:
        sys.exit("pulumi-resource-rollout is started by `pulumi`, with the engine's address")
    asyncio.run(serve(sys.argv[1]))


if __name__ == "__main__":
    main()
