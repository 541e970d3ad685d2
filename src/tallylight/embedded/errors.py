"""What can go wrong with the engines of one machine."""

from __future__ import annotations

from tallylight.kernel.errors import Conflict, Unavailable, gettext_noop


class EngineMissing(Unavailable):
    """The engine's wheel does not hold what it should."""

    code = "engine-missing"
    title = gettext_noop("The engine %(engine)s is not installed: %(path)s is missing.")
    advice = gettext_noop("Run make venv again on a machine with x86-64 or arm64 and glibc.")


class EngineFailed(Unavailable):
    """The engine could not be prepared or started; `output` is its own last words."""

    code = "engine-failed"
    title = gettext_noop("%(engine)s could not be started: %(output)s")
    advice = gettext_noop("Mend what is named and start again; tally doctor looks for the usual causes.")


class CannotDropRoot(Unavailable):
    """We are root, the engine refuses to be, and there is no way to change user here."""

    code = "cannot-drop-root"
    title = gettext_noop("PostgreSQL refuses to run as root, and changing to another user is not possible: %(reason)s.")
    advice = gettext_noop(
        "Run Tallylight as an ordinary user, or point TALLY_DATABASE_URL at a PostgreSQL of your own."
    )


class AlreadyRunning(Conflict):
    """Another process holds this home, data folder or port."""

    code = "already-running"
    title = gettext_noop("%(what)s is already running: %(holder)s.")
    advice = gettext_noop("Stop that one first, or use another TALLY_HOME and TALLY_PORT.")


class NotAHome(Conflict):
    """TALLY_HOME names a folder that holds other things."""

    code = "not-a-home"
    title = gettext_noop("%(home)s holds other things and is not a home of Tallylight.")
    advice = gettext_noop("Point TALLY_HOME at an empty folder or at one that does not exist yet.")


class PartFailed(Unavailable):
    """A part did not come up; `output` is the end of its log."""

    code = "part-failed"
    title = gettext_noop("%(part)s did not start.\n%(output)s")
    advice = gettext_noop("The whole log is in %(log)s. tally doctor looks for the usual causes.")
