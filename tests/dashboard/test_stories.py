"""Whole lives of events, told through the verbs on both databases with a hand on the clock."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from dashboard import alerting
from dashboard.rules.access import Role, Viewer
from dashboard.rules.events.event import Status, zone
from dashboard.rules.refusals import Conflict, Forbidden, Invalid, NotAllowedNow
from datasources.alerts import journal as alert_journal
from datasources.events import journal
from datasources.store.models import DeliveryRow, LedgerRow, StepRow
from tests.conftest import LEAD, LEADER, OPERATOR, WALL, Town, unit_viewer


def steps(town: Town, event) -> list[str]:
    with town.database.read() as session:
        query = select(StepRow.action).where(StepRow.event_id == event.id).order_by(StepRow.version)
        return list(session.scalars(query))


def entries(town: Town, event) -> list[tuple[str, str, int]]:
    with town.database.read() as session:
        query = select(LedgerRow).where(LedgerRow.event_id == event.id).order_by(LedgerRow.id)
        return [(row.subject_kind, row.rule, row.tenths) for row in session.scalars(query)]


def test_a_grid_workers_report_enters_the_pool_by_itself(town: Town) -> None:
    event = town.report()
    assert event.status == Status.CLAIMABLE
    assert event.claim_due_at == town.now + timedelta(minutes=30)
    assert steps(town, event) == ["report", "register"]


def test_a_residents_report_waits_for_the_operator(town: Town) -> None:
    event = town.report(source="resident", by=Viewer("resident", Role.RESIDENT))
    assert event.status == Status.REPORTED
    assert town.act(event, "register", OPERATOR).status == Status.CLAIMABLE


def test_a_clean_claim_rated_very_satisfied_earns_four_points(town: Town) -> None:
    event = town.claimed()
    closed = town.checked(town.finished(event), "very_satisfied")
    assert closed.status == Status.CLOSED
    earned = [entry for entry in entries(town, closed) if entry[0] == "unit"]
    assert sum(tenths for *_, tenths in earned) == 40
    assert {rule for _, rule, _ in earned} == {"claim", "claim_on_time", "very_satisfied"}


def test_of_two_departments_one_claims_and_the_other_reads_who(town: Town) -> None:
    event = town.report()
    first, second = town.claimer(event, 0), town.claimer(event, 1)
    won = town.act(event, "claim", first)
    with pytest.raises(Conflict) as lost:
        town.act(event, "claim", second)
    assert lost.value.winner == {
        "unit": first.unit,
        "name": town.reference.unit_name(first.unit),
        "at": won.owned_at,
    }
    assert town.fresh(event).unit == first.unit


def test_a_claim_at_the_deadline_is_refused_though_no_sweep_has_run(town: Town) -> None:
    event = town.report()
    town.hand.forward(minutes=30)
    with pytest.raises(NotAllowedNow, match="抢单时间已过"):
        town.act(event, "claim", town.claimer(event))


def test_what_nobody_claims_becomes_the_command_centres_turn(town: Town) -> None:
    event = town.report()
    assert town.tick(minutes=30) == 1
    lapsed = town.fresh(event)
    assert lapsed.status == Status.PENDING_DISPATCH
    sent = town.act(lapsed, "dispatch", OPERATOR, unit="URBAN_MGMT")
    assert sent.status == Status.DISPATCHED
    assert sent.handle_from == town.now  # the handling clock starts at dispatch, not at signing
    assert town.act(sent, "accept", unit_viewer("URBAN_MGMT")).status == Status.HANDLING


def test_a_bad_rating_returns_the_event_to_the_unit_that_was_dispatched(town: Town) -> None:
    event = town.report()
    town.tick(minutes=30)
    event = town.act(town.fresh(event), "dispatch", OPERATOR, unit="URBAN_MGMT")
    event = town.act(event, "accept", unit_viewer("URBAN_MGMT"))
    back = town.checked(town.finished(event), "dissatisfied")
    assert (back.status, back.unit, back.round, back.rework_count) == (Status.HANDLING, "URBAN_MGMT", 2, 1)
    assert ("unit", "returned", -10) in entries(town, event)


def test_a_second_bad_rating_is_supervised_and_pushed_to_the_efficiency_office(town: Town) -> None:
    event = town.claimed()
    for _ in range(2):
        event = town.checked(town.finished(event), "very_dissatisfied")
    assert event.supervision == "ordinary"
    assert event.round == 3
    with town.database.read() as session:
        owed = session.scalars(select(DeliveryRow).where(DeliveryRow.target == "efficiency")).all()
    assert [row.payload["event"] for row in owed] == [event.number]
    assert ("unit", "supervised", -50) in entries(town, event)


def test_reopening_reverses_the_points_of_the_closing_by_entries_of_their_own(town: Town, ledger) -> None:
    event = town.checked(town.finished(town.claimed()), "very_satisfied")
    again = town.act(event, "reopen", OPERATOR, reason="居民反映问题仍在")
    assert (again.status, again.round) == (Status.HANDLING, 2)
    assert ledger(town.database)[("unit", event.unit)] == 0
    closed = town.checked(town.finished(again), "satisfied")
    assert ledger(town.database)[("unit", closed.unit)] == 30


def test_closed_more_than_seven_days_ago_cannot_be_reopened(town: Town) -> None:
    event = town.checked(town.finished(town.claimed()))
    town.hand.forward(days=7, seconds=1)
    with pytest.raises(NotAllowedNow, match="七天"):
        town.act(event, "reopen", OPERATOR, reason="太晚")


def test_after_two_declines_only_the_lead_dispatches_and_that_cannot_be_declined(town: Town) -> None:
    event = town.report()
    town.tick(minutes=30)
    event = town.fresh(event)
    for unit in ("URBAN_MGMT", "MUNICIPAL"):
        event = town.act(event, "dispatch", OPERATOR, unit=unit)
        event = town.act(event, "decline", unit_viewer(unit), ground="not_our_duty", text="不属于本单位")
    with pytest.raises(NotAllowedNow, match="值班长裁定"):
        town.act(event, "dispatch", OPERATOR, unit="URBAN_MGMT")
    event = town.act(event, "dispatch", LEAD, unit="MUNICIPAL")
    assert event.final_dispatch
    with pytest.raises(NotAllowedNow, match="不能再退"):
        town.act(event, "decline", unit_viewer("MUNICIPAL"), ground="not_our_duty", text="再退")
    assert ("unit", "unfounded_decline", -10) in entries(town, event)


def test_a_decline_does_not_stop_the_clock_for_the_same_unit(town: Town) -> None:
    event = town.report()
    town.tick(minutes=30)
    sent = town.act(town.fresh(event), "dispatch", OPERATOR, unit="URBAN_MGMT")
    town.hand.forward(minutes=10)
    back = town.act(sent, "decline", unit_viewer("URBAN_MGMT"), ground="unclear_description", text="位置不清")
    town.hand.forward(minutes=10)
    again = town.act(back, "dispatch", OPERATOR, unit="URBAN_MGMT")
    assert again.handle_due_at == sent.handle_due_at
    other = town.act(
        town.act(again, "decline", unit_viewer("URBAN_MGMT"), ground="not_our_duty", text="不是"), "dispatch", LEAD,
        unit="MUNICIPAL",
    )  # fmt: skip
    assert other.handle_from == town.now


def test_a_hold_is_asked_approved_by_somebody_else_and_supervised_when_it_runs_out(town: Town) -> None:
    event = town.claimed()
    unit = town.unit_of(event)
    due = event.handle_due_at
    until = town.now + timedelta(days=3)
    asked = town.act(event, "hold", unit, reason="等待施工许可", until=until)
    assert asked.status == Status.HANDLING
    held = town.act(asked, "approve", LEAD, request="hold")
    assert held.status == Status.ON_HOLD
    town.tick(days=3)
    woken = town.fresh(event)
    assert woken.status == Status.HANDLING
    assert woken.handle_due_at == due + timedelta(days=3)
    assert woken.supervision == "ordinary"
    assert woken.supervised_reason == "挂单到期未结案"
    with pytest.raises(NotAllowedNow, match="一次"):
        town.act(woken, "hold", unit, reason="再挂", until=town.now + timedelta(days=1))


def test_an_extension_adds_the_original_limit_at_most_twice(town: Town) -> None:
    event = town.claimed("S0113")  # 道路破损, 5 workdays
    unit = town.unit_of(event)
    dues = [event.handle_due_at]
    for _ in range(2):
        event = town.act(
            town.act(event, "extend", unit, reason="工程量大"), "approve", LEAD, request="extend"
        )
        dues.append(event.handle_due_at)
    assert dues[0] < dues[1] < dues[2]
    with pytest.raises(NotAllowedNow, match="两次"):
        town.act(event, "extend", unit, reason="再延")


def test_an_overdue_event_costs_its_unit_once_a_round_and_turns_red_after_another_limit(town: Town) -> None:
    event = town.claimed()  # 2 urgent hours
    assert town.tick(hours=2, seconds=1) >= 1
    assert town.tick(minutes=1) == 0
    late = town.fresh(event)
    assert late.overdue_at == event.handle_due_at
    assert [rule for _, rule, _ in entries(town, event)].count("overdue") == 1
    town.tick(hours=2)
    red = town.fresh(event)
    assert red.supervision == "ordinary"
    assert red.supervised_reason == "超期达一倍时限"
    assert zone(red) == "supervised"


def test_finishing_late_is_charged_even_when_no_sweep_saw_it(town: Town) -> None:
    event = town.claimed()
    town.hand.forward(hours=3)
    finished = town.finished(event)
    assert finished.late
    assert ("unit", "overdue", -20) in entries(town, finished)


def test_an_emergency_skips_the_pool_and_alerts_at_once(town: Town) -> None:
    event = town.report("S0502", by=Viewer("resident", Role.RESIDENT), source="resident", title="燃气泄漏")
    assert (event.status, event.unit, event.how) == (Status.DISPATCHED, "GAS", "dispatch")
    assert steps(town, event) == ["report", "register", "dispatch"]
    with town.database.read() as session:
        alert = alert_journal.open_alert(session, event.id)
        beside = journal.co_units(session, event)
    assert alert is not None
    assert alert.episode == 1
    assert {"FIRE", "HOUSING", "POLICE", "HEALTH"} <= {co.unit for co in beside}


def test_an_unacknowledged_alert_climbs_to_the_gateway_and_repeats_until_answered(town: Town) -> None:
    event = town.report("S0502", title="燃气泄漏")
    for seconds in (30, 30, 120):
        town.tick(seconds=seconds)
    with town.database.read() as session:
        alert = alert_journal.open_alert(session, event.id)
        owed = session.scalars(select(DeliveryRow.reason).where(DeliveryRow.target == "alert")).all()
    assert alert.stage == 3
    assert alert.next_at > town.now
    assert owed == ["no_audible_screen", "unacknowledged"]


def test_after_downtime_each_rung_happens_once_in_order_and_late(town: Town) -> None:
    from datasources.store.models import AlertLogRow

    town.report("S0502", title="燃气泄漏")
    town.tick(minutes=10)
    town.tick(seconds=1)
    with town.database.read() as session:
        rows = session.scalars(select(AlertLogRow).order_by(AlertLogRow.id)).all()
    climbed = [
        (row.what, row.late) for row in rows if (row.by == "clock" and row.what != "webhook") or row.late
    ]
    assert climbed == [("repeat", True), ("widen", True), ("webhook", True)]


def test_an_acknowledged_alert_opens_again_when_nobody_signs_within_five_minutes(town: Town) -> None:
    event = town.report("S0502", title="燃气泄漏")
    with town.database.write() as session:
        alert = alert_journal.open_alert(session, event.id)
        alerting.acknowledge(session, alert.id, 1, "desk-1", OPERATOR, town.now)
    town.tick(minutes=5)
    with town.database.read() as session:
        again = alert_journal.open_alert(session, event.id)
    assert (again.episode, again.state) == (2, "raised")
    with town.database.write() as session, pytest.raises(NotAllowedNow, match="第 1 次"):
        alerting.acknowledge(session, again.id, 1, "desk-1", OPERATOR, town.now)


def test_the_wall_cannot_acknowledge(town: Town) -> None:
    event = town.report("S0502", title="燃气泄漏")
    with town.database.write() as session, pytest.raises(Forbidden):
        alert = alert_journal.open_alert(session, event.id)
        alerting.acknowledge(session, alert.id, 1, "wall", WALL, town.now)


def test_the_lead_unit_finishes_only_after_the_co_units_or_says_why_not(town: Town) -> None:
    event = town.act(town.report("S0502", title="燃气泄漏"), "accept", unit_viewer("GAS"))
    with pytest.raises(Invalid) as refused:
        town.act(event, "finish", unit_viewer("GAS"), text="已堵漏", photos=[town.photo()])
    assert [field for field, *_ in refused.value.errors] == ["reason"]
    done = town.act(
        event, "finish", unit_viewer("GAS"), text="已堵漏", photos=[town.photo()], reason="协办现场未到"
    )
    assert done.status == Status.CHECKING


def test_a_co_unit_signs_and_finishes_for_itself_without_moving_the_event(town: Town) -> None:
    event = town.report("S0502", title="燃气泄漏")
    signed = town.act(event, "accept", unit_viewer("FIRE"))
    assert signed.status == Status.DISPATCHED
    with pytest.raises(NotAllowedNow, match="已经签收"):
        town.act(signed, "accept", unit_viewer("FIRE"))
    lead = town.act(signed, "accept", unit_viewer("GAS"))
    town.act(lead, "finish", unit_viewer("FIRE"), text="警戒解除")
    with town.database.read() as session:
        fire = next(co for co in journal.co_units(session, lead) if co.unit == "FIRE")
    assert fire.finished_at == town.now


def test_merging_stops_the_clocks_and_counts_the_demand_and_unmerging_gives_both_back(town: Town) -> None:
    original, double = town.report(), town.report(title="还是那里占道")
    due = double.claim_due_at
    merged = town.act(double, "merge", OPERATOR, original=original.number)
    assert (merged.status, merged.merged_into) == (Status.MERGED, original.id)
    assert town.fresh(original).demand == 2
    town.hand.forward(minutes=10)
    back = town.act(merged, "unmerge", OPERATOR)
    assert back.status == Status.CLAIMABLE
    assert back.claim_due_at == due + timedelta(minutes=10)
    assert town.fresh(original).demand == 1


def test_an_event_is_not_merged_into_itself(town: Town) -> None:
    event = town.report()
    with pytest.raises(Invalid):
        town.act(event, "merge", OPERATOR, original=event.number)


def test_urging_twice_within_two_hours_is_refused_to_the_same_person(town: Town) -> None:
    event = town.act(town.claimed(), "urge", OPERATOR)
    with pytest.raises(NotAllowedNow, match="两小时"):
        town.act(event, "urge", OPERATOR)
    assert town.act(event, "urge", LEADER).version == event.version + 1


def test_correcting_the_category_starts_a_new_clock_and_raising_the_emergency_alerts(town: Town) -> None:
    event = town.claimed()
    town.hand.forward(minutes=20)
    moved = town.act(event, "correct", OPERATOR, category="S0113")
    assert moved.handle_from == town.now
    loud = town.act(moved, "correct", OPERATOR, emergency=True)
    with town.database.read() as session:
        assert alert_journal.open_alert(session, loud.id) is not None


def test_an_emergency_raised_while_claimable_is_dispatched_by_the_system(town: Town) -> None:
    event = town.report("S0505")
    assert event.emergency  # the category is one
    plain = town.report("S0406")
    loud = town.act(plain, "correct", OPERATOR, category="S0502", emergency=True)
    assert (loud.status, loud.unit) == (Status.DISPATCHED, "GAS")


def test_an_outdated_version_changes_nothing(town: Town) -> None:
    event = town.report()
    newer = town.act(event, "comment", OPERATOR, text="已电话核实")
    with pytest.raises(Conflict):
        town.act(event, "merge", OPERATOR, original=town.report().number)
    assert town.fresh(event).version == newer.version


def test_a_check_by_the_operator_is_recorded_as_on_behalf(town: Town) -> None:
    event = town.act(town.finished(town.claimed()), "check", OPERATOR, rating="fair")
    with town.database.read() as session:
        step = session.scalars(
            select(StepRow).where(StepRow.event_id == event.id, StepRow.action == "check")
        ).one()
    assert step.on_behalf
    assert event.status == Status.CLOSED


def test_a_dissatisfied_check_demands_words_and_the_grid_worker_a_photo(town: Town) -> None:
    event = town.finished(town.claimed())
    with pytest.raises(Invalid) as refused:
        town.act(event, "check", town.worker, rating="dissatisfied")
    assert [field for field, *_ in refused.value.errors] == ["text", "photos"]


def test_there_is_no_default_rating(town: Town) -> None:
    with pytest.raises(Invalid) as refused:
        town.act(town.finished(town.claimed()), "check", OPERATOR)
    assert [field for field, *_ in refused.value.errors] == ["rating"]


def test_resolved_on_the_spot_closes_at_once_at_level_green(town: Town) -> None:
    event = town.report(resolved_on_site=True, photos=(town.photo(),))
    assert (event.status, event.level, event.unit) == (Status.CLOSED, "grid", None)


def test_the_grid_worker_earns_for_report_and_check_and_pays_for_a_late_one(town: Town) -> None:
    event = town.checked(town.finished(town.claimed()))
    assert [entry[1:] for entry in entries(town, event) if entry[0] == "worker"] == [
        ("valid_report", 20),
        ("handled_in_24h", 30),
        ("check_on_time", 10),
    ]
    second = town.finished(town.claimed())
    town.tick(hours=4)
    town.tick(hours=4)
    town.checked(town.fresh(second))
    assert [rule for kind, rule, _ in entries(town, second) if kind == "worker"].count("check_late") == 1


def test_nobody_approves_the_own_request_and_an_unknown_request_is_refused(town: Town) -> None:
    event = town.act(town.claimed(), "extend", town.unit_of(town.claimed()), reason="材料未到")
    with pytest.raises(Forbidden):
        town.act(event, "approve", town.unit_of(event), request="extend")
    with pytest.raises(Invalid):
        town.act(event, "approve", LEAD, request="hold")


def test_a_unit_without_the_duty_may_not_claim(town: Town) -> None:
    event = town.report()
    with pytest.raises(Forbidden):
        town.act(event, "claim", unit_viewer("EDU"))


def test_a_report_outside_the_district_is_accepted_flagged_and_waits_for_the_desk(town: Town) -> None:
    event = town.report(lng=117.0, lat=24.0)
    assert (event.status, event.grid) == (Status.REPORTED, None)
    assert event.border is not None and event.border["candidates"] == []
    with pytest.raises(Invalid):
        town.act(event, "settle_border", OPERATOR, grid="nowhere")
    settled = town.act(event, "settle_border", OPERATOR, grid=town.grid)
    assert (settled.grid, settled.border["settled"]) == (town.grid, True)
    assert settled.area_path == town.reference.areas[town.grid].path


def test_a_wrong_dispatch_is_taken_back_until_it_is_signed_and_costs_nobody_points(town: Town) -> None:
    event = town.report()
    town.tick(minutes=30)
    sent = town.act(town.fresh(event), "dispatch", OPERATOR, unit="MUNICIPAL", co_units=["URBAN_MGMT"])
    before = entries(town, event)
    town.hand.forward(minutes=5)
    back = town.act(sent, "recall", OPERATOR, reason="派错单位")
    assert (back.status, back.unit, back.handle_due_at) == (Status.PENDING_DISPATCH, None, None)
    assert back.dispatch_due_at == town.now + timedelta(minutes=15)
    assert steps(town, back)[-1] == "recall" and entries(town, back) == before
    with town.database.read() as session:
        assert journal.co_units(session, back) == ()
    again = town.act(back, "dispatch", OPERATOR, unit="URBAN_MGMT")
    assert again.handle_from == town.now
    signed = town.act(again, "accept", unit_viewer("URBAN_MGMT"))
    with pytest.raises(NotAllowedNow):
        town.act(signed, "recall", OPERATOR)


def test_a_ruling_of_the_lead_is_taken_back_by_the_lead_alone_and_with_its_points(town: Town) -> None:
    event = town.report()
    town.tick(minutes=30)
    event = town.fresh(event)
    for unit in ("URBAN_MGMT", "MUNICIPAL"):
        event = town.act(event, "dispatch", OPERATOR, unit=unit)
        event = town.act(event, "decline", unit_viewer(unit), ground="not_our_duty", text="不属于本单位")
    ruled = town.act(event, "dispatch", LEAD, unit="MUNICIPAL")
    with pytest.raises(NotAllowedNow, match="只能由值班长撤回"):
        town.act(ruled, "recall", OPERATOR)
    back = town.act(ruled, "recall", LEAD)
    assert not back.final_dispatch
    assert sum(tenths for _, rule, tenths in entries(town, back) if rule == "unfounded_decline") == 0


def test_the_slower_of_two_operators_is_told_who_did_what_and_when(town: Town) -> None:
    event = town.report()
    town.tick(minutes=31)
    event = town.fresh(event)
    unit = town.reference.eligible(event)[0]
    town.act(event, "dispatch", LEAD, unit=unit)
    with pytest.raises(Conflict, match="值班长 lead 已在 09:31:00 办理“派单”"):
        town.act(event, "dispatch", OPERATOR, unit=unit)
