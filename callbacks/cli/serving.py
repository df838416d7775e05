"""Serving: run the product, or live through records, until told to end."""

import argparse
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from typing import IO, Any

from callbacks.cli import self_check
from callbacks.cli.console import bar, out
from callbacks.http.leaving import Leaving
from callbacks.http.server import EACH, Server, most_connections
from dashboard import clock
from dashboard.kept_secrets import DEMO_PASSWORD, kept
from dashboard.loops import MARK_SECONDS, Loop
from dashboard.rules.refusals import Refusal
from dashboard.runtime import folder_lock
from dashboard.runtime.runtime import Runtime, keep_clock, open_runtime, start_clock
from dashboard.settings import Settings
from dashboard.simulation import choice
from dashboard.simulation.replay import Replay
from dashboard.simulation.simulator import Demo
from datasources.accounts import accounts
from datasources.files import whole
from datasources.history.imports import records_of
from datasources.store import clock_anchor
from layouts.text.words import translate

log = logging.getLogger("grid")

CreateApp = Callable[..., Any]
DEMO_SECONDS = 0.5
SIMULATED_DISTRICTS = frozenset({"350206"})  # a life is written for Huli; Boston has its records
SEED = "huli"
STUCK_NAMED = 5
REPLAY_SECONDS = 0.05
NOTICED = 3.0  # seconds until a product running beside follows the replay's clock
ACCOUNTS = "screen operator lead leader admin auditor unit-<code> worker-<community code>"


def run(settings: Settings, words: argparse.Namespace, create_app: CreateApp) -> int:
    """Serve the product until told to end."""
    settings = choice.resolved(settings)
    self_check.refuse_unsafe(settings, words.role)
    held = folder_lock.take(settings, words.role)
    runtime = open_runtime(settings)
    for folder in (settings.data_dir, runtime.photos):
        whole.forget_unfinished(folder, clock.real_now())
    start_clock(runtime, words.role)
    password = decided_accounts(runtime, held) if words.role != "clock" else None
    product = create_app(runtime, words.role)
    if settings.demo and words.role != "web":
        product.loops += simulator(runtime)
    ended = _told_to_end()
    door = Leaving(product.app)
    server = _listen(door, _door(settings, words.role)) if _serves(settings, words.role) else None
    product.start()
    _greet(settings, password, serving=server is not None and words.role != "clock")
    ended.wait()
    if server is not None:
        door.finish(server)
    product.stop()
    folder_lock.release(held)
    return 0


def _serves(settings: Settings, role: str) -> bool:
    """Return whether a process answers over HTTP: one that keeps the clock only where a port is set for it."""
    return role != "clock" or settings.clock_port is not None


def _door(settings: Settings, role: str) -> Settings:
    """Return the settings with the port this role listens on."""
    return settings.model_copy(update={"port": settings.clock_port}) if role == "clock" else settings


def replay(settings: Settings, words: argparse.Namespace, create_app: CreateApp) -> int:
    """Live through a file of records at speed and end with it; a drill cut short goes on from where it was.

    Serves the wall itself, unless a product already runs on the data folder: that one follows the replay's clock.
    """
    settings = choice.resolved(settings).model_copy(update={"clock_speed": words.speed})
    self_check.refuse_unsafe(settings)
    try:
        held = folder_lock.take(settings, "all")
    except folder_lock.FolderHeld:
        held = []
    runtime = open_runtime(settings)
    reference = runtime.reference
    records = records_of(words.file, reference, clock.real_now(), words.mapping, runtime.pack_mapping)
    with bar(translate("回放", settings.lang)) as told:
        life = Replay(runtime.database, runtime.references, records, told, runtime.beats)
        with runtime.database.read() as session:
            anchor = clock_anchor.load(session)
        clock.use(clock.drill(anchor.drill_at if anchor else life.begins_at, words.speed))
        keep_clock(runtime)
        alone, password = bool(held), decided_accounts(runtime, held)
        server, end = _alone(runtime, create_app) if alone else _joined(runtime)
        ended = _told_to_end()
        _greet(settings, password, serving=server is not None)
        ended.wait(0 if server is not None else NOTICED)
        while not life.finished and not ended.is_set():
            life.tick(clock.now())
            ended.wait(REPLAY_SECONDS)
    _tell_stuck(settings, life)
    clock.use(clock.drill(clock.now(), 1.0))  # from here on the drill goes at the pace of life
    keep_clock(runtime)
    end()
    folder_lock.release(held)
    return 0


def _tell_stuck(settings: Settings, life: Replay) -> None:
    """Say how many records could not be brought to their end, and the numbers of some."""
    if not life.stuck:
        return
    some = "、".join(str(one.external_id) for one in life.stuck[:STUCK_NAMED])
    words = "{count} 条记录没能按记录办结，仍未结束，例如：{some}。原因见日志。"
    out.print(translate(words, settings.lang, count=len(life.stuck), some=some), markup=False)


def _alone(runtime: Runtime, create_app: CreateApp) -> tuple[Server | None, Callable[[], None]]:
    """Serve the product of a replay; return its server and what ends it."""
    product = create_app(runtime, "all")
    # the replay sweeps at its own moments, so that no deadline overtakes a record
    product.loops = [loop for loop in product.loops if loop.name != "clock"]
    door = Leaving(product.app)
    server = _listen_or_not(door, runtime.settings)
    product.start()

    def end() -> None:
        if server is not None:
            door.finish(server)
        product.stop()

    return server, end


def _joined(runtime: Runtime) -> tuple[None, Callable[[], None]]:
    """Keep the drill's clock for the product that already runs; return what ends that."""
    keeping = Loop("drill", lambda: keep_clock(runtime), MARK_SECONDS).start()

    def end() -> None:
        keeping.stop()
        runtime.close()

    return None, end


def simulator(runtime: Runtime) -> list[Loop]:
    """Return the loop of the simulator, for districts it knows how to live in."""
    if runtime.reference.code not in SIMULATED_DISTRICTS:
        return []
    life = Demo(runtime.database, runtime.references, SEED, runtime.photos)
    return [Loop("simulator", lambda: life.step(clock.now()), min(DEMO_SECONDS, 30 / clock.speed()))]


def decided_accounts(runtime: Runtime, held: list[IO[str]]) -> str | None:
    """Return the password of the demo accounts, made as this process wants them if it is the first that serves people.

    Who joins others touches no account, whatever its environment says: people are signed in. What says who serves is
    added to the locks that are `held`.
    """
    with folder_lock.joining(runtime.settings.data_dir) as (serving, first):
        held.append(serving)
        return demo_accounts(runtime) if first else None


def demo_accounts(runtime: Runtime) -> str | None:
    """Make the demo accounts where they are wanted and return their password; disable them where they are not.

    What was decided is kept in the data folder. Nothing but what serves may call this: it touches everybody's account.
    """
    settings = runtime.settings
    choice.keep(settings)
    if not choice.accounts_wanted(settings):
        with runtime.database.write() as session:
            accounts.close_demo(session, clock.real_now())
        return None
    given = settings.demo_password
    password = given.get_secret_value() if given else kept(settings.data_dir, DEMO_PASSWORD)
    with runtime.database.write() as session:
        accounts.ensure_demo(session, runtime.reference, password, clock.real_now())
    return password


def _told_to_end() -> threading.Event:
    ended = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: ended.set())
    return ended


def _listen(app: Any, settings: Settings) -> Server:
    """Start serving on the settings' address; a Refusal when somebody else is there."""
    most, each = most_connections(settings.connections), None if settings.trusted_proxies else EACH
    server = Server((settings.host, settings.port), app, most, each, log=None, error_log=log)
    try:
        server.start()
        # head and body leave in two sends: without this the second waits 40 ms for the other side's late ACK
        server.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError as error:
        why = os.strerror(error.errno or 0)
        raise Refusal(
            "端口 {port} 不能使用（{why}），请用 --port 换一个", port=settings.port, why=why
        ) from error
    return server


def _listen_or_not(app: Any, settings: Settings) -> Server | None:
    try:
        return _listen(app, settings)
    except Refusal:
        return None


def _greet(settings: Settings, password: str | None, *, serving: bool) -> None:
    def say(text: str, **params: object) -> None:
        out.print(translate(text, settings.lang, **params), markup=False)

    if serving:
        say("网格指挥中心已启动：{address}", address=f"http://{settings.host}:{settings.port}")
    if password:
        say("演示账号：{names}", names=ACCOUNTS)
        say("演示密码：{password}", password=password)
    if settings.demo:
        say("演示数据为模拟，不代表真实情况。")
    sys.stdout.flush()
