"""How much may be sent to each address: a table, asked before a body is read; the first line that fits decides."""

import re

from flask import Flask, request
from werkzeug.exceptions import RequestEntityTooLarge

KB, MB = 1024, 1024 * 1024
PHOTO = 8 * MB + 64 * KB  # a picture of the largest size and the form around it
LIMITS: tuple[tuple[str, int], ...] = (
    (r"/login|/logout", 16 * KB),
    (r"/api/v1/photos", PHOTO),
    (r"/api/v1/uploads/[^/]*", 512 * KB),
    (r"/api/v1/(events/batch|exports/.*)", 2 * MB),
    (r"/api/v1/reports(/.*)?", 64 * KB),
    (r"/api/.*|/_dash-update-component", 256 * KB),
    (r".*", 16 * KB),
)
LARGEST = max(most for _, most in LIMITS)
LARGEST_TEXT = 64 * KB  # of one form's texts, kept in memory; a file goes to disk
MOST_PARTS = 20
_limits = tuple((re.compile(path, re.DOTALL), most) for path, most in LIMITS)  # a path may hold a line break


def install(app: Flask) -> None:
    """Refuse a body that is too large for its address before anything reads it."""
    app.config["MAX_CONTENT_LENGTH"] = LARGEST
    app.before_request_funcs.setdefault(None, []).insert(0, enforce)  # before even who asks is asked


def most_for(path: str) -> int:
    """Return how many bytes may be sent to an address."""
    return next(most for fits, most in _limits if fits.fullmatch(path))


def enforce() -> None:
    """Raise RequestEntityTooLarge for a body longer than its address takes."""
    most = most_for(request.path)
    request.max_content_length = most
    request.max_form_memory_size = min(most, LARGEST_TEXT)
    request.max_form_parts = MOST_PARTS
    if (request.content_length or 0) > most:
        raise RequestEntityTooLarge
