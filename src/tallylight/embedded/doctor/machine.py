"""What the machine is and has."""

from __future__ import annotations

import ctypes
import os
import platform
import pwd
import shutil
import signal
from datetime import UTC, datetime
from pathlib import Path

from tallylight.config.environment import Environment
from tallylight.embedded import leash
from tallylight.embedded.doctor.findings import Finding, fine, note, wrong
from tallylight.embedded.errors import CannotDropRoot
from tallylight.embedded.installation import parts
from tallylight.embedded.ports import holder, is_free
from tallylight.embedded.state import read_states, supervisor_pid
from tallylight.embedded.status import EVERYTHING
from tallylight.embedded.words import explain
from tallylight.embedded.words import gettext as _
from tallylight.kernel import clock

DISK_BYTES = 2 << 30
#: Before this the program did not exist; a machine that says so has lost its clock.
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
#: More than the size of `struct timex`, and what adjtimex returns for a clock that is not synchronised.
TIMEX_BYTES, TIME_ERROR = 512, 5


def python() -> list[Finding]:
    found = f"Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    if platform.machine() not in ("x86_64", "aarch64"):
        return wrong(_("Python"), found, _("The embedded engines exist for x86-64 and arm64: use engines elsewhere."))
    return fine(_("Python"), found)


def user() -> list[Finding]:
    """Whether PostgreSQL can run under this user."""
    try:
        uid, _gid = leash.servant()
        leash.without_root(signal.SIGINT)
        pwd.getpwuid(uid)
    except KeyError:
        return wrong(
            _("user"), _("uid %(uid)d has no name") % {"uid": uid}, _("PostgreSQL needs one: add it to /etc/passwd.")
        )
    except CannotDropRoot as error:
        return wrong(_("user"), f"uid {os.geteuid()}", explain(error))
    return fine(_("user"), _("uid %(me)d, PostgreSQL as uid %(servant)d") % {"me": os.geteuid(), "servant": uid})


def disk(env: Environment) -> list[Finding]:
    place = next(folder for folder in (env.home, *env.home.parents) if folder.exists())
    free = shutil.disk_usage(place).free
    found = _("%(free).1f GB free at %(place)s") % {"free": free / 1e9, "place": place}
    if free < DISK_BYTES:
        return wrong(_("disk"), found, _("Free at least 2 GB, or put TALLY_HOME elsewhere."))
    return fine(_("disk"), found)


def time_of_day() -> list[Finding]:
    """The clock is past this program's first day, and the kernel says that something keeps it right (adjtimex(2))."""
    now = clock.now()
    if now < EPOCH:
        return wrong(_("clock"), clock.rfc3339(now), _("Set the clock: timedatectl set-ntp true."))
    if ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(TIMEX_BYTES)) == TIME_ERROR:
        return note(
            _("clock"), _("nothing keeps the clock right"), _("Run chrony or systemd-timesyncd on nodes and hub.")
        )
    return fine(_("clock"), clock.rfc3339(now))


def ports(env: Environment) -> list[Finding]:
    """Each port that we need is free, or ours."""
    ours = {state.port for state in read_states(env.home) if state.alive} if supervisor_pid(env.home) else set()
    wanted = sorted(part.port for part in parts(env, EVERYTHING) if part.port)
    taken = [port for port in wanted if port not in ours and not is_free(port)]
    if not taken:
        return fine(_("ports"), f"{wanted[0]}-{wanted[-1]}")
    mend = _("Stop that process, or choose another TALLY_PORT.")
    return [finding for port in taken for finding in wrong(_("ports"), f"{port}: {holder(port)}", mend)]


def tools() -> list[Finding]:
    """What only developers need."""
    found: list[Finding] = []
    if not (shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chromium-browser")):
        found += note(_("browser"), _("no Chromium"), _("For make test: apt-get install chromium fonts-noto-cjk."))
    if not shutil.which("xgettext"):
        found += note(_("gettext"), _("no xgettext"), _("For make messages: apt-get install gettext."))
    return found or fine(_("tools"), _("Chromium and gettext are there"))


def shared_memory() -> list[Finding]:
    """Where PostgreSQL keeps what its processes share."""
    place = Path("/dev/shm")  # noqa: S108 - that is where it is
    if not place.is_dir() or shutil.disk_usage(place).total < 32 << 20:
        return note(str(place), _("it is missing or small"), _("Start the container with --shm-size=128m."))
    return fine(_("shared memory"), str(place))
