"""The exact image of each release: by the stack's digest, or by asking the registry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rollout.resources import ImageRequest, Provider, resolve_images


@dataclass(frozen=True)
class Image:
    """An image as a stack names it."""

    repository: str
    version: str
    digest: str | None

    @property
    def exact(self) -> str | None:
        """`repository@sha256:…`, when the digest is known."""
        return f"{self.repository}@{self.digest}" if self.digest else None


def exact_images(images: Mapping[str, Image], provider: Provider) -> Mapping[str, str]:
    """Return the exact image of each name; one call resolves all that have no digest."""
    requests = [
        ImageRequest(service=name, repository=image.repository, version=image.version)
        for name, image in images.items()
        if image.exact is None
    ]
    known = {name: image.exact for name, image in images.items() if image.exact is not None}
    return {**known, **resolve_images(requests, provider)}
