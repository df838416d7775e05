"""What a page loads: its own main module, the modules that one imports, its styles. Read once from `assets` and kept.

Every address carries one version made of all the files, so that what a module imports by a relative address carries it
too and everything may be kept for ever.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

ASSETS = Path(__file__).parent / "assets"
KINDS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
IMPORT = re.compile(r'^(?:import|export)\b[^;"]*"(\.[^"]+)";', re.M)
# Comments on lines of their own, and types in the midst of one: for who reads the source, not for the wire.
COMMENT = re.compile(r"^[ \t]*/\*(?:(?!\*/).)*\*/[ \t]*$|/\*\* @(?:(?!\*/).)*\*/ ?", re.M | re.S)
SOCKET = "vendor/socket.io.min.js"


@dataclass(frozen=True, slots=True)
class Page:
    """What one page loads: its main module, its styles in their order, classic scripts that come before."""

    main: str
    styles: tuple[str, ...]
    before: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class File:
    """A file of the assets: its bytes and content type."""

    data: bytes
    kind: str


def _styles(*names: str) -> tuple[str, ...]:
    return tuple(f"{name}.css" for name in names)


CORNER = _styles("account/account", "core/base")
ACTING = _styles("account/account", "act/act", "core/base")
TAKING = _styles("core/exporting")
DESK = _styles("desk/alerts", "desk/dispatch", "desk/intake", "desk/queue", "desk/desk")
WALL = _styles("wall/alert", "map/map", "wall/wide", "wall/wall")
TOKENS = _styles("core/tokens")
PHONE = _styles("core/tokens", "core/base", "phone/phone")

# what loads more than `_plain` says, or something else
_OTHERS: Mapping[str, Page] = {
    "screen": Page("wall/main.js", (*CORNER, *WALL, *TOKENS), (SOCKET,)),
    "desk": Page("desk/main.js", (*ACTING, *DESK, *_styles("event/event"), *TAKING, *TOKENS), (SOCKET,)),
    "claim": Page(
        "claim/main.js",
        (*ACTING, *_styles("claim/claim", "desk/queue", "desk/desk", "event/event"), *TAKING, *TOKENS),
        (SOCKET,),
    ),
    "event": Page("event/main.js", (*ACTING, *_styles("desk/desk", "event/event"), *TOKENS), (SOCKET,)),
    "scores": Page("scores/main.js", (*CORNER, *_styles("scores/scores"), *TAKING, *TOKENS), (SOCKET,)),
    "login": Page("login/main.js", _styles("core/tokens", "core/base", "login/login")),
    "account": Page("account/main.js", _styles("core/tokens", "core/base", "admin/admin", "account/account")),
    "field": Page("field/main.js", PHONE),
    "report": Page("report/main.js", PHONE),
}


def _plain(noun: str) -> Page:
    """Return what a page loads that is nothing special: the scripts and the styles of its folder, the live feed."""
    own = _styles(f"{noun}/{noun}") if (ASSETS / noun / f"{noun}.css").is_file() else ()
    return Page(
        f"{noun}/main.js", (*_styles("account/account"), *own, *_styles("core/base"), *TOKENS), (SOCKET,)
    )


_MAINS = {page.main for page in _OTHERS.values()}
_PLAIN = (
    main.parent.name for main in ASSETS.glob("*/main.js") if f"{main.parent.name}/main.js" not in _MAINS
)
PAGES: Mapping[str, Page] = {**_OTHERS, **{noun: _plain(noun) for noun in sorted(_PLAIN)}}


@lru_cache(maxsize=1)
def names() -> tuple[str, ...]:
    """Return every file of the assets that a browser may ask for."""
    found = (path for path in ASSETS.rglob("*") if path.suffix in KINDS and path.is_file())
    return tuple(sorted(path.relative_to(ASSETS).as_posix() for path in found))


@lru_cache(maxsize=1)
def version() -> str:
    """Return what all addresses of this version of the files have in common."""
    every = hashlib.sha256()
    for name in names():
        every.update(f"{name}:{hashlib.sha256((ASSETS / name).read_bytes()).hexdigest()}\n".encode())
    return every.hexdigest()[:12]


def address(name: str) -> str:
    """Return the address of a file, good for as long as no file changes."""
    if name not in names():
        raise FileNotFoundError(name)
    return f"/assets/{version()}/{name}"


@lru_cache(maxsize=256)
def file_of(name: str) -> File | None:
    """Return a file by its name as it is sent, or None."""
    if name not in names():
        return None
    data, suffix = (ASSETS / name).read_bytes(), PurePosixPath(name).suffix
    if suffix in {".js", ".css"} and not name.startswith("vendor/"):
        data = uncommented(data.decode()).encode()
    return File(data, KINDS[suffix])


def uncommented(text: str) -> str:
    """Return a script or style without block comments; every line stays on its line, so that faults are found again."""
    return COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text)


@lru_cache(maxsize=64)
def graph(main: str) -> tuple[str, ...]:
    """Return a module and every module it imports, near or far, each once, in the order in which they are run."""
    found: dict[str, None] = {}
    _visit(main, found, set())
    return tuple(found)


def _visit(name: str, found: dict[str, None], seen: set[str]) -> None:
    if name in seen:
        return
    seen.add(name)
    text = (ASSETS / name).read_text(encoding="utf-8")
    for there in IMPORT.findall(text):
        _visit(_resolved(name, there), found, seen)
    found[name] = None


def _resolved(name: str, there: str) -> str:
    whole = (ASSETS / PurePosixPath(name).parent / there).resolve()
    return whole.relative_to(ASSETS.resolve()).as_posix()


def files(noun: str) -> tuple[str, ...]:
    """Return everything a page loads of the assets: styles, classic scripts, modules."""
    page = PAGES[noun]
    return (*page.styles, *page.before, *graph(page.main))


def style_links(noun: str) -> str:
    """Return the HTML that loads a page's styles."""
    return "\n".join(f'<link rel="stylesheet" href="{address(name)}">' for name in PAGES[noun].styles)


def module_links(noun: str) -> str:
    """Return the HTML that loads a page's scripts; what its main module imports is fetched at once, not step by step."""
    page = PAGES[noun]
    return "\n".join(
        (
            *(f'<script src="{address(name)}" defer></script>' for name in page.before),
            f'<script type="module" src="{address(page.main)}"></script>',
            *(
                f'<link rel="modulepreload" href="{address(name)}">'
                for name in graph(page.main)
                if name != page.main
            ),
        )
    )
