"""The platform's images: programs built from Go, and Debian's with the libraries they need."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from local import envoy, oci, pins, settings
from local.commands import output
from local.families import KUBERNETES, METRICS_SERVER
from local.oci import Config, Entry
from local.paths import Paths
from local.registry import Registry
from local.toolchain import Plan

POSTGRES = Path("/usr/lib/postgresql/15")
POSTGRES_USER = 999
_LIBRARY = re.compile(r"(/\S+) \(0x")


@dataclass(frozen=True)
class Recipe:
    """An image before it is packed."""

    name: str
    version: str
    entries: tuple[Entry, ...]
    config: Config

    @property
    def key(self) -> str:
        """Hash of what goes in; files are told apart by place, size and time of change."""
        words = [repr(self.config)]
        for entry in self.entries:
            words.append(f"{entry.path} {entry.mode} {entry.owner} {entry.content!r}")
            if entry.source:
                status = entry.source.stat()
                words.append(f"{entry.source} {status.st_size} {status.st_mtime_ns}")
        return pins.key_of({}, *words)

    @property
    def tag(self) -> str:
        """A tag that changes with the content, for manifests: a node pulls each tag just once."""
        return f"{self.version}-{self.key}"

    @property
    def reference(self) -> str:
        """The image's name with that tag."""
        return f"{settings.REGISTRY}/platform/{self.name}:{self.tag}"


def publish(recipe: Recipe, registry: Registry) -> None:
    """Pack and push, unless the registry has it."""
    repository = f"platform/{recipe.name}"
    if registry.has(repository, recipe.tag):
        return
    made = oci.image(oci.layer(recipe.entries), recipe.config)
    registry.push(repository, (recipe.version, recipe.tag), made)


def recipes(paths: Paths, plans: Iterable[Plan]) -> list[Recipe]:
    """All images that the cluster itself needs."""
    folders = {plan.family.name: plan.folder / "bin" for plan in plans}
    kubernetes = folders[KUBERNETES.name]
    metrics = folders[METRICS_SERVER.name]
    return [
        _pause(),
        # Root, as in the official ones: they read the cluster's keys from the host.
        _static(kubernetes / "kube-apiserver", settings.KUBERNETES, user="0:0"),
        _static(kubernetes / "kube-controller-manager", settings.KUBERNETES, user="0:0"),
        _static(kubernetes / "kube-scheduler", settings.KUBERNETES, user="0:0"),
        _static(kubernetes / "etcd", f"{settings.ETCD}-0", user="0:0"),
        _static(kubernetes / "coredns", settings.COREDNS),
        _static(kubernetes / "contour", settings.CONTOUR),
        _static(metrics / "metrics-server", settings.METRICS_SERVER),
        _dynamic("envoy", settings.ENVOY, envoy.binary(paths)),
        _dynamic("prometheus", _debian_version("prometheus"), Path("/usr/bin/prometheus")),
        _postgres(paths.checkout / "local/images/postgres/entrypoint.sh"),
    ]


def _pause() -> Recipe:
    """Holds a pod's namespaces. Any static program that sleeps does; busybox has one."""
    entry = Entry("/bin/busybox", Path("/bin/busybox"))
    return Recipe("pause", "3.10", (entry,), Config(("/bin/busybox", "sleep", "2147483647")))


def _static(program: Path, version: str, user: str = Config.user) -> Recipe:
    inside = f"/usr/local/bin/{program.name}"
    config = Config((inside,), user=user, env={"PATH": "/usr/local/bin"})
    return Recipe(program.name, version, (Entry(inside, program), _temporary()), config)


def _dynamic(name: str, version: str, program: Path) -> Recipe:
    inside = f"/usr/local/bin/{name}"
    entries = (Entry(inside, program), _temporary(), *_libraries([program]))
    return Recipe(name, version, entries, Config((inside,), env={"PATH": "/usr/local/bin"}))


def _postgres(entrypoint: Path) -> Recipe:
    programs = [POSTGRES / "bin" / name for name in ("postgres", "initdb", "pg_isready", "psql")]
    # Without the just-in-time compiler: its LLVM is larger than all the rest together.
    modules = [p for p in sorted((POSTGRES / "lib").glob("*.so")) if "llvmjit" not in p.name]
    share = [p for p in sorted(Path("/usr/share/postgresql/15").rglob("*")) if p.is_file()]
    zones = [Path("/usr/share/zoneinfo") / name for name in ("UTC", "Etc/UTC", "GMT")]
    user = f"{POSTGRES_USER}:{POSTGRES_USER}"
    account = f"root:x:0:0::/:/bin/sh\npostgres:x:{user}::/var/lib/postgresql:/bin/sh\n"
    entries = (
        *(Entry(str(p), p) for p in programs + modules),
        *(Entry(str(p), p, mode=0o644) for p in share + zones if p.exists()),
        *_libraries([*programs, *modules]),
        *(Entry(f"/bin/{name}", Path("/bin/busybox")) for name in ("sh", "rm", "mv")),
        Entry("/etc/passwd", content=account.encode(), mode=0o644),
        Entry("/usr/local/bin/entrypoint.sh", entrypoint),
        Entry("/var/lib/postgresql/data", mode=0o700, owner=POSTGRES_USER),
        _temporary(),
    )
    env = {"PATH": f"{POSTGRES}/bin:/bin", "LANG": "C"}
    version = _debian_version("postgresql-15").split(".")[0]
    return Recipe(
        "postgres", version, entries, Config(("/usr/local/bin/entrypoint.sh",), user, env)
    )


def _temporary() -> Entry:
    return Entry("/tmp", mode=0o1777)  # noqa: S108 - the image's own


def _libraries(programs: Iterable[Path]) -> list[Entry]:
    """Every shared library that `ldd` names, the dynamic linker included."""
    names = _LIBRARY.findall(output(["ldd", *map(str, programs)]))
    return [Entry(name, Path(name).resolve()) for name in sorted(set(names))]


def _debian_version(package: str) -> str:
    """`2.42.0` of `2.42.0+ds-5+deb12u1`: what follows has letters that a tag can't have."""
    full = output(["dpkg-query", "--show", "--showformat=${Version}", package])
    return re.split(r"[+~-]", full)[0]
