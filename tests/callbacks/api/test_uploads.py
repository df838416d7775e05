"""Pictures in pieces: gone on with where they stopped, checked when whole, owned by whoever began them."""

import hashlib
from typing import Any

import pytest

from dashboard.clock import HandClock
from datasources.photos import uploads
from tests.datasources.files.test_photos import picture, stored
from tests.support.api_world import OpenApi

SEAT = {"X-Upload-Seat": "a seat that nobody guesses"}
OTHER = {"X-Upload-Seat": "another seat that nobody guesses"}
PIECE = "application/offset+octet-stream"


def begin(opened_on_both: OpenApi, data: bytes, who: str | None = None, **more: Any) -> Any:
    body = {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()} | more.pop("body", {})
    return opened_on_both.call(who, "POST", "/uploads", body, **more)


def send(
    opened_on_both: OpenApi, key: str, start: int, piece: bytes, who: str | None = None, **headers: str
) -> Any:
    said = {"Upload-Offset": str(start), **headers}
    return opened_on_both.call(who, "PATCH", f"/uploads/{key}", headers=said, data=piece, content_type=PIECE)


def test_a_cut_upload_goes_on_where_it_stopped_and_becomes_one_photo(opened_on_both: OpenApi) -> None:
    data = picture(size=(300, 200))
    made = begin(opened_on_both, data, "operator")
    assert made.status_code == 201 and made.json["offset"] == 0 and made.json["photo"] is None
    key, half = made.json["id"], len(data) // 2
    assert send(opened_on_both, key, 0, data[:half], "operator").json["offset"] == half
    again = begin(opened_on_both, data, "operator")
    assert again.status_code == 200 and again.json == {"id": key, "offset": half, "photo": None}
    wrong = send(opened_on_both, key, 0, data[:half], "operator")
    assert wrong.status_code == 409 and wrong.json["offset"] == half
    whole = send(opened_on_both, key, half, data[half:], "operator").json
    assert whole["offset"] == len(data) and whole["photo"]["width"] == 300
    assert send(opened_on_both, key, half, data[half:], "operator").json == whole
    assert begin(opened_on_both, data, "operator").json == whole
    assert (
        opened_on_both.call("operator", "GET", whole["photo"]["url"].removeprefix("/api/v1")).status_code
        == 200
    )
    assert [path.name for path in stored(opened_on_both)] == [whole["photo"]["id"]]


def test_what_arrives_damaged_is_refused_in_words_and_leaves_nothing(opened_on_both: OpenApi) -> None:
    data = picture()
    key = begin(opened_on_both, data, "operator").json["id"]
    refused = send(opened_on_both, key, 0, data[:-1] + b"!", "operator")
    assert refused.status_code == 422 and "照片在路上损坏了" in refused.json["errors"][0]["message"]
    assert stored(opened_on_both) == []


def test_what_is_no_picture_is_refused_when_it_is_whole(opened_on_both: OpenApi) -> None:
    data = b"\x00\x00\x00\x18ftypheic" + bytes(100)
    key = begin(opened_on_both, data, "operator").json["id"]
    refused = send(opened_on_both, key, 0, data, "operator")
    assert refused.status_code == 415 and stored(opened_on_both) == []


def test_an_upload_is_only_there_for_whoever_began_it(opened_on_both: OpenApi) -> None:
    data = picture()
    key = begin(opened_on_both, data, headers=SEAT).json["id"]
    assert opened_on_both.call(None, "GET", f"/uploads/{key}", headers=SEAT).status_code == 200
    assert opened_on_both.call(None, "GET", f"/uploads/{key}", headers=OTHER).status_code == 404
    assert opened_on_both.call("operator", "GET", f"/uploads/{key}").status_code == 404
    assert opened_on_both.call(None, "GET", f"/uploads/{key}").status_code == 401
    assert opened_on_both.call("leader", "GET", f"/uploads/{key}").status_code == 403
    assert send(opened_on_both, key, 0, data, **OTHER).status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [({"size": 0}, 422), ({"size": 9 * 1024 * 1024}, 413), ({"sha256": "short"}, 422), ({"more": 1}, 422)],
)
def test_a_wrong_announcement_is_refused_with_its_field(
    opened_on_both: OpenApi, body: dict[str, Any], status: int
) -> None:
    assert begin(opened_on_both, picture(), "operator", body=body).status_code == status


def test_a_seat_that_could_be_guessed_is_refused(opened_on_both: OpenApi) -> None:
    assert begin(opened_on_both, picture(), headers={"X-Upload-Seat": "short"}).status_code == 422


def test_a_strangers_report_takes_the_photos_of_its_own_seat_alone(opened_on_both: OpenApi) -> None:
    data = picture()
    key = begin(opened_on_both, data, headers=SEAT).json["id"]
    photo = send(opened_on_both, key, 0, data, **SEAT).json["photo"]["id"]
    body = {"title": "井盖松动", "address": "示例路 1 号", "photos": [photo]}
    assert opened_on_both.call(None, "POST", "/reports", body, headers=OTHER).status_code == 422
    made = opened_on_both.call(None, "POST", "/reports", body, headers=SEAT)
    assert made.status_code == 201
    found = opened_on_both.call("operator", "GET", f"/events/{made.json['number']}").json
    assert [(one["id"], one["role"]) for one in found["photos"]] == [(photo, "report")]


def test_unfinished_and_unused_uploads_are_swept_after_two_days(
    opened_on_both: OpenApi, hand: HandClock
) -> None:
    cut, unused = picture(), picture(size=(60, 60))
    send(opened_on_both, begin(opened_on_both, cut, headers=SEAT).json["id"], 0, cut[:50], **SEAT)
    send(opened_on_both, begin(opened_on_both, unused, headers=SEAT).json["id"], 0, unused, **SEAT)
    assert len(stored(opened_on_both)) == 2
    hand.forward(hours=49)
    with opened_on_both.runtime.database.write() as session:
        uploads.forget_old(session, opened_on_both.runtime.photos, hand.now())
    assert stored(opened_on_both) == []
