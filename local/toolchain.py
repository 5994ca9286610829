"""Builds the Go programs that the project needs, once per set of pins, into the cache."""

import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from local import pins, versions
from local.commands import output, run_logged
from local.errors import LocalError
from local.families import Family, Program
from local.paths import Paths

BUILD_SECONDS = 1800
# Two `go build` side by side: each is parallel in itself, but they end with links that are not.
WORKERS = 2


@dataclass(frozen=True)
class Plan:
    """Where a family's programs are to be: in `folder`, those of `missing` after a build."""

    family: Family
    folder: Path
    missing: tuple[Program, ...]


def plan(family: Family, paths: Paths) -> Plan | None:
    """What a family needs; None when its module is not in this checkout."""
    module = paths.checkout / family.module
    if not (module / "go.mod").exists():
        return None
    folder = paths.tools / f"{family.name}-{_key(family, module)}"
    ready = (folder / "bin").is_dir()
    wanted = tuple(p for p in family.programs if ready or not found_on_path(p))
    return Plan(family, folder, () if ready else wanted)


def _key(family: Family, module: Path) -> str:
    files = (
        pins.go_sources(module) if family.from_source else [module / "go.mod", module / "go.sum"]
    )
    return pins.key_of_paths(files, module, repr(family))


def found_on_path(program: Program) -> bool:
    """Whether PATH has this program in a version that fits its rule."""
    if program.on_path is None or not shutil.which(program.name):
        return False
    try:
        found = versions.parse(output(program.ask_version))
    except LocalError:
        return False
    return found is not None and program.on_path.fits(found)


def builds(plans: Iterable[Plan], paths: Paths) -> dict[str, Callable[[], None]]:
    """The builds that are still to be done, by a name to show."""
    return {f"build {p.family.name}": _builder(p, paths) for p in plans if p.missing}


def _builder(todo: Plan, paths: Paths) -> Callable[[], None]:
    return lambda: build(todo, paths)


def build(todo: Plan, paths: Paths) -> None:
    """Build into a folder beside the wanted one and rename it: a killed build leaves no half."""
    paths.tools.mkdir(parents=True, exist_ok=True)
    module = paths.checkout / todo.family.module
    with tempfile.TemporaryDirectory(prefix=".building-", dir=paths.tools) as temporary:
        made = Path(temporary) / "made"
        (made / "bin").mkdir(parents=True)
        _go_build(todo, module, made / "bin", paths.build_log / f"build-{todo.family.name}.log")
        for origin, file in todo.family.files:
            _copy_executable(_module_folder(origin, module) / file, made / "bin")
        _publish(made, todo.folder)


def _go_build(todo: Plan, module: Path, bin_folder: Path, log: Path) -> None:
    flags = f"-s -w {todo.family.link_flags}".strip()
    command = ["go", "build", "-ldflags", flags, "-o", f"{bin_folder}/"]
    command += [program.package for program in todo.missing]
    what = f"building {', '.join(program.name for program in todo.missing)}"
    environment = {"CGO_ENABLED": "0"}
    run_logged(what, command, log, timeout=BUILD_SECONDS, cwd=module, env=environment)
    for program in todo.missing:
        _rename(bin_folder, program, module)


def _rename(bin_folder: Path, program: Program, module: Path) -> None:
    """Give the program its own name: `go build` names it after the last word of its package."""
    words = [w for w in program.package.split("/") if not w.startswith("v3")]
    built = bin_folder / words[-1]
    if program.package == ".":
        built = bin_folder / _module_name(module)
    if built.name != program.name:
        built.rename(bin_folder / program.name)


def _module_name(module: Path) -> str:
    first = (module / "go.mod").read_text().split("\n", 1)[0]
    return first.removeprefix("module").strip().rsplit("/", 1)[-1]


def _module_folder(origin: str, module: Path) -> Path:
    found = output(["go", "-C", str(module), "list", "-m", "-f", "{{.Dir}}", origin], timeout=300)
    return Path(found.strip())


def _copy_executable(source: Path, folder: Path) -> None:
    target = folder / source.name
    shutil.copyfile(source, target)
    target.chmod(target.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH | stat.S_IRUSR)


def _publish(made: Path, folder: Path) -> None:
    try:
        made.rename(folder)
    except OSError:
        # Another checkout was faster with the same pins: its result is as good.
        if not (folder / "bin").is_dir():
            raise


def bin_folders(plans: Iterable[Plan]) -> list[Path]:
    """The folders that belong on PATH."""
    return [p.folder / "bin" for p in plans if (p.folder / "bin").is_dir()]


def program_path(name: str, plans: Iterable[Plan]) -> Path:
    """A program's file: the built one, else the one on PATH."""
    search = os.pathsep.join([*map(str, bin_folders(plans)), os.environ.get("PATH", "")])
    found = shutil.which(name, path=search)
    if found is None:
        raise LocalError(f"{name} is neither built nor on PATH: run `make up`")
    return Path(found)
