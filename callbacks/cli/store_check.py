"""What only the database itself can say about a configuration: are there connections for all, do its clock and ours agree."""

from sqlalchemy.exc import SQLAlchemyError

from callbacks.cli.self_check import Finding
from dashboard import clock
from dashboard.runtime import shared_time
from dashboard.settings import Settings
from datasources.store.database import Database
from datasources.store.server.limits import UNHURRIED, Room

TOO_MANY = "数据库只有 {most} 个连接，本系统各进程最多要用 {ours} 个，别的程序正占用 {others} 个。"
FEWER = "请调小 GRID_DATABASE_CONNECTIONS，或在 PostgreSQL 调大 max_connections。"
APART = "本机时钟与数据库相差 {seconds} 秒。"
SET_CLOCK = "请让本机与数据库服务器都用 NTP 对时。"


def findings(settings: Settings) -> list[Finding]:
    """Return what a PostgreSQL server says against a configuration; nothing where the database is SQLite or not there."""
    if settings.database_url is None or settings.database_url.startswith("sqlite"):
        return []
    from datasources.store.server import postgres

    database = Database(settings.database_url, UNHURRIED)
    try:
        with database.engine.connect() as connection:
            shared = postgres.room(connection)
        shared_time.agree(database)
    except SQLAlchemyError as error:
        return [
            Finding("打不开数据库：{why}", "请检查 GRID_DATABASE_URL。", {"why": str(error).splitlines()[0]})
        ]
    finally:
        database.close()
    return [*_room(shared, settings), *_clocks()]


def _room(shared: Room, settings: Settings) -> list[Finding]:
    running = shared.ours - UNHURRIED.connections
    wanted = Room(
        shared.most, (running or settings.database_connections) + UNHURRIED.connections, shared.others
    )
    if wanted.is_enough:
        return []
    return [Finding(TOO_MANY, FEWER, {"most": wanted.most, "ours": wanted.ours, "others": wanted.others})]


def _clocks() -> list[Finding]:
    if abs(clock.skew()) <= shared_time.SAID_ABOVE:
        return []
    return [Finding(APART, SET_CLOCK, {"seconds": f"{abs(clock.skew()):.1f}"})]
