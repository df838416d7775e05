"""The queue's grid: the frame and look of dash-ag-grid; rows, columns and order are the business of `assets/desk-queue.js`."""

from collections.abc import Mapping

import dash_ag_grid as dag

from layouts import ids
from layouts.theme import DARK

ROW_PX, HEAD_PX = 33, 32
PARAMS: Mapping[str, str | int] = {
    "backgroundColor": DARK["panel"],
    "foregroundColor": DARK["text"],
    "headerBackgroundColor": DARK["raised"],
    "headerTextColor": DARK["text-3"],
    "borderColor": DARK["line"],
    "accentColor": DARK["accent"],
    "rowHoverColor": DARK["raised"],
    "selectedRowBackgroundColor": DARK["accent-soft"],
    "fontFamily": "inherit",
    "valueChangeValueHighlightBackgroundColor": DARK["accent-soft"],
    "wrapperBorder": 0,
    "fontSize": 14,
    "headerFontSize": 14,
    "cellHorizontalPadding": 6,
    "spacing": 4,
}


def grid() -> dag.AgGrid:
    """Return the empty grid; it never fetches anything and holds what the live feed brings."""
    params = ",".join(f"{name}:{value!r}" for name, value in PARAMS.items())
    return dag.AgGrid(
        id=ids.DESK_GRID,
        className="d-ag",
        columnDefs=[],
        rowData=[],
        getRowId="params.data.id + ''",
        dashGridOptions={
            "theme": {"function": f"themeQuartz.withParams({{{params}}})"},
            "rowHeight": ROW_PX,
            "headerHeight": HEAD_PX,
            "animateRows": False,
            "asyncTransactionWaitMillis": 200,
            "deltaSort": True,
            "suppressNoRowsOverlay": True,
            "suppressCellFocus": True,
            "suppressMovableColumns": True,
            "suppressContextMenu": True,
            "tooltipShowDelay": 600,
        },
    )
