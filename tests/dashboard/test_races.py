"""Races: many at once, threads and processes, on both databases. Exactly one wins, everybody else is told who."""

import multiprocessing
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dashboard import actions
from dashboard.rules.access import CLOCK
from dashboard.rules.events.event import Event, Status
from dashboard.rules.refusals import Conflict, NotAllowedNow
from dashboard.sweeps import deadlines, row_by_row
from datasources.districts.reference import References
from datasources.events import journal
from datasources.store.database import Database
from datasources.store.models import EventRow, LedgerRow, StepRow
from tests.conftest import OPERATOR, Town, unit_viewer

CROWD = 12


def at_once(count: int, work: Callable[[int], Any]) -> list[Any]:
    """Run `work(0..count-1)` in threads that all start at the same barrier; return results or exceptions."""
    barrier, results = threading.Barrier(count), [None] * count

    def run(index: int) -> None:
        barrier.wait()
        try:
            results[index] = work(index)
        except Exception as error:
            results[index] = error

    threads = [threading.Thread(target=run, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_of_many_claims_at_once_exactly_one_wins_and_the_losers_read_who(town: Town) -> None:
    for _ in range(5):
        event = town.report()
        units = town.reference.eligible(event)

        def claim(index: int, event=event, units=units) -> Any:
            return town.act(event, "claim", unit_viewer(units[index % len(units)]))

        results = at_once(CROWD, claim)
        won = [result for result in results if not isinstance(result, Exception)]
        lost = [result for result in results if isinstance(result, Exception)]
        assert len(won) == 1
        assert all(isinstance(error, Conflict) for error in lost), lost
        assert {error.winner["unit"] for error in lost} == {won[0].unit}
        with town.database.read() as session:
            query = select(func.count()).where(StepRow.event_id == event.id, StepRow.action == "claim")
            assert session.scalar(query) == 1


def test_a_claim_a_dispatch_and_the_lapse_at_one_moment_have_one_outcome(town: Town) -> None:
    for _ in range(5):
        event = town.report()
        claimer = town.claimer(event)
        town.hand.forward(minutes=29, seconds=59)
        moves: list[Callable[[], Any]] = [
            lambda event=event, claimer=claimer: town.act(event, "claim", claimer),
            lambda event=event: town.act(event, "dispatch", OPERATOR, unit="MUNICIPAL", reason="急"),
            lambda event=event: deadlines.lapse(town.database, town.reference, event.claim_due_at),
        ]
        results = at_once(3, lambda index, moves=moves: moves[index]())
        assert all(
            not isinstance(result, Exception) or isinstance(result, NotAllowedNow) for result in results
        ), results
        with town.database.read() as session:
            query = select(StepRow.action).where(
                StepRow.event_id == event.id, StepRow.version == event.version + 1
            )
            assert len(session.scalars(query).all()) == 1


def test_two_clocks_at_once_do_each_overdue_thing_once(town: Town) -> None:
    events = [town.claimed() for _ in range(6)]
    town.hand.forward(hours=3)
    at_once(2, lambda _: deadlines.tick(town.database, town.reference, town.now))
    with town.database.read() as session:
        expired = session.scalars(select(StepRow.event_id).where(StepRow.action == "expire")).all()
        charged = session.scalars(select(LedgerRow.event_id).where(LedgerRow.rule == "overdue")).all()
    assert sorted(expired) == sorted(charged) == sorted(event.id for event in events)


def test_reports_filed_at_once_all_get_a_number_of_their_own(town: Town) -> None:
    results = at_once(CROWD, lambda _: town.report())
    numbers = {result.number for result in results}
    assert len(numbers) == CROWD


def _claim_in_another_process(
    url: str, number: str, version: int, unit: str, now: datetime, go: Any, answers: Any
) -> None:
    database = Database(url)
    reference = References(database).get()
    go.wait()
    try:
        with database.write() as session:
            actions.act(
                session, reference, number, actions.Request("claim", {}, unit_viewer(unit), now, version)
            )
        answers.put((unit, "won"))
    except Conflict as lost:
        answers.put((unit, lost.winner["unit"]))
    finally:
        database.close()


def test_two_processes_that_claim_at_once_agree_on_the_winner(town: Town) -> None:
    spawn = multiprocessing.get_context("spawn")
    event = town.report()
    units = town.reference.eligible(event)[:2]
    go, answers = spawn.Barrier(2), spawn.Queue()
    url = town.database.engine.url.render_as_string(hide_password=False)
    processes = [
        spawn.Process(
            target=_claim_in_another_process,
            args=(url, event.number, event.version, unit, town.now, go, answers),
        )
        for unit in units
    ]
    for process in processes:
        process.start()
    said = dict(answers.get(timeout=60) for _ in processes)
    for process in processes:
        process.join(timeout=60)
    (winner,) = [unit for unit, outcome in said.items() if outcome == "won"]
    (loser,) = [unit for unit in units if unit != winner]
    assert said[loser] == winner
    with town.database.read() as session:
        found = journal.event_by_id(session, event.id)
    assert (found.status, found.unit) == (Status.HANDLING, winner)


def test_an_event_that_a_sweep_always_loses_to_somebody_faster_is_not_set_aside(town: Town) -> None:
    event = town.report()
    town.hand.forward(minutes=31)
    tried = 0

    def read(session: Session, ids: Sequence[int]) -> list[Event]:
        found = journal.events_where(session, EventRow.id.in_(ids))
        town.act(town.fresh(event), "comment", OPERATOR, text="在核实")
        return found

    def do(session: Session, stale: Event) -> int:
        nonlocal tried
        tried += 1
        request = actions.Request("lapse", {}, CLOCK, town.now, stale.version)
        actions.perform(session, town.reference, stale, request)
        return 1

    due = EventRow.id == event.id
    sweep = row_by_row.Sweep("lapse claim_due_at", EventRow.id, due, EventRow.id, read, do)
    for _ in range(row_by_row.REFUSALS_ASIDE):
        assert row_by_row.each(town.database, sweep) == 0
    assert tried == row_by_row.REFUSALS_ASIDE
    assert town.database.aside.take() == []
    assert deadlines.lapse(town.database, town.reference, town.now) == 1
