"""A random value in a Kubernetes Secret, the same in several namespaces, made in the cluster."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence

from lightkube import ApiError, Client
from lightkube.models.meta_v1 import ObjectMeta
from lightkube.resources.core_v1 import Secret

from rollout.gateway import FIELD_MANAGER

VALUE_BYTES = 32


def ensure(client: Client, name: str, key: str, namespaces: Sequence[str]) -> None:
    """Have the Secret in every namespace with one and the same value.

    Whichever namespace has it already gives the value (the first named counts), so a second run,
    one after a crash, and one without a state file all keep what is in use.
    """
    found = [value for space in namespaces if (value := _value(client, name, key, space))]
    value = found[0] if found else _random()
    for namespace in namespaces:
        secret = Secret(
            metadata=ObjectMeta(
                name=name,
                namespace=namespace,
                labels={"app.kubernetes.io/managed-by": FIELD_MANAGER},
            ),
            type="Opaque",
            data={key: value},
        )
        client.apply(secret, field_manager=FIELD_MANAGER, force=True)


def remove(client: Client, name: str, namespaces: Sequence[str]) -> None:
    """Delete the Secret wherever it still is."""
    for namespace in namespaces:
        try:
            client.delete(Secret, name, namespace=namespace)
        except ApiError as error:
            if error.status.code != 404:
                raise


def _value(client: Client, name: str, key: str, namespace: str) -> str | None:
    try:
        secret = client.get(Secret, name, namespace=namespace)
    except ApiError as error:
        if error.status.code == 404:
            return None
        raise
    return (secret.data or {}).get(key)


def _random() -> str:
    return base64.b64encode(secrets.token_urlsafe(VALUE_BYTES).encode()).decode()
