"""Resolves image tags to digests, by the OCI distribution protocol.

A release names its image by digest, so that what was validated is what runs, whoever moves a tag.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor

import requests

from rollout.errors import RolloutError, Unreachable

TIMEOUT_SECONDS = 5.0
MANIFEST_TYPES = ", ".join(
    [
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    ]
)
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def resolve_all(images: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Service → `repository@sha256:…`. Raises RolloutError that lists every image not found."""
    wanted = list(images)
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(_try, wanted))
    errors = [str(result) for result in results if isinstance(result, RolloutError)]
    if errors:
        raise RolloutError("\n".join(errors))
    return {image["service"]: str(found) for image, found in zip(wanted, results, strict=True)}


def _try(image: Mapping[str, str]) -> str | RolloutError:
    try:
        return resolve(image["repository"], image["version"], image["service"])
    except RolloutError as error:
        return error


def resolve(repository: str, tag: str, service: str) -> str:
    """The digest of `repository:tag`, as `repository@sha256:…`.

    Source: OCI distribution specification 1.1, "Checking if content exists in the registry".
    """
    host, _, name = repository.partition("/")
    scheme = "http" if host.rsplit(":", 1)[0] in LOOPBACK else "https"
    try:
        answer = requests.head(
            f"{scheme}://{host}/v2/{name}/manifests/{tag}",
            headers={"Accept": MANIFEST_TYPES},
            timeout=TIMEOUT_SECONDS,
        )
    except requests.RequestException as error:
        raise Unreachable(
            f"{service}: registry {host} doesn't answer ({type(error).__name__}), so the digest "
            f"of {repository}:{tag} is unknown. Start it, or give the release a digest."
        ) from None
    digest = answer.headers.get("Docker-Content-Digest", "")
    if answer.status_code != 200 or not digest:
        raise RolloutError(
            f"{service}: image {repository}:{tag} is not in the registry (status "
            f"{answer.status_code}). Push it, or set a version that exists in grocery:releases."
        )
    return f"{repository}@{digest}"
