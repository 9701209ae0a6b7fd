#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
tests/lab/run --kernel uml-6.1 --memory 2G -- tests/bench/state.py

Inside a kernel of the lab: how long it takes to save and to restore the state of
a director that tracks a million flows, with the module loaded anew in between.

The flows come in by netlink, as they would from a file; how they came makes no
difference to what is measured. BENCH_FLOWS is their number.
"""

import json
import os
import struct
import subprocess
import sys
import time

sys.path.append(os.path.join(os.path.dirname(__file__), '../e2e/lib'))
os.environ.setdefault('E2E_DIR', os.path.join(os.path.dirname(__file__), '../e2e'))
os.environ.setdefault('E2E_SLOWNESS', '1000')

import family as f                       # noqa: E402
from genl import Genl                    # noqa: E402

FLOWS = int(os.environ.get('BENCH_FLOWS', 1 << 20))
AT_ONCE = 1700
SERVICES = 10
BACKENDS = 20
FILES = '/tmp/bench-rules', '/tmp/bench-state'


def run(*command, stdin=None):
    return subprocess.run(command, check=True, text=True, input=stdin,
                          stdout=subprocess.PIPE).stdout


def configure():
    lines = ['--cache-size 2097152', '--add-pool web --settle 1h']
    lines += [f'-a --pool web -r 203.0.113.{i + 1}' for i in range(BACKENDS)]
    lines += [f'-A -t 192.0.2.80:{i + 1} --pool web' for i in range(SERVICES)]
    run('maglevadm', '-R', stdin='\n'.join(lines) + '\n')


def numbers(genl, name, size):
    """Numbers of services or backends."""
    arrays = [dict(f.objects([m], f.A_STATE)[0]).get(name)
              for m in genl.dump(f.STATE_GET).messages
              if f.objects([m], f.A_STATE)]
    return [struct.unpack_from('<I', data, at)[0] for data in arrays if data
            for at in range(0, len(data), size)]


def fill(genl):
    services = numbers(genl, 'services', 28)
    backends = numbers(genl, 'backends', 84)
    for first in range(0, FLOWS, AT_ONCE):
        data = b''.join(struct.pack(
            '<IIIHHBBHQQ', services[i % len(services)], backends[i % len(backends)],
            1, 1 + (i & 0xff), 0x5000, 1, 1, 0, 0,
            int.from_bytes(struct.pack('>HHI', 0, 0xffff, 0x0a000000 + (i >> 8)),
                           'little'))
            for i in range(first, min(first + AT_ONCE, FLOWS)))
        reply = genl.call(f.STATE_SET, f.obj(f.A_STATE, version=1, flows=data))
        if reply.error:
            raise SystemExit(f'refused: {reply}')


def used():
    return json.loads(run('maglevadm', '--info', '--json'))['cache_used']


def timed(what, *command):
    begin = time.monotonic()
    said = run(*command)
    seconds = time.monotonic() - begin
    print(f'state,{os.environ["LAB_KERNEL"]},{what},{FLOWS},{seconds:.3f}', flush=True)
    return said


def main():
    rules, state = FILES
    configure()
    fill(Genl())
    before = used()
    print(f'# {before} of {FLOWS} flows found room', flush=True)
    with open(rules, 'w', encoding='ascii') as file:
        file.write(run('maglevadm', '-S', '-n'))
    for _ in range(3):
        print('#', timed('save', 'maglevadm', '--save-state', state).strip())
    print(f'# {os.path.getsize(state)} bytes')
    for _ in range(3):
        run('rmmod', 'maglev')
        run('insmod', os.environ['MAGLEV_KO'])
        run('maglevadm', '--replace', rules)
        print('#', timed('restore', 'maglevadm', '--restore-state', state).strip())
        if used() != before:
            raise SystemExit(f'{used()} of {before} flows are back')
    timed('listing', 'sh', '-c', 'maglevadm -L -c -n >/dev/null')


main()
