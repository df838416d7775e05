"""The page that reads the audit: who did what outside an event's own steps, when and why, in words."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from layouts.pages import frame
from layouts.text.words import N_, _

WHATS: Mapping[str, str] = {
    "login": N_("登录"),
    "login.failed": N_("登录失败：密码不对"),
    "login.code_failed": N_("登录失败：验证码不对"),
    "login.limited": N_("登录受限：输错太多"),
    "logout": N_("退出"),
    "seat.left": N_("交班"),
    "seat.taken": N_("接班"),
    "session.end": N_("结束一个登录"),
    "session.end_others": N_("结束其他登录"),
    "totp.setup": N_("设置验证器"),
    "totp.forget": N_("重置验证器"),
    "account.create": N_("新建账号"),
    "account.passwd": N_("修改密码"),
    "account.disable": N_("停用账号"),
    "account.enable": N_("启用账号"),
    "account.unlock": N_("解除账号的登录限制"),
    "account.demo_closed": N_("停用演示账号"),
    "limit.release": N_("解除一处登录限制"),
    "token.issue": N_("签发令牌"),
    "token.revoke": N_("吊销令牌"),
    "screen.create": N_("新增屏幕"),
    "screen.renew": N_("换发屏幕地址"),
    "screen.revoke": N_("撤销屏幕"),
    "screen.restore": N_("恢复屏幕"),
    "screen.enter": N_("屏幕进入"),
    "reveal": N_("查看联系方式"),
    "export": N_("导出"),
    "export_sent": N_("导出完成"),
    "export_asked": N_("申请导出个人信息"),
    "export_approved": N_("批准导出申请"),
    "export_refused": N_("不批准导出申请"),
    "export_personal": N_("导出个人信息"),
}
KEYS: Mapping[str, str] = {
    "account": N_("账号"),
    "role": N_("角色"),
    "address": N_("地址"),
    "known_browser": N_("登录过的浏览器"),
    "kind": N_("种类"),
    "failures": N_("失败次数"),
    "seconds": N_("等待秒数"),
    "token": N_("令牌"),
    "tokens": N_("吊销令牌"),
    "days": N_("天数"),
    "count": N_("数量"),
    "rows": N_("行数"),
    "left_by": N_("交班人"),
    "login": N_("登录"),
    "screen": N_("屏幕"),
    "event": N_("事件"),
    "reason": N_("理由"),
    "why": N_("用途"),
    "words": N_("说明"),
    "table": N_("表"),
    "filters": N_("条件"),
    "named": N_("点名事件数"),
    "request": N_("申请"),
    "asked_by": N_("申请人"),
}
LIMITS: Mapping[str, str] = {
    "pair": N_("账号与地址"),
    "device": N_("登录过的浏览器"),
    "address": N_("整个地址"),
}
CONSOLE = "console"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the audit: a moment in words, the account, what was done by code, the facts as kept."""

    when: str
    account: str
    what: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page was asked for, as typed."""

    account: str = ""
    what: str = ""
    since: str = ""
    until: str = ""


def page(
    around: frame.Frame,
    lines: Sequence[Line],
    asked: Asked,
    kinds: Sequence[str],
    older: str = "",
    lang: str | None = None,
) -> str:
    """Return the page as HTML; `older` is the address of what came before, empty where there is nothing."""
    shown = [(line.when, by(line.account), word(line.what), line.what, facts(line.detail)) for line in lines]
    choices = sorted(((kind, word(kind)) for kind in kinds), key=lambda choice: choice[1])
    return frame.render(
        "audit.html", lang, around, lines=shown, asked=asked, kinds=choices, older=older,
    )  # fmt: skip


def word(what: str) -> str:
    """Return what was done in words; what is not known yet, by its code."""
    return _(WHATS[what]) if what in WHATS else what


def by(account: str) -> str:
    """Return who did it: an account, the command line, or nobody that is known."""
    return _("命令行") if account == CONSOLE else account or _("未知账号")


def facts(detail: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the facts of a line as pairs of words, the empty ones left out."""
    return [
        (_(KEYS[name]) if name in KEYS else name, _said(value))
        for name, value in detail.items()
        if value not in (None, "", [], {})
    ]


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, str):
        return _(LIMITS[value]) if value in LIMITS else value
    return json.dumps(value, ensure_ascii=False)
