"""Words of a file that neither its mapping nor the district knows, summed up as a block ready to be filled in.

They are read from the refused rows, so that an import begun again after a kill says the same as one clean run.
"""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from datasources.history.mapping import Mapper
from datasources.history.mapping_file import OTHERWISE, WORDS
from datasources.history.refused import RefusedFile

Words = Mapping[tuple[str, str], int]  # (our field, their word) → rows
HEAD = "# {name}"
HOW = (
    "# 映射不认识的词和行数。在右边填上代码，并入映射文件中同名的表，再导入一次。",  # words: none
    "# 其余的都归到一处：去掉 otherwise 前的 #，填上代码。",  # words: none
    "# Words the mapping does not know, with their rows: fill in our codes and merge this into the mapping.",
)


def count(refused: RefusedFile, mapper: Mapper) -> dict[tuple[str, str], int]:
    """Return the unknown words of the refused rows, with how many rows have each."""
    found: Counter[tuple[str, str]] = Counter()
    for cells in refused.rows():
        found.update(mapper.unknown(cells))
    return dict(sorted(found.items(), key=lambda one: (WORDS.index(one[0][0]), -one[1], one[0][1])))


def write(source: Path, words: Words) -> Path | None:
    """Write the block beside a file and return its path; without unknown words an older one goes."""
    path = source.with_name(source.name + ".unknown.toml")
    if not words:
        path.unlink(missing_ok=True)
        return None
    path.write_text("\n".join([HEAD.format(name=source.name), *HOW, *_lines(words), ""]), "utf-8")
    return path


def _lines(words: Words) -> list[str]:
    lines: list[str] = []
    for (name, word), rows in words.items():
        table = f"[values.{name}]"
        if table not in lines:
            lines += ["", table, f'# {OTHERWISE} = ""']
        lines.append(f'{_quoted(word)} = ""  # {rows}')
    return lines


def _quoted(word: str) -> str:
    plain = word.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(sign if sign.isprintable() else f"\\U{ord(sign):08x}" for sign in plain) + '"'
