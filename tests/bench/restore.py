#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Inside a kernel of the lab: how long restoring a large configuration takes, and
replacing it by one in which a single backend has another weight.

The same services and backends for both, with tables of the same size, which is
the one that IPVS is built with. ipvsadm's restore, which takes minutes in
User-Mode Linux, is only measured in the first round.
"""

import json
import os
import subprocess
import time

SERVICES = int(os.environ['BENCH_SERVICES'])
ROUNDS = int(os.environ['BENCH_RESTORES'])
BACKENDS = 10


def vip(number):
    return f'10.{number >> 8}.{number & 255}.1:80'


def rules(service_options, backend_options):
    lines = []
    for number in range(SERVICES):
        service = f'-t {vip(number)}'
        lines.append(f'-A {service} -s mh -b mh-port {service_options}')
        for backend in range(BACKENDS):
            lines.append(f'-a {service} -r 203.0.113.{backend + 1}:80 '
                         f'-i {backend_options}')
    return '\n'.join(lines) + '\n'


def one_pool():
    lines = ['--add-pool p --table-size 4093']
    for backend in range(BACKENDS):
        lines.append(f'-a --pool p -r 203.0.113.{backend + 1}')
    for number in range(SERVICES):
        lines.append(f'-A -t {vip(number)} --pool p')
    return '\n'.join(lines) + '\n'


def output(*command):
    return subprocess.run(command, check=True, text=True,
                          stdout=subprocess.PIPE).stdout


def arrived():
    """Services and the backends of all of them, as maglevadm lists them."""
    services = json.loads(output('maglevadm', '-L', '-n', '--json'))['services']
    return len(services), sum(len(s['backends']) for s in services)


def arrived_ipvs():
    lines = output('ipvsadm', '-S', '-n').splitlines()
    return (sum(line.startswith('-A') for line in lines),
            sum(line.startswith('-a') for line in lines))


def weight(service):
    """That of the first backend of a service."""
    found = json.loads(output('maglevadm', '-L', '-n', '--json', '-t', service))
    return found['services'][0]['backends'][0]['weight']


def generation():
    return json.loads(output('maglevadm', '--info', '--json'))['generation']


def replace(name, text, changes):
    """Changes is how many the kernel is to see: one, or none."""
    before = generation()
    begin = time.monotonic()
    subprocess.run(['maglevadm', '--replace', '-'], input=text, text=True,
                   check=True)
    seconds = time.monotonic() - begin
    if generation() - before != changes:
        raise SystemExit(f'{name}: {generation() - before} changes')
    print(f'replace,{os.environ["LAB_KERNEL"]},{name},{SERVICES},{BACKENDS},'
          f'{seconds:.3f}', flush=True)


def replace_both(text):
    """What has just been restored."""
    one = vip(SERVICES // 2)
    other = text.replace(f'-a -t {one} -r 203.0.113.1:80',
                         f'-a -t {one} -r 203.0.113.1:80 -w 7')
    replace('one backend of them changed', other, 1)
    if weight(one) != 7:
        raise SystemExit(f'the weight is {weight(one)}')
    replace('nothing changed', other, 0)


def restore(name, program, text, count, then=None):
    begin = time.monotonic()
    subprocess.run([program, '-R'], input=text, text=True, check=True)
    seconds = time.monotonic() - begin
    # A restore that did not do its work is no figure.
    services, backends = count()
    print(f'restored,{os.environ["LAB_KERNEL"]},{name},{SERVICES},{BACKENDS},'
          f'{services},{backends}', flush=True)
    if (services, backends) != (SERVICES, SERVICES * BACKENDS):
        raise SystemExit(f'{name}: {services} services, {backends} backends')
    print(f'restore,{os.environ["LAB_KERNEL"]},{name},{SERVICES},{BACKENDS},'
          f'{seconds:.3f}', flush=True)
    if then:
        then(text)
    subprocess.run([program, '-C'], check=True)
    # Rounds begin alike.
    if count() != (0, 0):
        raise SystemExit(f'{name}: something is left of the round before')


def main():
    if os.environ['LAB_KERNEL'].startswith('stock'):
        subprocess.run(['modprobe', 'ip_vs_mh'], check=True)
    for number in range(ROUNDS):
        if not number:
            restore('ipvsadm', 'ipvsadm', rules('', '--tun-type gre'),
                    arrived_ipvs)
        restore('maglevadm', 'maglevadm',
                rules('--table-size 4093', '--tun-type gre'), arrived,
                replace_both)
        restore('maglevadm-one-pool', 'maglevadm', one_pool(), arrived)


main()
