"""A town for one drill hour: two hundred reports by a fixed seed, units that claim and sign, one that declines everything.

Everybody but the desk acts here, over the same HTTP door as people do; the desk is somebody else's business.
"""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.support.product import Product

REPORTS, EMERGENCIES = 200, (9, 27, 44)  # how many within the hour; minutes at which one is an emergency
PHONED = 0.35  # the share that waits for the operator to register it; the rest comes from trusted sources
CLAIMED, CLAIMED_WITHIN = 0.75, (1, 12)  # the share of the pool that somebody claims, after how many minutes
LOOK = timedelta(minutes=1)  # how often the units look at what they may claim and what was sent to them
FILED_UNTIL = 52  # nothing new in the last minutes: they are for finishing
KINDS = ("S0406", "S0401", "S0106", "S0201", "B0101", "S0301")
GAS = "S0502"


@dataclass
class Town:
    """Who acts in the town, from when on, and who declines everything."""

    product: Product
    tokens: dict[str, str]
    decliner: str
    begins: datetime
    spots: list[tuple[float, float]]
    kinds: tuple[str, ...] = KINDS
    seed: int = 7
    declined: int = 0
    filed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)
        due = [self._dice.uniform(0, FILED_UNTIL) for _ in range(REPORTS - len(EMERGENCIES))]
        self._plan = sorted([(minute, False) for minute in due] + [(minute, True) for minute in EMERGENCIES])
        self._claims: dict[str, datetime | None] = {}
        self._looks_at = self.begins

    def act(self, moment: datetime) -> None:
        """Do everything that the town does by a moment of the drill."""
        while self._plan and moment >= self.begins + timedelta(minutes=self._plan[0][0]):
            self._report(self._plan.pop(0)[1])
        if moment >= self._looks_at:
            self._looks_at = moment + LOOK
            self._claim(moment)
            self._sign()

    def _report(self, emergency: bool) -> None:
        dice = self._dice
        lng, lat = dice.choice(self.spots)
        phoned = dice.random() < PHONED
        body = {
            "title": "施工挖破燃气管道" if emergency else f"占道堆物 {len(self.filed) + 1}",
            "category": GAS if emergency else dice.choice(self.kinds),
            "source": "phone" if phoned else "hotline_12345",
            "lng": lng,
            "lat": lat,
            "emergency": emergency,
        }
        status, said = self.product.ask("/api/v1/events", body, self.tokens["operator"])
        if status != 201:
            raise RuntimeError(str(said))
        self.filed.append(said["number"])

    def _claim(self, moment: datetime) -> None:
        dice, claims = self._dice, self._claims
        _, said = self.product.ask("/api/v1/events?status=claimable&limit=300", None, self.tokens["operator"])
        for event in said["items"]:
            number = event["number"]
            if number not in claims:
                wait = timedelta(minutes=dice.uniform(*CLAIMED_WITHIN))
                claims[number] = moment + wait if dice.random() < CLAIMED else None
            at = claims[number]
            if at is not None and moment >= at:
                claims[number] = None
                self._take(event)

    def _take(self, event: dict[str, Any]) -> None:
        path = f"/api/v1/events/{event['number']}/candidates"
        _, said = self.product.ask(path, None, self.tokens["operator"])
        for unit in [one["code"] for one in said["units"] if one["code"] != self.decliner]:
            token = self.tokens.get(f"unit-{unit}")
            claim = f"/api/v1/events/{event['number']}/claim"
            if token and self.product.ask(claim, {"version": event["version"]}, token)[0] == 200:
                return

    def _sign(self) -> None:
        _, said = self.product.ask(
            "/api/v1/events?status=dispatched&limit=300", None, self.tokens["operator"]
        )
        for event in said["items"]:
            token = self.tokens.get(f"unit-{event['unit']['code']}")
            if token is None:
                continue
            if event["unit"]["code"] == self.decliner and not event["emergency"]:
                body = {"version": event["version"], "ground": "not_our_duty", "text": "不属于本单位"}
                status, _ = self.product.ask(f"/api/v1/events/{event['number']}/decline", body, token)
                self.declined += status == 200
            else:
                self.product.ask(
                    f"/api/v1/events/{event['number']}/accept", {"version": event["version"]}, token
                )
        for alert in self.product.ask("/api/v1/alerts", None, self.tokens["operator"])[1]["items"]:
            for unit in [one["unit"] for one in alert["units"] if not one["accepted"]]:
                self._sign_beside(alert["event"], unit)

    def _sign_beside(self, number: str, unit: str) -> None:
        """Let a unit beside the lead sign for itself."""
        token = self.tokens.get(f"unit-{unit}")
        if token:
            path = f"/api/v1/events/{number}"
            version = self.product.ask(path, None, self.tokens["operator"])[1]["event"]["version"]
            self.product.ask(f"{path}/accept", {"version": version}, token)
