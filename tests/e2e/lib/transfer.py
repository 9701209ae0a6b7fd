# SPDX-License-Identifier: GPL-2.0
"""A server behind VIPs, and a client that checks its answers.

    transfer.py serve NAME READYFILE VIP...
    transfer.py commands

The client reads what to do from standard input, one command in each line, and
prints a line when it has done that:

    upload|download VIP BYTES
    interrupted VIP BYTES COMMAND...
    connections|datagrams VIP N
    ping VIP N LARGEST

A TCP client sends "put N" and N bytes, and gets their hash; or "get N", and
gets N bytes; or "who", and gets the server's name. UDP is echoed with the
server's name in front.
"""

import functools
import hashlib
import random
import socket
import subprocess
import sys
import threading

from ktap import Case, check, check_is, not_ok
from limits import limit

PORT = 7000
CHUNK = 1 << 16


def family_of(vip):
    return socket.AF_INET6 if ":" in vip else socket.AF_INET


@functools.lru_cache
def blob(size):
    """Some bytes, the same everywhere."""
    return random.Random(size).randbytes(size)


@functools.lru_cache
def blob_hash(size):
    return hashlib.sha256(blob(size)).hexdigest()


def read_exactly(stream, size):
    digest, left = hashlib.sha256(), size
    while left:
        data = stream.read(min(left, CHUNK))
        if not data:
            raise EOFError(f"{left} bytes are missing")
        digest.update(data)
        left -= len(data)
    return digest.hexdigest()


def serve_tcp(conn, name):
    with conn, conn.makefile("rwb") as stream:
        verb, _, size = stream.readline().decode().strip().partition(" ")
        if verb == "put":
            stream.write(read_exactly(stream, int(size)).encode())
        elif verb == "get":
            stream.write(blob(int(size)))
        else:
            stream.write(name.encode())


def serve_udp(sock, name):
    while True:
        data, addr = sock.recvfrom(2048)
        sock.sendto(name.encode() + b" " + data, addr)


def serve_vip(vip, name):
    family = family_of(vip)
    tcp = socket.create_server((vip, PORT), family=family, backlog=128)
    udp = socket.socket(family, socket.SOCK_DGRAM)
    udp.bind((vip, PORT))
    threading.Thread(target=serve_udp, args=(udp, name), daemon=True).start()
    return tcp


def accept(tcp, name):
    while True:
        conn, _ = tcp.accept()
        threading.Thread(target=serve_tcp, args=(conn, name),
                         daemon=True).start()


def serve(name, ready, *vips):
    every = [threading.Thread(target=accept, args=(serve_vip(vip, name), name))
             for vip in vips]
    for thread in every:
        thread.start()
    with open(ready, "w", encoding="ascii"):
        pass


def ask(vip, line, data=b"", sport=0):
    """One connection: the server's answer to a line and some bytes."""
    with socket.create_connection((vip, PORT), limit(10),
                                  source_address=("", sport)) as conn:
        conn.sendall(line.encode() + b"\n")
        conn.sendall(data)
        conn.shutdown(socket.SHUT_WR)
        with conn.makefile("rb") as stream:
            return stream.read()


def upload(vip, size):
    check_is(f"an upload of {size} bytes arrives as it was",
             ask(vip, f"put {size}", blob(size)).decode(), blob_hash(size))


def interrupted(vip, size, *command):
    """An upload that runs a command when it is half done."""
    data = memoryview(blob(size))
    with socket.create_connection((vip, PORT), limit(10)) as conn:
        conn.sendall(b"put %d\n" % size)
        conn.sendall(data[:size // 2])
        subprocess.run(command, check=True)
        conn.sendall(data[size // 2:])
        with conn.makefile("rb") as stream:
            check_is(f"an upload of {size} bytes arrives as it was",
                     stream.read().decode(), blob_hash(size))


def download(vip, size):
    check(f"a download of {size} bytes arrives as it was",
          ask(vip, f"get {size}") == blob(size))


def connections(vip, n):
    """Each from a port of its own."""
    first = [ask(vip, "who", sport=20000 + i) for i in range(n)]
    check_is(f"{n} connections are spread over both backends", set(first),
             {b"backend1", b"backend2"})


def datagrams(vip, n):
    socks = []
    for _ in range(n):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.settimeout(limit(10))
        sock.connect((vip, PORT))
        socks.append(sock)
    answers = []
    with Case(f"each of {n} UDP flows is answered by one backend, and both "
              "answer") as case:
        for turn in range(2):
            # In portions that fit into every queue on the way.
            for i in range(0, n, 50):
                for j, sock in enumerate(socks[i:i + 50], i):
                    sock.send(b"%d %d" % (turn, j))
                for j, sock in enumerate(socks[i:i + 50], i):
                    name, _, data = sock.recv(2048).partition(b" ")
                    case.expect(f"answer {j}", data, b"%d %d" % (turn, j))
                    answers.append(name)
        case.expect("backends of the second turn", answers[n:], answers[:n])
        case.expect("backends", set(answers), {b"backend1", b"backend2"})


def ping(vip, n, largest="1380"):
    """Datagrams of every size up to the largest, one after another."""
    with socket.socket(family_of(vip), socket.SOCK_DGRAM) as sock:
        sock.settimeout(limit(10))
        sock.connect((vip, PORT))
        sizes = [i * int(largest) // (n - 1) for i in range(n)]
        answers = []
        for size in sizes:
            sock.send(blob(size))
            answers.append(sock.recv(2048).partition(b" ")[2])
        check(f"{n} datagrams of up to {sizes[-1]} bytes are answered",
              answers == [blob(size) for size in sizes])


VERBS = {"upload": upload, "download": download, "connections": connections,
         "datagrams": datagrams, "ping": ping, "interrupted": interrupted}


def commands():
    for line in sys.stdin:
        verb, vip, number, *words = line.split()
        try:
            VERBS[verb](vip, int(number), *words)
        except (OSError, EOFError, subprocess.SubprocessError) as error:
            not_ok(f"{line.strip()}: {error}")
        print("end of command")


def main():
    if sys.argv[1] == "serve":
        serve(*sys.argv[2:])
    else:
        commands()


if __name__ == "__main__":
    main()
