"""Told to end, a process answers what it has begun and lets nobody new in; an answer that never comes ends too."""

import json
import signal
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from callbacks.http.leaving import Leaving
from datasources.store.database import Database
from datasources.store.models import EventRow
from tests.support.product import Product, start, token_for

COUNT = 6
BODY = json.dumps({"title": "占道经营", "source": "phone", "category": "S0406", "address": "湖里区"}).encode()


def begun(product: Product) -> socket.socket:
    """Return a connection whose request the app is in the middle of: it has asked for the body."""
    line = socket.create_connection(("127.0.0.1", urlsplit(product.address).port), timeout=60)
    head = f"POST /api/v1/events HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer {product.token}\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(BODY)}\r\nExpect: 100-continue\r\n\r\n"
    line.sendall(head.encode())
    assert line.recv(64).startswith(b"HTTP/1.1 100")
    return line


def refuses(product: Product) -> bool:
    try:
        socket.create_connection(("127.0.0.1", urlsplit(product.address).port), timeout=60).close()
    except (ConnectionRefusedError, ConnectionResetError):
        return True
    return False


def answered(line: socket.socket) -> bytes:
    """Return everything that comes until the other side ends the connection."""
    found = b""
    while part := line.recv(4096):
        found += part
    return found


def test_requests_in_work_are_answered_and_new_ones_refused_when_told_to_end(tmp_path: Path) -> None:
    with start(tmp_path, "--no-demo") as product:
        (product.token,) = token_for(tmp_path, "operator")
        lines = [begun(product) for _ in range(COUNT)]
        product.process.send_signal(signal.SIGTERM)
        while not refuses(product):
            pass
        for line in lines:
            line.sendall(BODY)
        answers = [answered(line) for line in lines]
        product.process.wait(timeout=60)
    assert [answer[:12] for answer in answers] == [b"HTTP/1.1 201"] * COUNT
    assert all(b"Connection: close" in answer for answer in answers)
    assert product.process.returncode == 0
    database = Database(f"sqlite:///{next(tmp_path.glob('*.db'))}")
    with database.read() as session:
        assert len(session.scalars(select(EventRow.id)).all()) == COUNT
    database.close()


def test_a_request_that_is_never_finished_does_not_keep_the_process(tmp_path: Path) -> None:
    with start(tmp_path, "--no-demo") as product:
        (product.token,) = token_for(tmp_path, "operator")
        line = begun(product)
        product.process.send_signal(signal.SIGTERM)
        assert product.process.wait(timeout=120) == 0
        line.close()


def test_a_failing_app_is_not_counted_for_ever() -> None:
    def failing(_environ: object, _start: object) -> list[bytes]:
        raise ZeroDivisionError

    door = Leaving(failing)
    with pytest.raises(ZeroDivisionError):
        door({}, lambda *_: None)
    assert door.in_work == 0


def test_an_answer_counts_until_it_is_read_to_its_end() -> None:
    door = Leaving(lambda _environ, _start: iter([b"one", b"two"]))
    answer = door({}, lambda *_: None)
    assert door.in_work == 1
    assert list(answer) == [b"one", b"two"]
    answer.close()  # type: ignore[attr-defined]
    assert door.in_work == 0
