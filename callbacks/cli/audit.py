"""`python app.py audit verify|head`: whether steps, ledger and audit are as they were written, and the head to keep elsewhere."""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from callbacks.cli.serving import err, out
from dashboard import clock
from dashboard.rules.refusals import Refusal
from dashboard.runtime.runtime import open_house
from dashboard.settings import Settings
from datasources.audit import check
from datasources.audit import links as chain
from layouts.text.words import translate


def add(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    found = command("audit", audit, "the chain of steps, ledger and audit: verify it, or print its head")
    found.add_argument("what", choices=("verify", "head"))
    found.add_argument("--head", type=Path, metavar="FILE", help="a head printed earlier and kept elsewhere")


def audit(settings: Settings, words: argparse.Namespace, _create: Any) -> int:
    """Verify the chain: 0 when it is whole, 1 with the first break; or seal what waits and print the head."""
    head = check.head_from(_read(words.head)) if words.head else None
    house = open_house(settings)
    try:
        if words.what == "head":
            while chain.seal(house.database, clock.real_now()):
                pass
            with house.database.read() as session:
                sys.stdout.write(json.dumps(check.head_of(session)) + "\n")
            return 0
        with house.database.read() as session:
            found = check.verify(session, head)
    finally:
        house.close()
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
