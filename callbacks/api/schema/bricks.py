"""The bricks of the API's JSON Schema: plain kinds, references, choices, lists and records."""

from collections.abc import Mapping
from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
FLAG: Schema = {"type": "boolean"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
RATIO: Schema = {"type": "object", "required": ["num", "den"], "properties": {"num": WHOLE, "den": WHOLE}}


def ref(name: str) -> Schema:
    """Return a reference to a named shape."""
    return {"$ref": f"#/components/schemas/{name}"}


def null(schema: Schema) -> Schema:
    """Return a shape that may also be null."""
    if isinstance(schema.get("type"), str) and "enum" not in schema:
        return {**schema, "type": [schema["type"], "null"]}
    return {"anyOf": [schema, {"type": "null"}]}


def choice(values: Any) -> Schema:
    """Return a text out of a list."""
    return {"type": "string", "enum": [str(value) for value in values]}


def array(items: Schema) -> Schema:
    """Return a list of a shape."""
    return {"type": "array", "items": items}


def record(properties: Mapping[str, Schema], *optional: str, open_: bool = False) -> Schema:
    """Return an object in which everything but `optional` is always there."""
    required = [name for name in properties if name not in optional]
    return {
        "type": "object",
        "properties": dict(properties),
        "required": required,
        **({} if open_ else {"additionalProperties": False}),
    }


def page(item: Schema, **optional: Schema) -> Schema:
    """Return a list as every list is answered; `optional` is there only when asked for."""
    return record({"items": array(item), "next": null(TEXT), **optional}, *optional)


NAMED = record({"code": TEXT, "name": TEXT})
