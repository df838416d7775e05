"""The command `check`: each finding about the configuration with its reason and its cure."""

import argparse
from collections.abc import Callable
from typing import Any

from callbacks.cli import demo_check, self_check, store_check
from callbacks.cli.console import err, out
from dashboard import clock
from dashboard.districts import location
from dashboard.settings import Settings
from dashboard.simulation import choice
from layouts.text.words import translate

CreateApp = Callable[..., Any]


def check(settings: Settings, words: argparse.Namespace, _create: CreateApp) -> int:
    """Check the configuration: each finding with its reason and its cure."""
    settings = choice.resolved(settings)
    said, more = demo_check.demo(settings)
    out.print(translate(said.text, settings.lang, **said.params), markup=False)
    findings = [*self_check.findings(settings, words.role), *store_check.findings(settings), *more]
    for finding in findings:
        err.print(
            f"{translate(finding.reason, settings.lang, **finding.params)} {translate(finding.cure, settings.lang)}",
            markup=False,
        )
    if (ends := location.horizon(settings, clock.real_now())) is not None:
        text, params = ends.words
        out.print(translate(text, settings.lang, **params), markup=False)
    if not findings:
        out.print(translate("配置检查通过", settings.lang))
    return 1 if findings else 0
