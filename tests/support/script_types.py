"""The shapes of the API as TypeScript, for the check of the scripts: `make tables` writes them, a test keeps them in step.

Made from the JSON Schemas that describe the API (callbacks/api/schema); nothing of it is sent to a browser.
"""

from pathlib import Path

from callbacks.api.schema.bricks import Schema
from callbacks.api.schema.components import COMPONENTS
from tests import ROOT

PLACE = ROOT / "layouts" / "assets" / "api.d.ts"
HEAD = "/* Made by `make tables` from callbacks/api/schema: what the API answers and takes. Moments are RFC 3339. */\n"
PLAIN = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}
WIDE = 120


def typed(schema: Schema, indent: str = "    ") -> str:
    """Return a JSON Schema as a TypeScript type."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    for word, sign in (("anyOf", " | "), ("oneOf", " | "), ("allOf", " & ")):
        if word in schema:
            return sign.join(typed(one, indent) for one in schema[word])
    if "enum" in schema:
        return _choice([str(value) for value in schema["enum"]], indent)
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    return " | ".join(_kind(kind, schema, indent) for kind in kinds) or "unknown"


def _choice(values: list[str], indent: str) -> str:
    line = " | ".join(f'"{value}"' for value in values)
    return line if len(line) < WIDE - 40 else "".join(f'\n{indent}  | "{value}"' for value in values)


def _kind(kind: str, schema: Schema, indent: str) -> str:
    if kind == "array":
        return f"Array<{typed(schema.get('items', {}), indent)}>"
    if kind != "object":
        return PLAIN[kind]
    more = schema.get("additionalProperties")
    named = schema.get("properties")
    if not named:
        return f"Record<string, {typed(more, indent) if isinstance(more, dict) and more else 'any'}>"
    return "{\n" + _fields(schema, indent + "  ") + indent + "}"


def _fields(schema: Schema, indent: str) -> str:
    needed = schema.get("required", [])
    return "".join(
        f"{indent}{name if name.isidentifier() else repr(name)}{'' if name in needed else '?'}: {typed(one, indent)};\n"
        for name, one in schema["properties"].items()
    )


def written() -> str:
    """Return the file."""
    shapes = "".join(f"  type {name} = {typed(schema, '  ')};\n" for name, schema in COMPONENTS.items())
    return f"{HEAD}declare namespace Api {{\n{shapes}}}\n"


def main(place: Path = PLACE) -> None:
    """Write the file."""
    place.write_text(written(), encoding="utf-8")


if __name__ == "__main__":
    main()
