"""What is owed to outside systems: only a 2xx to the POST is a receipt, each row on its own, nothing twice, emergencies first."""

import hashlib
import hmac
import json
import socket
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select, text, update

from dashboard import clock
from dashboard.notify import webhook
from dashboard.notify.deliveries import AT_ONCE, Courier
from dashboard.notify.webhook import NotTaken
from dashboard.runtime.runtime import Runtime
from datasources.events import journal
from datasources.exchange import delivery_queue
from datasources.store.models import DeliveryRow
from tests.conftest import Town
from tests.support.api_world import OpenApi, build, runtime_of
from tests.support.gateway import *  # noqa: F403 - the fixture
from tests.support.gateway import Gateway

SECRET = "a secret of the gateway"


def runtime(town: Town, folder: Path, **settings: Any) -> Runtime:
    plain = runtime_of(town.database, folder)
    wanted = {"webhook_secret": SecretStr(SECRET)} | settings
    return Runtime(plain.settings.model_copy(update=wanted), "huli", "huli", town.database, plain.references)


def owe(town: Town, reason: str = "drill", target: str = "efficiency", urgent: bool = False) -> None:
    event = town.report()
    with town.database.write() as session:
        journal.owe(session, target, reason, event, {}, town.now)
        session.execute(update(DeliveryRow).where(DeliveryRow.event_id == event.id).values(urgent=urgent))


def deliver(runtime: Runtime, now: datetime) -> int:
    """Try what is due and wait for it; return how much was received."""
    courier = Courier(runtime)
    courier.round(now)
    courier.wait()
    return courier.received


def rows(town: Town) -> list[DeliveryRow]:
    with town.database.read() as session:
        return list(session.scalars(select(DeliveryRow).order_by(DeliveryRow.id)))


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308, 400, 404, 500, 503])
def test_only_a_2xx_to_the_post_itself_is_a_receipt(
    small_town: Town, gateway: Gateway, tmp_path: Path, code: int
) -> None:
    owe(small_town)
    assert (
        deliver(runtime(small_town, tmp_path, webhook_url=f"{gateway.address}/{code}"), small_town.now) == 0
    )
    (row,) = rows(small_town)
    assert (row.done_at, row.tries, row.last_error) == (
        None, 1, f"{'redirected' if code < 400 else 'refused'}|{code}",
    )  # fmt: skip
    assert [one["method"] for one in gateway.asked] == ["POST"]  # followed nowhere


@pytest.mark.parametrize(
    "address", ["file:///etc/hostname", "ftp://127.0.0.1/x", "data:text/plain,ok", "nowhere", "http://"]
)
def test_nothing_but_http_and_https_is_an_address(small_town: Town, tmp_path: Path, address: str) -> None:
    owe(small_town)
    assert deliver(runtime(small_town, tmp_path, webhook_url=address), small_town.now) == 0
    assert rows(small_town)[0].last_error.startswith("address")


def test_a_garbage_answer_spoils_only_its_own_row_which_waits_longer_each_time(
    small_town: Town, gateway: Gateway, tmp_path: Path
) -> None:
    for reason in ("good", "bad", "good"):
        owe(small_town, reason)
    courier_house = runtime(small_town, tmp_path, webhook_url=f"{gateway.address}/mixed")
    assert deliver(courier_house, small_town.now) == 2
    bad = rows(small_town)[1]
    assert bad.done_at is None and bad.last_error.startswith("lost|")
    pauses = []
    for _ in range(4):
        small_town.hand.moment = rows(small_town)[1].next_try_at
        deliver(courier_house, small_town.now)
        pauses.append(rows(small_town)[1].next_try_at - small_town.now)
    assert pauses == [timedelta(seconds=seconds) for seconds in (2, 4, 8, 16)]
    owe(small_town, "good")
    assert deliver(courier_house, small_town.now) == 1


def test_an_unreadable_delivery_is_set_aside_and_the_others_go_out(
    small_town: Town, gateway: Gateway, tmp_path: Path
) -> None:
    for _ in range(3):
        owe(small_town)
    with small_town.database.write() as session:
        session.execute(text("UPDATE delivery SET payload = '{bad' WHERE id = 2"))
    assert deliver(runtime(small_town, tmp_path, webhook_url=gateway.address), small_town.now) == 2
    assert ("delivery", "2") in {(note.kind, note.key) for note in small_town.database.aside.take()}


def test_two_clocks_send_each_delivery_once(town: Town, gateway: Gateway, tmp_path: Path) -> None:
    for _ in range(25):
        owe(town)
    couriers = [Courier(runtime(town, tmp_path, webhook_url=gateway.address)) for _ in range(2)]

    def carry(courier: Courier) -> None:
        for _ in range(20):
            courier.round(town.now)
            courier.wait()

    threads = [threading.Thread(target=carry, args=(courier,)) for courier in couriers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(body["id"] for body in gateway.bodies()) == [row.id for row in rows(town)]
    assert all(row.done_at for row in rows(town))


def test_the_lease_of_a_process_that_died_ends_and_the_next_try_carries_the_same_key(
    small_town: Town, gateway: Gateway, tmp_path: Path
) -> None:
    owe(small_town)
    sender = runtime(small_town, tmp_path, webhook_url=f"{gateway.address}/500")
    deliver(sender, small_town.now)
    small_town.hand.forward(seconds=5)
    with small_town.database.write() as session:  # leased, and its holder gone
        (owed,) = delivery_queue.due(session, ["efficiency"], small_town.now, clock.real_now())
        assert delivery_queue.lease(session, owed, "gone", clock.real_now())
    deliver(sender, small_town.now)
    assert len(gateway.asked) == 1
    with small_town.database.write() as session:
        session.execute(update(DeliveryRow).values(leased_until=clock.real_now() - timedelta(seconds=1)))
        assert not delivery_queue.lease(session, owed, "late", clock.real_now() - delivery_queue.LEASE)
    deliver(sender, small_town.now)
    keys = [one["headers"]["Idempotency-Key"] for one in gateway.asked]
    assert len(keys) == 2 and len(set(keys)) == 1


def test_an_emergency_overtakes_what_waits_and_a_slow_address_holds_up_only_itself(
    small_town: Town, gateway: Gateway, tmp_path: Path
) -> None:
    for _ in range(2 * AT_ONCE):
        owe(small_town)
    owe(small_town, target="alert", urgent=True)
    gateways = f"efficiency={gateway.address}/slow, alert={gateway.address}/200"
    courier = Courier(runtime(small_town, tmp_path, gateways=gateways))
    courier.round(small_town.now)
    alert = rows(small_town)[-1]
    while rows(small_town)[-1].done_at is None:  # while every efficiency message hangs
        threading.Event().wait(0.01)
    assert not any(row.done_at for row in rows(small_town)[:-1])
    assert alert.target == "alert" and len(gateway.asked) < 2 * AT_ONCE
    gateway.go.set()
    courier.wait()


def test_the_timestamp_stands_inside_what_is_signed(
    small_town: Town, gateway: Gateway, tmp_path: Path
) -> None:
    owe(small_town)
    deliver(runtime(small_town, tmp_path, webhook_url=gateway.address), small_town.now)
    (asked,) = gateway.asked
    expected = "sha256=" + hmac.new(SECRET.encode(), asked["body"], hashlib.sha256).hexdigest()
    assert asked["headers"]["X-Grid-Signature"] == expected
    assert str(json.loads(asked["body"])["timestamp"]) == asked["headers"]["X-Grid-Timestamp"]


def test_a_server_that_is_not_there_is_lost_and_not_an_error_of_ours() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    with pytest.raises(NotTaken, match="lost"):
        webhook.post(f"http://127.0.0.1:{port}/", {}, "key", None, clock.real_now())


DRIPS = (b"HTTP/1.1 200 OK\r\nX-Drip: ", b"HTTP/1.1 100 Continue\r\n\r\n")


@pytest.mark.parametrize("head", DRIPS)
def test_an_answer_that_drips_for_ever_ends_the_try_and_not_the_deliveries(
    monkeypatch: pytest.MonkeyPatch, head: bytes
) -> None:
    monkeypatch.setattr(webhook, "LONGEST_SECONDS", 0.3)
    over = threading.Event()

    def drip(listening: socket.socket) -> None:
        line, _ = listening.accept()
        line.recv(65536)
        line.sendall(head)
        try:
            while not over.wait(0.05):
                line.sendall(b"x" if b"200" in head else head)
        except OSError:
            over.set()  # the other side has hung up

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=drip, args=(listening,), daemon=True).start()
        with pytest.raises(NotTaken, match="lost"):
            webhook.post(f"http://127.0.0.1:{listening.getsockname()[1]}/", {}, "key", None, clock.real_now())
        assert over.wait(10)


@pytest.fixture
def opened(small_town: Town, gateway: Gateway, tmp_path: Path) -> OpenApi:
    return build(runtime(small_town, tmp_path, webhook_url=f"{gateway.address}/302"))


def test_people_see_what_waits_since_when_and_why_and_may_send_it_again(
    small_town: Town, gateway: Gateway, opened: OpenApi
) -> None:
    owe(small_town)
    (fresh,) = opened.call("operator", "GET", "/deliveries").json["items"]
    assert (fresh["state"], fresh["why"], fresh["tries"]) == ("waiting", "还没有轮到", 0)
    deliver(opened.runtime, small_town.now)
    body = opened.call("lead", "GET", "/deliveries?state=failed").json
    (failed,) = body["items"]
    assert (body["owed"], body["failed"], failed["why"]) == (1, 1, "对方转到别处（302），不算送达")
    assert opened.call("operator", "POST", f"/deliveries/{failed['id']}/again", {}).status_code == 200
    well = Runtime(
        opened.runtime.settings.model_copy(update={"webhook_url": gateway.address}),
        "huli", "huli", small_town.database, opened.runtime.references,
    )  # fmt: skip
    assert deliver(well, small_town.now) == 1
    (sent,) = opened.call("admin", "GET", "/deliveries?state=sent").json["items"]
    assert sent["receipt"].startswith("200 received 138") and "13800138000" not in sent["receipt"]
    opened.call("operator", "POST", f"/deliveries/{sent['id']}/again", {})
    assert deliver(well, small_town.now) == 1
    keys = [one["headers"]["Idempotency-Key"] for one in gateway.asked]
    assert keys[0] == keys[1] != keys[2]  # a try again is the same message, sending anew is another


@pytest.mark.parametrize("account", ["screen", "unit-FIRE", "auditor"])
def test_only_those_at_the_desk_and_admins_send_again(
    small_town: Town, opened: OpenApi, account: str
) -> None:
    owe(small_town)
    answer = opened.call(account, "POST", f"/deliveries/{rows(small_town)[0].id}/again", {})
    assert (answer.status_code, rows(small_town)[0].tries) == (403, 0)
    assert opened.call("operator", "POST", "/deliveries/987654/again", {}).status_code == 404
