#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Inside a kernel of the lab: how long single packets take while the
configuration changes as fast as a program can have it changed.

Lines "latency,KERNEL,WHAT,PACKETS,HALF,99 %,99.9 %,MAX,CHANGES", times in ns.
"""

import os
import signal
import subprocess
import time

import guest
from guest import BACKENDS, VIP, Case

FLOWS = 100000
PACKETS = int(os.environ['BENCH_LATENCY_PACKETS'])
WEIGHTS = [f'maglevadm -e --pool p -r {BACKENDS[0]} -w {w}' for w in (2, 1)]
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
    ('maglev, nothing changes', MAGLEV, []),
    ('maglev, a weight changes, M = 65537', MAGLEV, WEIGHTS),
    ('maglev, a weight changes, M = 655373', LARGE, WEIGHTS),
    ('maglev, cache of 1 Mi to 2 Mi and back', MAGLEV, SIZES),
    ('IPVS mh, nothing changes', RIVAL, []),
    ('IPVS mh, a weight changes', RIVAL, IPVS),
]


class Changes:
    """Commands in a loop until stop(), which tells how many there were."""

    def __init__(self, commands):
        self.log = os.environ['LAB_OUT'] + '/changes'
        guest.write(self.log, '')
        loop = ''.join(f'{command} && echo >>{self.log} || exit 1\n'
                       for command in commands)
        self.process = commands and subprocess.Popen(
            ['sh', '-c', f'while :; do\n{loop}done'], start_new_session=True)

    def stop(self):
        if not self.process:
            return 0
        if self.process.poll() is not None:
            raise SystemExit('a change failed')
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait()
        with open(self.log, encoding='ascii') as handle:
            return len(handle.readlines())


def main():
    kernel = os.environ['LAB_KERNEL']
    guest.prepare(kernel)
    for case in (MAGLEV, LARGE, RIVAL):
        case.create()
    time.sleep(2.5)
    for case in (MAGLEV, LARGE, RIVAL):
        case.prime('tcp', FLOWS)
    for what, case, commands in RUNS:
        guest.enter(case.name)
        changes = Changes(commands)
        figures, came_out = case.send('tcp', FLOWS, PACKETS, batch=1)
        count = changes.stop()
        if came_out < figures[0]:
            raise SystemExit(f'{what}: {figures[0] - came_out} packets lost')
        packets, _, _, tail, half, far, most = figures
        print(f'latency,{kernel},{what.replace(",", ";")},{packets},{half},'
              f'{tail},{far},{most},{count}', flush=True)


main()
