"""The commands for accounts and API tokens: each touches the accounts it was told to, and no other."""

import argparse
import getpass
import sys
from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from callbacks.cli.console import err, out
from dashboard import clock
from dashboard.rules.access import TOKEN_DAYS, Role
from dashboard.runtime.runtime import Runtime, open_beside
from dashboard.settings import Settings
from datasources.accounts import accounts, one_time_codes, tokens
from datasources.store.models import AccountRow
from layouts.text.words import translate

CreateApp = Callable[..., Any]
USAGE = 2


def user(settings: Settings, words: argparse.Namespace, _create: CreateApp) -> int:
    """Add an account, set a password, disable, enable or unlock one, have its one-time code set up anew, or list all."""
    if words.what != "list" and not words.name:
        return _usage("请写明账号名", settings)
    if words.what == "add" and not words.account_role:
        return _usage("请用 --role 写明角色", settings)
    runtime = open_beside(settings)
    try:
        with runtime.database.write() as session:
            VERBS[words.what](session, runtime, words)
    finally:
        runtime.close()
    return 0


def token(settings: Settings, words: argparse.Namespace, _create: CreateApp) -> int:
    """Print one token an account, each on a line of its own with the token as its last word; all or none."""
    first, *rest = words.names
    if first == "revoke" and not rest:
        return _usage("请写明要吊销的令牌、编号或账号", settings)
    if first in ("list", "revoke") and words.expires is not None:
        return _usage("--expires 只用于签发令牌", settings)
    runtime = open_beside(settings)
    try:
        with runtime.database.write() as session:
            if first == "list":
                lines = _token_lines(session, runtime, rest)
            elif first == "revoke":
                ended = sum(tokens.revoke(session, word, clock.real_now()) for word in rest)
                out.print(translate("已吊销 {n} 个令牌", settings.lang, n=ended))
                lines = []
            else:
                days = tokens.days_of(words.expires if words.expires is not None else TOKEN_DAYS)
                lines = [
                    f"{name} {tokens.issue_token(session, name, clock.real_now(), words.scope, days)}"
                    for name in words.names
                ]
    finally:
        runtime.close()
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 0


def _token_lines(session: Session, runtime: Runtime, names: list[str]) -> list[str]:
    now, lang, tz = clock.real_now(), runtime.settings.lang, runtime.reference.tz
    lines = []
    for name in names:
        accounts.account_of(session, name)
    for row in tokens.listed(session, names):
        ends = tokens.ends_at(row)
        state = "已吊销" if row.revoked_at else "已过期" if ends <= now else "可用"
        made, until = (
            moment.astimezone(tz).isoformat(timespec="minutes") for moment in (row.created_at, ends)
        )
        lines.append("\t".join((tokens.id_of(row), row.account, made, until, translate(state, lang))))
    return lines


def _list(session: Session, runtime: Runtime, _words: argparse.Namespace) -> None:
    for row in accounts.listed(session):
        state = translate(state_of(row), runtime.settings.lang)
        sys.stdout.write("\t".join((row.name, row.role, row.unit or row.area or "-", state)) + "\n")


def state_of(row: AccountRow) -> str:
    """Return how an account stands, as a msgid."""
    if not row.disabled:
        return "可用"
    return "停用（演示已关闭）" if row.closed_with_demo else "停用"


def _add(session: Session, runtime: Runtime, words: argparse.Namespace) -> None:
    new = accounts.NewAccount(
        words.name,
        Role(words.account_role),
        _password(words, runtime.settings),
        unit=words.unit,
        area=words.area,
        member=words.member,
    )
    accounts.create(session, runtime.reference, new, clock.real_now())


def _passwd(session: Session, runtime: Runtime, words: argparse.Namespace) -> None:
    accounts.set_password(session, words.name, _password(words, runtime.settings), clock.real_now())


VERBS: dict[str, Callable[[Session, Runtime, argparse.Namespace], None]] = {
    "add": _add,
    "passwd": _passwd,
    "disable": lambda session, _runtime, words: accounts.disable(session, words.name, clock.real_now()),
    "enable": lambda session, _runtime, words: accounts.enable(session, words.name, clock.real_now()),
    "unlock": lambda session, _runtime, words: accounts.unlock(
        session, words.name, "console", clock.real_now()
    ),
    "reset-code": lambda session, _runtime, words: one_time_codes.forget(
        session, words.name, "console", clock.real_now()
    ),
    "list": _list,
}


def _password(words: argparse.Namespace, settings: Settings) -> str:
    if words.password:
        return str(words.password)
    if sys.stdin.isatty():
        return getpass.getpass(translate("密码：", settings.lang))
    return sys.stdin.readline().rstrip("\n")


def _usage(text: str, settings: Settings) -> int:
    err.print(translate(text, settings.lang))
    return USAGE
