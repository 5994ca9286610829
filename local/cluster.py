"""A Kubernetes cluster of one node: kubeadm on containerd, without systemd.

The settings are those of a machine with cgroup v1 and without CAP_SYS_RESOURCE; each that differs
from the default says why.
"""

import json
import shutil
import threading
from collections.abc import Sequence
from pathlib import Path

from local import network, processes, settings
from local.commands import output, run_logged, succeeds
from local.errors import LocalError
from local.paths import Paths
from local.progress import wait_until
from local.toolchain import Plan, program_path

KUBERNETES_FOLDER = Path("/etc/kubernetes")
KUBELET_FOLDER = Path("/var/lib/kubelet")
CNI_PLUGINS = "/usr/lib/cni"
INIT_SECONDS = 180
READY_SECONDS = 120


def start_registry_and_runtime(paths: Paths, plans: Sequence[Plan]) -> None:
    """Start what images are pushed to and pulled by; nothing of Kubernetes yet."""
    network.prepare()
    _write_configurations(paths)
    processes.start_supervisor(paths, _programs(paths, plans))


def start(paths: Paths, plans: Sequence[Plan]) -> None:
    """Make the cluster, or start the one that is there; ends when its node is ready."""
    if _exists(paths):
        for program in settings.STARTED_LATER:
            processes.start(paths, program)
    else:
        _create(paths, plans)
    wait_until("the API server", lambda: answers(paths), timeout=READY_SECONDS)
    wait_until("the node", lambda: _node_is_ready(paths), timeout=READY_SECONDS)


def answers(paths: Paths) -> bool:
    """Whether the API server says that it is ready."""
    return paths.kubeconfig.exists() and succeeds(kubectl(paths, "get", "--raw", "/readyz"))


def kubectl(paths: Paths, *words: str) -> list[str]:
    """A kubectl call on this cluster."""
    return ["kubectl", f"--kubeconfig={paths.kubeconfig}", "--request-timeout=10s", *words]


def _exists(paths: Paths) -> bool:
    return paths.kubeconfig.exists() and (KUBELET_FOLDER / "config.yaml").exists()


def _create(paths: Paths, plans: Sequence[Plan]) -> None:
    for leftover in (KUBERNETES_FOLDER, KUBELET_FOLDER / "pki", paths.state / "etcd"):
        shutil.rmtree(leftover, ignore_errors=True)
    (KUBELET_FOLDER / "config.yaml").unlink(missing_ok=True)
    kubelet = threading.Thread(target=_start_kubelet_once_configured, args=(paths,))
    kubelet.start()
    configuration = paths.run / "kubeadm.yaml"
    command = [str(program_path("kubeadm", plans)), "init", f"--config={configuration}"]
    run_logged("kubeadm", command, paths.log / "kubeadm.log", timeout=INIT_SECONDS)
    kubelet.join()
    _write_proxy_kubeconfig(paths, plans)
    _publish_kubeconfig(paths)
    processes.start(paths, "kube-proxy")


def _start_kubelet_once_configured(paths: Paths) -> None:
    configuration = KUBELET_FOLDER / "config.yaml"
    wait_until("kubeadm to configure the kubelet", configuration.exists, timeout=INIT_SECONDS)
    processes.start(paths, "kubelet")


def _write_proxy_kubeconfig(paths: Paths, plans: Sequence[Plan]) -> None:
    """kube-proxy's own user, which Kubernetes' default roles give just what it needs."""
    kubeadm = str(program_path("kubeadm", plans))
    user = ["kubeconfig", "user", "--client-name=system:kube-proxy"]
    made = output([kubeadm, *user, f"--config={paths.run}/kubeadm.yaml"], timeout=60)
    _write_secretly(paths.run / "kube-proxy.kubeconfig", made)


def _publish_kubeconfig(paths: Paths) -> None:
    """Last of all: its presence says that the cluster is complete."""
    admin = (KUBERNETES_FOLDER / "admin.conf").read_text()
    context = f"kubernetes-admin@{settings.CLUSTER}"
    draft = paths.state / "kubeconfig.new"
    _write_secretly(draft, admin.replace(context, settings.CLUSTER))
    draft.rename(paths.kubeconfig)


def _write_secretly(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)


def _node_is_ready(paths: Paths) -> bool:
    wanted = "jsonpath={.items[*].status.conditions[?(@.type=='Ready')].status}"
    try:
        return output(kubectl(paths, "get", "nodes", "-o", wanted)).split() == ["True"]
    except LocalError:
        return False


def _programs(paths: Paths, plans: Sequence[Plan]) -> dict[str, list[str]]:
    socket = f"unix://{paths.run}/containerd.sock"
    return {
        "registry": ["docker-registry", "serve", f"{paths.run}/registry.yaml"],
        "containerd": ["containerd", f"--config={paths.run}/containerd.toml"],
        "kubelet": [
            str(program_path("kubelet", plans)),
            f"--config={KUBELET_FOLDER}/config.yaml",
            f"--kubeconfig={KUBERNETES_FOLDER}/kubelet.conf",
            f"--container-runtime-endpoint={socket}",
            f"--hostname-override={settings.CLUSTER}",
            f"--node-ip={settings.NODE_ADDRESS}",
        ],
        "kube-proxy": [
            str(program_path("kube-proxy", plans)),
            f"--kubeconfig={paths.run}/kube-proxy.kubeconfig",
            f"--cluster-cidr={settings.POD_RANGE}",
            f"--hostname-override={settings.CLUSTER}",
            "--proxy-mode=iptables",
            # The kernel's limit of connections is the machine's to set.
            "--conntrack-max-per-core=0",
            "--iptables-min-sync-period=100ms",
            "--healthz-bind-address=127.0.0.1:10256",
        ],
    }


def _write_configurations(paths: Paths) -> None:
    paths.run.mkdir(parents=True, exist_ok=True)
    paths.registry.mkdir(parents=True, exist_ok=True)
    # JSON is YAML, and needs no library: this runs before the virtual environment is there.
    (paths.run / "registry.yaml").write_text(json.dumps(_registry(paths)))
    (paths.run / "containerd.toml").write_text(_containerd(paths))
    documents = "\n---\n".join(map(json.dumps, _kubeadm(paths)))
    (paths.run / "kubeadm.yaml").write_text(documents)
    network_folder = paths.run / "cni"
    network_folder.mkdir(exist_ok=True)
    (network_folder / "10-pods.conflist").write_text(_cni())


def _registry(paths: Paths) -> dict[str, object]:
    return {
        "version": 0.1,
        "log": {"level": "warn", "accesslog": {"disabled": True}},
        "storage": {"filesystem": {"rootdirectory": str(paths.registry)}},
        "http": {"addr": settings.REGISTRY},
    }


def _containerd(paths: Paths) -> str:
    cri = 'plugins."io.containerd.grpc.v1.cri"'
    return f"""version = 2
root = "{paths.state}/containerd"
state = "{paths.run}/containerd"
[grpc]
address = "{paths.run}/containerd.sock"
[{cri}]
sandbox_image = "{settings.REGISTRY}/platform/pause:3.10"
# Without CAP_SYS_RESOURCE no process may lower its OOM score; every pod would fail to start.
restrict_oom_score_adj = true
# CoreDNS listens on port 53 and is not root.
enable_unprivileged_ports = true
max_concurrent_downloads = 8
[{cri}.cni]
bin_dir = "{CNI_PLUGINS}"
conf_dir = "{paths.run}/cni"
[{cri}.containerd]
snapshotter = "overlayfs"
default_runtime_name = "runc"
[{cri}.containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[{cri}.containerd.runtimes.runc.options]
SystemdCgroup = false
"""


def _cni() -> str:
    return f"""{{"cniVersion": "0.4.0", "name": "pods", "plugins": [
  {{"type": "bridge", "bridge": "{settings.POD_BRIDGE}", "isGateway": true, "ipMasq": true,
    "hairpinMode": true,
    "ipam": {{"type": "host-local", "ranges": [[{{"subnet": "{settings.POD_RANGE}"}}]],
              "routes": [{{"dst": "0.0.0.0/0"}}]}}}},
  {{"type": "portmap", "capabilities": {{"portMappings": true}}}}]}}
"""


def _kubeadm(paths: Paths) -> list[dict[str, object]]:
    fast = [{"name": "kube-api-qps", "value": "200"}, {"name": "kube-api-burst", "value": "400"}]
    alone = {"name": "leader-elect", "value": "false"}
    return [
        {
            "apiVersion": "kubeadm.k8s.io/v1beta4",
            "kind": "InitConfiguration",
            "localAPIEndpoint": {"advertiseAddress": settings.NODE_ADDRESS, "bindPort": 6443},
            "nodeRegistration": {
                "name": settings.CLUSTER,
                "criSocket": f"unix://{paths.run}/containerd.sock",
                "taints": [],
                "ignorePreflightErrors": ["all"],
                "kubeletExtraArgs": [{"name": "node-ip", "value": settings.NODE_ADDRESS}],
            },
            "skipPhases": ["addon/kube-proxy"],
        },
        {
            "apiVersion": "kubeadm.k8s.io/v1beta4",
            "kind": "ClusterConfiguration",
            "clusterName": settings.CLUSTER,
            "kubernetesVersion": settings.KUBERNETES,
            "imageRepository": f"{settings.REGISTRY}/platform",
            "controlPlaneEndpoint": f"{settings.NODE_ADDRESS}:6443",
            "networking": {
                "podSubnet": settings.POD_RANGE,
                "serviceSubnet": settings.SERVICE_RANGE,
            },
            "dns": {"imageTag": settings.COREDNS},
            "etcd": {"local": {"dataDir": f"{paths.state}/etcd", "imageTag": f"{settings.ETCD}-0"}},
            "controllerManager": {"extraArgs": [*fast, alone]},
            "scheduler": {"extraArgs": [*fast, alone]},
        },
        _kubelet(paths),
    ]


def _kubelet(paths: Paths) -> dict[str, object]:
    nearly_nothing = {"memory.available": "1%", "nodefs.available": "1%", "imagefs.available": "1%"}
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "cgroupDriver": "cgroupfs",
        "failCgroupV1": False,
        "failSwapOn": False,
        # The defaults take a disk with 10 % free for full, evict pods and delete the pause image.
        "evictionHard": nearly_nothing,
        "imageGCHighThresholdPercent": 100,
        "maxPods": 200,
        "serializeImagePulls": False,
        "kubeAPIQPS": 200,
        "kubeAPIBurst": 400,
        "resolvConf": str(_resolver(paths)),
        "shutdownGracePeriod": "0s",
    }


def _resolver(paths: Paths) -> Path:
    """A resolver file that names the node itself, where nothing answers.

    Names outside the cluster are nobody's business in it, and the machine's own file may name
    127.0.0.1, which in CoreDNS' pod is CoreDNS: it would forward to itself.
    """
    resolver = paths.run / "resolv.conf"
    resolver.write_text(f"nameserver {settings.NODE_ADDRESS}\n")
    return resolver
