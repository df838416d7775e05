"""The doors of the leaders' page: what stands behind each number adds up, and everybody sees what is theirs."""

import pytest

from dashboard.rules.events.event import LEVELS
from tests.conftest import LEAD, LEADER, OPERATOR, unit_viewer

pytestmark = pytest.mark.usefixtures("hand")  # the drill clock from the first moment on

ALL = "period=2026-11-01..2026-12-31"


def ask(opened, path, account="leader"):
    answer = opened.call(account, "GET", path)
    assert answer.status_code == 200, answer.text
    return answer.json


@pytest.fixture
def lived(opened, place):
    """Return a town in which events were closed, sent back, declined, left open, from several channels."""
    place.checked(place.finished(place.claimed()), "very_satisfied")
    place.checked(place.finished(place.claimed(source="hotline_12345")), "dissatisfied")
    place.checked(place.finished(place.claimed("S0406", source="hotline_12345")))
    waiting = place.report()
    place.tick(minutes=40)
    sent = place.act(place.fresh(waiting), "dispatch", OPERATOR, unit="URBAN_MGMT")
    place.act(sent, "decline", unit_viewer("URBAN_MGMT"), ground="not_our_duty", text="非本单位职责")
    return place


@pytest.mark.parametrize("dimension", ["area", "unit", "category", "channel"])
def test_a_breakdown_adds_up_to_the_whole_and_narrows_like_it(opened, lived, dimension):
    codes = "reported,closed,satisfaction_rate,first_fix_rate,claim_rate"
    whole = ask(opened, f"/kpis?{ALL}")["kpis"]
    rows = ask(opened, f"/kpis/by/{dimension}?{ALL}&codes={codes}")["rows"]
    for code in codes.split(","):
        pairs = [(row["kpis"][code]["num"], row["kpis"][code]["den"]) for row in rows]
        assert tuple(map(sum, zip(*pairs, strict=True))) == (whole[code]["num"], whole[code]["den"])
    for row in rows:
        if row["code"]:
            alone = ask(opened, f"/kpis?{ALL}&{dimension}={row['code']}")["kpis"]
            for code in codes.split(","):
                assert alone[code]["num"] == row["kpis"][code]["num"]
                assert alone[code]["den"] == row["kpis"][code]["den"]


def test_the_bottleneck_says_where_every_open_case_stands_and_how_old(opened, lived):
    lived.tick(hours=3)
    rows = ask(opened, "/bottleneck")["rows"]
    listed = ask(opened, "/events?count=1&status=" + ",".join(row["status"] for row in rows))
    assert sum(row["n"] for row in rows) == listed["count"] > 0
    [waiting] = [row for row in rows if row["status"] == "pending_dispatch"]
    assert waiting["n"] == 1 and waiting["p50_s"] == waiting["oldest_s"] == 3 * 3600
    assert ask(opened, "/bottleneck?channel=sensor")["rows"][0]["n"] == 0


def test_the_bottleneck_names_the_oldest_case_only_to_whom_may_open_it(opened, lived):
    named = [row["oldest"] for row in ask(opened, "/bottleneck")["rows"] if row["n"]]
    assert named and all(named)
    for row in ask(opened, "/bottleneck", "unit-FIRE")["rows"]:
        opens = row["oldest"] and opened.call("unit-FIRE", "GET", f"/events/{row['oldest']}").status_code
        assert opens in ("", None, 200)
    hidden = {row["oldest"] for row in ask(opened, "/bottleneck", "unit-FIRE")["rows"] if row["n"]}
    assert None in hidden


def test_handoffs_count_who_declines_and_who_is_sent_back(opened, lived):
    rows = {row["code"]: row for row in ask(opened, f"/handoffs?{ALL}")["rows"]}
    urban = rows["URBAN_MGMT"]
    assert urban["declined"]["num"] == 1 and urban["by_ground"] == {"not_our_duty": 1}
    assert sum(row["returned"]["num"] for row in rows.values()) == 1
    assert sum(row["returned"]["den"] for row in rows.values()) == 3


def test_levels_say_at_which_level_closed_events_were_resolved(opened, lived):
    answer = ask(opened, f"/levels?{ALL}")
    assert answer["levels"] == [level.value for level in LEVELS]
    top = answer["areas"][0]
    assert top["closed"] == sum(top["counts"]) == ask(opened, f"/kpis?{ALL}")["kpis"]["closed"]["num"] == 2
    assert sum(row["closed"] for row in answer["areas"][1:]) == top["closed"]
    assert sum(row["count"] for row in answer["rows"]) == answer["within"]["den"] == top["closed"]
    assert ask(opened, f"/levels?{ALL}&channel=hotline_12345")["areas"][0]["closed"] == 1


@pytest.mark.parametrize("narrow", ["", "&channel=hotline_12345"])
def test_every_cell_of_the_levels_opens_the_list_that_it_counts(opened, lived, narrow):
    rows = ask(opened, f"/levels?{ALL}{narrow}")["rows"]
    for row in rows:
        cell = f"expected={row['expected']}&finished={row['finished']}"
        found = ask(opened, f"/levels/events?{ALL}{narrow}&{cell}")
        assert found["count"] == row["count"] == len(found["items"]), row
        assert {one["status"] for one in found["items"]} <= {"closed"}
    assert any(row["count"] for row in rows)


def test_a_cell_of_no_level_is_refused(opened):
    assert opened.call("leader", "GET", "/levels/events?expected=grid").status_code == 422
    assert opened.call("leader", "GET", "/levels/events?expected=grid&finished=moon").status_code == 422


def test_compared_with_the_month_before_as_old_as_this_one_is_now(opened, place):
    place.report()
    place.hand.forward(days=29)  # 20 November → 19 December: the month before was as old on 19 November
    found = ask(opened, "/kpis?period=month&compare=1")["kpis"]["reported"]
    assert (found["num"], found["previous"]["num"], found["last_year"]["num"]) == (0, 0, 0)
    place.hand.forward(days=2)
    assert ask(opened, "/kpis?period=month&compare=1")["kpis"]["reported"]["previous"]["num"] == 1


def test_the_trend_of_a_line_adds_up_to_its_points(opened, lived):
    for words in ("7d", "month", "year"):
        board = ask(opened, f"/scores?board=units&period={words}&trend=1")
        assert len(board["buckets"]) > 1
        for row in board["rows"]:
            assert round(sum(map(float, row["trend"])), 1) == float(row["points"])


def test_a_workers_score_is_seen_by_those_with_the_right_and_the_worker_alone(opened, lived):
    name = lived.worker.name
    other = next(
        code
        for code in lived.reference.areas
        if lived.reference.areas[code].level == "community" and f"worker-{code}" != name
    )
    for account in ("lead", "leader", "admin", "operator"):
        assert len(ask(opened, "/scores?board=workers", account)["rows"]) > 1
        ask(opened, f"/scores/workers/{name}/entries", account)
    for account in ("auditor", "screen", "unit-URBAN_MGMT"):
        for path in ("/scores?board=workers", f"/scores/workers/{name}/entries"):
            assert opened.call(account, "GET", path).status_code == 403
    assert [row["code"] for row in ask(opened, "/scores?board=workers", name)["rows"]] == [name]
    assert ask(opened, f"/scores/workers/{name}/entries", name)["items"]
    assert opened.call(name, "GET", f"/scores/workers/worker-{other}/entries").status_code == 403


def test_appeals_are_listed_for_reviewers_and_for_their_own_unit_alone(opened, place):
    event = place.claimed()
    place.tick(days=7)
    closed = place.checked(place.finished(place.fresh(event)))
    place.act(closed, "appeal", place.unit_of(closed), reason="现场封闭")
    [item] = ask(opened, "/appeals", "operator")["items"]
    assert item["number"] == event.number and item["may_review"] and item["state"] == "open"
    [own] = ask(opened, "/appeals", f"unit-{closed.unit}")["items"]
    assert not own["may_review"]
    stranger = "unit-GAS" if closed.unit != "GAS" else "unit-WATER_SUPPLY"
    assert ask(opened, "/appeals", stranger)["items"] == []
    assert opened.call("screen", "GET", "/appeals").status_code == 403
    for viewer in (LEAD, LEADER):
        place.act(place.fresh(closed), "review", viewer, verdict="uphold", reason="属实")
    assert ask(opened, "/appeals", "operator")["items"] == []
    assert [one["state"] for one in ask(opened, "/appeals?state=decided", "operator")["items"]] == ["upheld"]


def test_a_trend_has_days_up_to_a_month_weeks_up_to_a_quarter_months_beyond(opened, place):
    for words, count, second in (
        ("2026-08-01..2026-08-31", 31, "2026-08-02"),
        ("2026-07-01..2026-09-30", 14, "2026-07-08"),
        ("2026-01-15..2026-09-10", 9, "2026-02-01"),
    ):
        buckets = ask(opened, f"/scores?board=units&period={words}&trend=1")["buckets"]
        assert (len(buckets), buckets[1]) == (count, second)


def test_the_ledger_of_a_line_of_an_areas_board_adds_up_to_that_line(opened, place):
    town, street = place, place.reference.areas[place.grid].path.split("/")[2]
    elsewhere = next(
        one
        for one in town.reference.grids
        if f"/{street}/" not in one.path and one.lng is not None and one.code != town.grid
    )
    first = town.checked(town.finished(town.claimed()), "very_satisfied")
    town.grid = elsewhere.code
    town.checked(town.finished(town.act(town.report(), "claim", town.unit_of(first))), "very_satisfied")
    for asked in ("", f"&area={street}"):
        rows = opened.call("leader", "GET", f"/scores?board=units{asked}").json["rows"]
        (line,) = [row for row in rows if row["code"] == first.unit]
        path = f"/scores/units/{first.unit}/entries?limit=100{asked}"
        found = opened.call("leader", "GET", path).json["items"]
        assert sum(float(one["points"]) for one in found) == float(line["points"]) != 0, asked
    assert opened.call("leader", "GET", "/scores/units/x/entries?area=nowhere").status_code == 422


def test_what_can_be_no_code_has_no_ledger(opened, place):
    assert opened.call("leader", "GET", "/scores/units/%00/entries").status_code == 404
