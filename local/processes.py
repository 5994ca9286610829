"""The host's own processes (registry, containerd, kubelet, kube-proxy), kept up by supervisor."""

import os
import signal
from pathlib import Path

from local import settings, venv
from local.commands import output, run_logged, succeeds
from local.errors import LocalError
from local.paths import Paths
from local.progress import wait_until

STOP_SECONDS = 20
START_SECONDS = 60


def start_supervisor(paths: Paths, programs: dict[str, list[str]]) -> None:
    """Start supervisor with these programs, or let a running one take up what is new."""
    paths.run.mkdir(parents=True, exist_ok=True)
    paths.log.mkdir(parents=True, exist_ok=True)
    configuration = _configuration_file(paths)
    configuration.write_text(_configuration(paths, programs))
    if is_supervised(paths):
        control(paths, "update")
        return
    command = [str(venv.executable(paths, "supervisord")), "-c", str(configuration)]
    run_logged("supervisor", command, paths.log / "supervisor-start.log", timeout=30)
    wait_until("supervisor", lambda: is_supervised(paths), timeout=20)


def control(paths: Paths, *words: str) -> str:
    """Tell supervisor something."""
    return output([*_supervisorctl(paths), *words], timeout=60)


def is_supervised(paths: Paths) -> bool:
    """Whether supervisor answers."""
    if not _configuration_file(paths).exists() or not venv.is_ready(paths):
        return False
    return succeeds([*_supervisorctl(paths), "pid"])


def start(paths: Paths, program: str) -> None:
    """Start one program, and wait until it stays up.

    Its first tries may fail while what it needs is still starting (the kubelet without containerd);
    supervisor goes on trying by itself.
    """
    if not _is_running(paths, program):
        succeeds([*_supervisorctl(paths), "start", program])
    wait_until(
        f"{program} (log: {paths.log / program}.log)",
        lambda: _is_running(paths, program),
        timeout=START_SECONDS,
    )


def _is_running(paths: Paths, program: str) -> bool:
    # `status` exits with 3 when a program isn't running, so only `pid` tells without an error.
    try:
        return output([*_supervisorctl(paths), "pid", program]).strip() not in ("", "0")
    except LocalError:
        return False


def _supervisorctl(paths: Paths) -> list[str]:
    return [str(venv.executable(paths, "supervisorctl")), "-c", str(_configuration_file(paths))]


def end_all(paths: Paths) -> None:
    """End every process of the cluster: supervisor, its programs, shims, and the pods' own.

    They are told by their command line, which names the state folder, or by their cgroup: process
    ids in files would be stale after a kill -9 or a reboot.
    """
    for wanted in (signal.SIGTERM, signal.SIGKILL):
        for pid in _ours(paths):
            _signal(pid, wanted)
        if wanted is signal.SIGTERM:
            _wait_for_end(paths)
    wait_until("the cluster's processes to end", lambda: not _ours(paths), timeout=STOP_SECONDS)


def _wait_for_end(paths: Paths) -> None:
    try:
        wait_until("processes", lambda: not _ours(paths), timeout=3)
    except LocalError:
        # The pods' own processes may take their grace period; SIGKILL is next.
        return


def _ours(paths: Paths) -> list[int]:
    me = {os.getpid(), os.getppid()}
    found = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal()]
    return [pid for pid in found if pid not in me and _is_ours(pid, str(paths.state))]


def _is_ours(pid: int, state: str) -> bool:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
        groups = Path(f"/proc/{pid}/cgroup").read_text()
    except OSError:
        return False
    if "/kubepods" in groups:
        return True
    program = Path(words[0]).name
    ours = ("supervisord", "containerd", "docker-registry", "kubelet", "kube-proxy")
    shim = program.startswith("containerd-shim")
    interpreted = any(Path(word).name == "supervisord" for word in words[:2])
    return (program in ours or shim or interpreted) and any(state in word for word in words)


def _signal(pid: int, wanted: signal.Signals) -> None:
    try:
        os.kill(pid, wanted)
    except ProcessLookupError:
        return


def _configuration_file(paths: Paths) -> Path:
    return paths.run / "supervisor.conf"


def _configuration(paths: Paths, programs: dict[str, list[str]]) -> str:
    socket = paths.run / "supervisor.sock"
    head = f"""[supervisord]
logfile={paths.log}/supervisor.log
pidfile={paths.run}/supervisor.pid
[unix_http_server]
file={socket}
[supervisorctl]
serverurl=unix://{socket}
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
"""
    return head + "".join(_program(paths, name, words) for name, words in programs.items())


def _program(paths: Paths, name: str, words: list[str]) -> str:
    # The kubelet's configuration is written by kubeadm, so it is started when that is done.
    autostart = "false" if name in settings.STARTED_LATER else "true"
    return f"""[program:{name}]
command={" ".join(words)}
autostart={autostart}
autorestart=true
startsecs=1
startretries=1000000
stopasgroup=false
redirect_stderr=true
stdout_logfile={paths.log}/{name}.log
stdout_logfile_maxbytes=20MB
stdout_logfile_backups=1
"""
