"""The home folder and what was built."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

from tallylight.config.environment import Environment
from tallylight.embedded.doctor.findings import Finding, fine, note, wrong
from tallylight.embedded.words import gettext as _
from tallylight.kernel.catalogue import LOCALES
from tallylight.typeset.errors import FontsMissing
from tallylight.typeset.fonts import fonts

PACKAGE = Path(__file__).resolve().parents[2]


def permissions(env: Environment) -> list[Finding]:
    """The home is private, and so is every secret."""
    about = _("home")
    if not env.home.exists():
        return fine(about, _("%(home)s does not exist yet") % {"home": env.home})
    opened = list(_open_to_others(env.home))
    if opened:
        mend = "chmod go-rwx " + " ".join(str(path) for path in opened)
        return wrong(about, _("%(count)d files are open to others") % {"count": len(opened)}, mend)
    return fine(about, _("%(home)s is private") % {"home": env.home})


def _open_to_others(home: Path) -> Iterator[Path]:
    for path in (home, *(home / "secrets").glob("*")):
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield path


def catalogues() -> list[Finding]:
    """Each message catalogue is compiled, and not older than its source."""
    about = _("translations")
    sources = list(LOCALES.glob("*/LC_MESSAGES/*.po"))
    stale = [source for source in sources if not _is_fresh(source.with_suffix(".mo"), source)]
    if stale:
        return note(about, _("%(count)d catalogues are not compiled") % {"count": len(stale)}, "make catalogues")
    return fine(about, _("%(count)d catalogues are compiled") % {"count": len(sources)})


def assets() -> list[Finding]:
    """The console's scripts and styles are there."""
    about = _("console assets")
    dist = PACKAGE / "console" / "static" / "dist"
    if not dist.is_dir() or not any(dist.iterdir()):
        return wrong(about, _("not built"), "make assets")
    return fine(about, _("%(count)d files") % {"count": len(list(dist.iterdir()))})


def document_fonts() -> list[Finding]:
    """The fonts that contracts and reports are set in are there."""
    about = _("fonts of documents")
    try:
        found = fonts()
    except FontsMissing:
        return wrong(about, _("not built"), "make assets")
    return fine(about, ", ".join(found.families()))


def _is_fresh(made: Path, source: Path) -> bool:
    return made.exists() and made.stat().st_mtime >= source.stat().st_mtime
