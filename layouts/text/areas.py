"""What is drawn and named of an area."""

from collections.abc import Mapping
from typing import Any, Protocol


class AreaLike(Protocol):
    """What is drawn of an area: a pack's area and a stored row both have it; `kind`, `lng`, `lat` are used if present."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def level(self) -> str: ...
    @property
    def parent(self) -> str | None: ...
    @property
    def geometry(self) -> Mapping[str, Any] | None: ...
