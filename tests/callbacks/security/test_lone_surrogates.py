"""A secret that holds a lone surrogate, as JSON, a form or a terminal may bring it, is a wrong secret at every door: no fault."""

from pathlib import Path
from urllib.parse import quote

import pytest

from dashboard import clock
from dashboard.rules.refusals import Forbidden, NotFound, Refusal
from datasources.accounts import accounts, devices, kiosks, passwords, sessions, sign_in, tokens
from datasources.accounts.digests import digest
from datasources.accounts.sign_in import Half, Origin, SignIn
from datasources.districts.reference import Reference
from datasources.store.database import Database
from tests.support.api_world import PASSWORD, OpenApi
from tests.support.product import command

pytestmark = pytest.mark.usefixtures("hand")  # the drill clock from the first moment on

LONE = "\ud800"
WORDS = (LONE, f"secret{LONE}", f"\udcff{'x' * 20}", LONE * 50)
BYTES = LONE.encode("utf-8", "surrogatepass")  # as a form, an address or a header carries it
NOW = clock.real_now()


@pytest.fixture
def doors(database: Database, reference: Reference) -> SignIn:
    with database.write() as session:
        accounts.ensure_demo(session, reference, PASSWORD, NOW)
    return SignIn(database, clock.real_now, codes=True)


def test_digests_of_words_that_no_encoding_holds_are_digests_like_others() -> None:
    assert len({digest(word) for word in (*WORDS, "", "?")}) == len(WORDS) + 2


@pytest.mark.parametrize("word", WORDS, ids=["lone", "behind", "escaped", "many"])
def test_every_door_takes_such_a_word_as_a_wrong_one(doors: SignIn, database: Database, word: str) -> None:
    with pytest.raises(Refusal, match="密码不正确"):
        doors.enter("operator", word, Origin(address=f"a{len(word)}", device=word, agent=word))
    with pytest.raises(Refusal):
        doors.enter(word, PASSWORD)
    half = doors.enter("lead", PASSWORD, Origin(device=word))
    assert isinstance(half, Half)
    with pytest.raises(Refusal, match="验证码"):
        doors.confirm(half.token, word)
    with pytest.raises(Refusal):
        doors.confirm(word, "123456")
    assert doors.half(word) is None
    assert doors.viewer_for_session(word) is None and doors.viewer_for_token(word) is None
    assert doors.viewer_for_token(tokens.MARK + word) is None
    doors.give_up(word)
    doors.note(word)
    doors.forget(word)
    doors.logout(word, word)
    assert doors.left_by(word) == []
    with database.write() as session:
        with pytest.raises(Forbidden):
            kiosks.enter(session, word, word, word, NOW)
        assert devices.known(session, word, "operator", NOW) is None
        assert sessions.last_touched(session, word) is None
        for name in (word, tokens.MARK + word):
            with pytest.raises(NotFound):
                tokens.revoke(session, name, NOW)


def test_a_password_that_cannot_be_written_down_is_refused_where_it_is_given(
    doors: SignIn, database: Database
) -> None:
    with database.write() as session, pytest.raises(Refusal) as refused:
        accounts.set_password(session, "operator", f"long enough {LONE}", NOW)
    assert [field for field, *_ in refused.value.errors] == ["password"]
    assert not passwords.fits(passwords.hashed(PASSWORD), PASSWORD + LONE)
    assert sign_in.issue_token  # the old password still opens
    assert isinstance(doors.enter("lead", PASSWORD), Half)


def test_the_doors_of_the_web_answer_that_it_is_wrong(opened: OpenApi) -> None:
    client = opened.client
    form = b"username=operator&password=%ED%A0%80" + BYTES
    kind = "application/x-www-form-urlencoded"
    assert client.post("/login", data=form, content_type=kind).status_code == 401
    assert client.post("/login", data=b"code=%ED%A0%80", content_type=kind).status_code == 401
    assert client.get(f"/kiosk/{quote(BYTES)}").status_code in (403, 404)
    shown = BYTES.decode("latin-1")
    for headers in (
        {"Authorization": f"Bearer {shown}"},
        {"Authorization": f"Bearer grid_{shown}"},
        {"Cookie": f"grid_session={shown}; grid_device={shown}; grid_half={shown}"},
    ):
        assert client.get("/api/v1/events", headers=headers).status_code == 401
        assert client.post("/login", data={"username": "operator", "password": "x"}, headers=headers).status_code == 401  # fmt: skip
    made = opened.call(None, "POST", "/reports", {"title": "路灯不亮", "address": "示例路"}).json
    path = f"/api/v1/reports/{made['number']}"
    assert client.get(f"{path}?secret=%ED%A0%80").status_code == 401
    for action in ("rate", "object"):
        body = rb'{"secret":"\ud800","rating":"satisfied","text":"x"}'
        answer = client.post(f"{path}/{action}", data=body, content_type="application/json")
        assert answer.status_code in (400, 401, 422), answer.text
    seat = {"X-Upload-Seat": shown}
    begun = opened.call(None, "POST", "/uploads", {"size": 10, "type": "image/png"}, headers=seat)
    assert begun.status_code < 500


def test_a_terminal_that_gives_such_a_word_gets_a_sentence(tmp_path: Path) -> None:
    folder = str(tmp_path)
    for words in (("token", "revoke", "grid_\udcff"), ("token", "revoke", "\udcff"), ("user", "passwd", "operator", "--password", "long enough \udcff"),
                  ("user", "add", "\udcff", "--role", "operator", "--password", "a long password")):  # fmt: skip
        done = command(*words, "--data", folder)
        assert done.returncode in (1, 2) and "Traceback" not in done.stderr, done.stderr
        assert done.stderr.strip()
