# SPDX-License-Identifier: GPL-2.0
"""
HTTP connections that stay open: keepalive.py ADDRESS PORT NUMBER

The body of an answer is the server's name. Opens the connections, and prints how many
each server has, as "NAME NUMBER ...". For each line on standard input, each connection
sends a request; those that get no answer from the server they had are broken. Prints
the servers of these in the same way, or "none"; they are not asked again.
"""

import collections
import http.client
import sys

from limits import limit


def ask(conn):
    conn.request("GET", "/")
    return conn.getresponse().read().decode().strip()


def show(names):
    count = collections.Counter(names)
    print(" ".join(f"{n} {count[n]}" for n in sorted(count)) or "none",
          flush=True)


def main():
    address, port, number = sys.argv[1:]
    server = {}
    for _ in range(int(number)):
        conn = http.client.HTTPConnection(address, int(port),
                                          timeout=limit(20))
        # It would open a connection anew without a word.
        conn.auto_open = 0
        conn.connect()
        server[conn] = ask(conn)
    show(server.values())
    for _ in sys.stdin:
        broken = []
        for conn, name in list(server.items()):
            try:
                if ask(conn) == name:
                    continue
            except (OSError, http.client.HTTPException):
                pass
            broken.append(name)
            del server[conn]
        show(broken)


if __name__ == "__main__":
    main()
