#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Validate outputs of maglevadm --json against Documentation/maglevadm.schema.json.

usage: check_json.py [--all] FILE...

Each FILE has any number of JSON documents, one behind the other. With --all,
each member that the schema names has to occur in one of them. Prints what is
wrong; the exit code is 0 if nothing is.
"""

import json
import pathlib
import sys

import jsonschema

SCHEMA = pathlib.Path(__file__).parents[2] / "Documentation/maglevadm.schema.json"


def documents(text):
    """The documents in a text."""
    decoder = json.JSONDecoder()
    position = 0
    while text[position:].strip():
        position += len(text[position:]) - len(text[position:].lstrip())
        document, position = decoder.raw_decode(text, position)
        yield document


def resolve(schema, part):
    """What a part of the schema stands for."""
    if "$ref" in part:
        return resolve(schema, schema["$defs"][part["$ref"].rsplit("/", 1)[1]])
    return part


def kind_of(schema, document):
    """Name of the kind of output that a document is, by its first member."""
    for ref in schema["oneOf"]:
        kind = resolve(schema, ref)
        first = kind["required"][0]
        if first not in document:
            continue
        if kind["properties"][first].get("const", document[first]) == document[first]:
            return ref["$ref"]
    return None


def note_members(schema, part, value, seen):
    """Adds to @seen the members of @value, which is valid, as (part, name)."""
    part = resolve(schema, part)
    if isinstance(value, list):
        for each in value:
            note_members(schema, part["items"], each, seen)
    if isinstance(value, dict):
        for name, each in value.items():
            if name in part.get("properties", {}):
                seen.add((id(part), name))
                note_members(schema, part["properties"][name], each, seen)


def named_members(schema, part, path=""):
    """All members that a part of the schema names itself, as (part, name, path)."""
    for name, each in part.get("properties", {}).items():
        yield id(part), name, f"{path}.{name}"
        yield from named_members(schema, each, f"{path}.{name}")
    if "items" in part:
        yield from named_members(schema, part["items"], path + "[]")


def main():
    arguments = sys.argv[1:]
    every = arguments[:1] == ["--all"]
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    wrong, seen, count = 0, set(), 0
    for name in arguments[every:]:
        for document in documents(pathlib.Path(name).read_text(encoding="utf-8")):
            count += 1
            kind = kind_of(schema, document)
            if kind is None:
                print(f"no kind of output that the schema has: {list(document)}")
                wrong += 1
                continue
            part = {"$ref": kind}
            errors = list(jsonschema.Draft202012Validator(
                {**part, "$defs": schema["$defs"]}).iter_errors(document))
            for error in errors:
                print(f"{kind.rsplit('/', 1)[1]}: {error.json_path}: {error.message}")
            wrong += len(errors)
            if not errors:
                note_members(schema, part, document, seen)
    if every:
        for name, part in schema["$defs"].items():
            for key, member, path in named_members(schema, part, name):
                if (key, member) not in seen:
                    print(f"{path}: the schema has it, and nothing printed it")
                    wrong += 1
    if not count:
        print("no output to validate")
    print(f"{count} documents")
    sys.exit(1 if wrong or not count else 0)


if __name__ == "__main__":
    main()
