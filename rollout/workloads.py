"""The pods of a service's tracks: the adapter behind the Workloads port."""

from __future__ import annotations

from collections.abc import Mapping

from lightkube import ApiError, Client
from lightkube.core.client import LabelSelector
from lightkube.models.autoscaling_v1 import ScaleSpec
from lightkube.models.meta_v1 import ObjectMeta
from lightkube.resources.apps_v1 import Deployment
from lightkube.resources.autoscaling_v2 import HorizontalPodAutoscaler
from lightkube.resources.core_v1 import Pod
from lightkube.resources.discovery_v1 import EndpointSlice
from lightkube.types import PatchType

from rollout.decide import TrackPods
from rollout.diagnosis import Ailment, ailments, ready
from rollout.gateway import FIELD_MANAGER
from rollout.release import Release

RELEASE_LABEL = "rollout.grocery/release"
LAST_LOG_LINES = 5


class KubernetesWorkloads:
    """Observes and scales the Deployment named as the service in each track's namespace."""

    def __init__(self, client: Client, service: str, namespaces: Mapping[str, str]) -> None:
        self._client = client
        self._service = service
        self._namespaces = namespaces

    def observe(self, track: str, release: Release) -> TrackPods:
        """The pods of a track, counted for `release`."""
        pods = self._pods(track)
        addresses = self._ready_addresses(track)
        of_release = [pod for pod in pods if _label(pod) == release.fingerprint]
        serving = {_address(pod) for pod in of_release if ready(pod)} & addresses
        others = addresses - {_address(pod) for pod in of_release}
        ills = [ill for pod in of_release if not ready(pod) for ill in ailments(pod)]
        return TrackPods(
            wanted=self._wanted(track),
            ready=len(serving),
            others=len(others),
            hopeless=next((str(ill) for ill in ills if ill.hopeless), None),
            waiting_for=f"({ills[0]})" if ills else "",
        )

    def explain(self, track: str) -> str:
        """What ails the pods of a track: pod, container, reason, last log lines; or nothing."""
        ills = [ill for pod in self._pods(track) if not ready(pod) for ill in ailments(pod)]
        ills.sort(key=lambda ill: not ill.hopeless)
        if not ills:
            return ""
        first = ills[0]
        more = f" (and {len(ills) - 1} more like it)" if len(ills) > 1 else ""
        return f"{first}{more}{self._last_log(track, first)}"

    def reserve(self, track: str, pods: int) -> None:
        """Have at least this many pods, and let the autoscaler not go below.

        Both the autoscaler's minimum and the scale: the minimum alone waits for the autoscaler's
        next look (16 s measured), the scale alone is undone by it.
        """
        self._set_minimum(track, pods)
        if self._wanted(track) < pods:
            self._scale(track, pods)

    def settle(self, track: str, minimum: int, *, idle: bool) -> None:
        """Set the autoscaler's minimum; an idle track goes to it at once."""
        self._set_minimum(track, minimum)
        wanted = self._wanted(track)
        if wanted < minimum or (idle and wanted != minimum):
            self._scale(track, minimum)

    def count(self, track: str) -> tuple[int, int]:
        """Pods ready and pods wanted, of whatever release."""
        return sum(1 for pod in self._pods(track) if ready(pod)), self._wanted(track)

    def minimum(self, track: str) -> int:
        """What the autoscaler of a track doesn't go below; 1 is the API server's own default."""
        scaler = self._client.get(
            HorizontalPodAutoscaler, self._service, namespace=self._namespaces[track]
        )
        return (scaler.spec.minReplicas if scaler.spec else None) or 1

    def _pods(self, track: str) -> list[Pod]:
        labels: LabelSelector = {"app.kubernetes.io/name": self._service}
        return list(self._client.list(Pod, namespace=self._namespaces[track], labels=labels))

    def _ready_addresses(self, track: str) -> set[str]:
        labels: LabelSelector = {"kubernetes.io/service-name": self._service}
        namespace = self._namespaces[track]
        slices = self._client.list(EndpointSlice, namespace=namespace, labels=labels)
        return {
            address
            for endpoints in slices
            for endpoint in endpoints.endpoints or []
            if endpoint.conditions and endpoint.conditions.ready
            for address in endpoint.addresses
        }

    def _wanted(self, track: str) -> int:
        try:
            deployment = self._client.get(
                Deployment, self._service, namespace=self._namespaces[track]
            )
        except ApiError as error:
            if error.status.code == 404:
                return 0
            raise
        return (deployment.spec.replicas if deployment.spec else None) or 0

    def _set_minimum(self, track: str, minimum: int) -> None:
        """By server-side apply under an own manager: Pulumi declares the rest of the HPA."""
        self._client.patch(
            HorizontalPodAutoscaler,
            self._service,
            {
                "apiVersion": "autoscaling/v2",
                "kind": "HorizontalPodAutoscaler",
                "metadata": {"name": self._service, "namespace": self._namespaces[track]},
                "spec": {"minReplicas": max(1, minimum)},
            },
            namespace=self._namespaces[track],
            patch_type=PatchType.APPLY,
            field_manager=FIELD_MANAGER,
            force=True,
        )

    def _scale(self, track: str, pods: int) -> None:
        namespace = self._namespaces[track]
        self._client.replace(
            Deployment.Scale(
                metadata=ObjectMeta(name=self._service, namespace=namespace),
                spec=ScaleSpec(replicas=pods),
            ),
            self._service,
            namespace=namespace,
            field_manager=FIELD_MANAGER,
        )

    def _last_log(self, track: str, ill: Ailment) -> str:
        if ill.container == "-":
            return ""
        try:
            lines = list(
                self._client.log(
                    ill.pod,
                    namespace=self._namespaces[track],
                    container=ill.container,
                    tail_lines=LAST_LOG_LINES,
                )
            )
        except ApiError:
            # A container that never ran has no log; its reason says enough.
            return ""
        return "".join(f"\n  log: {line.rstrip()}" for line in lines)


def _label(pod: Pod) -> str:
    labels = (pod.metadata.labels if pod.metadata else None) or {}
    return str(labels.get(RELEASE_LABEL, ""))


def _address(pod: Pod) -> str:
    return str((pod.status.podIP if pod.status else None) or "")
