# SPDX-License-Identifier: GPL-2.0
"""The netlink family as Documentation/netlink/specs/maglev.yaml describes it.

Names are those of the specification with "_" for "-".
"""

import collections
import os

import yaml

FILE = os.path.join(os.environ["E2E_DIR"], "../..",
                    "Documentation/netlink/specs/maglev.yaml")
SIZES = {"u8": 1, "u16": 2, "u32": 4, "u64": 8, "flag": 0, "string": None}

# ident: type in the message; size: bytes, None for a string or any bytes; exact: bytes that
# the kernel does not take for a number; low, high: range of a number; longest: of
# a string; enum: the names of its values.
Attribute = collections.namedtuple(
    "Attribute", "ident size exact low high longest enum text")
# requests: {object: names of its attributes} that the command takes; several:
# objects that may be repeated; do, dump: there is such a request; admin: it needs
# CAP_NET_ADMIN.
Command = collections.namedtuple(
    "Command", "ident requests several dry_run do dump admin")


def plain(name):
    return name.replace("-", "_")


class Spec:
    """The family, its commands and its attributes."""

    def __init__(self):
        with open(FILE, encoding="utf-8") as file:
            spec = yaml.load(file, Loader=yaml.CSafeLoader)
        self.sets = {s["name"]: s for s in spec["attribute-sets"]}
        self.constants = {plain(d["name"]): d["value"]
                          for d in spec["definitions"] if d["type"] == "const"}
        self.enums = {d["name"]: [e["name"] for e in d["entries"]]
                      for d in spec["definitions"] if d["type"] == "enum"}
        # Objects, by name, and their attributes.
        self.objects = {plain(a["name"]): i for i, a in
                        enumerate(self.sets["maglev"]["attributes"], 1)}
        self.attributes = {
            kind: self._attributes(plain(a["nested-attributes"]))
            for kind, a in zip(self.objects.values(),
                               self.sets["maglev"]["attributes"])
            if a["type"] == "nest"}
        self.commands = {plain(op["name"]).upper(): self._command(i, op)
                         for i, op in enumerate(spec["operations"]["list"],
                                                1)}

    def _attributes(self, name):
        """Those of a set; a subset has the numbers and types of its set."""
        mine = self.sets[name] if name in self.sets else self.sets[
            name.replace("_", "-")]
        base = self.sets[mine.get("subset-of", mine["name"])]["attributes"]
        names = {a["name"] for a in mine["attributes"]}
        return {plain(a["name"]): self._attribute(i, a)
                for i, a in enumerate(base, 1) if a["name"] in names}

    def _attribute(self, ident, attr):
        checks = attr.get("checks", {})
        exact = "exact-len" in checks
        size = checks["exact-len"] if exact else SIZES.get(attr["type"])
        low, high = checks.get("min"), checks.get("max")
        enum = self.enums.get(attr.get("enum"))
        if enum:
            high = len(enum) - 1
        longest = checks.get("max-len")
        return Attribute(ident, size, exact, low or 0, high,
                         self.constants.get(plain(str(longest)), longest),
                         enum, attr["type"] == "string")

    def _nested(self, op, attr):
        """The set of a nest in a request of a command."""
        name = attr["nested-attributes"]
        if op["name"].endswith("-get"):
            return self.sets[name + "-id"]
        # A reply has more in the nest than a request.
        if op["attribute-set"] == "maglev" and name + "-request" in self.sets:
            return self.sets[name + "-request"]
        return self.sets[name]

    def _command(self, ident, op):
        do, dump = op.get("do"), op.get("dump")
        names = ((do or dump or {}).get("request") or {}).get("attributes", [])
        full = {a["name"]: a for a in self.sets["maglev"]["attributes"]}
        mine = {a["name"]: {**full[a["name"]], **a}
                for a in self.sets[op["attribute-set"]]["attributes"]}
        requests, several = {}, set()
        for name in names:
            if mine[name]["type"] != "nest":
                continue
            kind = self.objects[plain(name)]
            requests[kind] = tuple(plain(a["name"]) for a in
                                   self._nested(op, mine[name])["attributes"])
            if mine[name].get("multi-attr"):
                several.add(kind)
        return Command(ident, requests, several, "dry-run" in names,
                       do is not None, dump is not None,
                       "uns-admin-perm" in op.get("flags", ()))
