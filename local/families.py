"""What is built from Go modules: the pins are in `local/toolchain/<family>/go.mod`."""

from dataclasses import dataclass

from local import settings, versions

_KUBERNETES_FLAGS = " ".join(
    f"-X k8s.io/component-base/version.{name}={value}"
    for name, value in (
        ("gitVersion", settings.KUBERNETES),
        ("gitMajor", "1"),
        ("gitMinor", "34"),
    )
)
_PULUMI_FLAGS = f"-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version={settings.PULUMI}"


@dataclass(frozen=True)
class Program:
    """One executable of a family.

    `package` is its Go package; `on_path` says when one already on PATH is as good, judged by what
    `ask_version` prints. Programs that go into images have no rule: those have to be static, and
    one from PATH may not be.
    """

    name: str
    package: str
    on_path: versions.Rule | None = None
    ask_version: tuple[str, ...] = ()


@dataclass(frozen=True)
class Family:
    """Programs of one Go module, built by one `go build`.

    `module` is relative to the checkout. `files` are (module path, file in it) copied next to the
    programs. `from_source`: the module's own code makes the program, so it is part of the key.
    """

    name: str
    module: str
    programs: tuple[Program, ...]
    link_flags: str = ""
    files: tuple[tuple[str, str], ...] = ()
    from_source: bool = False
    cluster_only: bool = False


_SAME_MINOR = versions.SameMinor(settings.KUBERNETES)

KUBERNETES = Family(
    name="kubernetes",
    module="local/toolchain/kubernetes",
    link_flags=_KUBERNETES_FLAGS,
    cluster_only=True,
    programs=(
        Program(
            "kubeadm",
            "k8s.io/kubernetes/cmd/kubeadm",
            _SAME_MINOR,
            ("kubeadm", "version", "-o=short"),
        ),
        Program("kubelet", "k8s.io/kubernetes/cmd/kubelet", _SAME_MINOR, ("kubelet", "--version")),
        Program(
            "kube-proxy",
            "k8s.io/kubernetes/cmd/kube-proxy",
            _SAME_MINOR,
            ("kube-proxy", "--version"),
        ),
        Program("kube-apiserver", "k8s.io/kubernetes/cmd/kube-apiserver"),
        Program("kube-controller-manager", "k8s.io/kubernetes/cmd/kube-controller-manager"),
        Program("kube-scheduler", "k8s.io/kubernetes/cmd/kube-scheduler"),
        Program("etcd", "go.etcd.io/etcd/server/v3"),
        Program("coredns", "github.com/coredns/coredns"),
        Program("contour", "github.com/projectcontour/contour/cmd/contour"),
    ),
)

# In the same module, but on its own: most machines have a kubectl, and its packages are compiled
# by then. Server-side apply and waiting, all that is asked of it, have not changed for years.
KUBECTL = Family(
    name="kubectl",
    module="local/toolchain/kubernetes",
    link_flags=_KUBERNETES_FLAGS,
    programs=(
        Program(
            "kubectl",
            "k8s.io/kubernetes/cmd/kubectl",
            versions.MinorsAround(settings.KUBERNETES, distance=3),
            ("kubectl", "version", "--client"),
        ),
    ),
)

# A module of its own: it wants newer Kubernetes libraries than the cluster's programs are made of.
METRICS_SERVER = Family(
    name="metrics-server",
    module="local/toolchain/metrics-server",
    link_flags=_KUBERNETES_FLAGS,
    programs=(Program("metrics-server", "sigs.k8s.io/metrics-server/cmd/metrics-server"),),
    cluster_only=True,
)

PULUMI = Family(
    name="pulumi",
    module="local/toolchain/pulumi",
    link_flags=_PULUMI_FLAGS,
    programs=(
        Program(
            "pulumi",
            "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
            versions.SameMajorNotOlder(settings.PULUMI),
            ("pulumi", "version"),
        ),
    ),
)

# An official Pulumi brings its language host along, of its own version, which the host itself does
# not tell. v3.68.0 is the last one that can be had as a Go module.
_PYTHON_HOST = "github.com/pulumi/pulumi/sdk/v3"
PULUMI_LANGUAGE_PYTHON = Family(
    name="pulumi-language-python",
    module="local/toolchain/pulumi-language-python",
    programs=(
        Program(
            "pulumi-language-python",
            f"{_PYTHON_HOST}/python/cmd/pulumi-language-python",
            versions.SameMajorNotOlder(settings.PULUMI),
            ("pulumi", "version"),
        ),
    ),
    files=(
        (_PYTHON_HOST, "python/cmd/pulumi-language-python-exec"),
        (_PYTHON_HOST, "python/dist/pulumi-resource-pulumi-python"),
        (_PYTHON_HOST, "python/dist/pulumi-analyzer-policy-python"),
    ),
)

KUBERNETES_PLUGIN = Family(
    name="pulumi-resource-kubernetes",
    module="local/plugins/kubernetes",
    programs=(Program("pulumi-resource-kubernetes", "."),),
    from_source=True,
)
DEMO = Family(name="demo", module="demo", programs=(Program("demo", "."),), from_source=True)

# Longest first: with two at once, the short ones fill the gaps.
ALL = (
    KUBERNETES,
    PULUMI,
    METRICS_SERVER,
    PULUMI_LANGUAGE_PYTHON,
    KUBECTL,
    KUBERNETES_PLUGIN,
    DEMO,
)
