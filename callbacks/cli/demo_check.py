"""What `check` says of the demo: whether this data folder is one, and whether anybody could still enter by its accounts."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from callbacks.cli.self_check import Finding
from dashboard.runtime.runtime import open_house
from dashboard.settings import Settings
from datasources.accounts import accounts


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence: a msgid and what fills it in."""

    text: str
    params: dict[str, Any] = field(default_factory=dict)


LEFT_OPEN = Finding("演示已关闭，但仍有演示账号可用。", "请用 run --no-demo 启动一次，或逐个 user disable。")


def demo(settings: Settings) -> tuple[Said, list[Finding]]:
    """Return what is to be said of the demo of a data folder, and what is unsafe about it."""
    try:
        held, open_ones = _counts(settings)
    except SQLAlchemyError:
        return Said("数据库现在打不开，没有查看演示账号"), []
    params = {"held": held, "open": open_ones}
    if settings.demo:
        return Said("演示：开启；演示账号 {held} 个，可用 {open} 个", params), []
    if settings.demo_password is not None:
        return Said("演示：关闭，但设置了 GRID_DEMO_PASSWORD；演示账号 {held} 个，可用 {open} 个", params), []
    if open_ones:
        return Said("演示：关闭；演示账号 {held} 个，可用 {open} 个", params), [LEFT_OPEN]
    return Said("演示：关闭；演示账号 {held} 个，全部停用", params), []


def _counts(settings: Settings) -> tuple[int, int]:
    """Return how many demo accounts there are and how many are open; a folder nobody ever served has none."""
    if not (settings.data_dir / "district").exists():
        return 0, 0
    house = open_house(settings, load=False)
    try:
        with house.database.read() as session:
            return accounts.demo_counts(session)
    finally:
        house.close()
