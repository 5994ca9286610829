"""The connection to a cluster's API server, and its failures put in words."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
from lightkube import ApiError, Client, KubeConfig
from lightkube.core.exceptions import ConfigError

from rollout.errors import RolloutError, Unreachable

TIMEOUT_SECONDS = 10.0


def connect(kubeconfig: str | None, context: str | None) -> Client:
    """A client for `context` of a kubeconfig file. Raises Unreachable when there is none."""
    path = kubeconfig or os.environ.get("KUBECONFIG") or str(Path("~/.kube/config").expanduser())
    try:
        config = KubeConfig.from_file(path).get(context_name=context)
    except (ConfigError, OSError) as error:
        raise Unreachable(
            f"kubeconfig {path}: {error}. Set KUBECONFIG to a file that exists."
        ) from None
    if config is None:
        raise Unreachable(
            f"kubeconfig {path} has no context {context!r}. Add it, or set another in the stack."
        )
    return Client(config, timeout=httpx2.Timeout(TIMEOUT_SECONDS))


@contextmanager
def in_words() -> Iterator[None]:
    """Turn what the API server or the way to it says into errors of a rollout."""
    try:
        yield
    except ApiError as error:
        raise RolloutError(f"the Kubernetes API refused: {error.status.message}") from error
    except httpx2.HTTPError as error:
        request = getattr(error, "_request", None)
        where = f" at {request.url.host}:{request.url.port}" if request is not None else ""
        raise Unreachable(
            f"the Kubernetes API{where} doesn't answer ({type(error).__name__}: {error})."
        ) from error
