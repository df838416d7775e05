"""What the rule book says of points, limits, levels, co-units and the clock's late steps, lived through on both databases."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from callbacks.pages.screen import on_duty
from dashboard.feed.serializer import feed_row
from dashboard.rules.access import Role, Viewer
from dashboard.rules.events.event import Event, Status
from dashboard.rules.refusals import Invalid, NotAllowedNow
from datasources.events import journal, pool
from datasources.store.models import AccountRow, LedgerRow, OutboxRow, StepRow
from tests.conftest import LEAD, OPERATOR, Town, open_account, unit_viewer

CHINA = ZoneInfo("Asia/Shanghai")
GAS = "S0502"


def china(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def at(town: Town, text: str) -> None:
    town.hand.moment = china(text)


def earned(town: Town, event: Event, kind: str) -> list[tuple[str, str, int]]:
    query = select(LedgerRow.subject, LedgerRow.rule, LedgerRow.tenths).order_by(LedgerRow.id)
    with town.database.read() as session:
        held = query.where(LedgerRow.event_id == event.id, LedgerRow.subject_kind == kind)
        return [tuple(row) for row in session.execute(held)]


def steps(town: Town, event: Event) -> list[StepRow]:
    with town.database.read() as session:
        query = select(StepRow).where(StepRow.event_id == event.id).order_by(StepRow.version)
        return list(session.scalars(query))


def colleague(town: Town, name: str, area: str | None = None) -> Viewer:
    viewer = Viewer(name, Role.WORKER, area=area or town.worker.area)
    open_account(town.database, viewer)
    return viewer


# ---- points of persons -------------------------------------------------------------------------------------------


def test_points_for_a_check_go_to_the_person_who_checked_not_to_a_name_made_of_the_community(
    town: Town,
) -> None:
    reporter, checker = colleague(town, "gridworker-17"), colleague(town, "gridworker-23")
    event = town.finished(town.claimed(by=reporter))
    town.act(event, "check", checker, rating="satisfied", photos=[town.photo()])
    assert earned(town, event, "worker") == [
        ("gridworker-17", "valid_report", 20),
        ("gridworker-17", "handled_in_24h", 30),
        ("gridworker-23", "check_on_time", 10),
    ]


def test_what_the_desk_reports_in_a_grid_workers_name_earns_nobody_a_workers_points(town: Town) -> None:
    event = town.act(town.report(by=OPERATOR), "claim", unit_viewer("URBAN_MGMT"))
    event = town.finished(event)
    town.act(event, "check", OPERATOR, rating="satisfied")
    later = town.act(town.report(None, by=OPERATOR), "register", LEAD, category="S0406")
    raised = town.act(town.report(None, by=OPERATOR), "correct", LEAD, category="S0502")
    assert [earned(town, one, "worker") for one in (event, later, raised)] == [[], [], []]


@pytest.mark.parametrize("category", ["S0406", "S0502"])
def test_a_grid_workers_report_earns_however_late_it_is_registered(town: Town, category: str) -> None:
    reporter = colleague(town, "gridworker-17")
    action = "register" if category == "S0406" else "correct"
    event = town.act(town.report(None, reporter), action, OPERATOR, category=category)
    if event.registered_at is None:
        event = town.act(event, "register", OPERATOR)
    assert earned(town, event, "worker") == [("gridworker-17", "valid_report", 20)]


@pytest.mark.parametrize("by", ["the reporter", "the desk"])
def test_a_report_that_becomes_a_case_by_being_passed_up_earns_its_worker_the_points_of_a_valid_report_once(
    town: Town, by: str
) -> None:
    reporter = colleague(town, "gridworker-17")
    event = town.report(None, reporter)
    assert (event.status, event.registered_at) == (Status.REPORTED, None)
    event = town.act(event, "escalate", reporter if by == "the reporter" else OPERATOR, reason="超出网格能力")
    event = town.act(event, "dispatch", OPERATOR, unit="URBAN_MGMT")
    event = town.act(event, "accept", town.unit_of(event))
    event = town.act(event, "escalate", town.unit_of(event), reason="超出单位能力")
    assert event.registered_at is not None
    assert earned(town, event, "worker") == [("gridworker-17", "valid_report", 20)]


def test_an_overdue_check_is_charged_to_the_person_whose_task_it_was(town: Town) -> None:
    of_the_grid = colleague(town, "gridworker-5", town.grid)
    event = town.finished(town.claimed())
    town.tick(hours=5)
    late = ("gridworker-5", "check_late", -20)
    assert late in earned(town, event, "worker")
    town.act(town.fresh(event), "check", town.worker, rating="satisfied", photos=[town.photo()])
    assert [one for one in earned(town, event, "worker") if one[1].startswith("check")] == [late]
    assert of_the_grid.area == town.grid


def test_a_late_check_of_a_task_several_people_share_is_charged_to_the_one_who_reported_it_else_to_nobody(
    town: Town,
) -> None:
    one = colleague(town, "gridworker-1", town.grid)
    colleague(town, "gridworker-2", town.grid)
    shared, own = town.finished(town.claimed()), town.finished(town.claimed(by=one))
    town.tick(hours=5)
    charged = [entry[0] for event in (shared, own) for entry in earned(town, event, "worker") if entry[2] < 0]
    assert charged == ["gridworker-1"]


def test_a_closed_account_has_no_task_and_is_charged_nothing(town: Town) -> None:
    with town.database.write() as session:
        row = session.get(AccountRow, town.worker.name)
        assert row is not None
        row.disabled = True
    event = town.finished(town.claimed())
    town.tick(hours=5)
    assert not [entry for entry in earned(town, event, "worker") if entry[2] < 0]


# ---- the cap of claims -------------------------------------------------------------------------------------------


def test_claim_bonuses_stop_at_thirty_points_a_unit_and_day_and_begin_anew_the_next(town: Town) -> None:
    unit = ""
    for _ in range(16):
        event = town.claimed()
        unit = event.unit or ""
        town.checked(town.finished(event))
    query = select(LedgerRow.tenths).where(LedgerRow.subject == unit, LedgerRow.rule == "claim")
    with town.database.read() as session:
        assert sum(session.scalars(query)) == 300
        assert pool.bonus_left(session, town.reference, unit, town.now) == 0
    town.tick(hours=24)
    town.checked(town.finished(town.claimed()))
    with town.database.read() as session:
        assert sum(session.scalars(query)) == 320
        assert pool.bonus_left(session, town.reference, unit, town.now) == 280


# ---- holds and due soon ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claimed", "held", "resumed", "due", "soon"),
    [
        ("2026-11-27 12:46", "2026-11-27 12:47", "2026-11-27 17:47", "2026-11-30 11:47", "2026-11-30 10:47"),
        ("2026-09-29 17:00", "2026-09-30 09:00", "2026-10-08 09:00", "2026-10-08 11:00", "2026-10-08 10:00"),
    ],
)
def test_what_was_left_of_four_working_hours_is_left_again_after_a_hold(
    town: Town, claimed: str, held: str, resumed: str, due: str, soon: str
) -> None:
    at(town, claimed)
    event = town.claimed("S0110")
    calendar, unit = town.reference.policy.calendar, town.unit_of(event)
    asked = town.act(event, "hold", unit, reason="等待材料", until=china(resumed) + timedelta(days=30))
    at(town, held)
    stopped = town.act(asked, "approve", LEAD, request="hold")
    assert "handle_due_at" not in feed_row(stopped, town.reference)  # nothing runs, nothing is drawn as late
    left = calendar.elapsed(town.now, event.handle_due_at, "work_hour")  # type: ignore[arg-type]
    at(town, resumed)
    again = town.act(stopped, "resume", unit)
    assert calendar.elapsed(town.now, again.handle_due_at, "work_hour") == left  # type: ignore[arg-type]
    assert (again.handle_due_at, again.warn_due_at) == (china(due), china(soon))


def test_clocks_that_stood_still_while_merged_go_on_in_their_own_unit(town: Town) -> None:
    at(town, "2026-11-27 12:46")
    original, event = town.claimed("S0110"), town.claimed("S0110")
    merged = town.act(event, "merge", OPERATOR, original=original.number)
    at(town, "2026-11-27 17:46")
    back = town.act(merged, "unmerge", OPERATOR)
    assert back.handle_due_at == china("2026-11-30 11:46")


def test_the_one_notice_of_due_soon_comes_in_working_time_and_pages_are_told_the_same_moment(
    town: Town,
) -> None:
    at(town, "2026-11-27 17:00")
    event = town.claimed("S0110")
    soon = china("2026-11-30 10:00")
    assert event.warn_due_at == soon
    assert feed_row(event, town.reference)["warn_due_at"] == soon.timestamp() * 1000
    at(town, "2026-11-30 09:59")
    town.tick()
    assert town.fresh(event).due_soon_at is None
    at(town, "2026-11-30 10:00")
    town.tick()
    assert town.fresh(event).due_soon_at == soon


# ---- levels ------------------------------------------------------------------------------------------------------


def test_a_case_is_solved_at_the_level_of_who_finished_it(town: Town) -> None:
    on_the_spot = town.report(resolved_on_site=True, photos=(town.photo(),))
    by_department = town.finished(town.claimed())
    street = next(unit.code for unit in town.reference.units.values() if unit.kind == "street")
    sent = town.act(town.report("9101"), "dispatch", OPERATOR, unit=street, reason="属地")
    by_street = town.finished(town.act(sent, "accept", unit_viewer(street)))
    assert (on_the_spot.solved_level, by_department.solved_level) == ("grid", "district")
    assert by_street.solved_level == "street"
    returned = town.checked(by_street, "dissatisfied")
    assert returned.solved_level is None  # it is not solved after all


def test_a_trusted_report_can_be_passed_up_by_the_worker_who_reported_it(town: Town) -> None:
    event = town.report("S0406")
    assert event.status == Status.CLAIMABLE
    up = town.act(event, "escalate", town.worker, reason="社区处置不了")
    assert (up.status, up.escalations) == (Status.PENDING_DISPATCH, 1)
    with pytest.raises(NotAllowedNow):
        town.act(up, "escalate", colleague(town, "gridworker-9"), reason="不是我报的")
    with pytest.raises(NotAllowedNow):
        town.act(up, "escalate", OPERATOR, reason="应当派单")


# ---- an emergency keeps its co-units -----------------------------------------------------------------------------


def emergency(town: Town) -> Event:
    event = town.report(GAS, emergency=True)
    assert event.status == Status.DISPATCHED and event.co_units
    return event


def test_recalling_an_emergency_asks_why_and_keeps_its_co_units_as_they_stand(town: Town) -> None:
    event = emergency(town)
    signed = event.co_units[0]  # type: ignore[index]
    town.act(event, "accept", unit_viewer(signed))
    with pytest.raises(Invalid) as refused:
        town.act(town.fresh(event), "recall", OPERATOR)
    assert [field for field, *_ in refused.value.errors] == ["reason"]
    back = town.act(town.fresh(event), "recall", OPERATOR, reason="派错单位")
    assert back.co_units == event.co_units
    again = town.act(back, "dispatch", OPERATOR, unit=event.unit)
    assert again.co_units == event.co_units
    with town.database.read() as session:
        beside = journal.co_units(session, again)
    assert [one.unit for one in beside] == sorted(event.co_units)  # type: ignore[arg-type]
    assert [one.unit for one in beside if one.accepted_at] == [signed]


@pytest.mark.parametrize("action", ["decline", "escalate"])
def test_co_units_of_an_emergency_stay_when_its_lead_goes(town: Town, action: str) -> None:
    event = emergency(town)
    facts = {"ground": "not_our_duty", "text": "非本单位"} if action == "decline" else {"reason": "超出能力"}
    if action == "escalate":
        event = town.act(event, "accept", town.unit_of(event))
        event = town.act(event, "correct", OPERATOR, level="street")  # at the top nobody passes up any more
    gone = town.act(event, action, town.unit_of(event), **facts)
    assert (gone.unit, gone.co_units) == (None, event.co_units)


def test_an_ordinary_case_that_comes_back_releases_its_co_units(town: Town) -> None:
    sent = town.act(
        town.report("9101"), "dispatch", OPERATOR, unit="URBAN_MGMT", co_units=["HOUSING"], reason="指定"
    )
    back = town.act(sent, "recall", OPERATOR)
    assert back.co_units is None
    again = town.act(back, "dispatch", OPERATOR, unit="URBAN_MGMT")
    assert again.co_units is None
    with town.database.read() as session:
        assert journal.co_units(session, again) == ()


def test_a_live_row_names_the_co_units_so_that_each_sees_joint_work(town: Town) -> None:
    event = emergency(town)
    assert feed_row(event, town.reference)["co"] == event.co_units
    assert "co" not in feed_row(town.claimed(), town.reference)


# ---- what the clock writes late ----------------------------------------------------------------------------------


def test_what_the_clock_catches_up_with_is_stamped_with_its_moment_and_marked_late_with_what_follows(
    town: Town,
) -> None:
    event = town.report()
    due = event.claim_due_at
    town.tick(hours=3)
    last = steps(town, event)[-1]
    assert (last.action, last.at, last.late) == ("lapse", due, True)
    assert town.fresh(event).dispatch_due_at == town.now + timedelta(
        minutes=15
    )  # nobody could dispatch before
    with town.database.read() as session:
        told = session.scalars(select(OutboxRow.at).where(OutboxRow.step_id == last.id)).one()
    assert told == town.now  # the news are not old: they are of now


def test_what_follows_from_a_late_step_is_late_too(town: Town) -> None:
    event = town.claimed()
    asked = town.act(event, "hold", town.unit_of(event), reason="等", until=town.now + timedelta(hours=2))
    held = town.act(asked, "approve", LEAD, request="hold")
    town.tick(hours=9)
    woken = [one for one in steps(town, event) if one.action in ("resume", "supervise")]
    assert [(one.action, one.at, one.late) for one in woken] == [
        ("resume", held.hold_until, True),
        ("supervise", held.hold_until, True),
    ]


def test_no_step_lies_before_the_one_it_follows(town: Town) -> None:
    event = town.report()
    town.hand.forward(hours=2)
    town.act(event, "comment", OPERATOR, text="先看看")  # the clock was down, people were not
    town.tick(hours=1)
    town.hand.forward(hours=-2)  # somebody acts by a clock that runs behind
    town.act(town.fresh(event), "comment", OPERATOR, text="慢钟")
    moments = [one.at for one in steps(town, event)]
    assert moments == sorted(moments)
    assert [one.action for one in steps(town, event)][-3:] == ["comment", "lapse", "comment"]


# ---- where a report belongs, and who is on duty ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "code", "unit"),
    [
        ("施工挖破燃气管道，有异味", GAS, "GAS"),
        ("自来水管道破裂", "9904", "MUNICIPAL"),
        ("管道破裂", "9904", "MUNICIPAL"),
    ],
)
def test_a_burst_pipe_that_speaks_of_gas_is_filed_under_gas_and_goes_to_the_gas_company(
    town: Town, title: str, code: str, unit: str
) -> None:
    event = town.report("9904", title=title, source="phone", by=OPERATOR)
    assert (event.category, event.unit) == (code, unit)


def test_registering_steers_as_filing_does(town: Town) -> None:
    event = town.report(None, title="天然气管道漏气", source="resident", by=Viewer("resident", Role.RESIDENT))
    assert town.act(event, "register", OPERATOR, category="9904").category == GAS


@pytest.mark.parametrize(
    ("time", "shift"),
    [("21:59", "乙班"), ("22:00", "夜班"), ("23:59", "夜班"), ("03:00", "夜班"), ("06:00", "甲班")],
)
def test_a_duty_shift_that_runs_past_midnight_is_on_duty_on_both_sides_of_it(time: str, shift: str) -> None:
    times = {"夜班": ("22:00", "06:00"), "甲班": ("06:00", "14:00"), "乙班": ("14:00", "22:00")}
    shifts = [{"name": name, "role": "值班长", "start": a, "end": b} for name, (a, b) in times.items()]
    reference = SimpleNamespace(tz=CHINA, config={"roster": {"shifts": shifts}})
    assert on_duty(reference, china(f"2026-11-20 {time}")) == f"值班长 {shift}"  # type: ignore[arg-type]
