"""Both coordinates in one column: a pair of numbers, WKT, GeoJSON or named; an order that cannot be told is never guessed."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.rules.refusals import Refusal
from dashboard.rules.text.degrees import NEAR
from dashboard.rules.text.numbers import decimal

LNG_FIRST, LAT_FIRST = ORDERS = ("lnglat", "latlng")
_number = r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?"
_wkt = re.compile(
    rf"(?:SRID=\d+;)?\s*POINT\s*Z?\s*\(\s*({_number})\s+({_number})(?:\s+{_number})?\s*\)", re.I
)
_geojson = re.compile(rf".*[\"']coordinates[\"']\s*:\s*\[\s*({_number})\s*,\s*({_number}).*", re.S)
_named_lng = re.compile(rf"[\"']?\b(?:lng|lon|long|longitude|经度)\b[\"']?\s*[:=]\s*[\"']?({_number})", re.I)
_named_lat = re.compile(rf"[\"']?\b(?:lat|latitude|纬度)\b[\"']?\s*[:=]\s*[\"']?({_number})", re.I)
_pair = re.compile(rf"[\[(]?\s*({_number})\s*[,;、\s]\s*({_number})\s*[\])]?")

Pair = tuple[str, str]


def read(text: str) -> tuple[Pair, str] | None:
    """Return the two numbers as written and their order ("" where it does not stand there), or None for no pair."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if found := _wkt.fullmatch(plain) or _geojson.fullmatch(plain):
        return (found[1], found[2]), LNG_FIRST
    lng, lat = _named_lng.search(plain), _named_lat.search(plain)
    if lng and lat:
        return (lng[1], lat[1]), LNG_FIRST
    if found := _pair.fullmatch(plain):
        return (found[1], found[2]), ""
    return None


@dataclass
class PointOrder:
    """What the pairs of a file say about their order, from where the district lies: shown every one, then asked once."""

    centre: Sequence[float]
    lng_first: str = ""  # a pair that lies at the district only with longitude first
    lat_first: str = ""
    open: str = ""  # a pair that says neither

    def see(self, text: str) -> None:
        """Take note of one cell."""
        found = read(text)
        if found is None or found[1]:
            return
        one, other = map(decimal, found[0])
        straight, turned = self._fits(one, other), self._fits(other, one)
        if straight and not turned:
            self.lng_first = self.lng_first or text
        elif turned and not straight:
            self.lat_first = self.lat_first or text
        elif one or other:
            self.open = self.open or text

    def decide(self) -> str:
        """Return the order; Refusal where it cannot be told."""
        if self.lng_first and self.lat_first:
            raise Refusal(
                "坐标“{one}”和“{other}”的经纬度先后相反；请在映射中写明 point_order（{known}）",
                one=self.lng_first,
                other=self.lat_first,
                known="、".join(ORDERS),
            )
        if self.open and not self.lng_first and not self.lat_first:
            raise Refusal(
                "坐标“{value}”分不清先经度还是先纬度；请在映射中写明 point_order（{known}）",
                value=self.open,
                known="、".join(ORDERS),
            )
        return LAT_FIRST if self.lat_first else LNG_FIRST

    def _fits(self, lng: float, lat: float) -> bool:
        return abs(lng - self.centre[0]) < NEAR and abs(lat - self.centre[1]) < NEAR
