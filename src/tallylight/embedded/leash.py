"""Ways to start a process that ends with its parent, and that is not root when its program refuses to be."""

from __future__ import annotations

import ctypes
import os
import pwd
import shutil
import signal
from pathlib import Path

from tallylight.embedded.errors import CannotDropRoot

PR_SET_PDEATHSIG = 1
#: Let a process read and traverse what only root may, and write nothing more than its own user may. The second, wider one is
#: what containers grant by default.
CAPABILITIES = {"dac_read_search": 2, "dac_override": 1}
SETPCAP = 8


def end_with_parent(parent: int, sign: signal.Signals = signal.SIGKILL) -> None:
    """Have the kernel send this process `sign` when its parent ends. Raises SystemExit if `parent` is gone already."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, int(sign), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent:
        raise SystemExit("the process that started this one is gone")


def end_with_supervisor() -> None:
    """What each part does first: if a supervisor started it, it ends with the supervisor."""
    if supervisor := os.environ.get("TALLY_SUPERVISOR"):
        end_with_parent(int(supervisor))


def servant() -> tuple[int, int]:
    """The user and group that own what an engine writes: nobody's when we are root, else our own."""
    if os.geteuid() != 0:
        return os.geteuid(), os.getegid()
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError as error:
        raise CannotDropRoot(reason="there is no user nobody") from error
    return nobody.pw_uid, nobody.pw_gid


def without_root(sign: signal.Signals) -> list[str]:
    """The words to put before a command so that it does not run as root; none if we are not.

    The command becomes the user `nobody` with one ambient capability, by which it reaches its files below folders that only
    root may enter. So no folder has to be opened to anybody. `sign` is sent to it when its parent ends (a change of user
    clears what the parent had asked for).
    """
    if os.geteuid() != 0:
        return []
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise CannotDropRoot(reason="setpriv (package util-linux) is missing")
    user, group = servant()
    capability = f"-all,+{_capability()}"
    return [
        setpriv,
        f"--reuid={user}",
        f"--regid={group}",
        "--clear-groups",
        f"--inh-caps={capability}",
        f"--ambient-caps={capability}",
        *_keep_capability_in_access(),
        f"--pdeathsig={sign.name.removeprefix('SIG')}",
        "--",
    ]


def _keep_capability_in_access() -> list[str]:
    """access(2) asks as if a user who is not root had no capabilities, unless this bit is set; initdb looks for its programs by
    it. A container may withhold the right to set the bit: then the environment must not lie below a folder that only root enters.
    """
    may_set = _permitted_capabilities() >> SETPCAP & 1
    return ["--securebits=+no_setuid_fixup"] if may_set else []


def _capability() -> str:
    permitted = _permitted_capabilities()
    for name, bit in CAPABILITIES.items():
        if permitted >> bit & 1:
            return name
    raise CannotDropRoot(reason="this container withholds CAP_DAC_READ_SEARCH and CAP_DAC_OVERRIDE")


def _permitted_capabilities() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("CapPrm:"):
            return int(line.split()[1], 16)
    return 0
