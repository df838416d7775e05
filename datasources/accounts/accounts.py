"""Accounts: who may enter, with which role. People are roles here, never invented names.

Every function works inside the caller's session; `now` is real time, accounts live outside the drill.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from dashboard.rules.access import HOME, ROLE_WORDS, Role, Viewer
from dashboard.rules.refusals import NotFound, Refusal
from datasources.accounts import devices, limits, passwords
from datasources.districts.reference import Reference
from datasources.store import sound_rows
from datasources.store.models import AccountRow, AuditRow, KioskRow, TokenRow

LONGEST_NAME = 100
# words of the command line and of the audit, and whoever acts without an account
RESERVED = frozenset(
    {"list", "revoke", "console", "public", Role.RESIDENT.value, Role.SYSTEM.value, Role.CLOCK.value}
)
NAME = re.compile(r"[\w.@+\-]+")  # keys of screens and seats, addresses and lists are made of names
DEMO_ROLES: Sequence[tuple[str, Role]] = (
    ("screen", Role.WALL),
    ("operator", Role.OPERATOR),
    ("lead", Role.LEAD),
    ("leader", Role.LEADER),
    ("admin", Role.ADMIN),
    ("auditor", Role.AUDITOR),
)


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What an account is: its name, role and password; the unit or the area it stands for; `member` of the unit."""

    name: str
    role: Role
    password: str = field(repr=False)
    unit: str | None = None
    area: str | None = None
    title: str = ""
    member: bool = False


def create(session: Session, reference: Reference, new: NewAccount, now: datetime) -> Viewer:
    """Open an account; a Refusal when the name is taken, the password too short, or the unit or area is unknown."""
    _check(reference, new)
    if new.member and new.unit is None:
        raise Refusal("只有处置单位的账号可以是成员", field="member")
    if session.get(AccountRow, new.name) is not None:
        raise Refusal("已有名为“{name}”的账号", name=new.name, field="name")
    row = AccountRow(
        name=new.name,
        title=new.title or _title(reference, new.role, new.unit, new.area),
        role=new.role.value,
        unit=new.unit,
        area=new.area,
        member=new.member,
        password_hash=_hashed(new.password),
        created_at=now,
    )
    session.add(row)
    audit(session, now, "console", "account.create", account=new.name, role=new.role.value)
    return viewer_of(row)


def workers(session: Session) -> list[tuple[str, str]]:
    """Return (account, area) of the grid workers whose accounts are open, by name."""
    query = select(AccountRow.name, AccountRow.area).where(
        AccountRow.role == Role.WORKER.value, AccountRow.area.is_not(None), AccountRow.disabled.is_(False)
    )
    return [(name, area or "") for name, area in session.execute(query.order_by(AccountRow.name))]


def set_password(session: Session, name: str, password: str, now: datetime) -> None:
    """Give an account a new password; its sessions and its tokens end."""
    row = account_of(session, name)
    row.password_hash = _hashed(password)
    row.epoch += 1
    limits.release_account(session, name)
    devices.forget(session, name)
    ended = _end_tokens(session, [name], now)
    audit(session, now, "console", "account.passwd", account=name, tokens=ended)


def disable(session: Session, name: str, now: datetime) -> None:
    """Close an account: its sessions stop counting within seconds, its tokens are revoked."""
    row = account_of(session, name)
    row.disabled, row.closed_with_demo = True, False
    row.epoch += 1
    audit(session, now, "console", "account.disable", account=name, tokens=_end_tokens(session, [name], now))


def enable(session: Session, name: str, now: datetime) -> None:
    """Open an account again, with the password it had; old sessions and tokens stay ended."""
    row = account_of(session, name)
    if row.disabled and row.closed_with_demo:
        raise Refusal("演示已关闭，演示账号“{name}”不能启用；请用 user add 新建账号", name=name)
    if row.disabled:
        row.disabled = False
        row.epoch += 1
    audit(session, now, "console", "account.enable", account=name)


def listed(session: Session) -> Sequence[AccountRow]:
    """Return every account, by name."""
    return sound_rows.rows_of(session, AccountRow, select(AccountRow).order_by(AccountRow.name))


def of_unit(session: Session, unit: str) -> Sequence[AccountRow]:
    """Return the open accounts of a unit, its members first, by name."""
    query = select(AccountRow).where(AccountRow.unit == unit, AccountRow.disabled.is_(False))
    return sound_rows.rows_of(session, AccountRow, query.order_by(AccountRow.member.desc(), AccountRow.name))


def viewer_named(session: Session, name: str) -> Viewer:
    """Return the viewer an account stands for; NotFound when there is none or it is disabled."""
    row = account_of(session, name)
    if row.disabled:
        raise NotFound("账号“{name}”已停用", name=name)
    return viewer_of(row)


def ensure_demo(session: Session, reference: Reference, password: str, now: datetime) -> list[str]:
    """Make the demo accounts that are not there and give all of them one password; return their names."""
    rows = {row.name: row for row in listed(session)}
    taken = set(session.scalars(select(AccountRow.name)))
    held = next((row.password_hash for row in rows.values() if row.demo and row.password_hash), None)
    # one hash for all: they share one printed password anyway, and ninety hashings would take seconds of the start
    shared = held if held and passwords.fits(held, password) else passwords.hashed(password)
    names: list[str] = []
    changed: list[str] = []
    for values in demo_accounts(reference):
        name = values["name"]
        row = rows.get(name)
        if row is None and name in taken:
            continue  # it cannot be read, and is set aside
        if row is None:
            session.add(AccountRow(**values, password_hash=shared, demo=True, created_at=now))
        elif row.demo:
            row.title, row.unit, row.area = values["title"], values["unit"], values["area"]
            if row.closed_with_demo:
                row.disabled, row.closed_with_demo = False, False
            if row.password_hash != shared:
                row.password_hash, row.epoch = shared, row.epoch + 1
                changed.append(name)
        names.append(name)
    _end_tokens(session, changed, now)
    return names


def unlock(session: Session, name: str, by: str, now: datetime) -> None:
    """Let an account be tried again at once, however often it was tried in vain."""
    account_of(session, name)
    limits.release_account(session, name)
    audit(session, now, by, "account.unlock", account=name)


def close_demo(session: Session, now: datetime) -> int:
    """Disable the demo accounts that are open: where there is no demo, nobody enters by one; return how many were."""
    is_open = (AccountRow.demo, AccountRow.disabled.is_(False))
    rows = sound_rows.rows_of(session, AccountRow, select(AccountRow).where(*is_open))
    for row in rows:
        row.disabled, row.closed_with_demo = True, True
        row.epoch += 1
    _end_tokens(session, [row.name for row in rows], now)
    if rows:
        audit(session, now, "console", "account.demo_closed", count=len(rows))
    return len(rows)


def demo_counts(session: Session) -> tuple[int, int]:
    """Return how many demo accounts there are, and how many of them are open."""
    closed = session.scalars(select(AccountRow.disabled).where(AccountRow.demo)).all()
    return len(closed), sum(not one for one in closed)


def demo_accounts(reference: Reference) -> Iterator[dict[str, Any]]:
    """Yield the demo accounts of a district (CONTRACT §3): the command side, a unit each, a community's workers each."""
    for name, role in DEMO_ROLES:
        yield _values(reference, name, role)
    for code in reference.units:
        yield _values(reference, f"unit-{code}", Role.UNIT, unit=code)
    for area in reference.areas.values():
        if area.level == reference.community_level:
            yield _values(reference, f"worker-{area.code}", Role.WORKER, area=area.code)


def viewer_of(row: AccountRow) -> Viewer:
    """Return the viewer an account row stands for."""
    return Viewer(row.name, Role(row.role), row.unit, row.area, row.title, member=bool(row.member))


def audit(session: Session, now: datetime, by: str, what: str, **detail: Any) -> None:
    """Write down who did what outside an event's own steps."""
    session.add(AuditRow(at=now, account=by, what=what, detail=detail))


def _end_tokens(session: Session, names: Collection[str], now: datetime) -> int:
    """Revoke the tokens of accounts: what opens a door ends with what it was issued on; return how many."""
    if not names:
        return 0
    open_ones = (TokenRow.account.in_(names), TokenRow.revoked_at.is_(None))
    digests = session.scalars(select(TokenRow.digest).where(*open_ones)).all()
    session.execute(update(TokenRow).where(TokenRow.digest.in_(digests)).values(revoked_at=now))
    return len(digests)


def _values(
    reference: Reference, name: str, role: Role, unit: str | None = None, area: str | None = None
) -> dict[str, Any]:
    title = _title(reference, role, unit, area)
    return {"name": name, "role": role.value, "unit": unit, "area": area, "title": title}


def _title(reference: Reference, role: Role, unit: str | None, area: str | None) -> str:
    if unit:
        return reference.unit_name(unit)
    words = ROLE_WORDS[role]
    return f"{reference.area_name(area)}{words}" if area else words


def _check(reference: Reference, new: NewAccount) -> None:
    _check_name(new.name)
    role, unit, area = new.role, new.unit, new.area
    if role not in HOME:
        raise Refusal("“{role}”不能作为账号的角色", role=role.value, field="role")
    if (role is Role.UNIT) != (unit is not None) or (unit is not None and unit not in reference.units):
        raise Refusal("处置单位的账号要写明一个已有的单位代码，其他角色不写", field="unit")
    if (role is Role.WORKER) != (area is not None) or (area is not None and area not in reference.areas):
        raise Refusal("网格员的账号要写明一个已有的区域代码，其他角色不写", field="area")


def _check_name(name: str) -> None:
    """Refuse a name that cannot be one: the product itself uses it, or it would be another key somewhere."""
    if not name or len(name) > LONGEST_NAME or not name.isprintable() or name != name.strip():
        raise Refusal("账号名不能为空，最长 {most} 字，不含空白和控制字符", most=LONGEST_NAME, field="name")
    if name.casefold() in RESERVED:
        raise Refusal("“{name}”是保留的名字，请换一个", name=name, field="name")
    if not NAME.fullmatch(name) or not name.strip("."):
        raise Refusal(
            "账号名“{name}”不行：只能用文字、数字、点、横线、下划线、@ 和 +，也不能只有点",
            name=name,
            field="name",
        )


def unfit_names(session: Session) -> list[str]:
    """Return the names of open accounts that none may have today, screens' own ones excepted."""
    query = select(AccountRow.name).where(AccountRow.disabled.is_(False)).order_by(AccountRow.name)
    own = set(session.scalars(select(KioskRow.account)))
    found = []
    for name in session.scalars(query):
        try:
            if name not in own:
                _check_name(str(name))
        except Refusal:
            found.append(str(name))
    return found


def _hashed(password: str) -> str:
    if not passwords.SHORTEST <= len(password) <= passwords.LONGEST:
        raise Refusal("密码至少 {least} 个字符", least=passwords.SHORTEST, field="password")
    try:
        return passwords.hashed(password)
    except UnicodeEncodeError:
        raise Refusal("密码里有无法保存的字符", field="password") from None


def named(session: Session, name: str) -> AccountRow | None:
    """Return the account of a name, or None; a word that no database can hold names none."""
    return session.get(AccountRow, name) if name.isprintable() else None


def account_of(session: Session, name: str) -> AccountRow:
    """Return an account; NotFound when there is none of that name."""
    row = named(session, name)
    if row is None:
        raise NotFound("没有名为“{name}”的账号", name=name)
    return row
