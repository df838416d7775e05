"""The command `load-district PATH`."""

import argparse
import time
from collections.abc import Callable
from typing import Any

from callbacks.cli.console import out
from dashboard import clock
from dashboard.districts import location, redistricting
from dashboard.runtime.runtime import follow_clock, open_runtime
from dashboard.settings import Settings
from datasources.districts.pack.reading import read_pack
from datasources.districts.reference import LOOK_EVERY
from datasources.store.server.limits import UNHURRIED
from layouts.text.words import translate

CreateApp = Callable[..., Any]


def load_district(settings: Settings, words: argparse.Namespace, _create: CreateApp) -> int:
    """Validate and load a pack; warnings are shown, faults refuse it as a whole."""
    pack = read_pack(words.path, clock.real_now())
    runtime = open_runtime(settings.model_copy(update={"district": words.path}), load=False, limits=UNHURRIED)
    follow_clock(runtime)
    changed, warnings = redistricting.load(runtime.database, runtime.references, pack, clock.now())
    if changed and runtime.reference.gone.areas:
        time.sleep(LOOK_EVERY + 1)  # by then a product that runs beside has noticed the new pack
        redistricting.bring_stragglers(runtime.database, runtime.references, clock.now())
    for warning in (*pack.warnings, *warnings):
        out.print(
            f"{warning.where}: {translate(warning.text, settings.lang, **warning.params)}", markup=False
        )
    location.remember(settings, runtime.pack, pack.code)
    location.keep_mapping(settings, runtime.pack, pack.code)
    text = (
        "已载入区域“{name}”：{areas} 个区域，{units} 个单位，{categories} 个类别"
        if changed
        else "区域“{name}”已是最新，没有变化"
    )
    counts = {"areas": len(pack.areas), "units": len(pack.units), "categories": len(pack.categories)}
    out.print(translate(text, settings.lang, name=pack.name, **(counts if changed else {})))
    runtime.close()
    return 0
