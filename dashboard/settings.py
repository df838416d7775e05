"""Every knob of the product, from the environment or a `.env` file, prefix GRID_. Frozen once read.

Deadlines by name (GRID_CLAIM_MINUTES …) win over the district pack and the category.
"""

from datetime import timedelta
from pathlib import Path

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from dashboard.rules.access import HOME, IDLE_MINUTES, Role

TARGETS = ("alert", "efficiency")


class Settings(BaseSettings):
    """The settings of one process."""

    model_config = SettingsConfigDict(
        env_prefix="GRID_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    data_dir: Path = Field(Path("data"), description="Folder of the database, photos and the bundled Valkey")
    database_url: str | None = Field(
        None, description="SQLAlchemy address; default SQLite in the data folder"
    )
    database_connections: int = Field(
        16,
        description="Connections of one process to the database, at most; `check` compares them all with the server's",
        ge=2,
        le=500,
    )
    database_seconds: int = Field(
        15,
        description="Seconds after which PostgreSQL ends a statement of a web or clock process",
        ge=1,
        le=600,
    )
    redis_url: str | None = Field(
        None, description="Redis/Valkey address; default the bundled Valkey on a Unix socket"
    )
    district: str | None = Field(None, description="District pack: a bundled name or a folder; default huli")
    host: str = Field("127.0.0.1", description="Address to listen on")
    port: int = Field(8050, description="Port to listen on", ge=1, le=65535)
    clock_port: int | None = Field(
        None,
        description="Port on which a process of role clock answers /healthz, /readyz and /metrics; default none",
        ge=1,
        le=65535,
    )
    secret_key: SecretStr | None = Field(
        None,
        description="Signs what Flask signs and seals telephone numbers; keep it: what it sealed is lost without it; "
        "default a secret kept in the data folder",
    )
    origins: str | None = Field(
        None, description="Allowed browser origins, comma separated; default the own address"
    )
    trusted_proxies: int = Field(
        0,
        description="How many proxies stand in front: as many hops of X-Forwarded-For, -Proto and -Host are believed",
        ge=0,
        le=10,
    )
    connections: int = Field(
        2000,
        description="Most connections at once, the sockets of screens among them; a further one is told 503",
        ge=10,
    )
    free_mb: int = Field(
        1000,
        description="Megabytes of disk that stay free: below them no stranger's photo is taken, below half none",
        ge=0,
    )
    strangers_mb: int = Field(
        1000,
        description="Most megabytes of strangers' photos that wait for a report to take them, all together",
        ge=0,
    )
    demo: bool = Field(
        True,
        description="Demo accounts and the simulator; what a start says is kept in the data folder for those that do not say",
    )
    demo_password: SecretStr | None = Field(
        None, description="One password for all demo accounts; default random, printed"
    )
    totp: bool = Field(
        False, description="Ask lead, admin and operator for a one-time code (TOTP) beside the password"
    )
    idle_minutes: str | None = Field(
        None,
        description="After how many minutes untouched a login ends, by role: `admin=15,lead=120`, 0 for never; "
        "default admin and auditor 30, leader 60, operator, lead and unit 240",
    )
    clock_start: str | None = Field(None, description="Drill clock: the moment it starts at (ISO 8601)")
    clock_speed: float = Field(1.0, description="Drill clock: seconds per real second", gt=0, le=100_000)
    lang: str = Field(
        "zh_CN", description="Language of texts without an account: zh_CN or en", pattern="^(zh_CN|en)$"
    )
    tiles_url: str | None = Field(
        None, description="Base map: an XYZ/WMTS template, or an .mbtiles or .pmtiles file; default none"
    )
    tiles_attribution: str = Field("", description="Attribution shown for the tiles")
    webhook_url: str | None = Field(
        None, description="Notification gateway (SMS/phone) for unanswered emergencies"
    )
    gateways: str | None = Field(
        None,
        description="Notification addresses by what they are for, comma separated: "
        "alert=https://…, efficiency=https://…; what is not named goes to GRID_WEBHOOK_URL",
    )
    webhook_secret: SecretStr | None = Field(None, description="Key of the webhook's HMAC signature")
    claim_minutes: int | None = Field(None, description="Claim window in minutes", ge=5, le=120)
    register_minutes: int | None = Field(None, description="Limit for registering", ge=1)
    dispatch_minutes: int | None = Field(None, description="Limit for dispatching", ge=1)
    accept_minutes: int | None = Field(None, description="Limit for signing", ge=1)
    accept_emergency_minutes: int | None = Field(None, description="Limit for signing an emergency", ge=1)
    check_minutes: int | None = Field(None, description="Limit for the check on site", ge=1)
    check_emergency_minutes: int | None = Field(None, description="Limit for checking an emergency", ge=1)

    reveals_per_hour: int = Field(
        30, description="How often an account may see a reporter in clear within an hour", ge=1, le=1000
    )

    @field_validator("idle_minutes")
    @classmethod
    def _known_roles(cls, said: str | None) -> str | None:
        _idle_of(said or "")
        return said

    @property
    def idle(self) -> dict[Role, timedelta]:
        """Return after how long untouched a role's login ends; roles without an end are not in it."""
        minutes = IDLE_MINUTES | _idle_of(self.idle_minutes or "")
        return {role: timedelta(minutes=one) for role, one in minutes.items() if one}

    @property
    def minutes(self) -> dict[str, int]:
        """Return the deadlines set by name, in minutes."""
        names = ("claim", "register", "dispatch", "accept", "accept_emergency", "check", "check_emergency")
        found = {name: getattr(self, f"{name}_minutes") for name in names}
        return {name: value for name, value in found.items() if value is not None}

    @property
    def over_https(self) -> bool:
        """Return whether people use the product over https."""
        return any(origin.startswith("https://") for origin in self.allowed_origins)

    @property
    def addresses(self) -> dict[str, str]:
        """Return target → address of the outside systems; those that are not named share the webhook's."""
        named = [part.partition("=") for part in (self.gateways or "").split(",") if part.strip()]
        found = dict.fromkeys(TARGETS, self.webhook_url or "")
        found |= {target.strip(): address.strip() for target, _, address in named}
        return {target: address for target, address in found.items() if address}

    @property
    def allowed_origins(self) -> list[str]:
        """Return the browser origins that may open a socket; never empty, never a wildcard."""
        if self.origins:
            return [origin.strip().rstrip("/") for origin in self.origins.split(",") if origin.strip()]
        hosts = (
            {self.host, "127.0.0.1", "localhost"}
            if self.host in ("127.0.0.1", "localhost", "0.0.0.0")
            else {self.host}
        )
        return sorted(f"http://{host}:{self.port}" for host in hosts)


def _idle_of(said: str) -> dict[Role, int]:
    """Return minutes by role as somebody wrote them; ValueError in words where that is none."""
    found: dict[Role, int] = {}
    for part in filter(None, (one.strip() for one in said.split(","))):
        name, _, minutes = (word.strip() for word in part.partition("="))
        if name not in HOME or not minutes.isdecimal() or int(minutes) > 720:
            raise ValueError(f"{part!r}: write role=minutes, 0 to 720, for example admin=15,lead=120")
        found[Role(name)] = int(minutes)
    return found
