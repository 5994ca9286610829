"""Keys of cached things: a hash of everything that decides what comes out."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

KEY_LENGTH = 12


def key_of(files: Mapping[str, bytes], *extra: str) -> str:
    """Hash named contents and further words (a version, a flag) to 12 hex digits.

    Names and lengths are part of it, so moving a byte from one file to the next changes the key.
    """
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{name}\0{len(files[name])}\0".encode())
        digest.update(files[name])
    for word in extra:
        digest.update(f"\0{len(word)}\0{word}".encode())
    return digest.hexdigest()[:KEY_LENGTH]


def key_of_paths(paths: Iterable[Path], root: Path, *extra: str) -> str:
    """`key_of` for files on disk, named relative to `root`."""
    return key_of({str(p.relative_to(root)): p.read_bytes() for p in paths}, *extra)


def go_sources(module: Path) -> list[Path]:
    """The files of a Go module that reach its program: code, pins and embedded files, no tests."""
    return sorted(
        path
        for path in module.rglob("*")
        if path.is_file()
        and not path.name.endswith(("_test.go", ".md"))
        and not any(part.startswith(".") for part in path.relative_to(module).parts)
    )
