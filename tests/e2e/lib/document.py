# SPDX-License-Identifier: GPL-2.0
"""Commands and tables in a document in Markdown.

Commands are in blocks of "sh". A line says where those behind it run:

    ```sh
    # on backend-1, backend-2 and backend-3
    # on client, in a second window
    # on director-1; not in the lab

Those in a second window go on while those behind them run. What is printed is in a
block of "text" right behind, that of a second window in one of "text second window",
anywhere before the next window; without one, nothing may be printed. In there "..." stands for anything within a line, and alone for any number of lines.
"""

import re

HEAD = re.compile(r"# on ([a-z0-9, -]+?)(, in a second window)?(; not in the lab)?$")


class Block:
    """Commands, or what they print: lines, and the number of the first one."""

    def __init__(self, path, first, lines):
        self.path, self.first, self.lines = path, first, lines
        self.hosts, self.window, self.elsewhere, self.output = [], False, False, None

    @property
    def place(self):
        return f"{self.path}:{self.first}"

    def by_host(self):
        """The parts of a block of commands, each for the hosts that its head names."""
        heads = [i for i, line in enumerate(self.lines) if HEAD.match(line)]
        if heads[:1] != [0]:
            raise ValueError(f"{self.place}: no host: {self.lines[0]}")
        for i, end in zip(heads, heads[1:] + [len(self.lines)]):
            part = Block(self.path, self.first + i, self.lines[i:end])
            part.read_head()
            yield part

    def read_head(self):
        found = HEAD.match(self.lines[0])
        self.hosts = re.split(r", | and ", found[1])
        self.window, self.elsewhere = bool(found[2]), bool(found[3])
        if self.window and (len(self.hosts) > 1 or self.elsewhere):
            raise ValueError(f"{self.place}: a second window is on one host")

    def script(self):
        """The commands, at the line numbers that they have in the document."""
        return "\n" * (self.first - 1) + "\n".join(self.lines) + "\n"


def fences(path, text):
    """(info string, Block) for each fenced block."""
    info, first, lines = None, 0, []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith("```"):
            if info is not None:
                lines.append(line)
        elif info is None:
            info, first, lines = line[3:], number + 1, []
        else:
            yield info, Block(path, first, lines)
            info = None
    if info is not None:
        raise ValueError(f"{path}:{first}: the block does not end")


def commands(path, text):
    """The blocks of commands, with what they print."""
    found, last, window = [], None, None
    for info, block in fences(path, text):
        if info == "sh":
            for last in block.by_host():
                found.append(last)
                if last.window:
                    last, window = None, last
        elif info in ("text", "text second window"):
            of = last if info == "text" else window
            if of is None or of.output:
                raise ValueError(f"{block.place}: output of no commands")
            of.output = block
            last = None
        else:
            raise ValueError(f"{block.place}: neither sh nor text: {info}")
    return found


def table(text, head):
    """The rows below the first table that has these heads, as lists."""
    rows = None
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells == head:
            rows = []
        elif rows is not None and not line.startswith("|"):
            return rows
        elif rows is not None and not set(line) <= set("|-: "):
            rows.append(cells)
    raise ValueError(f"no table {head}")


def same_line(wanted, got):
    parts = (re.escape(part) for part in wanted.rstrip().split("..."))
    return re.fullmatch(".*".join(parts), got.rstrip()) is not None


def difference(wanted, got):
    """
    Where two lists of lines differ first: the index in `wanted` and the line that is
    there instead, None at the end; or None if they do not.
    """
    at = {0}            # lines of `got` that may come next
    for i, line in enumerate(wanted):
        if line == "...":
            after = set(range(min(at), len(got) + 1))
        else:
            after = {j + 1 for j in at if j < len(got) and same_line(line, got[j])}
        if not after:
            j = min(at)
            return i, got[j] if j < len(got) else None
        at = after
    if len(got) not in at:
        return len(wanted), got[max(at)]
    return None
