#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Print the names in the YNL specification as C tables, for fake_kern.c.

usage: spec_names.py SPEC
"""

import sys

import yaml


def values(entries):
    """Entries with their values: given, or one more than the one before."""
    value = 0
    for entry in entries:
        value = entry.get("value", value + 1)
        yield value, entry


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        spec = yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    sets = {s["name"]: s for s in spec["attribute-sets"]}
    top = list(values(sets["maglev"]["attributes"]))
    print("static const char *const command_names[] = {")
    for value, op in values(spec["operations"]["list"]):
        print(f'\t[{value}] = "{op["name"]}",')
    print("};\n\nstatic const char *const object_names[] = {")
    for value, attr in top:
        print(f'\t[{value}] = "{attr["name"]}",')
    print("};\n\nstatic const char *const attr_names[][64] = {")
    for value, attr in top:
        inner = sets.get(attr.get("nested-attributes"), {"attributes": []})
        print(f"\t[{value}] = {{")
        for each, member in values(inner["attributes"]):
            print(f'\t\t[{each}] = "{member["name"]}",')
        print("\t},")
    print("};")


if __name__ == "__main__":
    main()
