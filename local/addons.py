"""What a cluster needs beside Kubernetes itself: gateway, Prometheus, metrics-server, storage."""

import re
from collections.abc import Mapping
from pathlib import Path
from string import Template

from local.cluster import kubectl
from local.commands import output
from local.paths import Paths
from local.settings import Ports

KUBERNETES_MODULE = "local/toolchain/kubernetes"
GATEWAY_API = "sigs.k8s.io/gateway-api"
CONTOUR = "github.com/projectcontour/contour"
CONTOUR_FILES = ("00-common.yaml", "01-crds.yaml", "02-role-contour.yaml", "02-rbac.yaml")
MANIFESTS = ("storage", "contour", "prometheus", "metrics-server")
DEPLOYMENTS = (
    ("projectcontour", "contour"),
    ("projectcontour", "envoy"),
    ("monitoring", "prometheus"),
    ("kube-system", "metrics-server"),
)
APPLY_SECONDS = 120
READY_SECONDS = 120


def ensure(paths: Paths, images: Mapping[str, str], ports: Ports, storage: str) -> None:
    """Apply everything, and wait until all of it is ready; may be repeated."""
    _apply(paths, _custom_resource_definitions(paths))
    values = {
        "gateway_port": str(ports.gateway),
        "prometheus_port": str(ports.prometheus),
        "storage_path": storage,
    }
    _apply(paths, manifests(paths.checkout / "local/manifests", images, values))
    for namespace, name in DEPLOYMENTS:
        wait = ["rollout", "status", f"--timeout={READY_SECONDS}s", f"deployment/{name}"]
        output(_patient(paths, "--namespace", namespace, *wait), timeout=READY_SECONDS + 10)


def manifests(folder: Path, images: Mapping[str, str], values: Mapping[str, str]) -> str:
    """The project's manifests with images and settings filled in.

    Raises KeyError for a placeholder that nothing fills.
    """
    named = {f"image_{name.replace('-', '_')}": image for name, image in images.items()}
    texts = [(folder / f"{name}.yaml").read_text() for name in MANIFESTS]
    return Template("\n---\n".join(texts)).substitute({**named, **values})


def _custom_resource_definitions(paths: Paths) -> str:
    """Contour does not start without TCPRoute, so the Gateway API's experimental channel."""
    gateway = _module(paths, GATEWAY_API) / "config/crd/experimental"
    contour = _module(paths, CONTOUR) / "examples/contour"
    files = [f for f in sorted(gateway.glob("*.yaml")) if f.name != "kustomization.yaml"]
    files += [contour / name for name in CONTOUR_FILES]
    return "\n---\n".join(file.read_text() for file in files)


def _module(paths: Paths, name: str) -> Path:
    """The module's folder at the version that the toolchain pins."""
    module = str(paths.checkout / KUBERNETES_MODULE)
    told = output(["go", "-C", module, "mod", "download", "-json", name], timeout=300)
    found = re.search(r'"Dir": "([^"]+)"', told)
    return Path(found.group(1)) if found else Path()


def _apply(paths: Paths, text: str) -> None:
    apply = ["apply", "--server-side", "--force-conflicts", "--filename=-"]
    output(_patient(paths, *apply), stdin=text, timeout=APPLY_SECONDS)


def _patient(paths: Paths, *words: str) -> list[str]:
    """A kubectl call that may take as long as its own timeout says."""
    return [word for word in kubectl(paths, *words) if not word.startswith("--request-timeout")]
