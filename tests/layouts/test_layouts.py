"""What people see, without a browser: ids, tokens, the door, the map's ground, the page table."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import dash_leaflet as dl
import pytest
from dash import html
from dash.development.base_component import Component

from dashboard.rules.access import Role
from dashboard.rules.events.event import OPEN, Level, Rating
from layouts import ids, shell, theme
from layouts.pages import login, notice, screen
from layouts.pages.screen_data import KPIS, SCENES
from layouts.parts import maps
from layouts.text import words

ASSETS = Path(shell.__file__).parent / "assets"
OWN_SCRIPTS = sorted(path for path in ASSETS.glob("*/*.js") if path.parent.name != "vendor")
HOSTILE = '"><script>alert(1)</script>&'


@dataclass(frozen=True)
class Ground:
    code: str
    name: str
    level: str
    parent: str | None
    geometry: dict[str, Any] | None


def square(west: float, south: float, side: float) -> dict[str, Any]:
    east, north = west + side, south + side
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


LEVELS = ("district", "street", "community", "grid")
AREAS = (
    Ground("d", "试点区", "district", None, square(118.0, 24.0, 0.2)),
    Ground("s", "东街", "street", "d", square(118.0, 24.0, 0.1)),
    Ground("c", "东社区", "community", "s", square(118.0, 24.0, 0.05)),
    Ground("g", "第1网格", "grid", "c", square(118.0, 24.0, 0.02)),
    Ground("p", "只有一个点", "grid", "c", {"type": "Point", "coordinates": [118.0, 24.0]}),
)
DATA = screen.ScreenData(
    title="试点区社会治理网格指挥中心",
    district="试点区",
    levels=LEVELS,
    areas=AREAS,
    now_ms=1_795_160_556_000,
)


def parts(component: Any) -> Iterator[Component]:
    """Every component of a tree, itself first."""
    if isinstance(component, list | tuple):
        for child in component:
            yield from parts(child)
    elif isinstance(component, Component):
        yield component
        yield from parts(getattr(component, "children", None))


def found(component: Component, id: str) -> Component:
    return next(part for part in parts(component) if getattr(part, "id", None) == id)


def first_data(data: screen.ScreenData) -> dict[str, Any]:
    return json.loads(getattr(screen.page(data), "data-initial"))


# ---- the wall -------------------------------------------------------------------------------------------


def test_the_wall_carries_every_promised_id_exactly_once() -> None:
    counted = Counter(part.id for part in parts(screen.page(DATA)) if getattr(part, "id", None))
    assert set(ids.CONTRACT_SCREEN) <= set(counted)
    assert {id: n for id, n in counted.items() if n > 1} == {}


def test_the_wall_offers_views_to_choose_and_nothing_that_acts() -> None:
    page = list(parts(screen.page(DATA)))
    scenes = [getattr(part, "data-scene", None) for part in page if isinstance(part, html.Button)]
    assert [scene for scene in scenes if scene] == ["overview", "streets", "units", "satisfaction"]
    leads = [part for part in page if isinstance(part, html.Form | html.A)]
    assert [part.action for part in leads] == ["/logout"]
    assert not [part for part in page if getattr(part, "data-action", None)]


def test_looks_come_from_classes_never_from_style_dictionaries() -> None:
    styled = [part for part in parts(screen.page(DATA)) if isinstance(getattr(part, "style", None), dict)]
    assert [part for part in styled if not isinstance(part, dl.GeoJSON)] == []


def test_boxes_owned_by_scripts_stay_without_react_children() -> None:
    page = screen.page(DATA)
    owned = (
        ids.SCREEN_KPIS,
        ids.SCREEN_COUNTDOWNS,
        ids.SCREEN_BOARD,
        ids.SCREEN_SATISFACTION,
        ids.SCREEN_SUPERVISED,
        ids.SCREEN_ALERT,
        ids.SCREEN_LATEST,
        ids.SCREEN_LEGEND,
        ids.SCREEN_LOST,
        "screen-list",
        "screen-crumb",
        "screen-trend",
        "screen-streets",
    )
    assert [id for id in owned if getattr(found(page, id), "children", None)] == []


def test_first_data_name_every_key_number_status_level_and_rating() -> None:
    first = first_data(DATA)
    assert [kpi["code"] for kpi in first["kpis"]] == [kpi[0] for kpi in KPIS]
    assert {status["code"] for status in first["statuses"]} == {status.value for status in OPEN}
    assert set(first["level_words"]) == {level.value for level in Level}
    assert [rating["code"] for rating in first["ratings"]] == [rating.value for rating in Rating]


def test_first_data_leave_out_personal_fields_even_when_handed_over() -> None:
    alert = {
        "id": 1,
        "event": "HL1",
        "state": "raised",
        "reporter_name": "某某",
        "reporter": {"phone": "13900000000"},
    }
    handed = first_data(replace(DATA, alerts=(alert,)))["alerts"]
    assert handed == [{"id": 1, "event": "HL1", "state": "raised"}]


def test_simulated_data_say_so_and_real_data_do_not() -> None:
    def said(data: screen.ScreenData) -> bool:
        return any(getattr(part, "children", None) == "模拟数据" for part in parts(screen.page(data)))

    assert said(replace(DATA, demo=True))
    assert not said(DATA)


def chosen_tabs(data: screen.ScreenData) -> list[Any]:
    return [
        part.children
        for part in parts(screen.page(data))
        if getattr(part, "className", "") == "w-tab" and getattr(part, "aria-pressed") == "true"
    ]


def test_a_scene_is_chosen_by_name_and_an_unknown_one_shows_the_overview() -> None:
    assert chosen_tabs(replace(DATA, scene="units")) == ["部门"]
    assert chosen_tabs(replace(DATA, scene="nowhere")) == ["总览"]
    assert getattr(screen.page(replace(DATA, scene="nowhere")), "data-scene") == "overview"


def test_every_scene_has_every_panel_and_one_map() -> None:
    def drawn(scene: str) -> tuple[list[Any], int]:
        page = list(parts(screen.page(replace(DATA, scene=scene))))
        panels = [getattr(part, "data-panel") for part in page if getattr(part, "data-panel", None)]
        return panels, sum(isinstance(part, dl.MapContainer) for part in page)

    assert {repr(drawn(scene)) for scene in SCENES} == {repr(drawn("overview"))}
    assert drawn("overview")[1] == 1


def test_first_data_carry_the_tree_of_areas_outermost_first() -> None:
    assert first_data(DATA)["areas"][:3] == [
        ["d", "试点区", "", 0],
        ["s", "东街", "d", 1],
        ["c", "东社区", "s", 2],
    ]


def test_the_wall_speaks_the_language_of_the_request() -> None:
    words.use("en")
    try:
        headings = [part.children for part in parts(screen.page(DATA)) if isinstance(part, html.H2)]
        assert first_data(DATA)["kpis"][0]["name"] == "Reported today"
    finally:
        words.use(None)
    assert "Claim countdown" in headings
    assert not any(re.search(r"[\u3400-\u9fff]", heading) for heading in headings)


# ---- the map --------------------------------------------------------------------------------------------


def test_the_map_fetches_no_tiles_unless_a_district_names_them() -> None:
    plain = found(screen.page(DATA), ids.SCREEN_MAP)
    assert not [part for part in parts(plain) if isinstance(part, dl.TileLayer)]
    assert plain.attributionControl is False and plain.zoomControl is False
    tiled = maps.district_map(AREAS, LEVELS, "/tiles/{z}/{x}/{y}.png", "示例")
    assert [part.url for part in parts(tiled) if isinstance(part, dl.TileLayer)] == ["/tiles/{z}/{x}/{y}.png"]


@pytest.mark.parametrize("name", ["base.mbtiles", "BASE.PMTILES"])
def test_a_tile_file_is_served_by_the_product_itself(name: str) -> None:
    tiled = maps.district_map(AREAS, LEVELS, f"/srv/{name}")
    assert [part.url for part in parts(tiled) if isinstance(part, dl.TileLayer)] == ["/tiles/{z}/{x}/{y}"]


def test_the_layers_are_real_buttons_that_say_whether_they_are_pressed() -> None:
    drawn = maps.district_map(AREAS, LEVELS)
    buttons = [vars(part) for part in parts(drawn) if isinstance(part, html.Button)]
    switches = [one for one in buttons if "data-layer" in one]
    assert [one["data-layer"] for one in switches] == ["events", "heat", "kinds", "places"]
    assert all(one["aria-pressed"] == "false" and one["type"] == "button" for one in switches)


def test_areas_are_drawn_from_the_inside_out_with_plain_properties_only() -> None:
    drawn = [feature["properties"] for feature in maps.features(AREAS, LEVELS)["features"]]
    assert [properties["kind"] for properties in drawn] == ["grid", "community", "street", "edge"]
    known = {"id", "name", "level", "kind", "parent", "type", "at", "centre"}
    assert all(set(properties) <= known for properties in drawn)  # popup/tooltip bind HTML


def test_svg_paths_fill_the_box_without_leaving_it() -> None:
    paths = maps.svg_paths(AREAS, LEVELS, 400, 300)
    assert [kind for kind, _path in paths] == ["grid", "community", "street", "edge"]
    numbers = [tuple(map(float, pair)) for pair in re.findall(r"[ML]([\d.]+) ([\d.]+)", paths[-1][1])]
    xs, ys = zip(*numbers, strict=True)
    assert min(xs) >= 0 and max(xs) <= 400 and min(ys) >= 0 and max(ys) <= 300
    assert max(ys) - min(ys) == pytest.approx(276, abs=0.2)


def test_a_district_of_two_levels_still_has_an_edge_and_grids() -> None:
    assert maps.kinds(("city", "neighbourhood")) == {"city": "edge", "neighbourhood": "grid"}


# ---- colours --------------------------------------------------------------------------------------------


def tokens_in_css() -> dict[str, dict[str, str]]:
    text = re.sub(r"/\*.*?\*/", "", (ASSETS / "core/tokens.css").read_text(encoding="utf-8"), flags=re.S)
    dark, light = re.findall(r"\{(.*?)\}", text, re.S)
    read = [dict(re.findall(r"--([a-z0-9-]+):\s*([^;]+);", block)) for block in (dark, light)]
    return {"dark": read[0], "light": {**read[0], **read[1]}}


def test_the_tokens_of_python_and_css_agree_in_both_themes() -> None:
    assert tokens_in_css() == {name: dict(tokens) for name, tokens in theme.THEMES.items()}
    assert len(theme.DARK) <= 40


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", theme.THEMES)
@pytest.mark.parametrize(
    "ink", ["text", "text-2", "text-3", "accent", "time-ok", "time-soon", "time-over", "gold"]
)
def test_text_is_legible_on_every_surface(name: str, ink: str) -> None:
    tokens = theme.THEMES[name]
    assert {ground: contrast(tokens[ink], tokens[ground]) >= 4.5 for ground in ("bg", "panel", "raised")} == {
        "bg": True,
        "panel": True,
        "raised": True,
    }


def test_every_open_status_is_told_apart_by_shape_alone() -> None:
    glyphs = [theme.STATUS_MARKS[status].glyph for status in OPEN]
    assert len(set(glyphs)) == len(glyphs)
    assert {theme.STATUS_MARKS[status].token for status in OPEN} <= set(theme.DARK)


def test_the_styles_use_only_tokens_that_exist() -> None:
    defined = set(theme.DARK) | {"v", "bar", "c", "w", "medal", "cols", "row", "edge", "third"}
    used = {
        name
        for css in ASSETS.glob("*/*.css")
        for name in re.findall(r"var\(--([a-z0-9-]+)", css.read_text("utf-8"))
    }
    assert used - defined == set()


# ---- the shell ------------------------------------------------------------------------------------------


def test_the_page_table_holds_every_promised_page() -> None:
    promised = {
        "/login",
        "/screen",
        "/desk",
        "/claim",
        "/field",
        "/report",
        "/scores",
        "/event",
        "/admin",
        "/audit",
        "/account",
    }
    assert {page.path for page in shell.PAGES} == promised
    assert {page.path for page in shell.PAGES if page.public} == {"/login", "/report"}
    found_page = shell.page_of("/event/HL000001")
    assert found_page is not None and found_page.noun == "event"
    assert shell.page_of("/screen/../desk") is None


def test_the_walls_account_reaches_no_page_that_acts() -> None:
    reached = {page.path for page in shell.PAGES if Role.WALL in page.roles and not page.public}
    assert reached == {"/screen", "/scores", "/event"}


@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_the_index_asks_nothing_of_other_origins_and_runs_no_inline_script(lang: str) -> None:
    index = shell.index_string(lang)
    assert f'<html lang="{words.HTML_LANG[lang]}"' in index
    assert not re.search(r"(https?:)?//\w", index)
    assert re.findall(r"<script(?![^>]*application/json)", index) == []
    for slot in ("metas", "title", "css", "app_entry", "config", "scripts", "renderer"):
        assert index.count("{%" + slot + "%}") == 1


def test_embedded_data_cannot_end_their_element() -> None:
    data = {"a": "</script><script>alert(1)</script>", "b": "<!--"}
    embedded = shell.embedded(data)
    assert "<" not in embedded and json.loads(embedded) == data


def test_own_scripts_never_write_html_and_styles_fetch_nothing() -> None:
    written = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function")
    assert [script.name for script in OWN_SCRIPTS if written.search(script.read_text(encoding="utf-8"))] == []
    fetching = re.compile(r"@import|url\(|https?://")
    assert [
        css.name for css in ASSETS.glob("*/*.css") if fetching.search(css.read_text(encoding="utf-8"))
    ] == []


def test_motion_stops_for_people_who_ask_for_that() -> None:
    base = (ASSETS / "core/base.css").read_text(encoding="utf-8")
    asked = base[base.index("prefers-reduced-motion") :]
    assert "animation: none !important" in asked


# ---- the door -------------------------------------------------------------------------------------------


def door(**changes: Any) -> str:
    shapes = maps.svg_paths(AREAS, LEVELS, login.WIDTH, login.HEIGHT)
    lang = changes.pop("lang", None)
    return login.page(login.LoginData(shapes, [("街道", 1), ("网格", 1)], "试点区", **changes), lang)


def test_the_door_is_one_text_field_one_password_and_a_submit() -> None:
    page = door()
    assert re.search(r'<form[^>]*method="post"[^>]*action="/login"', page)
    assert re.findall(r'<input[^>]*type="(\w+)"', page) == ["hidden", "text", "password"]
    assert page.count("<button") == 1 and 'type="submit"' in page
    assert re.findall(r"<script(?![^>]*src=)", page) == []


def test_the_door_keeps_what_was_typed_and_escapes_it() -> None:
    page = door(username=HOSTILE, error=HOSTILE, next=HOSTILE)
    assert "<script>alert" not in page
    assert page.count("&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;") == 3
    assert 'role="alert"' in page
    assert not re.search(r'<input[^>]*type="password"[^>]*value', page)


def test_the_door_speaks_english_when_asked_and_offers_the_other_language() -> None:
    chinese, english = door(lang="zh_CN"), door(lang="en")
    assert '<html lang="zh-CN">' in chinese and "密码" in chinese and 'href="?lang=en"' in chinese
    assert '<html lang="en">' in english and "Password" in english and 'href="?lang=zh_CN"' in english


def test_the_door_counts_what_the_data_hold_and_says_when_they_are_simulated() -> None:
    assert "<li><b>1</b>街道</li>" in door()
    assert "模拟数据" in door(demo=True) and "模拟数据" not in door()


# ---- plain pages ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 401, 403, 404, 500, 503, 418])
def test_an_error_tells_people_what_to_do_and_shows_no_traceback(status: int) -> None:
    page = notice.error(status, "en")
    assert "<h1>" in page and "<a " in page and "Traceback" not in page
    assert not re.search(r"[\u3400-\u9fff]", page)
