"""The commands `rebuild` and `roll`: prepared figures made anew, and kept beside a running product."""

import argparse
import os
import select
import sys
from collections.abc import Callable
from typing import Any

from callbacks.cli.console import bar, out
from dashboard import clock
from dashboard.loops import ROLLUP_SECONDS, Loop
from dashboard.runtime.runtime import follow_clock, open_beside
from dashboard.settings import Settings
from dashboard.sweeps import rollup_keeper
from layouts.text.words import translate

CreateApp = Callable[..., Any]
NICE = 10  # whoever watches or decides goes first


def rebuild(settings: Settings, words: argparse.Namespace, _create: CreateApp) -> int:
    """Make every rollup anew; what is frozen stays as it stood."""
    runtime = open_beside(settings)
    with bar(translate("重算", settings.lang)) as told:
        count = rollup_keeper.rebuild(runtime.database, runtime.reference, clock.now(), told)
    out.print(translate("已重算 {n} 天", settings.lang, n=count))
    runtime.close()
    return 0


def roll(settings: Settings, _words: argparse.Namespace, _create: CreateApp) -> int:
    """Keep the rollups beside a running product until it closes our standard input; it begins this by itself."""
    os.nice(NICE)
    runtime = open_beside(settings)

    def work() -> None:
        follow_clock(runtime)
        rollup_keeper.keep(runtime.database, runtime.reference, clock.now())

    loop = Loop("rollups", work, ROLLUP_SECONDS).start()
    select.select([sys.stdin], [], [])
    loop.stop()
    runtime.close()
    return 0
