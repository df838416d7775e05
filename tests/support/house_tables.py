"""The tables in docs that are shadows of the code, made from it: `make tables` writes them, a test keeps them in step.

Each stands between two comments, `<!-- name -->` and `<!-- /name -->`.
"""

import argparse
import ast
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence

from callbacks.api.schema.components import COMPONENTS
from callbacks.api.schema.openapi import described
from callbacks.cli.arguments import parser as command_line
from callbacks.cli.self_check import UNSAFE
from dashboard.rules import limits
from dashboard.rules.access import HOME, PERMISSIONS, ROLE_WORDS
from dashboard.rules.alerts import alert as alerts
from dashboard.rules.events import scoring
from dashboard.rules.events.event import OPEN, STATUS_WORDS, Ground, Status
from dashboard.rules.events.guards import MOST_EXTENSIONS, REOPEN_WITHIN, URGE_EVERY
from dashboard.rules.events.policy import CLAIM_CAP_TENTHS, COMPOSITE, POINT_WORDS, POINTS
from dashboard.rules.events.rules import CAPACITY_WORDS, RULES
from dashboard.rules.figures.table import KPIS
from dashboard.rules.lifecycle.rule import Rule
from dashboard.rules.ranking import LEAST_CLOSED, points_text
from dashboard.settings import Settings
from layouts.shell import PAGES
from layouts.text.words import translate
from tests import ROOT
from tests.load.bench import SECONDS

WORKER_RULES = frozenset({"valid_report", "handled_in_24h", "check_on_time", "check_late"})
RESIDENT_RULES = frozenset({"rescue", "mediation", "volunteering"})
MINUTE_WORDS = {
    "claim": "claim window",
    "register": "registering",
    "dispatch": "dispatching",
    "accept": "signing",
    "accept_emergency": "signing, emergency",
    "check": "check on site",
    "check_emergency": "check on site, emergency",
}


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def statuses(listed: tuple[Status, ...], none: str, *, chinese: bool) -> str:
    """Return statuses as the tables write them; all open ones, and all, have a word of their own."""
    for group, english, words in (
        (OPEN, "any open", "任一在办状态"),
        (tuple(Status), "any", "任一状态"),
        ((), none, none),
    ):
        if set(listed) == set(group):
            return words if chinese else english
    return " ".join(STATUS_WORDS[one] if chinese else f"`{one.value}`" for one in listed)


def rule_row(rule: Rule, *, chinese: bool) -> list[str]:
    """Return a rule's line of the actions table."""
    facts = [f"{fact.name}*" if fact.required else fact.name for fact in rule.facts]
    by = [CAPACITY_WORDS[name] if chinese else name for name in rule.by]
    return [
        f"`{rule.action}` {rule.words}",
        statuses(rule.sources, "–", chinese=chinese),
        statuses(rule.targets, "不变" if chinese else "stays", chinese=chinese),
        ", ".join(by),
        ", ".join(facts) or "–",
    ]


def actions() -> str:
    """Return the table of actions."""
    return table(("action", "from", "to", "by", "facts"), (rule_row(rule, chinese=False) for rule in RULES))


def actions_zh() -> str:
    """Return the table of actions in Chinese."""
    return table(("操作", "由", "到", "谁", "内容"), (rule_row(rule, chinese=True) for rule in RULES))


def minutes() -> str:
    """Return the limits in minutes that a district gets without saying anything."""
    low, high = limits.CLAIM_BOUNDS
    rows = [
        [
            MINUTE_WORDS[name],
            f"{value}" + (f" ({low}–{high})" if name == "claim" else ""),
            f"`GRID_{name.upper()}_MINUTES`",
        ]
        for name, value in limits.DEFAULT_MINUTES.items()
    ]
    return table(("limit", "minutes", "setting"), rows)


def bounds() -> str:
    """Return the numbers that guards and alerts hold people to."""
    ladder = ", ".join(f"{seconds} s {what}" for seconds, what in alerts.LADDER)
    rows = [
        ["extensions", f"at most {MOST_EXTENSIONS}"],
        ["urging", f"once per {_span(URGE_EVERY)} and person"],
        ["reopening, objecting", f"within {_span(REOPEN_WITHIN)} of closing"],
        ["due soon", f"≤ {limits.SOON_SHARE:.0%} of the limit, or ≤ {_span(limits.SOON_AT_LEAST)}, left"],
        ["alert ladder", ladder],
        ["answered but unsigned: opens again after", _span(alerts.SIGN_WITHIN)],
        ["shelving an alarm", f"at most {_span(alerts.LONGEST_SHELF)}"],
        ["prompt for a grid worker's points", f"handled within {_span(scoring.PROMPT)}"],
    ]
    return table(("what", "bound"), rows)


def points() -> str:
    """Return what each rule of the ledger is worth."""
    rows = [
        [f"`{rule}`", POINT_WORDS[rule], earner(rule), points_text(tenths)] for rule, tenths in POINTS.items()
    ]
    cap = f"Bonus for claims: at most {points_text(CLAIM_CAP_TENTHS)} for a unit and day. "
    parts = " + ".join(f"`{name}` × {weight}" for name, weight in COMPOSITE.items())
    return (
        table(("rule", "words", "to", "points"), rows)
        + f"\n\n{cap}Composite: {parts}; under {LEAST_CLOSED} closed events a line is listed apart."
    )


def kpis() -> str:
    """Return every number with its definition."""
    rows = [
        [f"`{code}`", kpi.name, f"{kpi.num_words} / {kpi.den_words}", kpi.by, kpi.formula]
        for code, kpi in KPIS.items()
    ]
    return table(("code", "name", "numerator / denominator", "in the period by", "formula"), rows)


def settings() -> str:
    """Return every setting with its default and meaning."""
    rows = [
        [
            f"`GRID_{name.upper()}`",
            "–"
            if field.default in (None, "")
            else str(field.default).lower()
            if field.default in (True, False)
            else str(field.default),
            field.description or "",
        ]
        for name, field in Settings.model_fields.items()
    ]
    return table(("setting", "default", "what"), rows)


def findings() -> str:
    """Return what `check` refuses by the settings alone, in both languages."""
    rows = [
        [translate(found.reason, "en"), translate(found.cure, "en"), f"{found.reason}{found.cure}"]
        for _, found in UNSAFE
    ]
    return table(("found", "cure", "said as"), rows)


def api() -> str:
    """Return the calls of the API by noun, as the OpenAPI document has them."""
    nouns: dict[str, list[list[str]]] = {}
    for path, operations in described("")["paths"].items():
        for method, one in operations.items():
            nouns.setdefault(path.split("/")[1].split(".")[0], []).append(
                [f"`{method.upper()} {path}`", one["summary"] + _public(one), " ".join(_statuses(one))]
            )
    parts = [
        f"**{noun}**\n\n" + table(("call", "does", "answers"), rows) for noun, rows in sorted(nouns.items())
    ]
    return "\n\n".join(parts)


def commands() -> str:
    """Return the commands with what they take."""
    parser = command_line()
    (choices,) = (one for one in parser._actions if isinstance(one, argparse._SubParsersAction))
    told = {one.dest: one.help or "" for one in choices._choices_actions}
    rows = [[f"`{name}`", told.get(name, ""), " ".join(_taken(one))] for name, one in choices.choices.items()]
    return table(("command", "does", "takes"), rows)


def _taken(parser: argparse.ArgumentParser) -> list[str]:
    """Return a command's words as somebody types them."""
    found = []
    for one in parser._actions:
        if isinstance(one, argparse._HelpAction):
            continue
        choices = "|".join(map(str, one.choices or ()))
        name = "/".join(one.option_strings)
        found.append(
            f"`{name} {choices}`" if name and choices else f"`{name or choices or one.dest.upper()}`"
        )
    return found


def pages() -> str:
    """Return the pages and who may see them."""
    rows = [
        [
            f"`{page.path}`",
            page.title,
            "anyone"
            if page.public
            else ", ".join(f"`{role.value}`" for role in ROLE_WORDS if role in page.roles),
            ", ".join(f"`{role.value}`" for role, home in HOME.items() if home == page.path) or "–",
        ]
        for page in PAGES
    ]
    return table(("page", "title", "for", "first page of"), rows)


def permissions() -> str:
    """Return every permission and who has it."""
    rows = [
        [f"`{name}`", ", ".join(f"`{role.value}`" for role in ROLE_WORDS if role in roles)]
        for name, roles in PERMISSIONS.items()
    ]
    return table(("permission", "roles"), rows)


def event_fields() -> str:
    """Return the fields of an event as the API gives them."""
    return ", ".join(f"`{name}`" for name in COMPONENTS["Event"]["properties"])


def grounds() -> str:
    """Return the grounds of a decline."""
    return ", ".join(f"`{ground.value}`" for ground in Ground)


def roles() -> str:
    """Return the roles and their words."""
    return ", ".join(f"`{role.value}` {words}" for role, words in ROLE_WORDS.items())


def _public(operation: Mapping[str, object]) -> str:
    return " (public)" if operation.get("security") == [] else ""


def earner(rule: str) -> str:
    """Return whom the points of a rule go to."""
    return "grid worker" if rule in WORKER_RULES else "resident" if rule in RESIDENT_RULES else "unit"


def _statuses(operation: Mapping[str, Mapping[str, object]]) -> list[str]:
    return [status for status in operation["responses"] if status != "500"]


def _span(span: object) -> str:
    """Return a length of time in its largest whole unit."""
    seconds = int(span.total_seconds())  # type: ignore[attr-defined]
    for words, size in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds % size == 0 and seconds > size:
            return f"{seconds // size} {words}"
    return f"{seconds} s"


def benches() -> str:
    """Return what `make bench` runs: each benchmark's name and first words."""
    scripts = {name: ROOT / "tests" / "load" / f"bench_{name}.py" for name in SECONDS}
    rows = [
        [f"`{name}`", path.read_text("utf-8").split(chr(10))[0].strip('"')] for name, path in scripts.items()
    ]
    return table(("benchmark", "asks"), rows)


def rooms() -> str:
    """Return every package that says what lives in it."""
    rows = []
    for room in ("dashboard", "datasources", "layouts", "callbacks"):
        for path in sorted((ROOT / room).rglob("__init__.py")):
            said = ast.get_docstring(ast.parse(path.read_text("utf-8")))
            if said:
                rows.append([f"`{path.parent.relative_to(ROOT).as_posix()}/`", said.split("\n")[0]])
    return table(("package", "what lives there"), rows)


# document → the tables in it
TABLES: Mapping[str, Mapping[str, Callable[[], str]]] = {
    "docs/lifecycle.md": {
        "actions": actions,
        "actions-zh": actions_zh,
        "bounds": bounds,
        "minutes": minutes,
        "points": points,
        "kpis": kpis,
        "grounds": grounds,
        "roles": roles,
    },
    "docs/contract.md": {
        "commands": commands,
        "pages": pages,
        "permissions": permissions,
        "api": api,
        "event-fields": event_fields,
    },
    "docs/architecture.md": {"rooms": rooms},
    "docs/benchmarks.md": {"benches": benches},
    "docs/operations.md": {"settings": settings, "findings": findings},
}


def written(text: str, name: str, content: str) -> str:
    """Return a document with one of its tables made anew; ValueError where it has no place for it."""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        raise ValueError(f"the document has no place for {name!r}")
    return f"{before}{begin}\n{content}\n{end}{after}"


def as_the_code_has_it(document: str) -> str:
    """Return a document of TABLES with all its tables made anew."""
    text = (ROOT / document).read_text("utf-8")
    for name, make in TABLES[document].items():
        text = written(text, name, make())
    return text


def main() -> int:
    """Write all tables anew."""
    for document in TABLES:
        path, text = ROOT / document, as_the_code_has_it(document)
        if path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            print(document)
    return 0


if __name__ == "__main__":
    sys.exit(main())
