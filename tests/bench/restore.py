#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Inside a kernel of the lab: how long restoring a large configuration takes.

The same services and backends for both, with tables of the same size, which is
the one that IPVS is built with.
"""

import os
import subprocess
import time

SERVICES = int(os.environ['BENCH_SERVICES'])
ROUNDS = int(os.environ['BENCH_RESTORES'])
BACKENDS = 10


def rules(service_options, backend_options):
    lines = []
    for number in range(SERVICES):
        service = f'-t 10.{number >> 8}.{number & 255}.1:80'
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
        lines.append(f'-A -t 10.{number >> 8}.{number & 255}.1:80 --pool p')
    return '\n'.join(lines) + '\n'


def restore(name, program, text):
    begin = time.monotonic()
    subprocess.run([program, '-R'], input=text, text=True, check=True)
    print(f'restore,{os.environ["LAB_KERNEL"]},{name},{SERVICES},{BACKENDS},'
          f'{time.monotonic() - begin:.3f}', flush=True)
    subprocess.run([program, '-C'], check=True)
    if program == 'maglevadm':
        subprocess.run(['sh', '-c', 'maglevadm --delete-pool p || :'],
                       check=True, stderr=subprocess.DEVNULL)


def main():
    if os.environ['LAB_KERNEL'].startswith('stock'):
        subprocess.run(['modprobe', 'ip_vs_mh'], check=True)
    for _ in range(ROUNDS):
        restore('ipvsadm', 'ipvsadm', rules('', '--tun-type gre'))
        restore('maglevadm', 'maglevadm',
                rules('--table-size 4093', '--tun-type gre'))
        restore('maglevadm-pool', 'maglevadm', one_pool())


main()
