"""Where a district pack lies."""

from pathlib import Path

BUNDLED = Path(__file__).resolve().parents[1] / "packs"
FILE = "district.toml"


def pack_folder(path_or_name: str | Path) -> Path:
    """The folder of a bundled pack's name, or of a path."""
    bundled = BUNDLED / str(path_or_name)
    plain = str(path_or_name).isidentifier()
    return bundled if plain and (bundled / FILE).is_file() else Path(path_or_name)
