"""Secrets that are generated in the cluster, and pass through neither program nor state."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi

from components import database
from rollout.resources import GeneratedSecret


def database_password(namespaces: Sequence[str], opts: pulumi.ResourceOptions) -> GeneratedSecret:
    """Declare the database's password, for the database itself and for its clients."""
    return GeneratedSecret(
        "database-password",
        secret=database.SECRET,
        key=database.KEY,
        namespaces=sorted({database.NAMESPACE, *namespaces}),
        opts=opts,
    )
