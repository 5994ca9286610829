"""What ails a pod, told from its status. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from lightkube.models.core_v1 import ContainerStatus
from lightkube.resources.core_v1 import Pod

CANNOT_HEAL = frozenset(
    {
        "CrashLoopBackOff",
        "ImagePullBackOff",
        "ErrImageNeverPull",
        "InvalidImageName",
        "CreateContainerConfigError",
        "CreateContainerError",
        "RunContainerError",
    }
)
"""Reasons for waiting that don't pass by waiting, unlike ContainerCreating or one ErrImagePull.

Kubernetes retries each of them for ever (kubelet's `kuberuntime` and `images` packages name them);
a release that reaches one is undone at once rather than at its deadline.
"""


@dataclass(frozen=True)
class Ailment:
    """One container that isn't well. `hopeless` when waiting doesn't help."""

    pod: str
    container: str
    reason: str
    message: str
    hopeless: bool
    restarted: bool

    def __str__(self) -> str:
        """As the kubernetes provider words it, because people know how to read that."""
        told = f" {self.message}" if self.message else ""
        return f"pod {self.pod}, container {self.container}: {self.reason}{told}"


def ready(pod: Pod) -> bool:
    """Whether a pod may take traffic: Ready, and not on its way out."""
    if pod.metadata is None or pod.metadata.deletionTimestamp is not None or pod.status is None:
        return False
    return any(c.type == "Ready" and c.status == "True" for c in pod.status.conditions or [])


def ailments(pod: Pod) -> list[Ailment]:
    """What ails a pod that isn't ready; nothing for one that merely takes its time."""
    if pod.status is None or pod.metadata is None or pod.metadata.deletionTimestamp is not None:
        return []
    name = pod.metadata.name or ""
    if unscheduled := _unscheduled(pod, name):
        return [unscheduled]
    statuses = [*(pod.status.initContainerStatuses or []), *(pod.status.containerStatuses or [])]
    return [found for status in statuses if (found := _container(name, status))]


def _unscheduled(pod: Pod, name: str) -> Ailment | None:
    conditions = (pod.status.conditions if pod.status else None) or []
    for condition in conditions:
        if condition.type == "PodScheduled" and condition.status == "False":
            # An autoscaler of nodes may still help, so this waits until the deadline.
            reason = condition.reason or "Unschedulable"
            return Ailment(name, "-", reason, condition.message or "", False, False)
    return None


def _container(pod: str, status: ContainerStatus) -> Ailment | None:
    if status.ready:
        return None
    restarted = (status.restartCount or 0) > 0
    waiting = status.state.waiting if status.state else None
    if waiting is not None and waiting.reason not in (None, "ContainerCreating", "PodInitializing"):
        message = _last_end(status) or waiting.message or ""
        hopeless = waiting.reason in CANNOT_HEAL
        return Ailment(pod, status.name, waiting.reason or "", message, hopeless, restarted)
    if status.state and status.state.running:
        message = _last_end(status) or "the readiness probe doesn't pass"
        return Ailment(pod, status.name, "not ready:", message, False, restarted)
    return None


def _last_end(status: ContainerStatus) -> str:
    ended = status.lastState.terminated if status.lastState else None
    if ended is None:
        return ""
    return (
        f"(ended with exit code {ended.exitCode}, {ended.reason}, {status.restartCount} restarts)"
    )
