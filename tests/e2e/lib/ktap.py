# SPDX-License-Identifier: GPL-2.0
"""Results as lines of KTAP. run.sh adds the numbers."""

import sys


def ok(desc):
    print(f"ok - {desc}")


def not_ok(desc, *diagnostics):
    print(f"not ok - {desc}")
    for text in diagnostics:
        for line in str(text).splitlines():
            print(f"# {line}")


def skip(desc, reason):
    print(f"ok - {desc} # SKIP {reason}")


def check(desc, condition, *diagnostics):
    """Reports a case; the diagnostics are printed when it failed."""
    if condition:
        ok(desc)
    else:
        not_ok(desc, *diagnostics)
    return bool(condition)


def check_is(desc, got, expected):
    return check(desc, got == expected, f"expected: {expected}",
                 f"got:      {got}")


class Case:
    """Collects the failures of one case and reports them at the end."""

    def __init__(self, desc):
        self.desc = desc
        self.wrong = []

    def __enter__(self):
        return self

    def expect(self, what, got, expected):
        if got != expected:
            self.wrong.append(f"{what}: expected {expected!r}, got {got!r}")

    def fail(self, text):
        self.wrong.append(text)

    def __exit__(self, kind, value, trace):
        if kind is None:
            check(self.desc, not self.wrong, *self.wrong)
        else:
            not_ok(self.desc, f"{kind.__name__}: {value}")
            sys.stdout.flush()
        return False
