"""The command line (CONTRACT §2): one function a command, errors as one sentence on standard error, no traceback.

Exit codes: 0 done, 1 some rows refused or a check failed, 2 usage.
"""

import argparse
import os
import select
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from sqlalchemy.exc import OperationalError

from callbacks.cli import accounts, audit, demo_check, self_check, store_check
from callbacks.cli.backup import back_up, bring_back
from callbacks.cli.serving import bar, err, out, replay, run
from callbacks.security import quiet_log
from dashboard import clock
from dashboard.districts import location, redistricting
from dashboard.loops import ROLLUP_SECONDS, Loop
from dashboard.rules.refusals import Refusal
from dashboard.runtime.runtime import follow_clock, open_beside, open_house
from dashboard.settings import Settings
from dashboard.simulation import choice
from dashboard.sweeps import rollup_keeper
from datasources.districts.pack.reading import PackInvalid, read_pack
from datasources.districts.reference import LOOK_EVERY
from datasources.history.imports import ImportJob, Outcome, import_file
from datasources.store.database import UNREACHABLE
from datasources.store.postgres import UNHURRIED
from layouts.text.words import translate

CreateApp = Callable[..., Any]
CHANGED = "已有的记录中有 {changed} 条内容有变化，没有改动；要按文件更新，请加 --update"
CHANGED_TAKEN = "已有的记录中有 {changed} 条内容有变化，已按文件更新"
MOST_TOLD = 20
NICE = 10  # whoever watches or decides goes first


def main(arguments: Sequence[str], create_app: CreateApp) -> int:
    """Carry out one command and return its exit code."""
    quiet_log.begin()
    os.umask(0o077)  # what is written here holds persons: for its owner alone
    parser = _parser()
    words = parser.parse_args(list(arguments))
    try:
        settings = _settings(words)
        return int(words.work(settings, words, create_app) or 0)
    except PackInvalid as invalid:
        for fault in invalid.faults:
            err.print(str(fault), markup=False)
        return 1
    except Refusal as refusal:
        err.print(translate(refusal.text, settings.lang, **refusal.params), markup=False)
        return 1
    except OperationalError as error:
        why = (str(error.orig).strip().splitlines() or [""])[0]
        err.print(translate(UNREACHABLE, settings.lang, why=why), markup=False)
        return 1
    except ValidationError as invalid:
        first = invalid.errors()[0]
        err.print(
            f"GRID_{'_'.join(str(part) for part in first['loc']).upper()}: {first['msg']}", markup=False
        )
        return 2
    except KeyboardInterrupt:
        return 0


def _parser() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--data", metavar="DIR", help="data folder (GRID_DATA_DIR, default ./data)")
    shared.add_argument(
        "--district", metavar="NAME|PATH", help="huli, boston or a pack folder (default huli)"
    )
    serving = argparse.ArgumentParser(add_help=False)
    serving.add_argument("--host")
    serving.add_argument("--port", type=int)
    serving.add_argument("--demo", action=argparse.BooleanOptionalAction, default=None)
    serving.add_argument("--clock-start", metavar="ISO")
    serving.add_argument("--clock-speed", type=float, metavar="N")
    serving.add_argument("--role", choices=("all", "web", "clock"), default="all")
    parser = argparse.ArgumentParser(
        prog="app.py", description="网格化社会治理指挥中心 / grid command centre"
    )
    parser.set_defaults(work=run, role="all")
    commands = parser.add_subparsers(metavar="COMMAND")

    def command(
        name: str, work: Callable[..., Any], text: str, *parents: argparse.ArgumentParser
    ) -> argparse.ArgumentParser:
        found = commands.add_parser(name, help=text, parents=[shared, *parents])
        found.set_defaults(work=work)
        return found

    command("run", run, "serve the product (the default)", serving)
    replaying = command("replay", replay, "live through real records at speed", serving)
    replaying.add_argument("file", type=Path)
    replaying.add_argument("--speed", type=float, default=3600.0)
    replaying.add_argument("--mapping", type=Path, metavar="M.toml")
    importing = command("import", bring_in, "import bulk history")
    importing.add_argument("file", type=Path)
    importing.add_argument("--mapping", type=Path, metavar="M.toml")
    importing.add_argument("--update", action="store_true", help="take what held records say now")
    command("load-district", load_district, "validate and load a district pack").add_argument("path")
    accounts.add_parsers(command)
    command("rebuild", rebuild, "make the rollups of every day anew from the events")
    command("roll", roll, "keep the rollups beside a running product, which begins this by itself")
    for name, work, text in (
        ("backup", back_up, "a consistent copy of everything in one file, while running"),
        ("restore", bring_back, "bring a backup into an empty data folder"),
    ):
        command(name, work, text).add_argument("file", type=Path)
    command("check", check, "check the configuration", serving)
    audit.add(command)
    for action in serving._actions + shared._actions:
        if not isinstance(action, argparse._HelpAction):
            parser._add_action(action)
    return parser


def _settings(words: argparse.Namespace) -> Settings:
    given = {
        "data_dir": words.data,
        "district": words.district,
        "host": getattr(words, "host", None),
        "port": getattr(words, "port", None),
        "demo": getattr(words, "demo", None),
        "clock_start": getattr(words, "clock_start", None),
        "clock_speed": getattr(words, "clock_speed", None),
    }
    return Settings(**{name: value for name, value in given.items() if value is not None})


def bring_in(settings: Settings, words: argparse.Namespace, _create: CreateApp) -> int:
    """Import a file of history; 1 when rows were refused or the file cannot be read as a whole."""
    runtime = open_beside(settings)
    job = ImportJob(
        words.file,
        clock.now(),
        words.mapping,
        runtime.pack_mapping,
        latest=max(clock.now(), clock.real_now()),
        update=words.update,
    )
    with bar(translate("导入", settings.lang)) as told:
        outcome = import_file(runtime.database, runtime.references, job, told)
    line = "新增 {added} 条，已有 {held} 条，拒收 {refused} 条"
    out.print(translate(line, settings.lang, added=outcome.added, held=outcome.held, refused=outcome.refused))
    if outcome.changed:
        line = CHANGED_TAKEN if words.update else CHANGED
        out.print(translate(line, settings.lang, changed=outcome.changed))
    if outcome.refused:
        out.print(str(outcome.refused_path), markup=False)
    if outcome.unknown:
        _tell_unknown(outcome, settings)
    runtime.close()
    return 1 if outcome.refused else 0


def _tell_unknown(outcome: Outcome, settings: Settings) -> None:
    """Sum up the words nobody knows, the most frequent first, and where they lie ready for the mapping."""
    line = "有 {count} 个词映射不认识，已写成可并入映射的一段：{path}"
    path, lang = outcome.unknown_path, settings.lang
    out.print(translate(line, lang, count=len(outcome.unknown), path=path), markup=False)
    for (name, word), rows in list(outcome.unknown.items())[:MOST_TOLD]:
        line = translate("{field}：“{word}” {rows} 行", lang, field=name, word=word, rows=rows)
        out.print(f"  {line}", markup=False)


def load_district(settings: Settings, words: argparse.Namespace, _create: CreateApp) -> int:
    """Validate and load a pack; warnings are shown, faults refuse it as a whole."""
    pack = read_pack(words.path, clock.real_now())
    runtime = open_house(settings.model_copy(update={"district": words.path}), load=False, limits=UNHURRIED)
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
