"""What Pod Security `restricted` asks of a pod, and the namespace label that asks for it.

Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
"""

from __future__ import annotations

from typing import Any

RESTRICTED_NAMESPACE = {
    "pod-security.kubernetes.io/enforce": "restricted",
    "pod-security.kubernetes.io/warn": "restricted",
}


def pod_security_context(user: int) -> dict[str, Any]:
    """Return the pod's securityContext, with `user` as user and group, as Kubernetes JSON."""
    return {
        "runAsNonRoot": True,
        "runAsUser": user,
        "runAsGroup": user,
        "fsGroup": user,
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def container_security_context() -> dict[str, Any]:
    """Return a container's securityContext, as Kubernetes JSON.

    A read-only root file system is more than `restricted` asks for: nothing here writes to it.
    """
    return {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
