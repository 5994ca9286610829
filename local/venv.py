"""The project's virtual environment: in the cache, shared by checkouts with the same pins."""

import shutil
import sys
import tempfile
from pathlib import Path

from local import pins
from local.commands import run_logged
from local.paths import Paths

INSTALL_SECONDS = 900


def folder(paths: Paths) -> Path:
    """Where this checkout's environment belongs."""
    requirements = paths.checkout / "requirements.txt"
    python = ".".join(map(str, sys.version_info[:3]))
    return paths.cache / f"venv-{pins.key_of_paths([requirements], paths.checkout, python)}"


def is_ready(paths: Paths) -> bool:
    """Whether the environment is complete."""
    return (folder(paths) / "complete").exists()


def ensure(paths: Paths) -> None:
    """Make the environment if need be, and link it as `.venv`."""
    if not is_ready(paths):
        _make(paths)
    link(paths)


def _make(paths: Paths) -> None:
    """Scripts in a venv contain its path, so it can't be renamed: a marker file ends the work."""
    target = folder(paths)
    shutil.rmtree(target, ignore_errors=True)
    log = paths.build_log / "venv.log"
    base = getattr(sys, "_base_executable", sys.executable)
    run_logged("virtual environment", [base, "-m", "venv", str(target)], log, timeout=120)
    install = [
        str(target / "bin/pip"),
        "install",
        "--disable-pip-version-check",
        "--no-deps",  # every package is pinned: nothing to resolve
        "--no-compile",  # python compiles what is imported; all of it would take a minute
        "--requirement",
        str(paths.checkout / "requirements.txt"),
    ]
    run_logged("Python packages", install, log, timeout=INSTALL_SECONDS)
    (target / "complete").touch()


def link(paths: Paths) -> None:
    """Point `.venv` of the checkout at the environment."""
    wanted, name = folder(paths), paths.checkout / ".venv"
    if name.is_symlink() and name.readlink() == wanted:
        return
    if name.exists() and not name.is_symlink():
        return  # the user's own environment
    with tempfile.TemporaryDirectory(dir=paths.checkout, prefix=".venv-") as temporary:
        fresh = Path(temporary) / "link"
        fresh.symlink_to(wanted)
        fresh.replace(name)


def executable(paths: Paths, name: str) -> Path:
    """A program of the environment."""
    return folder(paths) / "bin" / name
