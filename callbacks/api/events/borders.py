"""The stretches of border that keep causing trouble, worst first: what to settle once and for all with the streets."""

from datetime import timedelta
from typing import Any

from flask import Response

from callbacks.api.answers import answer, house, moment
from callbacks.pages import advice
from callbacks.security.guard import permission
from dashboard import clock
from dashboard.rules.advice.stretches import DAYS, Stretch
from datasources.districts.reference import Reference
from datasources.events import stretches as queries_stretches


@permission("desk.use")
def stretches() -> Response:
    """Return the stretches of 90 days, at most 50."""
    reference, now = house().reference, clock.now()
    with house().database.read() as session:
        found = queries_stretches.troubled(session, now)
    items = [_stretch(one, reference) for one in found]
    return answer({"days": DAYS, "since": moment(now - timedelta(days=DAYS)), "items": items})


def _stretch(one: Stretch, reference: Reference) -> dict[str, Any]:
    grid, by, at = one.last or ("", "", None)
    return {
        "grids": [_grid(code, reference) for code in one.grids],
        "doubtful": one.doubtful,
        "waiting": one.waiting,
        "declines": one.declines,
        "rulings": [
            {**_grid(code, reference), "count": count}
            for code, count in sorted(one.rulings.items(), key=lambda pair: (-pair[1], pair[0]))
        ],
        "last": {**_grid(grid, reference), "by": by, "at": moment(at)} if one.last else None,
    }


def _grid(code: str, reference: Reference) -> dict[str, Any]:
    side = advice.side(code, reference)
    return {"code": side.code, "name": side.name, "street": side.street}


ROUTES = (("GET", "/borders/stretches", stretches),)
