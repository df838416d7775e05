"""What a login is counted by."""

from flask import request

from callbacks.security import outside
from datasources.accounts.sign_in import Origin

DEVICE_COOKIE = "grid_device"


def origin() -> Origin:
    """Return what a login is counted by: the address and the browser's own cookie."""
    return Origin(
        outside.address(), outside.cookie(request.environ, DEVICE_COOKIE), request.user_agent.string
    )
