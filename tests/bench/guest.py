#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Inside a kernel of the lab: measure every case, write $LAB_OUT/packets.csv.

Each case is a network namespace with a device that packets come in by and one
that swallows what goes out. All of them stand side by side while they are
measured, so that rounds can be interleaved.
"""

import csv
import ctypes
import ipaddress
import json
import os
import subprocess
import sys
import time

BENCH = '/sys/kernel/debug/maglev_bench'
VIP = '192.0.2.10'
DIRECTOR = '198.51.100.11'
GATEWAY = '203.0.113.1'
BACKENDS = [f'203.0.113.{i}' for i in range(11, 31)]
SPARE = '203.0.113.31'


def in_v6(address):
    """The address of IPv6 that ends like one of IPv4, as the generator has it."""
    return str(ipaddress.IPv6Address((0x20010db8 << 96) + int(ipaddress.IPv4Address(address))))


def in_brackets(address):
    return f'[{address}]' if ':' in address else address


VIP6 = in_v6(VIP)
BACKENDS6 = [in_v6(address) for address in BACKENDS]
PROTOS = {'tcp': 'proto=0', 'syn': 'proto=1', 'udp': 'proto=2',
          # Of flows that are known, and of new ones.
          'fragments': 'proto=2 fragments=1', 'fragments-new': 'proto=2 fragments=1'}
NEW = ('syn', 'fragments-new')

libc = ctypes.CDLL(None, use_errno=True)


def run(*command, stdin=None):
    subprocess.run(command, check=True, input=stdin, text=True)


def enter(name):
    """This process, and what it starts, is in that namespace from now on."""
    with open(f'/run/netns/{name}', encoding='ascii') as handle:
        if libc.setns(handle.fileno(), 0x40000000):
            raise OSError(ctypes.get_errno(), f'setns {name}')


def write(path, text):
    with open(path, 'w', encoding='ascii') as handle:
        handle.write(text)


def sysctl(name, value):
    write('/proc/sys/net/ipv4/' + name, str(value))


def network():
    """A way in, a way out, and neighbours that need not be asked for."""
    lines = ['link set lo up',
             'link add in type dummy', 'link add out type dummy',
             f'address add {DIRECTOR}/24 dev in',
             f'address add {GATEWAY}/24 dev out',
             'link set in up', 'link set out up']
    for number, address in enumerate(BACKENDS + [SPARE]):
        lines.append(f'neighbour add {address} dev out nud permanent '
                     f'lladdr 02:00:00:00:00:{number:02x}')
    # Nobody asks whether others have these addresses, so they are there at once.
    lines += [f'address add {in_v6(DIRECTOR)}/120 dev in nodad',
              f'address add {in_v6(GATEWAY)}/120 dev out nodad']
    for number, address in enumerate(BACKENDS6):
        lines.append(f'neighbour add {address} dev out nud permanent '
                     f'lladdr 02:00:00:00:00:{number:02x}')
    run('ip', '-batch', '-', stdin='\n'.join(lines) + '\n')
    for name in ('all', 'default', 'in', 'out'):
        sysctl(f'conf/{name}/rp_filter', 0)


def vip_is_local():
    run('ip', 'address', 'add', VIP + '/32', 'dev', 'lo')
    run('ip', 'address', 'add', VIP6 + '/128', 'dev', 'lo', 'nodad')


def maglev(track, vip=VIP, backends=BACKENDS):
    if os.environ.get('BENCH_CACHE'):
        run('maglevadm', '--cache-size', os.environ['BENCH_CACHE'])
    run('maglevadm', '--add-pool', 'p', '--seed', '0x5eed', '--settle', '1')
    lines = [f'-a --pool p -r {in_brackets(b)}' for b in backends]
    lines += [f'-A {p} {in_brackets(vip)}:80 --pool p --track {track}' for p in ('-t', '-u')]
    run('maglevadm', '-R', stdin='\n'.join(lines) + '\n')


def wait_settled():
    """Waits until no slot of this namespace remembers an owner."""
    while any(pool['unsettled'] for pool in json.loads(subprocess.run(
            ['maglevadm', '--list-pools', '--json'], check=True,
            stdout=subprocess.PIPE).stdout)['pools']):
        time.sleep(0.1)
    # Garbage collection, which nothing tells of, is due within a second.
    time.sleep(1.5)


def settle(cases):
    """Waits for slots that were reassigned while backends were added."""
    for case in cases:
        # The others have slots that are to stay unsettled, or none.
        if case.name.startswith('maglev') and not case.name.endswith('unsettled'):
            enter(case.name)
            wait_settled()


def maglev_changed(track):
    """One of the backends is replaced, in a settled state, and stays so."""
    maglev(track)
    wait_settled()
    run('maglevadm', '--edit-pool', 'p', '--settle', '3600')
    run('maglevadm', '-a', '--pool', 'p', '-r', SPARE)
    run('maglevadm', '-d', '--pool', 'p', '-r', BACKENDS[0])


def ipvs(how):
    vip_is_local()
    sysctl('ip_forward', 1)
    lines = []
    for proto in ('-t', '-u'):
        lines.append(f'-A {proto} {VIP}:80 -s mh -b mh-port')
        for backend in BACKENDS:
            lines.append(f'-a {proto} {VIP}:80 -r {backend}:80 {how}')
    run('ipvsadm', '-R', stdin='\n'.join(lines) + '\n')
    run('ipvsadm', '--set', '7200', '7200', '7200')


def ipvs_v6():
    """The same as ipvs() in IPv6."""
    vip_is_local()
    write('/proc/sys/net/ipv6/conf/all/forwarding', '1')
    lines = []
    for proto in ('-t', '-u'):
        lines.append(f'-A {proto} [{VIP6}]:80 -s mh -b mh-port')
        for backend in BACKENDS6:
            lines.append(f'-a {proto} [{VIP6}]:80 -r [{backend}]:80 -i --tun-type gre')
    run('ipvsadm', '-R', stdin='\n'.join(lines) + '\n')
    run('ipvsadm', '--set', '7200', '7200', '7200')


def gre_device():
    run('ip', 'link', 'add', 'gre1', 'type', 'gre', 'local', DIRECTOR)
    run('ip', 'link', 'set', 'gre1', 'up')
    sysctl('conf/gre1/rp_filter', 0)


def ipvs_behind_gre():
    gre_device()
    ipvs('-i --tun-type gre')


def forward():
    sysctl('ip_forward', 1)
    run('ip', 'route', 'add', VIP, 'via', BACKENDS[0])


class Case:
    """A namespace and what packets meet there. @v6 are the headers that are IPv6;
    such cases are measured with the main number of flows only."""

    def __init__(self, name, setup, gre, floor=0, memory=False, v6=()):
        self.name = name
        self.setup = setup
        self.packets = (f'gre={int(gre)} inner6={int("inner" in v6)} '
                        f'outer6={int("outer" in v6)}')
        self.floor = floor
        self.memory = memory
        self.main_only = bool(v6) or name.endswith('-to-6')
        self.used = 0

    def create(self):
        run('ip', 'netns', 'add', self.name)
        enter(self.name)
        network()
        before = free_memory() if self.memory else 0
        self.setup()
        self.used = before - free_memory() if self.memory else 0

    def destroy(self):
        enter('home')
        run('ip', 'netns', 'delete', self.name)

    def send(self, proto, flows, packets, first=0, cpus=1, spread=0, batch=64):
        """Returns the figures of a run, and how many packets came out."""
        enter(self.name)
        write(BENCH + '/floor', str(self.floor))
        before = sent()
        write(BENCH + '/run', f'in {PROTOS[proto]} {self.packets} '
              f'flows={flows} packets={packets} first={first} cpus={cpus} '
              f'spread={spread} batch={batch}')
        came_out = sent() - before
        with open(BENCH + '/run', encoding='ascii') as handle:
            figures = [int(word) for word in handle.read().split()]
        if self.floor:
            write(BENCH + '/floor', '0')
        return figures, came_out

    def prime(self, proto, flows):
        """Every flow is known, by its first packet and by a later one."""
        if not self.floor:
            if proto == 'tcp':
                self.send('syn', flows, flows + 64)
            for _ in range(2):
                self.send(proto, flows, flows + 64)


def sent():
    with open('/proc/net/dev', encoding='ascii') as handle:
        for line in handle:
            name, _, numbers = line.partition(':')
            if name.strip() == 'out':
                return int(numbers.split()[9])
    raise ValueError('no device "out"')


def free_memory():
    write('/proc/sys/vm/drop_caches', '3')
    with open('/proc/meminfo', encoding='ascii') as handle:
        for line in handle:
            if line.startswith('MemFree:'):
                return int(line.split()[1]) * 1024
    raise ValueError('no MemFree')


CASES = [
    Case('floor-gre', lambda: None, True, floor=1),
    Case('floor-plain', lambda: None, False, floor=1),
    Case('floor-local', vip_is_local, False, floor=2),
    Case('maglev-all', lambda: maglev('all'), True, memory=True),
    Case('maglev-changed', lambda: maglev('changed'), True, memory=True),
    Case('maglev-none', lambda: maglev('none'), True),
    Case('maglev-all-unsettled', lambda: maglev_changed('all'), True),
    Case('maglev-changed-unsettled', lambda: maglev_changed('changed'), True),
    Case('maglev-6in6', lambda: maglev('all', VIP6, BACKENDS6), True, v6=('inner', 'outer')),
    Case('maglev-6in4', lambda: maglev('all', VIP6), True, v6=('inner',)),
    Case('maglev-4in6-to-4', lambda: maglev('all'), True, v6=('outer',)),
    Case('maglev-4in4-to-6', lambda: maglev('all', VIP, BACKENDS6), True),
    Case('ipvs-gre', lambda: ipvs('-i --tun-type gre'), False, memory=True),
    Case('ipvs-6in6', ipvs_v6, False, v6=('inner',)),
    Case('ipvs-behind-gre', ipvs_behind_gre, True),
    Case('ipvs-dr', lambda: ipvs('-g'), False),
    Case('forward', forward, False),
]
SCALING = ('floor-gre', 'maglev-all', 'maglev-changed', 'maglev-none',
           'ipvs-gre', 'ipvs-behind-gre')
FRAGMENTS = ('floor-gre', 'floor-plain', 'maglev-all', 'maglev-none', 'ipvs-gre',
             'ipvs-behind-gre')


class Measurement:
    """Rounds over all cases, row by row into a file."""

    def __init__(self, out, packets, rounds):
        self.out = out
        self.packets = packets
        self.rounds = rounds

    def row(self, what, figures, came_out):
        case, proto, flows, cpus, spread, number = what
        if not case.floor and came_out < figures[0]:
            raise SystemExit(f'{case.name} {proto} {flows}: {figures[0]} '
                             f'packets went in, {came_out} came out')
        self.out.writerow([os.environ['LAB_KERNEL'], case.name, proto, flows,
                           cpus, 'spread' if spread else 'flow', number,
                           *figures])

    def rounds_of(self, cases, proto, flows, cpus=1, spread=0):
        for number in range(self.rounds):
            # Another one goes first each time.
            turn = number % len(cases)
            for case in cases[turn:] + cases[:turn]:
                first, count = 0, flows
                if proto in NEW:
                    # No connection is opened twice: each packet is new.
                    count = self.packets
                    first = (1 << 20) + number * count % (1 << 19)
                figures, came_out = case.send(proto, count, self.packets,
                                              first, cpus, spread)
                self.row((case, proto, flows, cpus, spread, number), figures,
                         came_out)


def memory_of(case, flows, kernel):
    """Bytes that the flows of one case take, by what is left free."""
    enter(case.name)
    before = free_memory() if case.memory else 0
    case.prime('tcp', flows)
    if case.memory:
        used = before - free_memory()
        print(f'bytes,{kernel},{case.name},{flows},{case.used},{used}',
              flush=True)
    if case.name.startswith('maglev'):
        print(f'cached,{kernel},{case.name},{flows},{cache_used(case.name)}',
              flush=True)


def cache_used(case):
    """Entries of the flow cache in use."""
    enter(case)
    said = subprocess.run(['maglevadm', '--info', '--json'], check=True,
                          stdout=subprocess.PIPE).stdout
    return json.loads(said)['cache_used']


def prepare(kernel):
    """The generator, what it is compared with, and a namespace to go back to."""
    if kernel.startswith('stock'):
        for name in ('dummy', 'ip_gre', 'ip_vs', 'ip_vs_mh'):
            run('modprobe', name)
    run('busybox', 'insmod', os.environ['MAGLEV_BENCH_KO'])
    if not os.path.isdir(BENCH):
        run('mount', '-t', 'debugfs', 'debugfs', '/sys/kernel/debug')
    run('ip', 'netns', 'add', 'home')


def only(name, proto, flows, packets):
    """One case alone, for profiles: primed, then sent to for some time."""
    case = next(case for case in CASES if case.name == name)
    case.create()
    settle([case])
    case.prime(proto, flows)
    with open('/proc/kallsyms', encoding='ascii') as symbols, \
            open(os.environ['LAB_OUT'] + '/kallsyms', 'w',
                 encoding='ascii') as copy:
        copy.write(symbols.read())
    figures, _ = case.send(proto, flows, packets)
    print(f'{name}: {figures[2] / 1000:.1f} ns per packet')


def main():
    env = os.environ
    kernel = env['LAB_KERNEL']
    prepare(kernel)
    sets = [int(n) for n in env['BENCH_FLOWS'].split()]
    main_set = int(env.get('BENCH_MAIN_FLOWS', '100000'))
    wanted = env.get('BENCH_CASES', '').split()
    chosen = [c for c in CASES if not wanted or c.name in wanted]
    rounds, packets = int(env['BENCH_ROUNDS']), int(env['BENCH_PACKETS'])
    if env.get('BENCH_ONLY'):
        only(env['BENCH_ONLY'], env.get('BENCH_PROTO', 'tcp'), sets[0], packets)
        return
    with open(env['LAB_OUT'] + '/packets.csv', 'w', encoding='ascii',
              buffering=1) as handle:
        measure = Measurement(csv.writer(handle, lineterminator='\n'), packets,
                              rounds)
        for flows in sets:
            print(f'bench: {kernel}, {flows} flows', file=sys.stderr)
            cases = [c for c in chosen if flows == main_set or not c.main_only]
            for case in cases:
                case.create()
            settle(cases)
            for case in cases:
                memory_of(case, flows, kernel)
            measure.rounds_of(cases, 'tcp', flows)
            if flows == main_set and not env.get('BENCH_TCP_ONLY'):
                if env.get('BENCH_SCALING'):
                    some = [c for c in cases if c.name in SCALING]
                    for spread in (0, 1):
                        measure.rounds_of(some, 'tcp', flows, 2, spread)
                before = cache_used('maglev-all')
                measure.rounds_of(cases, 'syn', flows)
                after = cache_used('maglev-all')
                print(f'syn,{kernel},{rounds * packets},{after - before}',
                      flush=True)
                for case in cases:
                    case.prime('udp', flows)
                measure.rounds_of(cases, 'udp', flows)
                some = [c for c in cases if c.name in FRAGMENTS]
                for proto in ('fragments', 'fragments-new'):
                    measure.rounds_of(some, proto, flows)
            for case in cases:
                case.destroy()
            # Namespaces are taken down in the background. Memory that comes
            # back later would be taken for less used by those to come.
            time.sleep(3)


if __name__ == '__main__':
    main()
