"""Where a request comes from: one place that knows, so that trusted proxies are believed in one place."""

from flask import request

from datasources.sign_in import Origin

DEVICE_COOKIE = "grid_device"


def address() -> str:
    """Return the address of whoever asks."""
    return request.remote_addr or ""


def origin() -> Origin:
    """Return what a login is counted by: the address and the browser's own cookie."""
    return Origin(address(), request.cookies.get(DEVICE_COOKIE, ""), request.user_agent.string)
