"""Where things live: what outlives `make down` (cache) and what does not (state)."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Paths:
    """The folders of one checkout on one machine."""

    checkout: Path
    cache: Path
    state: Path

    @classmethod
    def of(cls, environ: Mapping[str, str], checkout: Path) -> "Paths":
        """Read GROCERY_CACHE and GROCERY_STATE; the defaults follow XDG and the FHS."""
        home = Path(environ.get("HOME", "/root"))
        xdg_cache = Path(environ.get("XDG_CACHE_HOME") or home / ".cache")
        return cls(
            checkout=checkout,
            cache=Path(environ.get("GROCERY_CACHE") or xdg_cache / "grocery-platform"),
            state=Path(environ.get("GROCERY_STATE") or "/var/lib/grocery-platform"),
        )

    @property
    def tools(self) -> Path:
        """Folders `<family>-<hash of pins>/bin`."""
        return self.cache / "tools"

    @property
    def registry(self) -> Path:
        """Storage of the image registry."""
        return self.cache / "registry"

    @property
    def pulumi_home(self) -> Path:
        """PULUMI_HOME: installed plugins."""
        return self.cache / "pulumi-home"

    @property
    def build_log(self) -> Path:
        """Logs of builds and downloads."""
        return self.cache / "log"

    @property
    def pulumi_backend(self) -> Path:
        """Pulumi's file backend: it describes the cluster, so it goes when the cluster goes."""
        return self.state / "pulumi"

    @property
    def kubeconfig(self) -> Path:
        """Kubeconfig with the context `grocery-local`."""
        return self.state / "kubeconfig"

    @property
    def log(self) -> Path:
        """Logs of the host processes."""
        return self.state / "log"

    @property
    def run(self) -> Path:
        """Sockets, pid files and generated configuration of the host processes."""
        return self.state / "run"


def here() -> Paths:
    """Paths of the checkout this package was imported from."""
    return Paths.of(os.environ, Path(__file__).resolve().parent.parent)
