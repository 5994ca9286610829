"""What the services lean on: PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_kubernetes.apps import v1 as apps
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, ObjectMetaArgs

from components import database
from components.labels import SKIP_AWAIT, recommended, selector
from components.security import container_security_context, pod_security_context

USER = 999
"""The `postgres` user of the image."""

DATA_PATH = "/var/lib/postgresql/data"


@dataclass(frozen=True)
class PostgresArgs:
    """`image` is exact, `storage` a quantity; the namespace and the password exist already."""

    image: str
    storage: str
    storage_class: str

    def __post_init__(self) -> None:
        """Refuse an image that may change under its name."""
        if "@sha256:" not in self.image:
            raise ValueError(f"postgres: image {self.image} has no digest")


class Postgres(pulumi.ComponentResource):
    """One PostgreSQL server with a volume, as a StatefulSet, and its Service."""

    def __init__(
        self, name: str, args: PostgresArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("grocery:platform:Postgres", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        core.Service(
            name,
            metadata=_metadata(annotations=SKIP_AWAIT),
            spec=core.ServiceSpecArgs(
                cluster_ip="None",
                selector=selector(database.NAME),
                ports=[
                    core.ServicePortArgs(
                        name="postgres", port=database.PORT, target_port="postgres", protocol="TCP"
                    )
                ],
            ),
            opts=child,
        )
        # Awaited, unlike the services: they can't start without it, and no rollout waits for it.
        apps.StatefulSet(
            name,
            metadata=_metadata(),
            spec=apps.StatefulSetSpecArgs(
                service_name=database.NAME,
                replicas=1,
                selector=LabelSelectorArgs(match_labels=selector(database.NAME)),
                template=_template(args.image),
                volume_claim_templates=[_claim(args)],
            ),
            opts=pulumi.ResourceOptions.merge(
                child,
                pulumi.ResourceOptions(
                    custom_timeouts=pulumi.CustomTimeouts(create="5m", update="5m")
                ),
            ),
        )
        self.register_outputs({})


def _metadata(**more: Any) -> ObjectMetaArgs:
    labels = recommended(database.NAME, "database")
    return ObjectMetaArgs(name=database.NAME, namespace=database.NAMESPACE, labels=labels, **more)


def _claim(args: PostgresArgs) -> Any:
    return {
        "metadata": {"name": "data"},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": args.storage_class,
            "resources": {"requests": {"storage": args.storage}},
        },
    }


def _template(image: str) -> Any:
    return {
        "metadata": {"labels": recommended(database.NAME, "database")},
        "spec": {
            "automountServiceAccountToken": False,
            "enableServiceLinks": False,
            "securityContext": pod_security_context(USER),
            "terminationGracePeriodSeconds": 60,
            "containers": [_container(image)],
            "volumes": [
                *database.volumes(),
                {"name": "tmp", "emptyDir": {"sizeLimit": "64Mi"}},
            ],
        },
    }


def _container(image: str) -> dict[str, Any]:
    return {
        "name": "postgres",
        "image": image,
        "ports": [{"name": "postgres", "containerPort": database.PORT, "protocol": "TCP"}],
        "env": [
            {"name": "POSTGRES_DB", "value": database.DATABASE},
            {"name": "POSTGRES_PASSWORD_FILE", "value": f"{database.MOUNT_PATH}/{database.KEY}"},
            {"name": "POSTGRES_USER", "value": database.USER},
        ],
        "resources": {
            "requests": {"cpu": "100m", "memory": "128Mi"},
            "limits": {"cpu": "1", "memory": "512Mi"},
        },
        "securityContext": container_security_context(),
        "volumeMounts": [
            *database.volume_mounts(),
            {"name": "data", "mountPath": DATA_PATH},
            {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108, a volume of the pod's own
        ],
        "startupProbe": _tcp(period=1, failures=120),
        "livenessProbe": _tcp(period=10, failures=3),
        "readinessProbe": _tcp(period=2, failures=2),
    }


def _tcp(period: int, failures: int) -> dict[str, Any]:
    # TCP rather than pg_isready: the server listens only once it takes connections.
    return {
        "tcpSocket": {"port": "postgres"},
        "periodSeconds": period,
        "timeoutSeconds": 1,
        "failureThreshold": failures,
    }
