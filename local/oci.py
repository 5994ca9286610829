"""Container images made from files, without a container engine, the same bytes each time.

An image here is one layer on top of nothing. `buildah` was tried: it needs 1 to 4 s an image and
two dozen packages for what is a tar file and two JSON documents
(https://github.com/opencontainers/image-spec).
"""

import hashlib
import io
import json
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar"
CONFIG_TYPE = "application/vnd.oci.image.config.v1+json"
MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"


@dataclass(frozen=True)
class Entry:
    """A path in the image: a file of this machine, given content, or an empty folder."""

    path: str
    source: Path | None = None
    content: bytes | None = None
    mode: int = 0o755
    owner: int = 0


@dataclass(frozen=True)
class Config:
    """How the image is run."""

    entrypoint: tuple[str, ...]
    user: str = "65532:65532"
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Blob:
    """Bytes with their digest, as a registry names them."""

    media_type: str
    data: bytes
    digest: str

    @classmethod
    def of(cls, media_type: str, data: bytes) -> "Blob":
        """Hash `data`."""
        return cls(media_type, data, f"sha256:{hashlib.sha256(data).hexdigest()}")

    def descriptor(self) -> dict[str, Any]:
        """The blob as a manifest refers to it."""
        return {"mediaType": self.media_type, "digest": self.digest, "size": len(self.data)}


@dataclass(frozen=True)
class Image:
    """What is pushed: two blobs and the manifest that names them."""

    layer: Blob
    config: Blob
    manifest: Blob


def layer(entries: Iterable[Entry]) -> Blob:
    """Pack entries, in the order of their paths and with the clock at zero."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for entry in sorted(entries, key=lambda e: e.path):
            _add(tar, entry)
    return Blob.of(LAYER_TYPE, packed.getvalue())


def _add(tar: tarfile.TarFile, entry: Entry) -> None:
    info = tarfile.TarInfo(entry.path.lstrip("/"))
    info.mode, info.uid, info.gid = entry.mode, entry.owner, entry.owner
    if entry.source is None and entry.content is None:
        info.type = tarfile.DIRTYPE
        tar.addfile(info)
        return
    data = entry.source.read_bytes() if entry.source else entry.content or b""
    info.size = len(data)
    tar.addfile(info, io.BytesIO(data))


def image(packed: Blob, config: Config) -> Image:
    """Put a layer and its configuration together."""
    runtime = {
        "Entrypoint": list(config.entrypoint),
        "User": config.user,
        "Env": [f"{name}={value}" for name, value in sorted(config.env.items())],
    }
    document = {
        "architecture": "amd64",
        "os": "linux",
        "config": runtime,
        "rootfs": {"type": "layers", "diff_ids": [packed.digest]},
    }
    described = Blob.of(CONFIG_TYPE, _json(document))
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST_TYPE,
        "config": described.descriptor(),
        "layers": [packed.descriptor()],
    }
    return Image(packed, described, Blob.of(MANIFEST_TYPE, _json(manifest)))


def _json(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()
