"""Reads what is live: routes, Deployments and release documents of all services, in three calls."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lightkube import ApiError, Client
from lightkube.core.client import LabelSelector
from lightkube.resources.apps_v1 import Deployment
from lightkube.resources.core_v1 import ConfigMap

from rollout.gateway import HTTPRoute, weights_of
from rollout.journal import Journal
from rollout.plan import Live

DOCUMENTS: LabelSelector = {"rollout.grocery/document": "true"}
FINGERPRINT_ANNOTATION = "rollout.grocery/fingerprint"
PART_OF: LabelSelector = {"app.kubernetes.io/part-of": "grocery-platform"}
KEPT_DOCUMENTS = 3


@dataclass(frozen=True)
class Snapshot:
    """Everything read at one moment; documents by namespace and fingerprint."""

    routes: Mapping[str, Any]
    running: Mapping[str, str]
    documents: Mapping[tuple[str, str], Mapping[str, Any]]

    def of(self, service: str, namespaces: Mapping[str, str]) -> Live:
        """What one service's tracks run, and which of them is live."""
        route = self.routes.get(service)
        journal = Journal.from_annotations(route.metadata.annotations or {}) if route else None
        weights = weights_of(route.to_dict()) if route else {}
        documents = {
            track: self.documents[namespace, self.running[namespace]]
            for track, namespace in namespaces.items()
            if (namespace, self.running.get(namespace, "")) in self.documents
        }
        return Live(journal, weights, documents)


def read(client: Client) -> Snapshot:
    """Read the cluster. Raises lightkube's and the HTTP client's errors as they come."""
    return Snapshot(
        routes=_routes(client),
        running=_running(client),
        documents={
            (str(found.metadata.namespace), _fingerprint_of(found)): json.loads(
                (found.data or {})["document"]
            )
            for found in client.list(ConfigMap, namespace="*", labels=DOCUMENTS)
            if found.metadata is not None
        },
    )


def collect_documents(client: Client, namespace: str, in_use: set[str]) -> None:
    """Delete the documents of a track that it no longer runs, but for the newest few."""
    found = list(client.list(ConfigMap, namespace=namespace, labels=DOCUMENTS))
    found.sort(key=lambda c: str(c.metadata.creationTimestamp) if c.metadata else "", reverse=True)
    for old in found[KEPT_DOCUMENTS:]:
        if _fingerprint_of(old) not in in_use and old.metadata is not None:
            client.delete(ConfigMap, str(old.metadata.name), namespace=namespace)


def _routes(client: Client) -> dict[str, Any]:
    try:
        found = list(client.list(HTTPRoute, namespace="*", labels=PART_OF))
    except ApiError as error:
        if error.status.code == 404:
            # A cluster on which the Gateway API isn't installed yet has no routes.
            return {}
        raise
    return {str(route.metadata.name): route for route in found if route.metadata}


def _running(client: Client) -> dict[str, str]:
    """Namespace of each track → fingerprint that its Deployment declares."""
    return {
        str(deployment.metadata.namespace): fingerprint
        for deployment in client.list(Deployment, namespace="*", labels=PART_OF)
        if deployment.metadata is not None
        and (fingerprint := (deployment.metadata.annotations or {}).get(FINGERPRINT_ANNOTATION))
    }


def _fingerprint_of(document: ConfigMap) -> str:
    name = document.metadata.name if document.metadata else ""
    return str(name).removeprefix("release-")
