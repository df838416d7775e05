"""The configuration checks itself: what is unsafe in production is refused, each with the reason and the cure."""

import ipaddress
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from dashboard.notify.webhook import is_web_address
from dashboard.rules.refusals import Refusal
from dashboard.settings import TARGETS, Settings
from datasources.store.server import role as database_role
from layouts.text.words import translate


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not safe: why, and what to do about it (Chinese msgids), with what stands in the sentences."""

    reason: str
    cure: str
    params: Mapping[str, Any] = field(default_factory=dict)


Test = tuple[Callable[[Settings], bool], Finding]


def is_open(settings: Settings) -> bool:
    """Return whether others than this machine can reach the product: then it counts as production.

    Told by where it listens and by the addresses people use: behind a proxy on the same machine it listens on loopback.
    """
    return not all(_local(host) for host in (settings.host, *map(_host, settings.allowed_origins)))


def _host(origin: str) -> str:
    try:
        return urlsplit(origin).hostname or ""
    except ValueError:
        return ""


def _local(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _wildcard(settings: Settings) -> bool:
    return not settings.allowed_origins or any("*" in origin for origin in settings.allowed_origins)


def _short_secret(settings: Settings) -> bool:
    secret = settings.secret_key
    return is_open(settings) and (secret is None or len(secret.get_secret_value()) < 32)


def _weak_demo(settings: Settings) -> bool:
    return is_open(settings) and (settings.demo or settings.demo_password is not None)


def _own_origins(settings: Settings) -> bool:
    return is_open(settings) and settings.origins is None


def _plain_http(settings: Settings) -> bool:
    return is_open(settings) and any(origin.startswith("http://") for origin in settings.allowed_origins)


def _untold_proxies(settings: Settings) -> bool:
    return is_open(settings) and settings.over_https and settings.trusted_proxies == 0


def _unsigned_webhook(settings: Settings) -> bool:
    return bool(settings.addresses) and settings.webhook_secret is None


def _strange_gateway(settings: Settings) -> bool:
    return any(
        target not in TARGETS or not is_web_address(address) for target, address in settings.addresses.items()
    )


def _mcp(_settings: Settings) -> bool:
    return os.environ.get("DASH_MCP_ENABLED", "").lower() in ("1", "true", "yes")


FATAL: tuple[Test, ...] = (
    (
        _wildcard,
        Finding(
            "允许的来源为空或含有通配符，别的网站可以借用登录。", "请在 GRID_ORIGINS 写明网址，以逗号分隔。"
        ),
    ),
    (_mcp, Finding("DASH_MCP_ENABLED 会把页面回调开放为工具接口。", "请去掉这个环境变量。")),
)
UNSAFE = (
    *FATAL,
    (_short_secret, Finding("对外开放时密钥缺失或不足 32 个字符。", "请设置 GRID_SECRET_KEY 为随机长字符串。")),
    (_weak_demo, Finding("对外开放时仍有演示账号。", "请用 --no-demo 启动，并去掉 GRID_DEMO_PASSWORD。")),
    (_own_origins, Finding("对外开放时没有写明浏览器使用的网址。", "请在 GRID_ORIGINS 写明，例如 https://zhihui.example.gov.cn。")),
    (_plain_http, Finding("对外开放的网址不是 https，口令会以明文传送。", "请在前面架设 https 代理，并在 GRID_ORIGINS 写 https 网址。")),
    (_untold_proxies, Finding("网址是 https，却没有写明前面有几层代理：所有来访会被当成同一个地址，一处用满次数人人受限。", "请设置 GRID_TRUSTED_PROXIES，只有一层 nginx 时为 1，并让 nginx 写 X-Forwarded-For 和 X-Forwarded-Proto。")),
    (_unsigned_webhook, Finding("通知网关没有签名密钥，对方无法辨别真伪。", "请设置 GRID_WEBHOOK_SECRET。")),
    (_strange_gateway, Finding("通知地址写法不对：只认 alert 和 efficiency，地址只能是 http 或 https。", "请改正 GRID_GATEWAYS 或 GRID_WEBHOOK_URL。")),
)  # fmt: skip


def _owns_tables(settings: Settings) -> bool:
    url = settings.database_url or ""
    return is_open(settings) and url.startswith("postgresql") and database_role.owns_tables(url)


def _divided(settings: Settings, role: str) -> bool:
    return (
        role in ("web", "clock")
        and (settings.database_url or "sqlite").startswith("sqlite")
        and is_open(settings)
    )


def _met(tests: Sequence[Test], settings: Settings) -> list[Finding]:
    return [finding for test, finding in tests if test(settings)]


def findings(settings: Settings, role: str = "all") -> list[Finding]:
    """Return everything unsafe in a configuration."""
    found = _met(UNSAFE, settings)
    if _owns_tables(settings):
        found.append(
            Finding(
                "系统所用的数据库账号拥有这些表，可以拆除防篡改的触发器。",
                "请照 docs/postgresql-roles.sql 另设一个不拥有表的账号，写入 GRID_DATABASE_URL。",
            )
        )
    if _divided(settings, role):
        found.append(
            Finding(
                "多进程部署使用了 SQLite。",
                "请用 GRID_DATABASE_URL 指向 PostgreSQL，或以 --role all 单进程运行。",
            )
        )
    return found


def refuse_unsafe(settings: Settings, role: str = "all") -> None:
    """Raise a Refusal for what must not even start: open to others anything `check` finds, else what is fatal anyhow."""
    found = findings(settings, role) if is_open(settings) else _met(FATAL, settings)
    if found:
        spoken = [translate(text, settings.lang) for one in found for text in (one.reason, one.cure)]
        raise Refusal("不能这样启动：{findings}", findings="".join(spoken))
