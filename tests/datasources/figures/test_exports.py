"""Exports: the same numbers as on the page, no cell a formula, a reason kept; personal data only by approved request."""

import csv
import io
from datetime import timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from callbacks.api.exports.requests import signer
from dashboard import clock
from dashboard.rules.figures.kpis import percent
from datasources.exchange import export_requests
from datasources.files import sheets
from datasources.store.models import AuditRow, ExportRequestRow
from tests.conftest import LEAD, OPERATOR

pytestmark = pytest.mark.usefixtures("hand")  # the drill clock from the first moment on

PHONE = "13800138000"


def read(answer):
    assert answer.status_code == 200, answer.text
    assert answer.data.startswith("\ufeff".encode())
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def audited(opened, what):
    with opened.runtime.database.read() as session:
        return session.scalars(select(AuditRow).where(AuditRow.what == what)).all()


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1"])
def test_a_text_that_could_begin_a_formula_is_made_harmless(text):
    assert sheets.harmless(text) == f"'{text}"
    assert sheets.harmless(-1.5) == -1.5 and sheets.harmless("路灯=坏") == "路灯=坏"


def test_what_people_wrote_is_no_formula_in_either_file(opened, place):
    place.report(title='=HYPERLINK("http://evil")')
    rows = read(opened.call("operator", "GET", "/exports/events.csv?why=月度汇总"))
    assert rows[1][1] == '\'=HYPERLINK("http://evil")'
    book = load_workbook(io.BytesIO(opened.call("operator", "GET", "/exports/events.xlsx?why=月度汇总").data))
    cell = book.active["B2"]
    assert cell.data_type == "s" and cell.value.startswith("'=")


def test_a_board_as_a_file_says_what_the_board_says(opened, place):
    closed = place.checked(place.finished(place.claimed()), "very_satisfied")
    rows = read(opened.call("leader", "GET", "/exports/board.csv?board=units&period=month&why=月度考评"))
    shown = opened.call("leader", "GET", "/scores?board=units&period=month").json["rows"]
    assert [row[1] for row in rows[1:]] == [row["code"] for row in shown]
    mine = next(row for row in rows[1:] if row[1] == closed.unit)
    assert (mine[3], mine[5]) == ("4.0", "1")


def test_a_list_as_a_file_has_as_many_rows_as_the_number_counts(opened, place):
    for _ in range(3):
        place.report()
    asked = "period=month"
    number = opened.call("leader", "GET", f"/kpis?{asked}").json["kpis"]["reported"]["num"]
    rows = read(opened.call("leader", "GET", f"/exports/counted.csv?kpi=reported&{asked}&why=核对"))
    assert len(rows) - 1 == number == 3
    [sent] = audited(opened, "export_sent")
    assert sent.detail["rows"] == 3


def test_who_what_when_and_why_are_kept_and_without_a_reason_nothing_leaves(opened, place, hand):
    for query in ("", "?why=", "?why=x"):
        refused = opened.call("leader", "GET", f"/exports/kpis.csv{query}")
        assert refused.status_code == 422 and refused.json["errors"][0]["field"] == "why"
    assert not audited(opened, "export")
    read(opened.call("leader", "GET", "/exports/kpis.csv?period=month&why=季度例会"))
    [kept] = audited(opened, "export")
    assert (kept.account, kept.detail["table"], kept.detail["why"]) == ("leader", "kpis", "季度例会")
    assert kept.detail["filters"] == {"period": "month"} and kept.at is not None


def exported(opened, account, what, query=""):
    """Return the heads and the rows of a table without its heads."""
    head, *rows = read(opened.call(account, "GET", f"/exports/{what}.csv?{query}&why=月度考评"))
    return head, rows


def test_where_cases_stand_who_passes_them_on_and_where_they_end_go_out_as_the_page_says(opened, place):
    place.claimed()
    waiting = place.report()
    declined = place.act(waiting, "dispatch", OPERATOR, unit="URBAN_MGMT", reason="直接派单")
    place.act(declined, "decline", place.unit_of(declined), ground="not_our_duty", text="不属于本单位")
    place.checked(place.finished(place.claimed()), "dissatisfied")
    place.checked(place.finished(place.claimed()))

    shown = opened.call("leader", "GET", "/bottleneck").json["rows"]
    head, rows = exported(opened, "leader", "bottleneck")
    told = [[one["name"], one["n"], one["over"], one["p50_s"], one["p90_s"], one["oldest_s"], one["oldest"]] for one in shown]  # fmt: skip
    assert rows == [[str(cell) for cell in line] for line in told] and len(head) == len(rows[0])

    shown = opened.call("leader", "GET", "/handoffs?period=month").json
    head, rows = exported(opened, "leader", "handoffs", "period=month")
    grounds = [one["code"] for one in shown["grounds"]]
    told = [
        [one["code"], one["name"], one["declined"]["den"], one["declined"]["num"], one["returned"]["den"], one["returned"]["num"], *(one["by_ground"].get(code, 0) for code in grounds)]
        for one in shown["rows"]
    ]  # fmt: skip
    assert rows == [[str(cell) for cell in line] for line in told]
    assert head[-len(grounds) :] == [one["name"] for one in shown["grounds"]]
    assert sum(int(line[3]) for line in rows) == 1 == sum(int(line[5]) for line in rows)

    shown = opened.call("leader", "GET", "/levels?period=month").json["areas"]
    head, rows = exported(opened, "leader", "levels", "period=month")
    told = [[one["code"], one["name"], one["closed"], *one["counts"]] for one in shown]
    assert rows == [[str(cell) for cell in line] for line in told] and rows[0][2] == "1"


def test_appeals_go_out_to_whoever_may_see_them_with_persons_masked(opened, place):
    late = place.claimed()
    place.tick(days=10)
    late = place.checked(place.finished(place.fresh(late)))
    place.act(late, "appeal", place.unit_of(late), reason=f"居民电话 {PHONE} 打不通")
    _, [row] = exported(opened, "leader", "appeals", "state=pending")
    assert row[0] == late.number and "138****8000" in row[4] and row[5] and row[8]
    assert exported(opened, "leader", "appeals", "state=decided")[1] == []
    assert opened.call(place.worker.name, "GET", "/exports/appeals.csv?why=自查").status_code == 403
    assert opened.call("leader", "GET", "/exports/appeals.csv?state=x&why=自查").status_code == 422


@pytest.mark.parametrize("what", ["kpis", "breakdown", "counted", "bottleneck", "handoffs", "levels"])
def test_a_table_narrowed_to_a_code_that_nobody_knows_is_refused_and_not_empty(opened, what):
    refused = opened.call("leader", "GET", f"/exports/{what}.csv?unit=nowhere&why=月度考评")
    assert refused.status_code == 422 and refused.json["errors"][0]["field"] == "unit"


def test_no_export_holds_a_person_and_the_wall_exports_nothing(opened, place):
    place.report(title=f"占道 {PHONE}", reporter_name="金丝雀", reporter_phone=PHONE)
    for account in ("operator", "lead", "leader", "admin", "auditor"):
        for kind in sheets.KINDS:
            answer = opened.call(account, "GET", f"/exports/events.{kind}?why=核对")
            assert answer.status_code == 200 and PHONE.encode() not in answer.data
    assert opened.call("screen", "GET", "/exports/events.csv?why=核对").status_code == 403


def named(opened, account, numbers, **more):
    body = {"numbers": numbers, "why": "交接班", **more}
    return opened.call(account, "POST", "/exports/events.csv", body)


def test_events_named_one_by_one_come_in_that_order_and_only_where_one_may_see_them(opened, place):
    first, second, third = (place.report(title=f"占道 {n}").number for n in range(3))
    rows = read(named(opened, "operator", [second, third, first, second, "20000101000001"]))
    assert [row[0] for row in rows[1:]] == [second, third, first]
    [kept], [sent] = audited(opened, "export"), audited(opened, "export_sent")
    assert (kept.account, kept.detail["named"], kept.detail["why"]) == ("operator", 4, "交接班")
    assert sent.detail["rows"] == 3
    assert len(read(named(opened, "unit-GAS", [first]))) == 1


@pytest.mark.parametrize(
    "wrong", [[], "1", [1], [""], ["x" * 33], ["\x00"], ["\ud800"], [str(n) for n in range(20_001)]]
)
def test_a_list_of_no_numbers_or_too_many_is_refused_in_words(opened, wrong):
    refused = named(opened, "operator", wrong)
    assert refused.status_code == 422 and refused.json["errors"][0]["field"] == "numbers"
    assert not audited(opened, "export")


def test_a_named_list_leaves_neither_without_a_reason_nor_for_the_wall(opened, place):
    number = place.report().number
    assert named(opened, "operator", [number], why="x").json["errors"][0]["field"] == "why"
    assert named(opened, "screen", [number]).status_code == 403


def test_a_worker_exports_the_own_line_and_entries_alone(opened, place):
    place.checked(place.finished(place.claimed()))
    name = place.worker.name
    rows = read(opened.call(name, "GET", "/exports/board.csv?board=workers&why=自查"))
    assert [row[1] for row in rows[1:]] == [name]
    others = [code for code in place.reference.areas if code.startswith("350206002")]
    path = f"/exports/entries.csv?board=workers&code=worker-{others[0]}&why=自查"
    assert opened.call(name, "GET", path).status_code == 403
    assert (
        opened.call("unit-URBAN_MGMT", "GET", "/exports/board.csv?board=workers&why=自查").status_code == 403
    )


def requested(opened, account="operator"):
    body = {"filters": {"category": "S0406"}, "why": "回访上报人"}
    answer = opened.call(account, "POST", "/exports/requests", body)
    assert answer.status_code == 201, answer.text
    return answer.json


def test_personal_data_leave_by_request_approval_and_a_link_for_whoever_asked(opened, place):
    place.report(reporter_name="金丝雀", reporter_phone=PHONE)
    made = requested(opened)
    assert made["link"] is None and made["state"] == "asked"
    assert opened.call("operator", "POST", f"/exports/requests/{made['id']}/approve", {}).status_code == 403
    granted = opened.call("lead", "POST", f"/exports/requests/{made['id']}/approve", {})
    assert granted.status_code == 200 and granted.json["link"] is None  # not for whoever approved
    [mine] = opened.call("operator", "GET", "/exports/requests").json["items"]
    link = mine["link"].removeprefix("/api/v1")
    rows = read(opened.call("operator", "GET", link))
    assert PHONE in rows[1] and "金丝雀" in rows[1]
    assert opened.call("lead", "GET", link).status_code == 403
    assert opened.call("operator", "GET", link[:-2]).status_code == 403
    with opened.runtime.database.read() as session:
        assert session.get(ExportRequestRow, made["id"]).downloads == 1
    assert [row.account for row in audited(opened, "export_personal")] == ["operator"]


def test_nobody_approves_the_own_request_and_an_answer_is_final(opened, place):
    made = requested(opened, "lead")
    assert opened.call("lead", "POST", f"/exports/requests/{made['id']}/approve", {}).status_code == 403
    path = f"/exports/requests/{made['id']}"
    assert opened.call("admin", "POST", f"{path}/refuse", {}).status_code == 422
    assert opened.call("admin", "POST", f"{path}/refuse", {"reason": "用途不明"}).json["state"] == "refused"
    assert opened.call("admin", "POST", f"{path}/approve", {}).status_code == 409


def test_a_link_ends_after_a_day(opened, place):
    made = requested(opened)
    with opened.runtime.database.write() as session:
        before = clock.real_now() - timedelta(hours=24)
        row = export_requests.answer(session, made["id"], LEAD, before, granted=True, words="")
        assert row.expires_at - row.answered_at == timedelta(hours=24)
    with opened.app.app_context():
        link = f"/exports/requests/{made['id']}/file?token={signer().dumps([made['id'], 'operator'])}"
    assert opened.call("operator", "GET", link).status_code == 409
    assert opened.call("operator", "GET", "/exports/requests").json["items"][0]["state"] == "expired"


def test_a_file_of_many_rows_goes_out_in_pieces():
    pieces = list(sheets.written("csv", ["编号"], ([f"{n:060d}"] for n in range(5000))))
    assert len(pieces) > 4 and max(map(len, pieces)) < 2 * sheets.PIECE


def test_rates_are_written_as_the_standard_does():
    assert percent(3130, 3134) == "99.87 %" and percent(0, 0) == "—"
