"""One track of a microservice: its objects in its namespace, running the release it is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_kubernetes.apps import v1 as apps
from pulumi_kubernetes.autoscaling import v2 as autoscaling
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, ObjectMetaArgs
from pulumi_kubernetes.policy import v1 as policy

from components import network
from components.catalogue import Scaling
from components.labels import (
    DOCUMENT_LABEL,
    FINGERPRINT_ANNOTATION,
    RELEASE_LABEL,
    SKIP_AWAIT,
    recommended,
    selector,
)
from components.release import canonical_json
from components.scaling import autoscaler_spec, disruption_budget_spec
from rollout.resources import TrackRelease

PROGRESS_DEADLINE_SECONDS = 120
"""When Kubernetes calls a Deployment stuck; the rollout's own deadline is what ends a release."""

SURGE = {1: "25%", 2: "100%"}
"""New pods at once, by the number of tracks.

On two tracks the idle one gets them all: nobody uses it, and it is ready sooner.
"""


@dataclass(frozen=True)
class TrackArgs:
    """What a track is made from.

    `namespace` exists already; `tracks` is how many tracks the service has. Only `release` decides
    what the pods are: the rest may change without a release.
    """

    service: str
    component: str
    namespace: str
    tracks: int
    release: TrackRelease
    scaling: Scaling

    def __post_init__(self) -> None:
        """Refuse a release of another service."""
        released = self.release.document["service"]
        if released != self.service:
            raise ValueError(f"track {self.namespace}: the release is of {released}")


class Track(pulumi.ComponentResource):
    """ServiceAccount, release document, Deployment, Service, HPA, PDB and ReferenceGrant."""

    def __init__(
        self, name: str, args: TrackArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("grocery:platform:Track", name, None, opts)
        self._name, self._args = name, args
        self._service_account()
        self._document()
        self._deployment()
        self._service()
        self._autoscaler()
        self._disruption_budget()
        self._grant()
        self.register_outputs({"namespace": args.namespace})

    def _metadata(self, name: str | None = None, **more: Any) -> ObjectMetaArgs:
        args = self._args
        labels = {**recommended(args.service, args.component), **more.pop("labels", {})}
        return ObjectMetaArgs(
            name=name or args.service, namespace=args.namespace, labels=labels, **more
        )

    def _child(self, **more: Any) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, **more)

    def _service_account(self) -> None:
        core.ServiceAccount(
            self._name,
            metadata=self._metadata(),
            automount_service_account_token=False,
            opts=self._child(),
        )

    def _document(self) -> None:
        release = self._args.release
        core.ConfigMap(
            f"{self._name}-release",
            metadata=self._metadata(
                f"release-{release.fingerprint}", labels={DOCUMENT_LABEL: "true"}
            ),
            immutable=True,
            data={"document": canonical_json(release.document)},
            # Retained: going back to an earlier release needs the name that an older entry of the
            # state may still wait to delete (pulumi-kubernetes#4522, #2948). The rollout collects
            # the documents that no track runs.
            opts=self._child(retain_on_delete=True),
        )

    def _deployment(self) -> None:
        fingerprint = self._args.release.fingerprint
        template = _labelled(self._args.release)
        apps.Deployment(
            self._name,
            metadata=ObjectMetaArgs(
                name=self._args.service,
                namespace=self._args.namespace,
                # From the release, so that a changed catalogue doesn't reach a live track.
                labels=self._args.release.document["template"]["metadata"]["labels"],
                annotations={**SKIP_AWAIT, FINGERPRINT_ANNOTATION: fingerprint},
            ),
            # No replicas: they are the autoscaler's and the rollout's.
            spec=apps.DeploymentSpecArgs(
                selector=LabelSelectorArgs(match_labels=selector(self._args.service)),
                template=template,
                strategy=_replacement(self._args.tracks),
                progress_deadline_seconds=PROGRESS_DEADLINE_SECONDS,
                revision_history_limit=2,
            ),
            opts=self._child(),
        )

    def _service(self) -> None:
        core.Service(
            self._name,
            metadata=self._metadata(annotations=SKIP_AWAIT),
            spec=core.ServiceSpecArgs(
                selector=selector(self._args.service),
                ports=[
                    core.ServicePortArgs(
                        name="http", port=network.SERVICE_PORT, target_port="http", protocol="TCP"
                    )
                ],
            ),
            opts=self._child(),
        )

    def _autoscaler(self) -> None:
        autoscaling.HorizontalPodAutoscaler(
            self._name,
            metadata=self._metadata(),
            spec=autoscaler_spec(self._args.service, self._args.scaling),
            opts=self._child(),
        )

    def _disruption_budget(self) -> None:
        policy.PodDisruptionBudget(
            self._name,
            metadata=self._metadata(),
            spec=disruption_budget_spec(selector(self._args.service), self._args.scaling),
            opts=self._child(),
        )

    def _grant(self) -> None:
        network.route_grant(self._name, self._metadata(), self._args.service, self._child())


def _labelled(release: TrackRelease) -> Any:
    """Return the release's pod template with the label by which the rollout knows its pods.

    The label can't be in the document: it is the document's hash.
    """
    template = release.document["template"]
    metadata = template["metadata"]
    labels = {**metadata["labels"], RELEASE_LABEL: release.fingerprint}
    return {**template, "metadata": {**metadata, "labels": labels}}


def _replacement(tracks: int) -> apps.DeploymentStrategyArgs:
    return apps.DeploymentStrategyArgs(
        type="RollingUpdate",
        rolling_update=apps.RollingUpdateDeploymentArgs(max_unavailable=0, max_surge=SURGE[tracks]),
    )
