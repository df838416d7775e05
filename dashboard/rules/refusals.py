"""Why something was not done: refusals are normal outcomes with a name, never tracebacks.

    Refusal                 422  a fact is missing, wrong or unknown
    ├── Invalid             422  several of them, each with its field
    ├── Forbidden           403  not this account
    ├── NotFound            404  not there
    ├── Unreadable          500  stored in a way that nobody can read
    └── NotNow              409  not in this status, or too late
        └── Overtaken       409  somebody was faster, or the version seen is outdated

The sentence is a Chinese msgid with named parameters; only the edge translates it.
"""

from typing import Any

from dashboard.rules.events.event import Event


class Refusal(Exception):
    """Something was not done; `text` says why and what to do, in Chinese, with `params` to fill in."""

    status = 422

    def __init__(self, text: str, **params: Any) -> None:
        self.text = text
        self.params = params
        super().__init__(text.format(**params) if params else text)

    @property
    def errors(self) -> list[tuple[str, str, dict[str, Any]]]:
        """Return (field, msgid, params) for each wrong fact."""
        field = self.params.get("field")
        return [(field, self.text, self.params)] if field else []


class Invalid(Refusal):
    """Several facts are wrong, each named with its field."""

    def __init__(self, errors: list[tuple[str, str, dict[str, Any]]]) -> None:
        super().__init__("提交的内容有 {count} 处需要改正", count=len(errors))
        self._errors = errors

    @property
    def errors(self) -> list[tuple[str, str, dict[str, Any]]]:
        """Return (field, msgid, params) for each wrong fact."""
        return self._errors


class Forbidden(Refusal):
    """This account may not do that."""

    status = 403


class NotFound(Refusal):
    """There is no such thing, or this account may not know of it."""

    status = 404


class Unreadable(Refusal):
    """What is stored cannot be read; it is set aside, and nothing else is touched."""

    status = 500


class NotNow(Refusal):
    """The event does not allow that now; `event` is how it stands."""

    status = 409

    def __init__(self, text: str, event: Event | None = None, **params: Any) -> None:
        super().__init__(text, **params)
        self.event = event


class Overtaken(NotNow):
    """Somebody was faster; `winner` is {"unit", "name", "at"} when the race was a claim, else None."""

    def __init__(
        self, text: str, event: Event | None = None, winner: dict[str, Any] | None = None, **params: Any
    ) -> None:
        super().__init__(text, event, **params)
        self.winner = winner
