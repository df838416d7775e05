"""Errors for programs: RFC 9457 problem+json for the API, a plain page for people. What happened, what to do, no traceback."""

import logging
import secrets
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from dash.exceptions import DependencyException
from flask import Flask, Response, redirect, request
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.wrappers import Response as AnyResponse

from callbacks.api.answers import dumped, event_body
from callbacks.api.answers import moment as shown
from callbacks.security.guard import OtherAccount, WrongCredential
from callbacks.wording import spoken, worded
from dashboard.rules.refusals import Conflict, NotAllowedNow, Refusal
from datasources.events.idempotency import InWork
from datasources.store.faults import is_outage
from datasources.store.quiet_log import Quiet
from layouts.pages import notice
from layouts.text.words import N_, translate

log = logging.getLogger(__name__)
quiet = Quiet(log)

TYPE = "application/problem+json"
FORMS = ("/api/", "/admin/", "/session/", "/_dash", "/healthz", "/readyz", "/metrics", "/socket.io")
TITLES: Mapping[int, str] = {
    400: N_("请求看不懂"),
    401: N_("需要登录"),
    403: N_("没有权限"),
    404: N_("没有找到"),
    405: N_("不支持这种请求方法"),
    409: N_("现在不能这样做"),
    413: N_("内容太大"),
    415: N_("内容类型不对"),
    422: N_("内容有误"),
    429: N_("提交太频繁"),
    500: N_("系统出了问题"),
    503: N_("系统暂时不可用"),
}
DETAILS: Mapping[int, str] = {
    400: N_("请求的内容不是完整的 JSON"),
    404: N_("没有这个地址"),
    405: N_("这个地址不支持 {method}"),
    413: N_("提交的内容超过了允许的大小"),
    415: N_("内容类型不对，请按接口说明提交"),
    500: N_("刚才的操作没有完成，问题已记入日志（编号 {mark}）"),
    503: N_("数据库现在没有应答，这一步没有得到确认，请稍后再试"),
}
# seconds after which asking again makes sense, by status
AGAIN_AFTER = {429: 60, 503: 3}
IN_WORK_AFTER = 1
SLUGS = {400: "malformed", 401: "unauthenticated", 403: "forbidden", 404: "not-found", 405: "method", 409: "not-now", 413: "too-large", 415: "wrong-type", 422: "invalid", 429: "too-many", 500: "internal", 503: "unavailable"}  # fmt: skip


def install(app: Flask) -> None:
    """Turn whatever goes wrong in an app into a problem or a page."""
    app.register_error_handler(Refusal, of_refusal)
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(
        DependencyException, lambda _: _of_http(NotFound())
    )  # an asset Dash does not have
    app.register_error_handler(Exception, _of_bug)


def body_of(
    status: int,
    detail: str = "",
    errors: Sequence[tuple[str, str, dict[str, Any]]] = (),
    slug: str = "",
    **more: Any,
) -> dict[str, Any]:
    """Return a problem as JSON values; `detail` is a finished sentence, `errors` are (field, msgid, params)."""
    body: dict[str, Any] = {
        "type": f"urn:grid:problem:{slug or SLUGS.get(status, 'other')}",
        "title": translate(TITLES.get(status, TITLES[500])),
        "status": status,
    }
    if detail:
        body["detail"] = detail
    if errors:
        body["errors"] = [
            {"field": field, "message": translate(msgid, None, **worded(params))}
            for field, msgid, params in errors
        ]
    return body | more


def refusal_body(refusal: Refusal) -> dict[str, Any]:
    """Return a refusal as a problem's JSON values; what is outdated carries the event as it now is."""
    more: dict[str, Any] = {}
    slug = ""
    if isinstance(refusal, NotAllowedNow):
        winner = refusal.winner if isinstance(refusal, Conflict) else None
        more["winner"] = winner and winner | {"at": shown(winner["at"])}
        more["event"] = event_body(refusal.event)
        slug = (
            "overtaken" if isinstance(refusal, Conflict) else "in-work" if isinstance(refusal, InWork) else ""
        )
    if isinstance(refusal, OtherAccount):
        slug, more = "other-account", {"account": refusal.params["account"]}
    return body_of(refusal.status, spoken(refusal), refusal.errors, slug, **more)


def answer(body: dict[str, Any]) -> Response:
    """Return a problem as a response."""
    return Response(dumped(body), body["status"], content_type=TYPE)


def of_refusal(refusal: Refusal) -> AnyResponse:
    """Return a refusal as a problem, or as a page where a person asked for one."""
    if _for_programs():
        response = answer(refusal_body(refusal))
        if refusal.status == 401:
            response.headers["WWW-Authenticate"] = 'Bearer realm="grid"'
        after = IN_WORK_AFTER if isinstance(refusal, InWork) else AGAIN_AFTER.get(refusal.status)
        if after is not None:
            response.headers["Retry-After"] = str(after)
        return response
    if refusal.status == 401 and not isinstance(refusal, WrongCredential):
        path = request.full_path.rstrip("?")
        return redirect(f"/login?next={quote(path, safe='')}" if path != "/" else "/login", 302)
    return Response(notice.error(refusal.status), refusal.status, mimetype="text/html")


def _of_http(error: HTTPException) -> AnyResponse:
    status = error.code or 500
    cause = getattr(error, "original_exception", None)
    if is_outage(cause):  # while another answer was being written
        return _of_outage(cause)
    if status < 400:
        return error.get_response()
    if not _for_programs():
        return Response(notice.error(status), status, mimetype="text/html")
    detail = (
        translate(DETAILS[status], None, method=request.method) if status in DETAILS and status != 500 else ""
    )
    response = answer(body_of(status, detail))
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def _of_outage(error: BaseException | None) -> AnyResponse:
    """Say that the database cannot do its work just now: never a 409, which would mean that somebody was faster."""
    quiet.warning("outage", "The database cannot do its work: %s", getattr(error, "orig", None) or error)
    response = _plain(503)
    response.headers["Retry-After"] = str(AGAIN_AFTER[503])
    return response


def _of_bug(error: Exception) -> AnyResponse:
    if is_outage(error):
        return _of_outage(error)
    mark = secrets.token_hex(4)
    log.error("Request failed (%s): %s %r", mark, request.method, request.path, exc_info=error)
    return _plain(500, mark=mark)


def _plain(status: int, **params: Any) -> AnyResponse:
    if not _for_programs():
        return Response(notice.error(status), status, mimetype="text/html")
    return answer(body_of(status, translate(DETAILS[status], None, **params)))


def _for_programs() -> bool:
    return request.path.startswith(FORMS)
