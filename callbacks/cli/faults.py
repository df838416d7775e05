"""A fault as one sentence on standard error; loaded only when there is one, since it knows everybody's."""

from collections.abc import Callable
from typing import Any

from pydantic import ValidationError
from sqlalchemy.exc import OperationalError

from callbacks.cli.console import err
from dashboard.rules.refusals import Refusal
from datasources.districts.pack.files import PackInvalid
from datasources.store.database import UNREACHABLE
from layouts.text.words import translate

FAILED, USAGE = 1, 2
Teller = Callable[[Any, str], int]


def tell(error: Exception, lang: str) -> int | None:
    """Say what went wrong and return the exit code; None for what is a fault of ours."""
    teller = next((tell for kind, tell in TELLERS.items() if isinstance(error, kind)), None)
    return teller(error, lang) if teller else None


def _pack(invalid: PackInvalid, _lang: str) -> int:
    for fault in invalid.faults:
        err.print(str(fault), markup=False)
    return FAILED


def _refusal(refusal: Refusal, lang: str) -> int:
    err.print(translate(refusal.text, lang, **refusal.params), markup=False)
    return FAILED


def _unreachable(error: OperationalError, lang: str) -> int:
    why = (str(error.orig).strip().splitlines() or [""])[0]
    err.print(translate(UNREACHABLE, lang, why=why), markup=False)
    return FAILED


def _setting(invalid: ValidationError, _lang: str) -> int:
    first = invalid.errors()[0]
    err.print(f"GRID_{'_'.join(str(part) for part in first['loc']).upper()}: {first['msg']}", markup=False)
    return USAGE


TELLERS: dict[type[Exception], Teller] = {
    PackInvalid: _pack,
    Refusal: _refusal,
    OperationalError: _unreachable,
    ValidationError: _setting,
}
