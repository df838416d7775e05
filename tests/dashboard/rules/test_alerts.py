"""Emergency alerts: the ladder, the answer, the shelf — as pure rules."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dashboard.rules.alerts import alert as alerts
from dashboard.rules.alerts import clock_steps
from dashboard.rules.refusals import NotAllowedNow, Refusal

NOW = datetime(2026, 11, 20, 7, 31, 48, tzinfo=UTC)
ALERT = alerts.raised(1, 1, NOW)


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_nothing_happens_before_the_first_rung() -> None:
    assert alerts.climb(ALERT, after(29), False) == (ALERT, (), None)


def test_each_rung_comes_at_its_second() -> None:
    alert, seen = ALERT, []
    for second in range(1, 400):
        alert, done, again = alerts.climb(alert, after(second), False)
        seen += [(second, consequence.what) for consequence in done]
        assert again is None
    assert seen == [(30, "repeat"), (60, "widen"), (180, "webhook"), (360, "webhook")]


def test_missed_rungs_come_once_each_in_order_and_late() -> None:
    alert, done, _ = alerts.climb(ALERT, after(600), False)
    assert [(c.what, c.late) for c in done] == [("repeat", True), ("widen", True), ("webhook", True)]
    assert alert.next_at == after(780)


def test_an_open_alert_always_has_a_future_consequence() -> None:
    alert, _, _ = alerts.climb(ALERT, after(5000), False)
    assert alert.next_at is not None
    assert alert.next_at > after(5000)


def test_an_answer_names_person_time_and_screen_and_a_second_one_changes_nothing() -> None:
    answered = alerts.acknowledged(ALERT, 1, "operator", "desk-1", after(10))
    assert (answered.acknowledged_by, answered.acknowledged_at, answered.acknowledged_screen) == (
        "operator",
        after(10),
        "desk-1",
    )
    with pytest.raises(NotAllowedNow):
        alerts.acknowledged(answered, 1, "lead", "desk-2", after(11))


def test_a_button_of_an_old_episode_does_nothing_and_says_so() -> None:
    with pytest.raises(NotAllowedNow, match="第 1 次"):
        alerts.acknowledged(alerts.raised(1, 2, NOW), 1, "operator", "desk-1", NOW)


def test_answered_but_unsigned_it_opens_again_as_a_new_episode() -> None:
    answered = alerts.acknowledged(ALERT, 1, "operator", "desk-1", NOW)
    over, done, again = alerts.climb(answered, after(300), False)
    assert over.state == "stood_down"
    assert [c.what for c in done] == ["reopen"]
    assert again is not None
    assert (again.episode, again.state) == (2, "raised")


def test_answered_and_signed_it_waits_for_the_deadline_of_the_event_and_opens_again_when_that_passes() -> (
    None
):
    answered = alerts.acknowledged(ALERT, 1, "operator", "desk-1", NOW)
    waits, done, again = alerts.climb(answered, after(300), True, after(7200))
    assert (waits.next_at, alerts.next_what(waits), done, again) == (after(7200), "overdue", (), None)
    moved, done, again = alerts.climb(waits, after(7200), True, after(9000))  # extended meanwhile
    assert (moved.next_at, done, again) == (after(9000), (), None)
    over, done, again = alerts.climb(moved, after(9000), True, after(9000))
    assert (over.state, [c.what for c in done]) == ("stood_down", ["overdue"])
    assert again is not None and (again.episode, again.state) == (2, "raised")


def test_answered_and_signed_past_every_deadline_it_opens_again_in_half_an_hour() -> None:
    answered = alerts.acknowledged(ALERT, 1, "operator", "desk-1", NOW)
    waits, _, again = alerts.climb(answered, after(300), True, None)
    assert (waits.next_at, again) == (after(300 + 1800), None)
    assert alerts.climb(waits, after(2100), True, None)[2] is not None


def test_an_alert_left_without_a_next_moment_by_an_older_version_gets_one() -> None:
    answered = replace(alerts.acknowledged(ALERT, 1, "operator", "desk-1", NOW), next_at=None)
    waits, _, again = alerts.climb(answered, after(300), True, after(600))
    assert (waits.next_at, again) == (after(600), None)


@pytest.mark.parametrize(("reason", "minutes"), [("", 10), ("  ", 10), ("演练", 31), ("演练", 0)])
def test_a_shelf_needs_a_reason_and_ends_within_thirty_minutes(reason: str, minutes: int) -> None:
    with pytest.raises(Refusal):
        alerts.shelved(ALERT, "lead", reason, NOW + timedelta(minutes=minutes), NOW)


def test_a_shelf_names_person_reason_and_end() -> None:
    shelved = alerts.shelved(ALERT, "lead", "演练", after(600), NOW)
    assert (shelved.shelved_by, shelved.shelved_reason, shelved.shelved_until) == ("lead", "演练", after(600))


def plan(alert: alerts.Alert) -> list[tuple[float, str, bool]]:
    return [((rung.at - NOW).total_seconds(), rung.what, rung.done) for rung in alerts.ladder(alert)]


def test_the_plan_shows_every_rung_with_its_second_and_whether_it_has_happened() -> None:
    assert plan(ALERT) == [
        (0, "raise", True),
        (30, "repeat", False),
        (60, "widen", False),
        (180, "webhook", False),
    ]
    climbed, _, _ = alerts.climb(ALERT, after(61), False)
    assert [done for _, _, done in plan(climbed)] == [True, True, True, False]


def test_past_the_last_rung_the_plan_still_names_what_comes_next() -> None:
    climbed, _, _ = alerts.climb(ALERT, after(200), False)
    assert plan(climbed)[-2:] == [(180, "webhook", True), (380, "webhook", False)]


def test_once_answered_only_what_happened_and_what_is_waited_for_stand_in_the_plan() -> None:
    climbed, _, _ = alerts.climb(ALERT, after(31), False)
    answered = alerts.acknowledged(climbed, 1, "operator", "desk-1", after(40))
    assert plan(answered) == [(0, "raise", True), (30, "repeat", True), (340, "reopen", False)]
    waits, _, _ = alerts.climb(answered, after(340), True, after(7200))
    assert plan(waits) == [(0, "raise", True), (30, "repeat", True), (7200, "overdue", False)]


def shelved_at_40(seconds: float = 600) -> alerts.Alert:
    climbed, _, _ = alerts.climb(ALERT, after(31), False)
    return alerts.shelved(climbed, "lead", "演练", after(seconds), after(40))


def test_a_silence_holds_every_rung_back_and_the_plan_says_so() -> None:
    alert = shelved_at_40()
    assert alerts.climb(alert, after(599), False) == (alert, (), None)
    assert [((r.at - NOW).total_seconds(), r.what, r.done, r.held) for r in alerts.ladder(alert)] == [
        (0, "raise", True, False),
        (30, "repeat", True, False),
        (600, "widen", False, True),
        (600, "webhook", False, True),
    ]


def test_when_the_silence_ends_what_it_held_back_happens_in_order_and_in_time() -> None:
    climbed, done, _ = alerts.climb(shelved_at_40(), after(600), False)
    assert [(c.what, c.due_at, c.late) for c in done] == [
        ("widen", after(600), False),
        ("webhook", after(600), False),
    ]
    assert (climbed.stage, climbed.next_at) == (3, after(780))
    assert not any(rung.held for rung in alerts.ladder(climbed))


def test_a_rung_that_an_older_version_left_within_a_silence_waits_for_its_end() -> None:
    alert = replace(shelved_at_40(), next_at=after(60))
    held, done, _ = alerts.climb(alert, after(61), False)
    assert (held.next_at, held.stage, done) == (after(600), 1, ())


def test_the_gateway_that_comes_again_and_again_is_held_back_too() -> None:
    climbed, _, _ = alerts.climb(ALERT, after(200), False)
    silent = alerts.shelved(climbed, "lead", "演练", after(900), after(210))
    assert alerts.ladder(silent)[-1] == alerts.Rung(after(900), "webhook", done=False, held=True)
    _, done, _ = alerts.climb(silent, after(900), False)
    assert [c.what for c in done] == ["webhook"]


def test_a_clock_put_back_leaves_a_silenced_alarm_waiting_for_the_end_of_its_silence() -> None:
    silent = shelved_at_40(900)
    assert clock_steps.pulled_in(silent, after(45)) is silent
    moved = clock_steps.pulled_in(silent, after(-3600))
    assert moved.next_at == moved.shelved_until == after(-3600 + 1800)


def test_whoever_answers_second_reads_no_number_that_the_first_typed_as_a_screen() -> None:
    answered = alerts.acknowledged(ALERT, 1, "lead", "回电 13911112222", after(10))
    with pytest.raises(NotAllowedNow) as refused:
        alerts.acknowledged(answered, 1, "leader", "desk-2", after(11))
    assert "139****2222" in str(refused.value) and "13911112222" not in str(refused.value)
