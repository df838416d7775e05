"""What a pack says of codes that are gone: what took their place, and since when (CONTRACT §7, optional columns).

Whatever names a `successor`, or whose `valid_to` has come, belongs to history: it has a name and a heir, but no duties.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from datasources.districts.pack.files import Faults

NOT_IN_A_CODE = frozenset(",/|\\?#")  # lists are comma separated, paths and addresses are made of codes


@dataclass(frozen=True)
class Span:
    """From which day on something is there, and from which day on it is no more; None: as long as the pack is loaded."""

    successor: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None

    def is_gone(self, today: date | None) -> bool:
        """Return whether it belongs to history; `today` None: of dates only an end is one."""
        if self.successor is not None or today is None:
            return self.successor is not None or self.valid_to is not None
        return self.valid_to is not None and self.valid_to <= today

    def is_to_come(self, today: date | None) -> bool:
        """Return whether it is not there yet."""
        return self.valid_from is not None and today is not None and self.valid_from > today


ALWAYS = Span()


def span_of(
    file: str, line: int, code: str, facts: Mapping[str, Any], known: Container[str], faults: Faults
) -> Span:
    """Return the span a row or an area states, with every fault noted; `known` are the codes it may name as its heir."""
    successor = str(facts.get("successor") or "").strip() or None
    if successor is not None and successor == code:
        faults.fault(file, line, "“{code}”不能由自己接替", code=code)
        successor = None
    if successor is not None and successor not in known:
        faults.fault(
            file, line, "“{code}”的接替者“{successor}”不在同一文件中", code=code, successor=successor
        )
        successor = None
    begin, end = (_day(file, line, code, facts, name, faults) for name in ("valid_from", "valid_to"))
    if begin is not None and end is not None and end <= begin:
        faults.fault(file, line, "“{code}”的 valid_to 不晚于 valid_from", code=code)
    return Span(successor, begin, end)


def check_heirs(
    file: str, lines: Mapping[str, int], spans: Mapping[str, Span], today: date | None, faults: Faults
) -> None:
    """Note heirs that lead round in a circle, and those that lead to nobody there is today."""
    for code, span in spans.items():
        road = [code]
        while (heir := spans[road[-1]].successor) is not None and heir not in road:
            road.append(heir)
        if heir is not None:
            faults.fault(file, lines[code], "“{code}”的接替关系成环", code=code)
        elif span.successor is not None and spans[road[-1]].is_gone(today):
            faults.fault(
                file,
                lines[code],
                "接替“{code}”的“{last}”也已撤销，须写明现在由谁接替",
                code=code,
                last=road[-1],
            )


def is_plain(code: str) -> bool:
    """Return whether a code can be asked for: it stands in lists, paths and addresses."""
    return code.isprintable() and code == code.strip() and NOT_IN_A_CODE.isdisjoint(code)


def _day(file: str, line: int, code: str, facts: Mapping[str, Any], name: str, faults: Faults) -> date | None:
    text = str(facts.get(name) or "").strip()
    if not text:
        return None
    try:
        if len(text) != len("2026-01-01"):
            raise ValueError(text)
        return date.fromisoformat(text)
    except ValueError:
        faults.fault(
            file, line, "“{code}”的 {name} 应如 2026-10-01，实为“{value}”", code=code, name=name, value=text
        )
        return None
