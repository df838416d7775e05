"""What pages load: each its own module graph, in one version, and no script that outgrew its idea."""

import re
from pathlib import Path
from statistics import median

import pytest
from flask import Flask

from callbacks import assets
from dashboard.rules.refusals import NotFound
from layouts import scripts
from layouts.pages import phone

OWN = sorted(path for path in scripts.ASSETS.glob("*/*.js") if path.parent.name != "vendor")
WORKERS = {"map/worker.js", "field/service-worker.js"}  # begun by a script, not imported
LONGEST, LONGEST_LINE, TYPICAL = 250, 120, 100


def name_of(path: Path) -> str:
    return path.relative_to(scripts.ASSETS).as_posix()


@pytest.mark.parametrize("noun", sorted(scripts.PAGES))
def test_a_page_loads_its_main_module_last_and_every_module_once(noun: str) -> None:
    graph = scripts.graph(scripts.PAGES[noun].main)
    assert graph[-1] == scripts.PAGES[noun].main
    assert len(set(graph)) == len(graph)
    html = scripts.module_links(noun)
    assert html.count('type="module"') == 1
    assert [html.count(f'"{scripts.address(name)}"') for name in scripts.files(noun)[len(scripts.PAGES[noun].styles) :]] == [
        1
    ] * (len(graph) + len(scripts.PAGES[noun].before))  # fmt: skip


def test_every_import_names_a_file_and_every_file_is_loaded_by_a_page() -> None:
    loaded = {name for page in scripts.PAGES.values() for name in scripts.graph(page.main)}
    assert {name_of(path) for path in OWN} == loaded | WORKERS
    styles = {name for page in scripts.PAGES.values() for name in page.styles}
    assert {name for name in scripts.names() if name.endswith(".css")} == styles


def test_modules_are_imported_where_they_are_named_and_nowhere_else() -> None:
    loose = re.compile(r"\bimport\s*\(|\brequire\(|\bfrom '", re.M)
    assert [name_of(path) for path in OWN if loose.search(path.read_text("utf-8"))] == []


def test_a_graph_is_read_through_cycles_and_only_from_import_statements(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "a/main.js").write_text(
        'import { one } from "../b/one.js";\nimport "./two.js";\nsay("./no.js");\n'
    )
    (tmp_path / "a/two.js").write_text('import {\n  one,\n} from "../b/one.js";\nexport const two = one;\n')
    (tmp_path / "b/one.js").write_text(
        'import * as main from "../a/main.js";\nexport { two } from "../a/two.js";\n'
    )
    monkeypatch.setattr(scripts, "ASSETS", tmp_path)
    assert scripts.graph.__wrapped__("a/main.js") == ("a/two.js", "b/one.js", "a/main.js")


def test_a_file_is_kept_for_ever_under_its_own_version_only() -> None:
    app = Flask("files", static_folder=None)
    app.testing = True
    assets.install(app)
    client = app.test_client()
    there = client.get(scripts.address("desk/main.js"))
    assert there.status_code == 200 and there.mimetype == "text/javascript"
    assert "immutable" in there.headers["Cache-Control"]
    other = client.get("/assets/000000000000/desk/main.js")
    assert other.data == there.data and other.headers["Cache-Control"] == "no-cache"
    for outside in ("../scripts.py", "desk/none.js", "vendor/VERSIONS.md", "%2e%2e/scripts.py"):
        with pytest.raises(NotFound):
            client.get(f"/assets/{scripts.version()}/{outside}")


def test_the_phone_keeps_everything_its_page_loads() -> None:
    worker = phone.service_worker().decode()
    for name in (*scripts.files("field"), "icon.svg"):
        assert f'"{scripts.address(name)}"' in worker, name
    assert scripts.version() in worker and "__" not in worker.split("const PATIENCE_MS")[0]


def test_comments_and_types_stay_at_home_and_every_line_keeps_its_number() -> None:
    script = '/* why */\nconst a = /** @type {Row} */ (b);\n/** @type {Row} */ (a).x = "*/";\n  /** @param {string} x\n   */\nconst c = (x) => x; // "/*"\n'
    assert scripts.uncommented(script) == '\nconst a = (b);\n(a).x = "*/";\n\n\nconst c = (x) => x; // "/*"\n'
    for path in OWN:
        text = path.read_text("utf-8")
        assert scripts.uncommented(text).count("\n") == text.count("\n"), path.name
    sent = scripts.file_of("core/http.js")
    assert sent is not None and b"/*" not in sent.data and b"export const call" in sent.data


def test_no_script_outgrows_its_idea() -> None:
    lengths = {name_of(path): len(path.read_text("utf-8").splitlines()) for path in OWN}
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}
    assert median(lengths.values()) <= TYPICAL


def test_no_line_is_too_long_and_nothing_hangs_on_a_global() -> None:
    wide = [
        f"{name_of(path)}:{number}"
        for path in OWN
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if len(line) > LONGEST_LINE
    ]
    assert wide == []
    assert [name_of(path) for path in OWN if "gridWall" in path.read_text("utf-8")] == []
