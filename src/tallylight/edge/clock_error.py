"""How far this machine's clock may be from UTC, as the kernel's time discipline states it (adjtimex)."""

from __future__ import annotations

import ctypes
import ctypes.util
from typing import Final

_UNSYNCHRONISED: Final = 0x40
_ERROR_STATE: Final = 5


class _Timex(ctypes.Structure):
    """The head of Linux `struct timex`; the rest is room for the kernel to write in."""

    _fields_ = [
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 256),
    ]


def clock_error_us() -> int | None:
    """The kernel's maximum error in microseconds, or None when the clock is not synchronised or the system doesn't
    say.
    """
    adjtimex = getattr(ctypes.CDLL(None, use_errno=True), "adjtimex", None)
    if adjtimex is None:
        return None
    state = _Timex()
    code = adjtimex(ctypes.byref(state))
    if code in (-1, _ERROR_STATE) or state.status & _UNSYNCHRONISED:
        return None
    return max(int(state.maxerror), 1)
