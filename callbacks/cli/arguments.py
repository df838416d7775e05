"""The words of the command line; each command names the function that does it, so that only its own modules are loaded."""

import argparse
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from dashboard.rules.access import PERSONAL, TOKEN_DAYS, Role

ROLES = [role.value for role in Role][:8]
VERBS = ("add", "passwd", "disable", "enable", "unlock", "reset-code", "list")
SERVE = "serving:run"

Work = Callable[..., Any]
Command = Callable[..., argparse.ArgumentParser]


def work_of(named: str) -> Work:
    """Return the function of this package that "module:function" names."""
    module, _, function = named.partition(":")
    found: Work = getattr(import_module(f"callbacks.cli.{module}"), function)
    return found


def parser() -> argparse.ArgumentParser:
    """Return what reads the words of the command line."""
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
    whole = argparse.ArgumentParser(prog="app.py", description="网格化社会治理指挥中心 / grid command centre")
    whole.set_defaults(work=SERVE, role="all")
    commands = whole.add_subparsers(metavar="COMMAND")

    def command(
        name: str, work: str, text: str, *parents: argparse.ArgumentParser
    ) -> argparse.ArgumentParser:
        found = commands.add_parser(name, help=text, parents=[shared, *parents])
        found.set_defaults(work=work)
        return found

    command("run", SERVE, "serve the product (the default)", serving)
    replaying = command("replay", "serving:replay", "live through real records at speed", serving)
    replaying.add_argument("file", type=Path)
    replaying.add_argument("--speed", type=float, default=3600.0)
    replaying.add_argument("--mapping", type=Path, metavar="M.toml")
    importing = command("import", "history:bring_in", "import bulk history")
    importing.add_argument("file", type=Path)
    importing.add_argument("--mapping", type=Path, metavar="M.toml")
    importing.add_argument("--update", action="store_true", help="take what held records say now")
    loading = command("load-district", "district:load_district", "validate and load a district pack")
    loading.add_argument("path")
    _accounts(command)
    command("rebuild", "rollups:rebuild", "make the rollups of every day anew from the events")
    command("roll", "rollups:roll", "keep the rollups beside a running product, which begins this by itself")
    for name, work, text in (
        ("backup", "backup:back_up", "a consistent copy of everything in one file, while running"),
        ("restore", "backup:bring_back", "bring a backup into an empty data folder"),
    ):
        command(name, work, text).add_argument("file", type=Path)
    command("check", "check:check", "check the configuration", serving)
    auditing = command(
        "audit", "audit:audit", "the chain of steps, ledger and audit: verify it, or print its head"
    )
    auditing.add_argument("what", choices=("verify", "head"))
    auditing.add_argument(
        "--head", type=Path, metavar="FILE", help="a head printed earlier and kept elsewhere"
    )
    for action in serving._actions + shared._actions:
        if not isinstance(action, argparse._HelpAction):
            whole._add_action(action)
    return whole


def _accounts(command: Command) -> None:
    people = command("user", "accounts:user", f"accounts: {', '.join(VERBS)}")
    people.add_argument("what", choices=VERBS)
    people.add_argument("name", nargs="?")
    people.add_argument("--role", dest="account_role", choices=ROLES)
    people.add_argument("--unit")
    people.add_argument(
        "--member", action="store_true", help="a member of the unit sees their own work of it"
    )
    people.add_argument("--area")
    people.add_argument("--password", help="else asked for, or read from standard input")
    issuing = command(
        "token", "accounts:token", "API tokens, one line each; list [USER…], revoke TOKEN|ID|USER…"
    )
    issuing.add_argument("names", nargs="+", metavar="USER")
    issuing.add_argument(
        "--expires", type=int, metavar="DAYS", help=f"how long they open (default {TOKEN_DAYS} days)"
    )
    issuing.add_argument(
        "--scope", choices=(PERSONAL,), help="reads persons in clear, each time audited; else masked"
    )
