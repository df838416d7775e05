"""Joint work is live for every co-unit: the row that a dispatch sends names them, and their scope sees it."""

from callbacks.live.scopes import Scope, Visibility
from dashboard.feed.serializer import feed_row
from tests.conftest import OPERATOR, Town, unit_viewer


def test_a_co_unit_sees_joint_work_live_from_the_dispatch_until_it_comes_back(town: Town) -> None:
    sight = Visibility(town.reference.eligible)
    sent = town.act(
        town.report("9101"),
        "dispatch",
        OPERATOR,
        unit="URBAN_MGMT",
        co_units=["HOUSING"],
        reason="联合处置",
    )
    sees = sight.of(Scope("unit", "HOUSING"))
    stranger = sight.of(Scope("unit", "CIVIL"))
    assert sees is not None and stranger is not None
    row = feed_row(sent, town.reference)
    assert sees(row) and not stranger(row)
    signed = town.act(sent, "accept", unit_viewer("URBAN_MGMT"))
    assert sees(feed_row(signed, town.reference))
    done = town.act(
        town.act(signed, "accept", unit_viewer("HOUSING")), "finish", unit_viewer("HOUSING"), text="协办完成"
    )
    assert sees(feed_row(done, town.reference))
    closed = town.act(done, "finish", unit_viewer("URBAN_MGMT"), text="已处置", photos=[town.photo()])
    returned = town.checked(closed, "dissatisfied")
    assert not sees(feed_row(returned, town.reference))  # a new round: the lead alone answers for it
