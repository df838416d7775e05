"""The command `import FILE`: bulk history, and what of it nobody could place."""

import argparse
from collections.abc import Callable
from typing import Any

from callbacks.cli.console import bar, out
from dashboard import clock
from dashboard.runtime.runtime import open_beside
from dashboard.settings import Settings
from datasources.history.imports import ImportJob, Outcome, import_file
from layouts.text.words import translate

CreateApp = Callable[..., Any]
CHANGED = "已有的记录中有 {changed} 条内容有变化，没有改动；要按文件更新，请加 --update"
CHANGED_TAKEN = "已有的记录中有 {changed} 条内容有变化，已按文件更新"
MOST_TOLD = 20


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
