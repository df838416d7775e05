"""Files that cannot be meant are refused in words: mappings, packs, worksheets; never by a traceback."""

import json
import shutil
import zipfile
from pathlib import Path

import pytest

from dashboard.rules.refusals import Refusal
from datasources.districts.pack.folder import BUNDLED
from datasources.districts.pack.reading import PackInvalid, read_pack
from datasources.history import worksheets
from datasources.history.mapping_file import read_mapping
from tests.datasources.history.test_import_excel import book


@pytest.mark.parametrize("pattern", ["%Y-%m-%d %Y", "%p%p%p", "%Q", "100%", "%", "plain"])
def test_a_date_format_that_no_date_can_have_is_one_sentence(tmp_path: Path, pattern: str) -> None:
    path = tmp_path / "m.toml"
    path.write_text(f'date_format = "{pattern}"\n')
    with pytest.raises(Refusal, match="date_format"):
        read_mapping(path)


@pytest.mark.parametrize(
    "pattern", ["%Y-%m-%d %H:%M:%S", "%d/%m/%Y", "%Y年%m月%d日", "epoch", "%Y-%m-%d %I:%M %p %z"]
)
def test_a_date_format_that_dates_can_have_is_taken(tmp_path: Path, pattern: str) -> None:
    path = tmp_path / "m.toml"
    path.write_text(f'date_format = "{pattern}"\n', encoding="utf-8")
    assert read_mapping(path).date_format == pattern


def test_a_mapping_of_brackets_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "m.toml"
    path.write_text("blanks = " + "[" * 100_000)
    with pytest.raises(Refusal):
        read_mapping(path)


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    folder = tmp_path / "pack"
    shutil.copytree(BUNDLED / "huli", folder)
    return folder


def refused(folder: Path) -> list[str]:
    with pytest.raises(PackInvalid) as found:
        read_pack(folder)
    assert str(found.value)
    return [fault.file for fault in found.value.faults]


@pytest.mark.parametrize("workers", [10**30, -1, True, 2.5, 100_001])
def test_a_pack_with_workers_beyond_any_measure_is_refused_with_its_line(pack: Path, workers: object) -> None:
    path = pack / "areas.geojson"
    whole = json.loads(path.read_text(encoding="utf-8"))
    whole["features"][-1]["properties"]["workers"] = workers
    path.write_text(json.dumps(whole), encoding="utf-8")
    assert "areas.geojson" in refused(pack)


@pytest.mark.parametrize(
    "text", ["[" * 200_000, '{"features": [' + "7" * 6000 + "]}", '{"a": ' + '{"a":' * 100_000]
)
def test_a_map_of_brackets_or_endless_digits_is_refused(pack: Path, text: str) -> None:
    (pack / "areas.geojson").write_text(text)
    assert "areas.geojson" in refused(pack)


@pytest.mark.parametrize(
    "line",
    ["centre = [" + "7" * 6000 + ", 24]", "centre = [" + "7" * 400 + ", 24]", "levels = " + "[" * 50_000],
)
def test_a_district_of_endless_digits_or_brackets_is_refused(pack: Path, line: str) -> None:
    path = pack / "district.toml"
    name = line.split(" ")[0]
    kept = [one for one in path.read_text(encoding="utf-8").splitlines() if not one.startswith(name)]
    path.write_text("\n".join([line, *kept]), encoding="utf-8")
    assert "district.toml" in refused(pack)


def test_coordinates_beyond_any_measure_are_refused(pack: Path) -> None:
    path = pack / "areas.geojson"
    whole = json.loads(path.read_text(encoding="utf-8"))
    whole["features"][-1]["geometry"]["coordinates"] = [
        [[10**15, 1e308], [1e308, 1], [2, 2], [10**15, 1e308]]
    ]
    path.write_text(json.dumps(whole), encoding="utf-8")
    assert "areas.geojson" in refused(pack)


@pytest.mark.parametrize("sign", ["\\u0000", "\\u202e", "\\u2066"])
@pytest.mark.parametrize("file", ["areas.geojson", "units.csv", "district.toml"])
def test_names_with_signs_nobody_sees_are_refused(pack: Path, file: str, sign: str) -> None:
    path = pack / file
    text, seen = path.read_text(encoding="utf-8"), json.loads(f'"{sign}"')
    if file == "areas.geojson":
        text = (
            text.replace('"name": "', f'"name": "{sign}', 1)
            if '"name": "' in text
            else text.replace('"name":"', f'"name":"{sign}', 1)
        )
    elif file == "district.toml":
        text = text.replace('name = "', f'name = "{sign}', 1)
    else:
        head, first, rest = text.split("\n", 2)
        cells = first.split(",")
        cells[1] += seen
        text = "\n".join([head, ",".join(cells), rest])
    path.write_text(text, encoding="utf-8")
    assert file in refused(pack)


def test_what_is_never_drawn_leaves_a_name(pack: Path) -> None:
    path = pack / "units.csv"
    head, first, rest = path.read_text(encoding="utf-8").split("\n", 2)
    cells = first.split(",")
    name = cells[1]
    cells[1] = f"{name}\u200b"
    path.write_text("\n".join([head, ",".join(cells), rest]), encoding="utf-8")
    assert next(unit.name for unit in read_pack(pack).units if unit.code == cells[0]) == name


def test_a_sheet_that_unpacks_to_a_mountain_is_refused_before_it_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = book(tmp_path, ["1", "2026-03-01 08:30:00", "x"])
    assert len(list(worksheets.rows(path))) == 2
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/media/zeros.bin", bytes(80 * 2**20))
    with pytest.raises(Refusal, match="压得太紧"):
        list(worksheets.rows(path))
    monkeypatch.setattr(worksheets, "ALWAYS_READ", 2**40)
    monkeypatch.setattr(worksheets, "LARGEST_KEPT", 2**20)
    with pytest.raises(Refusal, match="1 MB"):
        list(worksheets.rows(path))


def test_a_part_that_states_less_than_it_holds_is_refused_too(tmp_path: Path) -> None:
    path = book(tmp_path, *(["1", "2026-03-01 08:30:00", "x" * 50] for _ in range(200)))
    raw = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as packed:
        size = packed.getinfo("xl/worksheets/sheet1.xml").file_size
    stated = size.to_bytes(4, "little")
    assert raw.count(stated) >= 1
    path.write_bytes(bytes(raw.replace(stated, (100).to_bytes(4, "little"))))
    with pytest.raises(Refusal):
        list(worksheets.rows(path))
