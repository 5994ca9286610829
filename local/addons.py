"""What a cluster needs beside Kubernetes itself: gateway, Prometheus, metrics-server, storage."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template

from local.commands import output
from local.errors import LocalError
from local.paths import Paths
from local.settings import Ports

MANIFESTS = Path(__file__).parent / "manifests"
KUBERNETES_MODULE = "local/toolchain/kubernetes"
GATEWAY_API = "sigs.k8s.io/gateway-api"
CONTOUR = "github.com/projectcontour/contour"
CONTOUR_FILES = ("00-common.yaml", "01-crds.yaml", "02-role-contour.yaml", "02-rbac.yaml")
CONTROLLER = "projectcontour.io/gateway-controller"

MANIFEST_NAMES = ("storage", "contour", "prometheus", "metrics-server")
DEPLOYMENTS = (
    ("projectcontour", "contour"),
    ("projectcontour", "envoy"),
    ("monitoring", "prometheus"),
    ("kube-system", "metrics-server"),
)
APPLY_SECONDS = 120
ESTABLISHED_SECONDS = 30
READY_SECONDS = 120


def ensure(paths: Paths, images: Mapping[str, str], ports: Ports, storage: str) -> None:
    """Apply everything to this machine's cluster, and wait until it is ready; may be repeated.

    `images` maps a program's name to its image, `storage` is the folder for PostgreSQL's data.
    Raises LocalError for what could not be applied or is not ready in time.
    """
    # Rendered first: a manifest that can't be filled in should fail before anything is written.
    documents = manifests(images, ports.gateway, ports.prometheus, storage)
    # Without a timeout of a single request: applying all CRDs and waiting have their own.
    kubectl = ["kubectl", f"--kubeconfig={paths.kubeconfig}"]
    apply(kubectl, custom_resource_definitions(paths))
    _wait_until_established(kubectl)
    apply(kubectl, documents)
    for namespace, name in DEPLOYMENTS:
        _wait_until_ready(kubectl, namespace, name)


def missing(context: str) -> frozenset[str]:
    """Which of gateway-api, contour, prometheus and metrics-server a user's own cluster lacks.

    Contour is known by its GatewayClass' controller, whose name its owner chose. Raises LocalError
    when the cluster of that kubeconfig context does not answer: no answer is not "not there".
    """
    kubectl = ["kubectl", f"--context={context}", "--request-timeout=10s"]
    has_gateway_api = _exists(kubectl, "crd", "gatewayclasses.gateway.networking.k8s.io")
    found = {
        "gateway-api": has_gateway_api,
        # Without its CRD, asking for a GatewayClass would be an error instead of an empty answer.
        "contour": has_gateway_api and _has_contour(kubectl),
        "prometheus": _exists(kubectl, "--namespace=monitoring", "service", "prometheus"),
        "metrics-server": _exists(kubectl, "apiservice", "v1beta1.metrics.k8s.io"),
    }
    return frozenset(name for name, is_there in found.items() if not is_there)


def manifests(
    images: Mapping[str, str], gateway_port: int, prometheus_port: int, storage_path: str
) -> list[str]:
    """The project's manifests, one text a file, with images and settings filled in.

    Raises LocalError that names the file and the placeholder that nothing fills.
    """
    values = {f"image_{name.replace('-', '_')}": image for name, image in images.items()}
    values |= {
        "gateway_port": str(gateway_port),
        "prometheus_port": str(prometheus_port),
        "storage_path": storage_path,
    }
    return [_filled(MANIFESTS / f"{name}.yaml", values) for name in MANIFEST_NAMES]


def custom_resource_definitions(paths: Paths) -> list[str]:
    """CRDs, accounts and roles, read from the modules that the toolchain pins.

    Contour does not start without TCPRoute, so it is the Gateway API's experimental channel.
    """
    gateway = _module(paths, GATEWAY_API) / "config/crd/experimental"
    contour = _module(paths, CONTOUR) / "examples/contour"
    files = [f for f in sorted(gateway.glob("*.yaml")) if f.name != "kustomization.yaml"]
    files += [contour / name for name in CONTOUR_FILES]
    return [file.read_text() for file in files]


def apply(kubectl: Sequence[str], documents: Sequence[str]) -> None:
    """Apply YAML texts by server-side apply, by which a repeated write is the same write."""
    command = [*kubectl, "apply", "--server-side", "--force-conflicts", "--filename=-"]
    output(command, stdin="\n---\n".join(documents), timeout=APPLY_SECONDS)


def _filled(file: Path, values: Mapping[str, str]) -> str:
    try:
        return Template(file.read_text()).substitute(values)
    except KeyError as error:
        known = ", ".join(sorted(values))
        raise LocalError(f"{file}: nothing fills ${{{error.args[0]}}}; known: {known}") from None


def _module(paths: Paths, name: str) -> Path:
    """The module's folder at the version that the toolchain pins, downloaded when absent."""
    module = str(paths.checkout / KUBERNETES_MODULE)
    told = output(["go", "-C", module, "mod", "download", "-json", name], timeout=300)
    return Path(json.loads(told)["Dir"])


def _wait_until_established(kubectl: Sequence[str]) -> None:
    """A CRD is served a moment after it is written; until then a GatewayClass is refused."""
    wait = ["wait", "--for=condition=Established", f"--timeout={ESTABLISHED_SECONDS}s"]
    crd = "crd/gatewayclasses.gateway.networking.k8s.io"
    output([*kubectl, *wait, crd], timeout=ESTABLISHED_SECONDS + 10)


def _wait_until_ready(kubectl: Sequence[str], namespace: str, name: str) -> None:
    status = ["rollout", "status", f"--timeout={READY_SECONDS}s", f"deployment/{name}"]
    where = f"--namespace={namespace}"
    try:
        output([*kubectl, where, *status], timeout=READY_SECONDS + 10)
    except LocalError as error:
        look = " ".join([*kubectl, where, "describe", "pods", f"--selector=app={name}"])
        raise LocalError(f"{namespace}/{name} is not ready: {error}\nsee: {look}") from None


def _exists(kubectl: Sequence[str], *what: str) -> bool:
    return bool(output([*kubectl, "get", *what, "--ignore-not-found", "--output=name"]).strip())


def _has_contour(kubectl: Sequence[str]) -> bool:
    wanted = "--output=jsonpath={.items[*].spec.controllerName}"
    return CONTROLLER in output([*kubectl, "get", "gatewayclasses", wanted]).split()
