"""A command loads what it needs: nobody waits for the pages, the drivers and the migrations of a product that only runs elsewhere."""

import subprocess
import sys
from pathlib import Path

import pytest

from callbacks.cli import accounts, arguments
from datasources.store.revisions import newest_revision
from datasources.store.upgrading import known_revisions
from tests import ROOT
from tests.support import product

HEAVY = ("dash", "plotly", "pandas", "openpyxl", "numpy", "shapely", "redis", "psycopg", "alembic", "flask")
TOLD = """
import sys
from callbacks.cli import commands
code = commands.main(sys.argv[2:], None)
print(code, [name for name in sys.argv[1].split(",") if name in sys.modules])
"""


@pytest.mark.parametrize("words", [("user", "list"), ("token", "operator"), ("check",)], ids=" ".join)
def test_a_command_beside_a_product_loads_nothing_that_only_serving_needs(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    product.make_ready(tmp_path)
    called = [sys.executable, "-c", TOLD, ",".join(HEAVY), *words, "--data", str(tmp_path)]
    done = subprocess.run(
        called, cwd=ROOT, env=product.surroundings(), capture_output=True, text=True, timeout=60, check=False
    )
    code, _, loaded = done.stdout.splitlines()[-1].partition(" ")
    assert (code in ("0", "1"), loaded) == (True, "[]"), done.stdout + done.stderr


def test_every_command_names_a_function_that_is_there() -> None:
    (commands,) = (one.choices for one in arguments.parser()._actions if one.metavar == "COMMAND")
    named = {one.get_default("work") for one in commands.values()}  # type: ignore[union-attr]
    assert len(named) > 10 and all(callable(arguments.work_of(name)) for name in named)


def test_every_verb_about_accounts_is_done_by_something() -> None:
    assert tuple(accounts.VERBS) == arguments.VERBS


def test_the_newest_migration_is_known_without_loading_what_migrates() -> None:
    assert newest_revision() == max(known_revisions())
