#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""maglevadm --watch on a terminal: what it draws, and how it leaves.

usage: pty_watch.py MAGLEVADM ARGUMENT...

Runs the program on a pseudo-terminal of 10 lines of 40 columns, makes the window
larger after some frames, stops and continues the program, and interrupts it.
Prints the last frame, without what positions and colours it.
"""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios

ENTER, LEAVE = "\033[?1049h\033[?25l", "\033[?25h\033[?1049l"
HOME, BELOW = "\033[H", "\033[J"
# Ends what hangs, on a slow machine as well.
LIMIT = 300


def resize(fd, rows, columns):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


class Program:
    """The program, and all that it has written so far."""

    def __init__(self, argv):
        self.text = ""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            resize(0, 10, 40)
            os.environ["TERM"] = "xterm"
            os.execv(argv[0], argv)

    def read(self):
        """Reads some more; false at the end."""
        if not select.select([self.fd], [], [], LIMIT)[0]:
            sys.exit(f"hangs; so far {self.text!r}")
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            data = b""
        self.text += data.decode()
        return bool(data)

    def frames(self):
        """What was drawn completely."""
        return re.findall(re.escape(HOME) + "(.*?)" + re.escape(BELOW), self.text, re.S)

    def until(self, condition):
        while not condition():
            if not self.read():
                sys.exit(f"ended; {self.text!r}")

    def more_frames(self):
        n = len(self.frames())
        self.until(lambda: len(self.frames()) > n + 1)


def plain(frame):
    """The lines of a frame, as one sees them."""
    return re.sub(r"\033\[[0-9;]*[mK]", "", frame).replace("\r", "").split("\n")


def check(condition, what, program):
    if not condition:
        sys.exit(f"{what}; {program.text!r}")


def main():
    program = Program(sys.argv[1:])
    modes = termios.tcgetattr(program.fd)
    program.more_frames()
    check(program.text.startswith(ENTER), "does not take the screen over first", program)
    for frame in program.frames():
        lines = plain(frame)
        check(len(lines) <= 10, "more lines than the window has", program)
        check(max(map(len, lines)) <= 40, "a line longer than the window", program)
        check(re.fullmatch(r"\(\d+ more lines\)", lines[-1]), "does not say that lines are missing",
              program)

    # A larger window is used, from the next frame on.
    resize(program.fd, 50, 100)
    program.until(lambda: len(plain(program.frames()[-1])) > 10)
    check(max(map(len, plain(program.frames()[-1]))) > 40, "the window's width is not used", program)

    # Stopped, it gives the screen back, and takes it again when it goes on.
    os.write(program.fd, b"\x1a")
    program.until(lambda: program.text.endswith(LEAVE))
    os.waitpid(program.pid, os.WUNTRACED)
    os.kill(program.pid, signal.SIGCONT)
    program.until(lambda: program.text.count(ENTER) == 2)
    program.more_frames()

    os.write(program.fd, b"\x03")
    while program.read():
        pass
    _, status = os.waitpid(program.pid, 0)
    check(program.text.endswith(LEAVE), "leaves the screen as it is", program)
    check(status == 0, f"ends with status {status}", program)
    check(termios.tcgetattr(program.fd) == modes, "changed the modes of the terminal", program)
    print("\n".join(plain(program.frames()[-1])))


if __name__ == "__main__":
    main()
