"""Running other programs: output to a log, a deadline, and an error that names all three."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from local.errors import LocalError

LOG_TAIL_LINES = 5


def run_logged(
    what: str,
    command: Sequence[str],
    log: Path,
    *,
    timeout: float,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> None:
    """Run `command` with its output in `log`.

    Raises LocalError that names `what`, the command, the log and the log's last lines.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as out:
        try:
            process = subprocess.run(
                list(command),
                stdout=out,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                cwd=cwd,
                env={**os.environ, **(env or {})},
                timeout=timeout,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise LocalError(_failure(what, f"took over {timeout:.0f} s", command, log)) from None
        except OSError as error:
            raise LocalError(f"{what}: can't run {command[0]}: {error.strerror}") from None
    if process.returncode:
        raise LocalError(_failure(what, f"exit {process.returncode}", command, log))


def output(command: Sequence[str], *, timeout: float = 30, stdin: str | None = None) -> str:
    """Standard output of `command`; LocalError with its standard error when it fails."""
    try:
        process = subprocess.run(
            list(command),
            capture_output=True,
            text=True,
            input=stdin,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise LocalError(f"{' '.join(command)}: no end after {timeout:.0f} s") from None
    except OSError as error:
        raise LocalError(f"can't run {command[0]}: {error.strerror}") from None
    if process.returncode:
        raise LocalError(f"{' '.join(command)}: {process.stderr.strip() or process.stdout.strip()}")
    return process.stdout


def succeeds(command: Sequence[str], *, timeout: float = 30) -> bool:
    """Whether `command` ends with 0 in time; its output goes nowhere."""
    try:
        process = subprocess.run(
            list(command),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            timeout=timeout,
            check=False,
        )
    except (subprocess.TimeoutExpired, OSError):
        return False
    return process.returncode == 0


def _failure(what: str, why: str, command: Sequence[str], log: Path) -> str:
    tail = log.read_text(errors="replace").strip().splitlines()[-LOG_TAIL_LINES:]
    shown = " ".join(command)
    lines = [f"{what} failed ({why}): {shown[:300]}", f"log: {log}", *(f"  {t}" for t in tail)]
    return "\n".join(lines)
