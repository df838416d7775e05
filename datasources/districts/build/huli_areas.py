"""Makes districts/huli/areas.geojson: real outline, names and codes; schematic streets, communities and grids.

Usage: python -m datasources.districts.build.huli_areas DATA_FOLDER PACK_FOLDER
The outline is GCJ-02 and is converted; no open data holds the inner borders, so they are drawn and say so (示意).
"""

import csv
import json
import math
import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import shapely
from shapely.geometry import LineString, Point, shape
from shapely.geometry.base import BaseGeometry

from datasources.districts.build import tiling
from datasources.districts.coordinates import gcj02_to_wgs84

DISTRICT = "350206"
GRIDS_OF_STREET = {"湖里街道": 176, "殿前街道": 168, "禾山街道": 131, "江头街道": 122, "金山街道": 113}
GRIDS_OF_COMMUNITY = {"后坑社区": 18}  # stated in the source document (seed 000)
KINDS = {"园区": 42, "混合": 122, "村改居": 278, "小区": 268}  # stated in the source document: 710 grids
VILLAGES = frozenset(
    [
        "湖里",
        "徐厝",
        "村里",
        "塘边",
        "后浦",
        "濠头",
        "马垅",
        "高殿",
        "神山",
        "坂尚",
        "钟宅",
        "岭下",
        "围里",
        "枋湖",
        "江村",
        "蔡塘",
        "后埔",
        "园山",
        "吕厝",
        "高林",
        "五通",
        "后坑",
        "湖边",
    ]
)
PARKS = frozenset(["兴隆", "高殿", "马垅", "枋湖", "钟宅", "坂尚", "东渡", "高林"])
# Streets drawn on a board of 1 × 1 laid over the outline (x eastwards, y southwards), in the manner of the mockup.
STREET_LINES = [
    [
        (-0.02, 0.37),
        (0.11, 0.388),
        (0.19, 0.405),
        (0.26, 0.382),
        (0.32, 0.45),
        (0.382, 0.488),
        (0.403, 0.498),
    ],
    [
        (0.56, -0.05),
        (0.53, 0.04),
        (0.47, 0.115),
        (0.405, 0.212),
        (0.415, 0.31),
        (0.383, 0.352),
        (0.415, 0.42),
        (0.403, 0.498),
    ],
    [(0.403, 0.498), (0.452, 0.532), (0.46, 0.558), (0.515, 0.58), (0.548, 0.538), (0.612, 0.574)],
    [(0.403, 0.498), (0.38, 0.57), (0.385, 0.64), (0.36, 0.78)],
    [
        (0.612, 0.574),
        (0.64, 0.545),
        (0.70, 0.47),
        (0.70, 0.375),
        (0.77, 0.355),
        (0.842, 0.336),
        (0.87, 0.27),
        (0.93, 0.15),
    ],
    [(0.612, 0.574), (0.588, 0.636), (0.61, 0.72), (0.635, 0.74), (0.67, 0.95)],
]
STREET_POINTS = {
    "湖里街道": (0.2, 0.55),
    "殿前街道": (0.25, 0.25),
    "禾山街道": (0.55, 0.35),
    "江头街道": (0.48, 0.72),
    "金山街道": (0.8, 0.6),
}
# Where a few well-known communities roughly lie on the same board; all the others are placed in the order of their codes.
COMMUNITY_POINTS = {
    "五通社区": (0.95, 0.42),
    "钟宅社区": (0.82, 0.27),
    "五缘湾北社区": (0.66, 0.17),
    "东渡社区": (0.05, 0.85),
    "高殿社区": (0.3, 0.1),
    "后坑社区": (0.67, 0.6),
}
LOCAL_CODES = {("禾山街道", "禾缘社区"): "350206003901", ("江头街道", "金泰社区"): "350206004901"}
NOTES = {
    "禾缘社区": "来源中与禾盛社区共用代码350206003024；此处为本包自编代码（901起），非官方代码",
    "禾盛社区": "来源中禾缘社区也用此代码，禾缘社区在本包中另编代码",
    "金泰社区": "来源中缺代码；此处为本包自编代码（901起），非官方代码",
}
SCHEMATIC = "边界为示意，非实测界线"


def main(data: Path, pack: Path) -> None:
    """Write areas.geojson into the pack folder."""
    outline = read_outline(data / "boundaries" / "huli-district-gcj02.json")
    board = Board(outline)
    communities = read_communities(data / "boundaries" / "huli_streets_communities.csv")
    offices = read_offices(data / "boundaries" / "huli_street_office_points.csv")
    raw_streets = cut_streets(outline, board)
    names, raw_communities = cut_communities(raw_streets, communities, board)
    family, raw_grids = cut_grids(names, raw_communities, board)
    grids, raw_family = weld(outline, raw_grids, family)
    features = assemble(names, grids, raw_family, communities, offices, board.aspect)
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False, separators=(",", ":")) for feature in features)
    text = '{"type":"FeatureCollection","features":[\n' + lines + "\n]}\n"
    (pack / "areas.geojson").write_text(text, encoding="utf-8")


class Board:
    """The drawing board: 0–1 eastwards and southwards over the outline."""

    def __init__(self, outline: BaseGeometry) -> None:
        self.west, self.south, self.east, self.north = outline.bounds
        self.aspect = math.cos(math.radians((self.south + self.north) / 2))

    def at(self, point: tuple[float, float]) -> tuple[float, float]:
        """Longitude and latitude of a point on the board."""
        x, y = point
        return self.west + x * (self.east - self.west), self.north - y * (self.north - self.south)


def read_outline(path: Path) -> BaseGeometry:
    """The district's outline in WGS-84, on the 1e-6 grid."""
    raw = shape(json.loads(path.read_text(encoding="utf-8"))[0]["geometry"])
    moved = shapely.transform(raw, lambda at: np.column_stack(gcj02_to_wgs84(at[:, 0], at[:, 1])))
    return shapely.set_precision(moved, tiling.STEP)


def read_communities(path: Path) -> dict[str, dict[str, str]]:
    """Community name → its row, with a code of our own where the source has none or one that is taken."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = {row["community_name"]: row for row in csv.DictReader(file)}
    for (_, name), code in LOCAL_CODES.items():
        rows[name]["community_code"] = code
    return rows


def read_offices(path: Path) -> dict[str, tuple[float, float]]:
    """Street name → its office in WGS-84 (the source does not state its system; taken as GCJ-02)."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {
            row["street_name"]: gcj02_to_wgs84(float(row["lng"]), float(row["lat"]))
            for row in csv.DictReader(file)
        }


def cut_streets(outline: BaseGeometry, board: Board) -> dict[str, BaseGeometry]:
    """The main island cut along the drawn street borders."""
    main_island = tiling.parts(outline)[0]
    drawn = [tiling.line([board.at(point) for point in points]) for points in STREET_LINES]
    faces = tiling.snapped_faces([main_island.boundary, *drawn])
    faces = [face for face in faces if main_island.contains(face.representative_point())]
    points = {name: Point(board.at(point)) for name, point in STREET_POINTS.items()}
    streets: dict[str, BaseGeometry] = {
        name: next(face for face in faces if face.contains(point)) for name, point in points.items()
    }
    for face in faces:
        if not any(face.equals(street) for street in streets.values()):
            raise SystemExit(f"a face of {face.area:.2e} belongs to no street: {face.centroid}")
    return streets


def cut_communities(
    streets: dict[str, BaseGeometry], rows: dict[str, dict[str, str]], board: Board
) -> tuple[list[str], list[BaseGeometry]]:
    """Each street cut into its communities: hinted ones take the nearest cell, the rest follow their codes."""
    names: list[str] = []
    shapes: list[BaseGeometry] = []
    for street, territory in streets.items():
        members = [name for name, row in rows.items() if row["street_name"] == street]
        members.sort(key=lambda name: rows[name]["community_code"])
        pieces = tiling.cells(territory, len(members), board.aspect)
        free = [pieces[at] for at in tiling.band_order(pieces, board.aspect)]
        for name in sorted(members, key=lambda name: name not in COMMUNITY_POINTS):
            hint = COMMUNITY_POINTS.get(name)
            taken = min(free, key=lambda cell: cell.distance(Point(board.at(hint)))) if hint else free[0]
            free = [cell for cell in free if cell is not taken]
            names.append(name)
            shapes.append(taken)
    return names, shapes


def cut_grids(
    names: list[str], communities: list[BaseGeometry], board: Board
) -> tuple[list[int], list[BaseGeometry]]:
    """Each community cut into its grids; returns the community number of each grid, and the grids."""
    family: list[int] = []
    grids: list[BaseGeometry] = []
    start = 0
    for street, total in GRIDS_OF_STREET.items():
        count = COMMUNITIES_OF[street]
        inside = range(start, start + count)
        start += count
        weights = [math.sqrt(communities[at].area) * (0.6 + tiling.halton(at + 1, 5)) for at in inside]
        fixed = {
            at - inside[0]: GRIDS_OF_COMMUNITY[names[at]] for at in inside if names[at] in GRIDS_OF_COMMUNITY
        }
        for at, number in zip(inside, tiling.share_out(total, weights, 5, fixed), strict=True):
            grids += tiling.cells(communities[at], number, board.aspect)
            family += [at] * number
    return family, grids


COMMUNITIES_OF = {"湖里街道": 18, "殿前街道": 8, "禾山街道": 10, "江头街道": 9, "金山街道": 9}


def weld(
    outline: BaseGeometry, grids: list[BaseGeometry], family: list[int]
) -> tuple[list[BaseGeometry], list[int]]:
    """The grids again, with every shared edge noded once; off-shore parts join the nearest grid."""
    main_island, *islets = tiling.parts(outline)
    faces = tiling.snapped_faces([main_island.boundary, *(_edges(grid) for grid in grids)])
    faces = [face for face in faces if main_island.contains(face.representative_point())]
    held = tiling.one_piece(tiling.gather(faces, grids), faces, family)
    welded = [shapely.union_all([faces[at] for at in numbers]) for numbers in held]
    for islet in islets:
        nearest = min(range(len(welded)), key=lambda at: welded[at].distance(islet))
        welded[nearest] = shapely.union_all([welded[nearest], islet])
    return welded, family


def _edges(cell: BaseGeometry) -> BaseGeometry:
    return shapely.union_all([LineString(part.exterior.coords) for part in tiling.parts(cell)])


def assemble(
    names: list[str],
    grids: list[BaseGeometry],
    family: list[int],
    rows: dict[str, dict[str, str]],
    offices: dict[str, tuple[float, float]],
    aspect: float,
) -> list[dict[str, Any]]:
    """All features, outermost first, each level in the order of its codes."""
    held: dict[str, list[BaseGeometry]] = {}
    for at, name in enumerate(names):
        own = [grid for grid, owner in zip(grids, family, strict=True) if owner == at]
        held[name] = [own[number] for number in tiling.band_order(own, aspect)]
    whole = {name: shapely.union_all(own) for name, own in held.items()}
    street_codes = {row["street_name"]: row["street_code"] for row in rows.values()}
    streets: dict[str, BaseGeometry] = {
        street: shapely.union_all([whole[name] for name in names if rows[name]["street_name"] == street])
        for street in street_codes
    }
    features = [
        _feature(
            _About(DISTRICT, "湖里区", "district", None, "", ""), shapely.union_all(list(streets.values()))
        )
    ]
    for street, code in sorted(street_codes.items(), key=lambda pair: pair[1]):
        features.append(
            _feature(
                _About(code, street, "street", DISTRICT, "", SCHEMATIC), streets[street], offices[street]
            )
        )
    ordered = sorted(names, key=lambda name: rows[name]["community_code"])
    for name in ordered:
        row, note = rows[name], "；".join(filter(None, [NOTES.get(name, ""), SCHEMATIC]))
        code, parent = row["community_code"], row["street_code"]
        features.append(_feature(_About(code, name, "community", parent, "", note), whole[name]))
    kinds = grid_kinds([name for name in ordered for _ in held[name]])
    for name in ordered:
        for serial, grid in enumerate(held[name], start=1):
            parent = rows[name]["community_code"]
            label = f"{name}第{serial}网格"
            features.append(
                _feature(_About(f"{parent}{serial:03d}", label, "grid", parent, kinds.pop(0), "示意"), grid)
            )
            features[-1]["properties"]["workers"] = 1
    return features


def grid_kinds(communities: list[str]) -> list[str]:
    """A kind for every grid, so that the four totals are exactly those of the source."""
    kinds = [""] * len(communities)
    short = [name.removesuffix("社区") for name in communities]

    def fill(kind: str, wanted: list[int]) -> None:
        free = [at for at in wanted if not kinds[at]] + [at for at in range(len(kinds)) if not kinds[at]]
        for at in list(dict.fromkeys(free))[: KINDS[kind]]:
            kinds[at] = kind

    fill("园区", [at for at, name in enumerate(short) if name in PARKS and at % 2 == 0])
    free = [at for at, kind in enumerate(kinds) if not kind]
    fill("混合", [free[number * len(free) // KINDS["混合"]] for number in range(KINDS["混合"])])
    fill("村改居", [at for at, name in enumerate(short) if name in VILLAGES])
    return [kind or "小区" for kind in kinds]


class _About(NamedTuple):
    """What a feature says of its area, beside where it lies."""

    code: str
    name: str
    level: str
    parent: str | None
    kind: str
    note: str


def _feature(about: _About, area: BaseGeometry, label: tuple[float, float] | None = None) -> dict[str, Any]:
    inner = max(tiling.parts(area), key=lambda part: part.area).representative_point()
    at = Point(label) if label and area.contains(Point(label)) else inner
    told = about._asdict()
    note = told.pop("note")
    properties = told | {"lng": round(at.x, 6), "lat": round(at.y, 6), "note": note}
    return {"type": "Feature", "properties": properties, "geometry": tiling.rounded(area)}


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
