"""A client for the local image registry (https://github.com/opencontainers/distribution-spec)."""

import http.client
from urllib.parse import urlsplit

from local.errors import LocalError
from local.oci import Blob, Image

TIMEOUT_SECONDS = 60


class Registry:
    """The registry at `address` (`host:port`), without TLS and without accounts."""

    def __init__(self, address: str) -> None:
        self._address = address

    def is_up(self) -> bool:
        """Whether it answers."""
        try:
            return self._call("GET", "/v2/")[0] == http.HTTPStatus.OK
        except LocalError:
            return False

    def has(self, name: str, tag: str) -> bool:
        """Whether the image `name:tag` is there."""
        return self._call("HEAD", f"/v2/{name}/manifests/{tag}")[0] == http.HTTPStatus.OK

    def push(self, name: str, tags: tuple[str, ...], image: Image) -> str:
        """Upload what is missing, then the manifest under each tag; the image's digest."""
        for blob in (image.layer, image.config):
            if self._call("HEAD", f"/v2/{name}/blobs/{blob.digest}")[0] != http.HTTPStatus.OK:
                self._upload(name, blob)
        for tag in tags:
            self._put(f"/v2/{name}/manifests/{tag}", image.manifest)
        return image.manifest.digest

    def _upload(self, name: str, blob: Blob) -> None:
        status, headers = self._call("POST", f"/v2/{name}/blobs/uploads/")
        if status != http.HTTPStatus.ACCEPTED:
            raise LocalError(f"registry {self._address} refused an upload to {name}: HTTP {status}")
        place = urlsplit(headers["location"])
        query = f"{place.query}&digest={blob.digest}" if place.query else f"digest={blob.digest}"
        self._put(f"{place.path}?{query}", Blob("application/octet-stream", blob.data, ""))

    def _put(self, path: str, blob: Blob) -> None:
        status, _ = self._call("PUT", path, blob)
        if status != http.HTTPStatus.CREATED:
            raise LocalError(f"registry {self._address} refused {path}: HTTP {status}")

    def _call(self, method: str, path: str, body: Blob | None = None) -> tuple[int, dict[str, str]]:
        connection = http.client.HTTPConnection(self._address, timeout=TIMEOUT_SECONDS)
        headers = {"Content-Type": body.media_type} if body else {}
        headers["Accept"] = "application/vnd.oci.image.manifest.v1+json"
        try:
            connection.request(method, path, body.data if body else None, headers)
            response = connection.getresponse()
            response.read()
        except (OSError, http.client.HTTPException) as error:
            raise LocalError(f"registry http://{self._address} does not answer: {error}") from None
        finally:
            connection.close()
        return response.status, {k.lower(): v for k, v in response.getheaders()}
