"""The live feed in Redis: one stream of small JSON messages, and the latest of each view.

Redis carries the news and may lose everything at any moment; the database is the truth (DESIGN decision 6).
"""

import json
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from redis.sentinel import Sentinel

KEPT = 20_000
BATCH = 500
QUICK_SECONDS = 1.0
BLOCK_MARGIN_SECONDS = 2.0

Message = dict[str, Any]


class FeedDown(Exception):
    """Redis does not answer; whatever was to be published stays in the outbox."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One message of the stream with its id."""

    id: str
    message: Message


def connect(url: str, timeout: float = QUICK_SECONDS) -> redis.Redis:
    """Return a client for redis://, rediss://, unix:// or redis+sentinel://host:port,host:port/service[/db].

    It never retries and never waits longer than `timeout` seconds: a dead Redis must not hold up anybody.
    """
    options: dict[str, Any] = {
        "socket_timeout": timeout,
        "socket_connect_timeout": min(timeout, QUICK_SECONDS),
        "retry": Retry(NoBackoff(), 0),
        "decode_responses": True,
    }
    if not url.startswith("redis+sentinel://"):
        if url.startswith("unix://"):
            options.pop("socket_connect_timeout")
        return redis.Redis.from_url(url, **options)
    parts = urlsplit(url)
    service, _, number = parts.path.strip("/").partition("/")
    places = parts.netloc.rpartition("@")[2].split(",")
    pairs = [(host, int(port or 26379)) for host, _, port in (place.partition(":") for place in places)]
    if parts.password:
        options["password"] = unquote(parts.password)
    if parts.username:
        options["username"] = unquote(parts.username)
    if number:
        options["db"] = int(number)
    sentinel_password = parse_qs(parts.query).get("sentinel_password", [None])[0]
    guards = {"socket_timeout": timeout, "password": sentinel_password}
    return Sentinel(pairs, sentinel_kwargs=guards).master_for(service or "mymaster", **options)


def older(one: str, other: str) -> bool:
    """Return whether a stream id comes before another."""
    return moment(one) < moment(other)


def moment(position: str) -> tuple[int, int]:
    """Return a stream id as numbers; ValueError when it is none."""
    time, _, number = position.partition("-")
    return int(time), int(number or 0)


class Feed:
    """The stream and the latest views of one district.

    `revive` is asked to start a bundled server again when nobody answers.
    """

    def __init__(self, url: str, district: str, revive: Callable[[], object] | None = None) -> None:
        self.prefix = f"grid:{district}:"
        self.stream = f"{self.prefix}feed"
        self._quick = connect(url)
        self._url = url
        self._patient: redis.Redis | None = None
        self._patient_seconds = 0.0
        self._revive = revive

    def ensure(self) -> str:
        """Return the epoch of the stream, beginning a new stream when there is none.

        A stream always holds an entry, so every position ever given is one of its ids and a wiped stream is noticed.
        """
        with self._answered():
            epoch = self._quick.get(f"{self.prefix}epoch")
            if epoch and self._quick.exists(self.stream):
                return str(epoch)
            fresh = secrets.token_hex(8)
            beginning = self._quick.pipeline(transaction=True)
            beginning.set(f"{self.prefix}epoch", fresh)
            beginning.xadd(self.stream, {"m": '{"k":"start"}'})
            beginning.execute()
            return fresh

    def epoch(self) -> str:
        """Return the epoch, a random word per incarnation of the stream."""
        return self.ensure()

    def append(self, messages: Iterable[Message]) -> list[str]:
        """Append messages in order, all or none, and return their ids."""
        messages = list(messages)
        self.ensure()
        if not messages:
            return []
        with self._answered():
            writing = self._quick.pipeline(transaction=True)
            for message in messages:
                text = json.dumps(message, ensure_ascii=False, separators=(",", ":"))
                writing.xadd(self.stream, {"m": text}, maxlen=KEPT, approximate=True)
            return [str(given) for given in writing.execute()]

    def position(self) -> str:
        """Return the id of the newest entry."""
        self.ensure()
        with self._answered():
            return str(self._quick.xinfo_stream(self.stream)["last-generated-id"])

    def read(self, after: str, block_ms: int = 1000, count: int = BATCH) -> list[Entry]:
        """Return entries after a position, waiting up to `block_ms` for the first."""
        with self._answered():
            answer: Any = self._blocking(block_ms).xread({self.stream: after}, count=count, block=block_ms)
        return [_entry(*pair) for pair in answer[0][1]] if answer else []

    def range(self, after: str, limit: int = KEPT) -> list[Entry] | None:
        """Return everything after a position, or None when the stream cannot know all of it.

        That is so when the position is older than the first entry kept, newer than the last, or not an id.
        """
        try:
            moment(after)
        except ValueError:
            return None
        self.ensure()
        with self._answered():
            reading = self._quick.pipeline(transaction=True)
            reading.xinfo_stream(self.stream)
            reading.xrange(self.stream, min=f"({after}", count=limit + 1)
            about, found = reading.execute()
        if not about["first-entry"] or older(after, about["first-entry"][0]):
            return None
        if older(about["last-generated-id"], after) or len(found) > limit:
            return None
        return [_entry(*pair) for pair in found]

    def put_view(self, name: str, version: str, data: Any) -> str:
        """Store a view as the latest of its name, announce it in the stream and return the entry's id."""
        self.ensure()
        text = json.dumps({"version": version, "data": data}, ensure_ascii=False, separators=(",", ":"))
        notice = json.dumps({"k": "view", "name": name, "version": version})
        with self._answered():
            writing = self._quick.pipeline(transaction=True)
            writing.hset(f"{self.prefix}views", name, text)
            writing.xadd(self.stream, {"m": notice}, maxlen=KEPT, approximate=True)
            return str(writing.execute()[1])

    def view(self, name: str) -> dict[str, Any] | None:
        """Return {"version", "data"} of one view, or None."""
        with self._answered():
            text: Any = self._quick.hget(f"{self.prefix}views", name)
        return json.loads(text) if text else None

    def views(self) -> dict[str, dict[str, Any]]:
        """Return the latest of every view by name."""
        with self._answered():
            found: Any = self._quick.hgetall(f"{self.prefix}views")
        return {name: json.loads(text) for name, text in sorted(found.items())}

    def close(self) -> None:
        """Let go of the connections."""
        for client in (self._quick, self._patient):
            if client is not None:
                client.close()

    def _blocking(self, block_ms: int) -> redis.Redis:
        """Return the client of the blocking reads: its socket must outwait the block."""
        seconds = block_ms / 1000 + BLOCK_MARGIN_SECONDS
        if self._patient is None or self._patient_seconds < seconds:
            self._patient, self._patient_seconds = connect(self._url, seconds), seconds
        return self._patient

    @contextmanager
    def _answered(self) -> Iterator[None]:
        try:
            yield
        except (RedisError, OSError) as error:
            raise FeedDown(str(error)) from error

    def revive(self) -> None:
        """Start the bundled server again, if it is ours to start; raises FeedDown when that fails."""
        if self._revive is None:
            return
        try:
            self._revive()
        except Exception as error:
            raise FeedDown(str(error)) from error


def _entry(identity: str, fields: dict[str, str]) -> Entry:
    """Return an entry; what somebody else wrote into the stream is an entry of no kind, which stops nobody."""
    try:
        message = json.loads(fields["m"])
    except (KeyError, ValueError):
        message = None
    return Entry(str(identity), message if isinstance(message, dict) else {"k": None})
