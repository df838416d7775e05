"""How the product looks from outside: through which proxies a request came, whether people use https, whose address it is.

Nothing a request says of its own road is believed beyond the hops named in GRID_TRUSTED_PROXIES.
"""

import ipaddress
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, current_app, request
from werkzeug.http import parse_cookie
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

from dashboard.runtime.runtime import House
from dashboard.settings import Settings

HTTPS = "grid.https"
HOST_ONLY = "__Host-"  # a browser sends such a cookie to this very host alone, and only over https
HOME_BITS = 64  # of an IPv6 address: whoever has one, has all that share these
Environ = dict[str, Any]


def install(app: Flask, settings: Settings) -> None:
    """Set straight from where a request came, and how, before anything else sees it; call it last."""
    hosts = {urlsplit(one).netloc for one in settings.allowed_origins if one.startswith("https://")}
    inner, hops = app.wsgi_app, settings.trusted_proxies

    def marked(environ: Environ, start_response: Callable[..., Any]) -> Any:
        environ[HTTPS] = bool(hosts)
        if "HTTP_COOKIE" in environ:
            environ["HTTP_COOKIE"] = _readable(environ["HTTP_COOKIE"])
        if environ.get("HTTP_HOST") in hosts:
            environ["wsgi.url_scheme"] = "https"  # we speak no TLS: who asks for this name came by the proxy
        return inner(environ, start_response)

    road = ProxyFix(marked, x_for=hops, x_proto=hops, x_host=hops) if hops else marked
    app.wsgi_app = road  # type: ignore[method-assign]


def _readable(cookies: str) -> str:
    """Return a Cookie header without what no text can be: a neighbour's cookie must not shut a browser out."""
    kept = []
    for one in cookies.split(";"):
        with suppress(UnicodeError):
            one.encode("latin-1").decode()
            kept.append(one)
    return ";".join(kept)


def cookie_name(name: str) -> str:
    """Return what one of our own cookies is called in the browser of who asks."""
    return _full(request.environ, name)


def cookie(environ: Environ, name: str) -> str:
    """Return the value of one of our own cookies, empty when there is none."""
    return parse_cookie(environ.get("HTTP_COOKIE", "")).get(_full(environ, name), "")


def give_cookie(response: Response, name: str, value: str, lasts: timedelta) -> None:
    """Put one of our own cookies on an answer: for no script, no other site and, where people use https, nothing else."""
    response.set_cookie(
        _full(request.environ, name),
        value,
        max_age=lasts,
        httponly=True,
        samesite="Lax",
        secure=over_https(),
        path="/",
    )


def take_cookie(response: Response, name: str) -> None:
    """Take one of our own cookies back."""
    response.delete_cookie(_full(request.environ, name), path="/", secure=over_https(), httponly=True)


def over_https() -> bool:
    """Return whether people use the product over https."""
    return bool(request.environ.get(HTTPS)) or request.is_secure


def address() -> str:
    """Return whose requests are counted together: an IPv4 address, or all of IPv6 that one home has."""
    text = request.remote_addr or ""
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return text
    if isinstance(found, ipaddress.IPv4Address):
        return text
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, HOME_BITS), strict=False))


def own_address() -> str:
    """Return the address people reach the product at: the one asked for where it is allowed, else one over https."""
    house: House = current_app.extensions["grid.house"]
    origins, asked = house.settings.allowed_origins, request.host_url.rstrip("/")
    secure = [origin for origin in origins if origin.startswith("https://")]
    return secure[0] if secure and asked not in origins else asked


def _full(environ: Environ, name: str) -> str:
    return HOST_ONLY + name if environ.get(HTTPS) else name
