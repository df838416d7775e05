"""Which pairs of degrees are a place at all (LIFECYCLE §5): (0, 0), half a coordinate and impossible signs are none."""

from collections.abc import Sequence
from typing import Any

NEAR = 2.0  # degrees from the district's centre: further away is not ours, however coarse the place
NOTHING = 1e-6  # a decimetre from Null Island is where devices without a fix say they are

EXCHANGED = "经纬度可能写反了：lng 是经度，lat 是纬度"

Fault = tuple[str, str, dict[str, Any]]


def is_nowhere(lng: float, lat: float) -> bool:
    """Return whether a pair is what a device says that does not know where it is."""
    return abs(lng) < NOTHING and abs(lat) < NOTHING


def fault(lng: float, lat: float, centre: Sequence[float]) -> Fault | None:
    """Return (field, sentence, params) of what is wrong with a pair, or None where it may be a place."""
    if not _near(lng, lat, centre) and _near(lat, lng, centre):
        return "lng", EXCHANGED, {}
    if not -90 <= lat <= 90:
        return "lat", "纬度应在 -90 到 90 之间", {}
    if not -180 <= lng <= 180:
        return "lng", "经度应在 -180 到 180 之间", {}
    if is_nowhere(lng, lat):
        return "lng", "0，0 不是地点，没有定位就不要写坐标", {}
    for field, degree, middle in (("lng", lng, centre[0]), ("lat", lat, centre[1])):
        if abs(degree) < NOTHING and abs(middle) >= NEAR:
            return field, "经度或纬度是 0，只有半个坐标", {}
    mirrored = [(-lng, lat), (lng, -lat), (-lng, -lat)]
    if not _near(lng, lat, centre) and any(_near(*pair, centre) for pair in mirrored):
        return "lng" if lng * centre[0] < 0 else "lat", "经纬度的正负号像是写错了", {}
    return None


def _near(lng: float, lat: float, centre: Sequence[float]) -> bool:
    return abs(lng - centre[0]) < NEAR and abs(lat - centre[1]) < NEAR
