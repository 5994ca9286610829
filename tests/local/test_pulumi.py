"""A lock that a killed pulumi left doesn't need a person; one that is held stays."""

from __future__ import annotations

import json
import os
from pathlib import Path

from local.pulumi import remove_stale_locks


def lock(backend: Path, pid: int) -> Path:
    made = backend / ".pulumi/locks/organization/project/local" / f"{pid}.json"
    made.parent.mkdir(parents=True, exist_ok=True)
    made.write_text(json.dumps({"pid": pid, "hostname": "here"}))
    return made


def test_a_lock_of_an_ended_process_goes(tmp_path: Path) -> None:
    stale = lock(tmp_path, 4_194_305)
    remove_stale_locks(tmp_path)
    assert not stale.exists()


def test_a_lock_of_another_program_with_a_reused_process_id_goes(tmp_path: Path) -> None:
    stale = lock(tmp_path, os.getpid())
    remove_stale_locks(tmp_path)
    assert not stale.exists()
