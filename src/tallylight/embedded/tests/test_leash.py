"""A program that refuses to be root runs below folders that only root may enter, and may do nothing else that root may."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tallylight.embedded import leash

ASK = "import os, sys; print(os.geteuid(), os.access(sys.argv[1], os.X_OK), os.access(sys.argv[2], os.W_OK))"


def test_it_finds_programs_below_a_private_folder_and_writes_nothing_of_ours(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    program, data = private / "program", private / "data"
    data.touch(mode=0o700)
    program.touch(mode=0o700)
    program.chmod(0o711)  # as pip installs programs under the strictest umask
    words = [*leash.without_root(signal.SIGKILL), sys.executable, "-c", ASK, str(program), str(data)]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()
    uid, _ = leash.servant()
    mine = str(uid == os.geteuid())  # an ordinary user is its own servant
    assert said == [str(uid), "True", mine]
    assert stat.S_IMODE(private.stat().st_mode) == 0o700


def test_a_container_that_withholds_everything_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leash, "_permitted_capabilities", lambda: 0)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(leash.CannotDropRoot):
        leash.without_root(signal.SIGKILL)
