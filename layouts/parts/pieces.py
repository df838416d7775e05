"""Pieces that several pages are made of. Pure: values in, components out; classes, never style dictionaries."""

import json
from collections.abc import Mapping
from typing import Any

from dash import html


def attributes(**named: Any) -> dict[str, Any]:
    """Return data- and aria-attributes: `data_event=1` becomes `data-event`."""
    return {name.replace("_", "-"): value for name, value in named.items()}


def initial(data: Any) -> dict[str, Any]:
    """Return the attribute that carries a leaf's first data to its script."""
    return {"data-initial": json.dumps(data, ensure_ascii=False, separators=(",", ":"))}


def leaf(id: str, classes: str, data: Any = None, more: Mapping[str, Any] | None = None) -> html.Div:
    """Return an empty box whose inside belongs to a script; React keeps no children in it."""
    return html.Div(id=id, className=classes, **(initial(data) if data is not None else {}), **(more or {}))


def panel(title: str, note_id: str, body: Any, classes: str = "") -> html.Section:
    """Return a framed panel: a title, a note at its right (a leaf), a body."""
    head = html.Header([html.H2(title), html.P(id=note_id, className="num")], className="w-panel__h")
    return html.Section([head, body], className=f"w-panel {classes}".strip())
