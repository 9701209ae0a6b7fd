#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Inside a kernel of the lab: how long single packets take while the
configuration changes as fast as a program can have it changed.

Packets are on the first CPU, the program on the last one. Lines "latency,KERNEL,
WHAT,ROUND,PACKETS,MEAN OF THE MIDDLE HALF,50 %,99 %,99.9 %,MAX,CHANGES", times in
ns; changes are those that ended while packets were sent. Runs in which packets
were lost, or in which nothing changed, are an error.
"""

import os
import signal
import subprocess
import time

import guest
from guest import BACKENDS, VIP, Case

FLOWS = int(os.environ.get('BENCH_FLOWS', '100000'))
PACKETS = int(os.environ['BENCH_LATENCY_PACKETS'])
ROUNDS = int(os.environ.get('BENCH_ROUNDS', '1'))
ASK = ['maglevadm --info >/dev/null']
WEIGHTS = [f'maglevadm -e --pool p -r {BACKENDS[0]} -w {w}' for w in (2, 1)]
# Not less: 8 flows fit a bucket, and of 100000 flows in 512 Ki entries more than
# that belong to some, so that size is refused.
SIZES = [f'maglevadm --cache-size {n}' for n in (2097152, 1048576)]
IPVS = [f'ipvsadm -e -t {VIP}:80 -r {BACKENDS[0]}:80 -i --tun-type gre -w {w}'
        for w in (2, 1)]


def large_table():
    guest.maglev('all')
    guest.run('maglevadm', '--edit-pool', 'p', '--table-size', '655373')


MAGLEV = Case('maglev-all', lambda: guest.maglev('all'), True)
LARGE = Case('maglev-large', large_table, True)
RIVAL = Case('ipvs-gre', lambda: guest.ipvs('-i --tun-type gre'), False)
RUNS = [
    ('maglev, nothing else', MAGLEV, []),
    ('maglev, a program asks and changes nothing', MAGLEV, ASK),
    ('maglev, a weight changes, M = 65537', MAGLEV, WEIGHTS),
    ('maglev, a weight changes, M = 655373', LARGE, WEIGHTS),
    ('maglev, cache of 1 Mi to 2 Mi and back', MAGLEV, SIZES),
    ('IPVS mh, nothing else', RIVAL, []),
    ('IPVS mh, a weight changes', RIVAL, IPVS),
]


def on_the_last_cpu():
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


class Changes:
    """Commands in a loop until stop(); ended() gives the times they ended at."""

    def __init__(self, commands):
        self.log = os.environ['LAB_OUT'] + '/changes'
        guest.write(self.log, '')
        loop = ''.join(f'{command} || exit 1\n'
                       f'echo "$EPOCHREALTIME" >>{self.log}\n'
                       for command in commands)
        # The shell's own clock: nothing else is started but the commands.
        self.process = commands and subprocess.Popen(
            ['bash', '-c', f'while :; do\n{loop}done'], start_new_session=True,
            preexec_fn=on_the_last_cpu)
        # The program is under way when the first packet is sent.
        while self.process and not self.ended():
            self.alive()
            time.sleep(0.01)

    def ended(self):
        if not self.process:
            return []
        with open(self.log, encoding='ascii') as handle:
            return [float(line) for line in handle if line.endswith('\n')]

    def alive(self):
        if self.process.poll() is not None:
            raise SystemExit('a change failed')

    def stop(self):
        if self.process:
            self.alive()
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait()


def measure(what, case, commands):
    """Figures of the generator, and changes while it sent."""
    guest.enter(case.name)
    changes = Changes(commands)
    # On one CPU the program may not have had its turn, again and again.
    for _ in range(1000):
        begin = time.time()
        figures, came_out = case.send('tcp', FLOWS, PACKETS, batch=1)
        end = begin + figures[7] / 1e9
        if came_out < figures[0]:
            raise SystemExit(f'{what}: {figures[0] - came_out} packets lost')
        count = sum(begin <= moment <= end for moment in changes.ended())
        if count or not commands:
            changes.stop()
            return figures, count
    raise SystemExit(f'{what}: nothing changed meanwhile')


def main():
    kernel = os.environ['LAB_KERNEL']
    guest.prepare(kernel)
    for case in (MAGLEV, LARGE, RIVAL):
        case.create()
    guest.settle((MAGLEV, LARGE))
    for case in (MAGLEV, LARGE, RIVAL):
        case.prime('tcp', FLOWS)
    for number in range(ROUNDS):
        for what, case, commands in RUNS:
            figures, count = measure(what, case, commands)
            packets, _, middle, tail, half, far, most, _ = figures
            print(f'latency,{kernel},{what.replace(",", ";")},{number},'
                  f'{packets},{middle // 1000},{half},{tail},{far},{most},'
                  f'{count}', flush=True)


main()
