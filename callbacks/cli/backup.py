"""The commands `backup FILE` and `restore FILE`."""

import argparse
from collections.abc import Callable
from typing import Any

from callbacks.cli.console import err, out
from dashboard import backups
from dashboard.backups import Copied
from dashboard.settings import Settings
from layouts.text.words import translate

DONE = {
    "backup": "已备份到 {file}：{databases} 个数据库，{photos} 张照片",
    "restore": "已从 {file} 恢复：{databases} 个数据库，{photos} 张照片",
}
KEEP_KEY = "密钥由 GRID_SECRET_KEY 给出，不在备份里，请另行保管：没有它，备份中的电话号码无法显示"
NEEDS_KEY = "备份里没有密钥，请用当时的 GRID_SECRET_KEY 启动，否则电话号码无法显示"


def back_up(settings: Settings, words: argparse.Namespace, _create: Callable[..., Any]) -> int:
    """Write a consistent copy of everything into one file, beside a running product."""
    copied = backups.backup(settings, words.file)
    _say("backup", settings, words, copied)
    if settings.secret_key is not None:
        err.print(translate(KEEP_KEY, settings.lang), markup=False)
    return 0


def bring_back(settings: Settings, words: argparse.Namespace, _create: Callable[..., Any]) -> int:
    """Bring a backup into an empty folder."""
    copied = backups.restore(settings, words.file)
    _say("restore", settings, words, copied)
    if not copied.has_secret and settings.secret_key is None:
        err.print(translate(NEEDS_KEY, settings.lang), markup=False)
    return 0


def _say(what: str, settings: Settings, words: argparse.Namespace, copied: Copied) -> None:
    facts = {"file": words.file, "databases": copied.databases, "photos": copied.photos}
    out.print(translate(DONE[what], settings.lang, **facts), markup=False)
