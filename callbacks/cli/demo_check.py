"""What `check` says of the demo: whether this data folder is one, and whether anybody could still enter by its accounts."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from callbacks.cli.self_check import Finding
from dashboard.runtime.runtime import open_runtime
from dashboard.settings import Settings
from datasources.accounts import accounts


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence: a msgid and what fills it in."""

    text: str
    params: dict[str, Any] = field(default_factory=dict)


LEFT_OPEN = Finding("演示已关闭，但仍有演示账号可用。", "请用 run --no-demo 启动一次，或逐个 user disable。")
UNFIT = "这些账号的名字是系统自己用的，或含有不能用的符号：{names}。"
DISABLE = "请用 user add 另开账号，再用 user disable 停用它们。"


def demo(settings: Settings) -> tuple[Said, list[Finding]]:
    """Return what is to be said of the demo of a data folder, and what is unsafe about it."""
    try:
        held, open_ones, unfit = _counts(settings)
    except SQLAlchemyError:
        return Said("数据库现在打不开，没有查看演示账号"), []
    params = {"held": held, "open": open_ones}
    names = [Finding(UNFIT, DISABLE, {"names": "、".join(unfit)})] if unfit else []
    if settings.demo:
        return Said("演示：开启；演示账号 {held} 个，可用 {open} 个", params), names
    if settings.demo_password is not None:
        said = "演示：关闭，但设置了 GRID_DEMO_PASSWORD；演示账号 {held} 个，可用 {open} 个"
        return Said(said, params), names
    if open_ones:
        return Said("演示：关闭；演示账号 {held} 个，可用 {open} 个", params), [LEFT_OPEN, *names]
    return Said("演示：关闭；演示账号 {held} 个，全部停用", params), names


def _counts(settings: Settings) -> tuple[int, int, list[str]]:
    """Return how many demo accounts there are, how many are open, and names that no account may have.

    A folder nobody ever served has none.
    """
    if not (settings.data_dir / "district").exists():
        return 0, 0, []
    runtime = open_runtime(settings, load=False)
    try:
        with runtime.database.read() as session:
            return *accounts.demo_counts(session), accounts.unfit_names(session)
    finally:
        runtime.close()
