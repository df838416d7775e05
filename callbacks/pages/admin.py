"""The administrator's page: named screens and how they are, accounts as they are. Auditors read, admins change."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Flask, Response, current_app

from callbacks.api.answers import answer, shown
from callbacks.api.bodies import object_body
from callbacks.live.feed import LiveFeed
from callbacks.pages import admin_health
from callbacks.security import kiosk, outside
from callbacks.security.guard import permission
from callbacks.security.session import somebody
from dashboard import clock
from dashboard.feed.serializer import millis
from dashboard.rules.access import Viewer
from dashboard.rules.refusals import Invalid
from dashboard.rules.text import clean
from dashboard.rules.text.masking import mask_text
from dashboard.runtime.runtime import Runtime
from datasources.accounts import accounts, kiosks
from datasources.accounts import limits as sign_in_limits
from datasources.accounts.kiosks import Shows
from datasources.alerts import screens
from datasources.events.intake import text_fault
from datasources.store.models import AccountRow, KioskRow, ScreenRow, SignInLimitRow
from layouts.pages import admin
from layouts.pages.screen_data import SCENES
from layouts.text import words

LONGEST_PLACE = 80
ROTATION = range(10, 61)
FIELDS = ("name", "place", "area", "scene", "rotate", "lang")


def install(app: Flask) -> None:
    """Give an app the page's data, its buttons and the screens' way in."""
    kiosk.install(app)
    admin_health.install(app)
    for path, view, method in (
        ("/admin/state", state, "GET"),
        ("/admin/screens", create, "POST"),
        ("/admin/screens/<name>/renew", renew, "POST"),
        ("/admin/screens/<name>/revoke", revoke, "POST"),
        ("/admin/screens/<name>/restore", restore, "POST"),
        ("/admin/accounts/<name>/unlock", unlock, "POST"),
        ("/admin/limits/<key>/release", release, "POST"),
    ):
        app.add_url_rule(path, f"admin_{view.__name__}", view, methods=[method])


def layout(runtime: Runtime, _live: LiveFeed, who: Viewer, _query: Mapping[str, str]) -> Any:
    """Return the page for whoever may see it."""
    reference = runtime.reference
    levels = [level for level in reference.levels if level in reference.levels[:3]]
    areas = [(area.code, area.name) for area in reference.areas.values() if area.level in levels]
    return admin.page(
        admin.AdminData(
            title=reference.texts.get("title", reference.name),
            who=who.title or who.name,
            may_change=who.may("accounts.manage"),
            areas=areas,
            scenes=SCENES,
            languages=words.LANGUAGES,
            time_zone=str(reference.tz),
        )
    )


@permission("screens.see")
def state() -> Response:
    """Return the screens with their last reports, and the accounts."""
    runtime, now = _runtime(), clock.now()
    with runtime.database.read() as session:
        heard = {row.name: row for row in screens.listed(session, now)}
        named = {row.account: row for row in kiosks.listed(session)}
        rows = [row for row in accounts.listed(session) if not kiosks.is_kiosk(row.name)]
        people = list(shown("account", rows, lambda row: _account(row, runtime), lambda row: row.name))
        standing = sign_in_limits.standing(session, clock.real_now())
        limits = list(shown("sign_in_limit", standing, _limit, lambda row: row.key))
    names = sorted(named.keys() | heard.keys())
    told = shown("screen", names, lambda name: _screen(name, named.get(name), heard.get(name), now), str)
    return answer(
        {"now": millis(clock.real_now()), "screens": list(told), "accounts": people, "limits": limits}
    )


@permission("accounts.manage")
def create() -> Response:
    """Make a named screen; its address is in this answer and nowhere else."""
    body = object_body(*FIELDS)
    shows = _wishes(body)
    with _runtime().database.write() as session:
        secret = kiosks.make(
            session,
            clean.line(body["name"]),
            clean.line(str(body.get("place") or "")),
            shows,
            somebody().name,
            clock.real_now(),
        )
    return answer(_address(secret), 201)


@permission("accounts.manage")
def renew(name: str) -> Response:
    """Give a screen a new address; the old one and whoever entered with it are shut out."""
    with _runtime().database.write() as session:
        secret = kiosks.renew(session, name, somebody().name, clock.real_now())
    return answer(_address(secret))


@permission("accounts.manage")
def revoke(name: str) -> Response:
    """Shut a screen out; its sockets are cut by the next heartbeat."""
    with _runtime().database.write() as session:
        kiosks.revoke(session, name, somebody().name, clock.real_now())
    return answer({"name": name, "regret_seconds": 10})


@permission("accounts.manage")
def restore(name: str) -> Response:
    """Take a revocation of a moment ago back."""
    with _runtime().database.write() as session:
        kiosks.restore(session, name, somebody().name, clock.real_now())
    return answer({"name": name})


@permission("accounts.manage")
def unlock(name: str) -> Response:
    """Let an account be tried again at once."""
    with _runtime().database.write() as session:
        accounts.unlock(session, name, somebody().name, clock.real_now())
    return answer({"name": name})


@permission("accounts.manage")
def release(key: str) -> Response:
    """Forget what was tried in vain at one place; what is forgotten already stays so."""
    now = clock.real_now()
    with _runtime().database.write() as session:
        row = sign_in_limits.release(session, key)
        if row is not None:
            accounts.audit(
                session, now, somebody().name, "limit.release",
                kind=row.kind, address=row.address, account=row.account, failures=row.failures,
            )  # fmt: skip
    return answer({"key": key})


def _limit(row: SignInLimitRow) -> dict[str, Any]:
    return {
        "key": row.key,
        "kind": row.kind,
        "account": row.account,
        "address": row.address,
        "failures": row.failures,
        "refused": row.refused,
        "last_at": millis(row.last_at),
        "until": millis(row.until),
    }


def _wishes(body: Mapping[str, Any]) -> Shows:
    """Return what a new screen shall show; Invalid naming every field that is wrong."""
    faults: list[tuple[str, str, dict[str, Any]]] = []
    if not isinstance(body.get("name"), str) or not body["name"].strip():
        faults.append(("name", "缺少“{field}”", {"field": "name"}))
    for name, known in (("area", _runtime().reference.areas), ("scene", SCENES), ("lang", words.LANGUAGES)):
        if body.get(name) and (not isinstance(body[name], str) or body[name] not in known):
            faults.append((name, "没有这个选项", {}))
    place, rotate = body.get("place") or "", body.get("rotate") or 0
    wrong = (
        text_fault(clean.line(place), LONGEST_PLACE, lines=False)
        if isinstance(place, str)
        else ("应是文字", {})
    )
    if wrong:
        faults.append(("place", *wrong))
    if rotate and (isinstance(rotate, bool) or not isinstance(rotate, int) or rotate not in ROTATION):
        faults.append(("rotate", "应是 10 到 60 秒的整数，或者不轮播", {}))
    if faults:
        raise Invalid(faults)
    return Shows(body.get("area") or "", body.get("scene") or "", rotate, body.get("lang") or "")


def _screen(name: str, named: KioskRow | None, heard: ScreenRow | None, now: datetime) -> dict[str, Any]:
    found: dict[str, Any] = {
        "key": name,
        "name": named.name if named else mask_text(name),
        "kiosk": named is not None,
    }
    if named:
        found |= {
            "place": mask_text(named.place),
            "shows": kiosk.screen_path(named.name, Shows(**named.shows)),
            "opened_at": millis(named.opened_at),
            "revoked_at": millis(named.revoked_at),
        }
    if heard:
        ago = (now - heard.seen_at).total_seconds() / (clock.speed() or 1)
        found |= {"ago": max(0.0, round(ago, 1)), "audible": heard.audible, "origin": heard.origin}
        found["report"] = heard.report
    return found


def _account(row: AccountRow, runtime: Runtime) -> dict[str, Any]:
    area = runtime.reference.area(row.area)
    return {
        "name": row.name,
        "title": row.title,
        "role": words.translate(admin.ROLES[row.role]),
        "belongs": runtime.reference.unit_name(row.unit) if row.unit else area.name if area else "",
        "disabled": row.disabled,
        "demo": row.demo,
    }


def _address(secret: str) -> dict[str, str]:
    return {"address": f"{outside.own_address()}/kiosk/{secret}"}


def _runtime() -> Runtime:
    runtime: Runtime = current_app.extensions["grid.runtime"]
    return runtime
