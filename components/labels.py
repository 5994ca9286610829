"""The recommended labels of Kubernetes, and the few keys of our own."""

from __future__ import annotations

PART_OF = "grocery-platform"

RELEASE_LABEL = "rollout.grocery/release"
"""On a pod: the fingerprint of the release that it runs."""

FINGERPRINT_ANNOTATION = "rollout.grocery/fingerprint"
"""On a Deployment: the fingerprint of the release that it declares."""

DOCUMENT_LABEL = "rollout.grocery/document"
"""On a ConfigMap that holds the document of a release."""

SKIP_AWAIT = {"pulumi.com/skipAwait": "true"}
"""The rollout waits for pods, with a deadline of its own and an end to what can't heal.

The provider's waiting takes 10 s for each new Service, and 10 minutes for an image that isn't
there.
"""


def selector(name: str) -> dict[str, str]:
    """Return the labels that select the pods of an application."""
    return {"app.kubernetes.io/name": name}


def recommended(name: str, component: str) -> dict[str, str]:
    """Return the labels of an application's objects.

    The same on both tracks; the namespace tells them apart.
    """
    return {
        **selector(name),
        "app.kubernetes.io/instance": name,
        "app.kubernetes.io/component": component,
        "app.kubernetes.io/part-of": PART_OF,
        "app.kubernetes.io/managed-by": "pulumi",
    }
