"""How a service reaches PostgreSQL: names, environment, and the password as a mounted file.

A file rather than a variable: variables show in crash reports and reach child processes.
"""

from __future__ import annotations

from typing import Any

NAMESPACE = "grocery-data"
NAME = "postgres"
USER = "grocery"
DATABASE = "grocery"
PORT = 5432

SECRET = "database"  # noqa: S105, the name of a Secret
KEY = "password"
MOUNT_PATH = "/var/run/secrets/grocery/database"


def environment() -> dict[str, str]:
    """Return the variables that a client of the database reads."""
    return {
        "GROCERY_DATABASE_PASSWORD_FILE": f"{MOUNT_PATH}/{KEY}",
        "PGDATABASE": DATABASE,
        "PGHOST": f"{NAME}.{NAMESPACE}",
        "PGPORT": str(PORT),
        "PGUSER": USER,
    }


def volumes() -> list[dict[str, Any]]:
    """Return the volume that holds the password, as Kubernetes JSON."""
    # 0440: the group is the pod's fsGroup.
    return [{"name": SECRET, "secret": {"secretName": SECRET, "defaultMode": 0o440}}]


def volume_mounts() -> list[dict[str, Any]]:
    """Return the mount of the password, as Kubernetes JSON."""
    return [{"name": SECRET, "mountPath": MOUNT_PATH, "readOnly": True}]
