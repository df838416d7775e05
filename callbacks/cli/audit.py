"""`python app.py audit verify|head`: whether steps, ledger and audit are as they were written, and the head to keep elsewhere."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from callbacks.cli.console import err, out
from dashboard import clock
from dashboard.rules.refusals import Refusal
from dashboard.runtime.runtime import open_runtime
from dashboard.settings import Settings
from datasources.audit import check
from datasources.audit import links as chain
from layouts.text.words import translate


def audit(settings: Settings, words: argparse.Namespace, _create: Any) -> int:
    """Verify the chain: 0 when it is whole, 1 with the first break; or seal what waits and print the head."""
    head = check.head_from(_read(words.head)) if words.head else None
    runtime = open_runtime(settings)
    try:
        if words.what == "head":
            while chain.seal(runtime.database, clock.real_now()):
                pass
            with runtime.database.read() as session:
                sys.stdout.write(json.dumps(check.head_of(session)) + "\n")
            return 0
        with runtime.database.read() as session:
            found = check.verify(session, head)
    finally:
        runtime.close()
    if found.fault:
        err.print(translate(found.fault, settings.lang, **(found.params or {})), markup=False)
        return 1
    line = "链完整：{links} 环，{rows} 行；另有 {waiting} 行等待封存"
    out.print(
        translate(line, settings.lang, links=found.links, rows=found.rows, waiting=found.waiting),
        markup=False,
    )
    return 0


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise Refusal("读不了文件 {path}", path=str(path)) from error
