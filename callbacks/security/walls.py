"""What an account of a wall may ask for: what its page draws and lists, nothing more. Deny by default, by endpoint.

Its screen hangs in a hall and its address may be carried away: whoever holds it reads what everybody there reads.
"""

from typing import Any

from dashboard.rules.access import Role, Viewer

PAGES = frozenset({"/", "/screen"})
MAY = frozenset(
    {
        "_dash-layout",
        "account_how_long",
        "account_active",
        "_dash-dependencies",
        "_reload-hash",
        "_dash-update-component",
        "api.alerts_listed",
        "api.alerts_missed",
        "api.alerts_load",
        "api.alerts_screen",
        "api.dictionaries_areas",
        "api.dictionaries_categories",
        "api.dictionaries_units",
        "api.dictionaries_places",
        "api.feed_snapshot",
        "api.feed_hash_",
        "api.feed_views",
        "api.figures_kpis",
        "api.figures_counted",
        "api.listing_listed",
        "api_nothing",
        "api_root",
        "tiles",
    }
)
LISTS = "大屏只列出在办的事件，和今天的数字背后的事件"
# what a live row carries that no wall draws: whose hands it is in, what was asked and why
UNDRAWN = frozenset({"handler", "request", "declines", "register_due_at", "round"})


# what a list says of an event elsewhere, and a wall does not: what people wrote, asked and are
UNLISTED: dict[str, Any] = {
    "external_id": None,
    "description": "",
    "supervised_reason": None,
    "request": None,
    "appeal": None,
    "reporter": {"name": None, "phone": None},
}


def listed(event: dict[str, Any], who: Viewer) -> dict[str, Any]:
    """Return an event of a list as somebody gets it; on a wall of the same shape, with nothing but what is shown there."""
    return {**event, **UNLISTED} if who.role is Role.WALL else event


def denied(who: Viewer, endpoint: str, path: str) -> bool:
    """Return whether a request is beyond what a wall draws; never for anybody else."""
    return who.role is Role.WALL and path not in PAGES and endpoint not in MAY
