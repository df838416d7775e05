"""The HTTP server itself, asked over real sockets: what two servers could read differently is refused, nobody stays for ever."""

import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from gevent import Timeout, sleep, socket, spawn

from callbacks.http import body as http_body
from callbacks.http import server as http_server
from callbacks.http.server import Server, most_connections

HOST = b"Host: centre.test\r\n"
PATIENCE = 20  # before a test that hangs is given up


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """Say which request this is and how long its body was."""
    body = environ["wsgi.input"].read() if environ["PATH_INFO"] != "/unread" else b""
    told = json.dumps([environ["REQUEST_METHOD"], environ["PATH_INFO"], body.decode()]).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(told)))])
    return [told]


def serving(**more: Any) -> Server:
    """Return a server at a port of its own, started."""
    server = Server(("127.0.0.1", 0), more.pop("app", app), more.pop("most", 100), log=None, **more)
    server.start()
    return server


@pytest.fixture
def server() -> Iterator[Server]:
    with Timeout(PATIENCE):
        found = serving()
        yield found
        found.stop()


def connected(server: Server) -> Any:
    return socket.create_connection(("127.0.0.1", server.server_port))


def rest(sock: Any) -> bytes:
    """Return everything the server still says until it closes."""
    said = b""
    try:
        while data := sock.recv(65536):
            said += data
    except ConnectionResetError:
        pass
    return said


def asked(server: Server, raw: bytes) -> bytes:
    """Return all that is answered to bytes as they stand, after which nothing more is sent."""
    sock = connected(server)
    sock.sendall(raw)
    sock.shutdown(socket.SHUT_WR)
    said = rest(sock)
    sock.close()
    return said


def answered(said: bytes) -> list[list[str]]:
    """Return the requests the app has seen, by its answers."""
    return [
        json.loads(line)
        for line in said.split(b"\r\n")
        for line in [line.split(b"HTTP/")[0]]
        if line[:1] == b"["
    ]


SECOND = b"GET /smuggled HTTP/1.1\r\n" + HOST + b"\r\n"
POST = b"POST /api/x HTTP/1.1\r\n" + HOST
SHAPES = {
    "content-length and transfer-encoding": POST
    + b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    + SECOND,
    "transfer-encoding and content-length": POST
    + b"Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\n"
    + SECOND,
    "two different lengths": POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc" + SECOND,
    "two equal lengths": POST + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc" + SECOND,
    "two lengths in one line": POST + b"Content-Length: 3, 3\r\n\r\nabc" + SECOND,
    "a signed length": POST + b"Content-Length: +3\r\n\r\nabc" + SECOND,
    "a length with an underscore": POST + b"Content-Length: 1_0\r\n\r\n0123456789" + SECOND,
    "a negative length": POST + b"Content-Length: -1\r\n\r\n" + SECOND,
    "an empty length": POST + b"Content-Length:\r\n\r\n" + SECOND,
    "a bare line feed after the request line": b"GET / HTTP/1.1\n" + HOST + b"\r\n" + SECOND,
    "a bare line feed after a header": b"GET / HTTP/1.1\r\nHost: centre.test\n\r\n" + SECOND,
    "a bare line feed at the end of the head": b"GET / HTTP/1.1\r\n" + HOST + b"\n" + SECOND,
    "a bare carriage return in a header": b"GET / HTTP/1.1\r\n" + HOST + b"X: a\rContent-Length: 9\r\n\r\n" + SECOND,
    "a zero byte in a header": b"GET / HTTP/1.1\r\n" + HOST + b"X: a\0b\r\n\r\n" + SECOND,
    "a folded header": b"GET / HTTP/1.1\r\n" + HOST + b"X: a\r\n b\r\n\r\n" + SECOND,
    "a space before the colon": POST + b"Content-Length : 3\r\n\r\nabc" + SECOND,
    "a header without a colon": b"GET / HTTP/1.1\r\n" + HOST + b"nonsense\r\n\r\n" + SECOND,
    "another coding": POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" + SECOND,
    "a coding in disguise": POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + SECOND,
    "a coding with a tab": POST + b"Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n" + SECOND,
    "two codings": POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" + SECOND,
    "chunks in HTTP/1.0": b"POST /api/x HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SECOND,
    "a chunk with an extension": POST + b"Transfer-Encoding: chunked\r\n\r\n3;a=b\nX\r\nabc\r\n0\r\n\r\n" + SECOND,
    "a chunk size with a bare line feed": POST + b"Transfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n" + SECOND,
    "a chunk longer than it says": POST + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n" + SECOND,
    "an empty chunk size": POST + b"Transfer-Encoding: chunked\r\n\r\n\r\nabc\r\n0\r\n\r\n" + SECOND,
    "a chunk size in hexadecimal words": POST + b"Transfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n" + SECOND,
    "trailers": POST + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\n" + SECOND,
    "HTTP/0.9": b"GET /\r\n",
    "HTTP/2.0": b"GET / HTTP/2.0\r\n" + HOST + b"\r\n" + SECOND,
    "two spaces in the request line": b"GET  / HTTP/1.1\r\n" + HOST + b"\r\n" + SECOND,
    "a method in small letters": b"get / HTTP/1.1\r\n" + HOST + b"\r\n" + SECOND,
    "no host": b"GET / HTTP/1.1\r\n\r\n" + SECOND,
    "two hosts": b"GET / HTTP/1.1\r\n" + HOST + HOST + b"\r\n" + SECOND,
    "a host with a path": b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n" + SECOND,
    "a socket wished with a body": b"GET /socket.io/ HTTP/1.1\r\n"
    + HOST
    + b"Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 3\r\n\r\nabc"
    + SECOND,
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_what_another_server_might_read_otherwise_is_refused_and_ends_the_connection(
    server: Server, shape: str
) -> None:
    said = asked(server, SHAPES[shape])
    assert said.startswith(b"HTTP/1.1 400 "), said
    assert said.count(b"HTTP/1.1 ") == 1 and b"smuggled" not in said and answered(said) == []
    assert json.loads(said.split(b"\r\n\r\n", 1)[1])["status"] == 400


def test_a_malformed_head_leaves_no_traceback_in_the_log() -> None:
    log = io.StringIO()
    with Timeout(PATIENCE):
        server = serving(error_log=log)
        for raw in (b"GET / HTTP/1.1\nHost: x\r\n\r\n", b"GET / HTTP/1.1\r\n" + HOST * 2 + b"\r\n"):
            assert b" 400 " in asked(server, raw)
        server.stop()
    assert log.getvalue() == ""


def test_requests_one_behind_the_other_are_each_answered_with_their_own_body(server: Server) -> None:
    first = POST + b"Content-Length: 3\r\n\r\nabc"
    chunked = POST + b"Transfer-Encoding: chunked\r\n\r\n2\r\nde\r\n1\r\nf\r\n0\r\n\r\n"
    unread = b"POST /unread HTTP/1.1\r\n" + HOST + b"Content-Length: 4\r\n\r\nGET "
    said = asked(server, first + chunked + unread + SECOND)
    assert answered(said) == [
        ["POST", "/api/x", "abc"],
        ["POST", "/api/x", "def"],
        ["POST", "/unread", ""],
        ["GET", "/smuggled", ""],
    ]


def test_a_wish_to_upgrade_does_not_hide_where_a_body_ends(server: Server) -> None:
    said = asked(server, POST + b"Connection: Upgrade\r\nContent-Length: 3\r\n\r\nabc" + SECOND)
    assert answered(said) == [["POST", "/api/x", "abc"], ["GET", "/smuggled", ""]]


def test_a_login_form_in_chunks_is_no_longer_than_the_address_takes(server: Server) -> None:
    chunk = b"1000\r\n" + b"a" * 4096 + b"\r\n"
    head = b"POST /login HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n"
    assert asked(server, head + chunk * 4 + b"0\r\n\r\n").startswith(b"HTTP/1.1 200 ")
    said = asked(server, head + chunk * 5 + b"0\r\n\r\n")
    assert said.startswith(b"HTTP/1.1 413 ") and answered(said) == []


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", b"414"),
        (b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"x" * 9000 + b"\r\n\r\n", b"431"),
        (b"GET / HTTP/1.1\r\n" + HOST + b"X: y\r\n" * 200 + b"\r\n", b"431"),
        (b"GET / HTTP/1.1\r\n" + HOST + (b"X: " + b"x" * 4000 + b"\r\n") * 20 + b"\r\n", b"431"),
    ],
)
def test_a_head_larger_than_any_browsers_is_refused(server: Server, head: bytes, status: bytes) -> None:
    assert asked(server, head).startswith(b"HTTP/1.1 " + status)


@pytest.mark.parametrize(
    "begun",
    [b"", b"GET", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\n" + HOST + b"X: "],
    ids=["nothing", "a word", "a request line", "half a header"],
)
def test_a_head_that_does_not_come_to_its_end_is_waited_for_no_longer_than_its_time(
    server: Server, monkeypatch: pytest.MonkeyPatch, begun: bytes
) -> None:
    monkeypatch.setattr(http_server, "HEAD_SECONDS", 0.05)
    sock = connected(server)
    sock.sendall(begun)
    assert rest(sock) == b""  # ends, though we never close it


def test_a_head_that_trickles_is_cut_off_though_every_byte_comes_soon(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_server, "HEAD_SECONDS", 0.1)
    sock = connected(server)

    def trickle() -> None:
        try:
            while True:
                sock.sendall(b"X")
                sleep(0.01)  # the attack itself: one byte after the other
        except OSError:
            return

    pouring = spawn(trickle)
    assert rest(sock) == b""
    pouring.kill()


def test_a_connection_that_asks_nothing_more_is_closed(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_server, "IDLE_SECONDS", 0.05)
    sock = connected(server)
    sock.sendall(SECOND)
    assert answered(rest(sock)) == [["GET", "/smuggled", ""]]


@pytest.mark.parametrize(
    "body", [b"Content-Length: 10\r\n\r\nabc", b"Transfer-Encoding: chunked\r\n\r\n5\r\nabc"]
)
def test_a_body_that_does_not_come_is_waited_for_no_longer_than_its_time(
    server: Server, monkeypatch: pytest.MonkeyPatch, body: bytes
) -> None:
    monkeypatch.setattr(http_body, "GRACE_SECONDS", 0.05)
    monkeypatch.setattr(http_body, "SLOWEST", 1e9)
    sock = connected(server)
    sock.sendall(POST + body)
    assert answered(rest(sock)) == []  # and the connection ends


def test_a_long_body_has_as_long_as_a_weak_phone_needs() -> None:
    assert http_body.seconds_for(512 * 1024) >= 60
    assert http_body.seconds_for(0) <= 60


def test_who_does_not_take_the_answer_is_cut_off(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    large = b"x" * 30_000_000

    def pouring(_environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        start_response("200 OK", [("Content-Length", str(len(large)))])
        return [large]

    monkeypatch.setattr(http_body, "GRACE_SECONDS", 0.05)
    monkeypatch.setattr(http_body, "SLOWEST", 1e12)
    server.application = pouring
    sock = connected(server)
    sock.sendall(SECOND)
    while server.open == 0:
        sleep(0)
    while server.open:
        sleep(0.01)  # until the server has given up
    sock.close()


def test_a_connection_beyond_the_cap_is_told_so_and_the_next_one_gets_the_seat() -> None:
    with Timeout(PATIENCE):
        server = serving(most=2)
        seats = [connected(server) for _ in range(2)]
        while server.open < 2:
            sleep(0)
        assert asked(server, SECOND).startswith(b"HTTP/1.1 503 ")
        seats[0].close()
        while server.open > 1:
            sleep(0)
        assert answered(asked(server, SECOND)) == [["GET", "/smuggled", ""]]
        server.stop()


def test_one_address_cannot_take_all_the_seats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_server, "_here", lambda _name: False)
    with Timeout(PATIENCE):
        server = serving(each=2)
        seats = [connected(server) for _ in range(2)]
        while server.open < 2:
            sleep(0)
        assert asked(server, SECOND).startswith(b"HTTP/1.1 503 ")
        assert len(seats) == 2
        server.stop()


def test_there_are_never_more_connections_than_the_process_may_open_files() -> None:
    import resource

    assert most_connections(10) == 10
    assert most_connections(10**9) < resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def test_a_body_asked_for_with_100_continue_is_taken(server: Server) -> None:
    sock = connected(server)
    sock.sendall(POST + b"Expect: 100-continue\r\nContent-Length: 3\r\nConnection: close\r\n\r\n")
    assert sock.recv(100).startswith(b"HTTP/1.1 100 ")
    sock.sendall(b"abc")
    assert answered(rest(sock)) == [["POST", "/api/x", "abc"]]
