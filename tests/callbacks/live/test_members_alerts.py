"""An emergency over the socket: every member of the unit hears it until one has signed, then it leaves the others."""

import pytest

from callbacks.live.scopes import Scope
from dashboard.feed.publisher import Publisher
from dashboard.rules.access import Role, Viewer
from tests.support.live_world import *  # noqa: F403 - the fixtures
from tests.support.live_world import GAS, Listener, World

UNIT, ONE, OTHER = "GAS", "member-one", "member-two"
TOPICS = frozenset({"events", "alerts"})
MEMBER = {name: Viewer(name, Role.UNIT, UNIT, member=True) for name in (ONE, OTHER)}
SCOPES = {name: Scope("unit", UNIT, name) for name in (ONE, OTHER)} | {"head": Scope("unit", UNIT)}
ALL = {ONE: "raised", OTHER: "raised", "head": "raised"}


@pytest.mark.parametrize("redis", [True, False])
def test_an_emergency_that_one_member_has_signed_leaves_the_screens_of_the_others(
    sqlite_world: World, redis: bool
) -> None:
    world = sqlite_world
    live = world.live()
    live.follow(block_ms=1)
    lines = {name: Listener() for name in SCOPES}
    for name, line in lines.items():
        live.subscribe(line, SCOPES[name], TOPICS, None)

    crier = Publisher(world.db, world.feed, world.row_of, lambda: world.now, names=lambda: world.reference)

    def states() -> dict[str, str]:
        if redis:
            crier.cycle()
            live.follow(block_ms=1)
        else:
            live.reconcile()
        assert {name for name in lines if live.alerts(SCOPES[name])} == {
            name for name, line in lines.items() if line.of("alert")[-1]["alert"]["state"] != "stood_down"
        }
        return {name: line.of("alert")[-1]["alert"]["state"] for name, line in lines.items()}

    event = world.report("燃气泄漏", category=GAS)
    assert states() == ALL
    event = world.act(event, "accept", MEMBER[ONE])
    assert states() == ALL | {OTHER: "stood_down"}
    event = world.act(event, "hand_over", world.viewer_of_unit(UNIT), handler=OTHER)
    assert states() == ALL | {ONE: "stood_down"}
    event = world.act(event, "comment", MEMBER[OTHER], text="到场")
    told = {name: len(line.of("alert")) for name, line in lines.items()}
    assert states() == ALL | {ONE: "stood_down"}
    assert {name: len(line.of("alert")) for name, line in lines.items()} == told
