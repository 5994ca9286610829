"""A release as a document: all that makes its pods what they are, the same on either track.

Pure. Whatever is in the document, a change of it is a release; whatever is not (HPA, PDB, routes)
can change without one. Hence nothing in it may name a track: a pod learns its own from its
namespace, by the downward API.
"""

from __future__ import annotations

import json
from typing import Any

from components import database
from components.catalogue import Resources, Service
from components.labels import recommended, selector
from components.probes import container_probes
from components.security import container_security_context, pod_security_context
from rollout.resources import Document

USER = 65532
"""The customary `nonroot` user of minimal images."""

_ZONES = ("kubernetes.io/hostname", "topology.kubernetes.io/zone")


def release_document(name: str, service: Service, version: str, image: str) -> Document:
    """Return the document of a release: service, version, image, template, configuration.

    `image` is `repository@sha256:…`; `template` a pod template as Kubernetes JSON;
    `configuration` names what the pods mount.
    """
    return {
        "service": name,
        "version": version,
        "image": image,
        "template": _template(name, service, version, image),
        "configuration": {"secrets": [database.SECRET] if service.database else []},
    }


def canonical_json(document: Document) -> str:
    """Return the one JSON text of a document: sorted keys, no spaces."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"))


def _template(name: str, service: Service, version: str, image: str) -> dict[str, Any]:
    labels = {**recommended(name, service.component), "app.kubernetes.io/version": version}
    return {
        "metadata": {"labels": labels, "annotations": _scraping(service.port)},
        "spec": {
            "serviceAccountName": name,
            "automountServiceAccountToken": False,
            "enableServiceLinks": False,
            "securityContext": pod_security_context(USER),
            "terminationGracePeriodSeconds": service.shutdown.grace_seconds,
            "topologySpreadConstraints": [_spread(name, key) for key in _ZONES],
            "containers": [_container(name, service, version, image)],
            "volumes": database.volumes() if service.database else [],
        },
    }


def _scraping(port: int) -> dict[str, str]:
    return {
        "prometheus.io/scrape": "true",
        "prometheus.io/port": str(port),
        "prometheus.io/path": "/metrics",
    }


def _spread(name: str, topology_key: str) -> dict[str, Any]:
    # ScheduleAnyway: an uneven spread is better than a pod that waits. By pod-template-hash, since
    # the pods of the release before must not decide where those of this one go.
    return {
        "maxSkew": 1,
        "topologyKey": topology_key,
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": selector(name)},
        "matchLabelKeys": ["pod-template-hash"],
    }


def _container(name: str, service: Service, version: str, image: str) -> dict[str, Any]:
    return {
        "name": "app",
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "ports": [{"name": "http", "containerPort": service.port, "protocol": "TCP"}],
        "env": _environment(name, service, version),
        "resources": _resources(service.resources),
        "securityContext": container_security_context(),
        # Native sleep: it needs no shell in the image.
        "lifecycle": {"preStop": {"sleep": {"seconds": service.shutdown.drain_seconds}}},
        "volumeMounts": database.volume_mounts() if service.database else [],
        **container_probes(service.probes),
    }


def _environment(name: str, service: Service, version: str) -> list[dict[str, Any]]:
    values = {
        "GROCERY_SERVICE": name,
        "GROCERY_VERSION": version,
        "PORT": str(service.port),
        **(database.environment() if service.database else {}),
        **service.env,
    }
    field = {"fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}}
    namespace = {"name": "POD_NAMESPACE", "valueFrom": field}
    plain = [{"name": key, "value": value} for key, value in values.items()]
    return sorted([*plain, namespace], key=lambda variable: str(variable["name"]))


def _resources(resources: Resources) -> dict[str, Any]:
    return {
        "requests": {"cpu": resources.requests.cpu, "memory": resources.requests.memory},
        "limits": {"cpu": resources.limits.cpu, "memory": resources.limits.memory},
    }
