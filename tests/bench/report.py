#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What a run of the benchmarks came to, every bar beside its figure.

usage: report.py RESULTS [--document FILE] [--figures FOLDER]
                 [--flows FEW,MAIN,MANY]
"""

import argparse
import collections
import csv
import glob
import os
import re
import statistics

CASES = [
    ('floor-gre', 'floor: GRE packets dropped where the module looks'),
    ('floor-plain', 'floor: plain packets dropped there'),
    ('floor-local', 'floor: plain packets dropped where IPVS looks'),
    ('maglev-all', 'maglev, tracks all'),
    ('maglev-changed', 'maglev, tracks changed'),
    ('maglev-none', 'maglev, tracks none'),
    ('maglev-all-unsettled', 'all, 1 of 20 backends replaced'),
    ('maglev-changed-unsettled', 'changed, 1 of 20 replaced'),
    ('maglev-6in6', 'maglev, all, IPv6 in IPv6'),
    ('maglev-6in4', 'maglev, all, IPv6 in IPv4'),
    ('maglev-4in6-to-4', 'maglev, all, IPv4 in IPv6, sent on in IPv4'),
    ('maglev-4in4-to-6', 'maglev, all, IPv4 in IPv4, sent on in IPv6'),
    ('ipvs-gre', 'IPVS mh: plain in, GRE out'),
    ('ipvs-6in6', 'IPVS mh: plain in, GRE out, IPv6'),
    ('ipvs-behind-gre', 'IPVS mh behind a GRE device: GRE in, GRE out'),
    ('ipvs-dr', 'IPVS mh, direct routing'),
    ('forward', 'plain IP forwarding'),
]
MAGLEV = ('all', 'changed', 'none')
# Results of the simulations of "make figures", see consistency.md.
CHANGES = os.path.join(os.path.dirname(__file__), '..', '..', 'Documentation',
                       'figures', 'changes.csv')

FIGURES = '''\
![ns per packet by case](figures/performance-packets.svg)

![ns per packet by number of flows](figures/performance-flows.svg)

![time to build a table](figures/performance-build.svg)

![latency of single packets](figures/performance-latency.svg)

Data: [performance-packets.csv](figures/performance-packets.csv),
[performance-flows.csv](figures/performance-flows.csv),
[performance-build.csv](figures/performance-build.csv),
[performance-latency.csv](figures/performance-latency.csv).
'''

Figure = collections.namedtuple('Figure', 'mid low high')


def figure(values):
    return Figure(statistics.median(values), min(values), max(values))


def show(fig, unit=''):
    return f'{fig.mid:.2f}{unit} ({fig.low:.2f}-{fig.high:.2f})'


def complete(lines):
    """A kernel that died may have left a part of a line at the end."""
    return (line for line in lines if line.endswith('\n'))


class Results:
    """Everything that was measured, by kind."""

    def __init__(self, folder, flows):
        self.few, self.main, self.many = flows
        self.ns = collections.defaultdict(dict)
        self.tail = collections.defaultdict(dict)
        self.lines = collections.defaultdict(list)
        self.connections = collections.defaultdict(dict)
        for path in sorted(glob.glob(folder + '/*.csv')):
            self.read_packets(path)
        for path in sorted(glob.glob(folder + '/*.txt')):
            with open(path, encoding='utf-8') as handle:
                for line in complete(handle):
                    kind, *rest = line.strip().split(',')
                    self.lines[kind].append(rest)
        for path in sorted(glob.glob(folder + '/connections-*.table')):
            name = os.path.basename(path)[len('connections-'):-len('.table')]
            self.read_connections(name, path)

    def read_connections(self, name, path):
        """The table of an end-to-end scenario: BROKEN/ALL by kind of service,
        a line for each change, and their sums by family."""
        with open(path, encoding='ascii') as handle:
            lines = [re.split(r'  +', line.strip())
                     for line in complete(handle) if line.strip()]
        for service, *cells in zip(*(line[1:] for line in lines
                                     if not line[0].startswith('sum'))):
            counts = [map(int, cell.split('/')) for cell in cells]
            if counts:
                self.connections[name][service] = [sum(n) for n in zip(*counts)]

    def read_packets(self, path):
        with open(path, encoding='ascii') as handle:
            for row in csv.reader(complete(handle)):
                kernel, case, proto, flows, cpus, steer, number = row[:7]
                key = (kernel, case, proto, int(flows), int(cpus), steer)
                self.ns[key][int(number)] = int(row[9]) / 1000
                self.tail[key][int(number)] = int(row[10]) / 64

    def kernels(self):
        return sorted({key[0] for key in self.ns},
                      key=lambda k: (k.startswith('stock'), k))

    def rounds(self, kernel, case, proto='tcp', flows=None, cpus=1,
               steer='flow'):
        return self.ns.get((kernel, case, proto, flows or self.main, cpus,
                            steer), {})

    def each(self, formula, *rounds):
        """A formula's values, round by round; None if something is missing."""
        common = set.intersection(*(set(r) for r in rounds)) if rounds else ()
        values = []
        for number in common:
            try:
                values.append(formula(*(r[number] for r in rounds)))
            except ZeroDivisionError:
                pass
        return figure(values) if values else None


def packet_bars(res, kernel):
    """The first three rows of the bars, for one kernel."""
    rows = []

    def get(case, flows=None):
        return res.rounds(kernel, case, flows=flows)

    for rival, name in (('ipvs-gre', 'IPVS mh, GRE tunnelling'),
                        ('ipvs-behind-gre', 'IPVS behind a GRE device')):
        for track in MAGLEV:
            fig = res.each(lambda ours, theirs: theirs / ours,
                           get('maglev-' + track), get(rival))
            if fig:
                rows.append((kernel, f'packets/s, {track}, against {name}',
                             '>= 2.5 x', show(fig, ' x'), fig.mid >= 2.5))
    for floor, name in (('floor-local', 'its own hook'),
                        ('floor-plain', "the module's hook")):
        for track in MAGLEV:
            fig = res.each(lambda o, of, t, tf: (o - of) / (t - tf),
                           get('maglev-' + track), get('floor-gre'),
                           get('ipvs-gre'), get(floor))
            if fig:
                rows.append((kernel, f'cost above the floor, {track}, against '
                             f'that of IPVS above {name}', '<= 0.20',
                             show(fig), fig.mid <= 0.2))
    for case, bar in (('maglev-all', 1.5), ('maglev-changed', 1.1),
                      ('maglev-none', 1.1), ('ipvs-gre', None)):
        floor = 'floor-local' if case == 'ipvs-gre' else 'floor-gre'
        fig = res.each(lambda b, bf, s, sf: (b - bf) / (s - sf),
                       get(case, res.many), get(floor, res.many),
                       get(case, res.few), get(floor, res.few))
        if fig:
            rows.append((kernel, f'growth of that cost, {flows_text(res.few)} '
                         f'to {flows_text(res.many)} flows, {case}',
                         f'<= {bar} x' if bar else 'to compare',
                         show(fig, ' x'), fig.mid <= bar if bar else None))
    for case, name, bar in (
            ('6in6', 'IPv6 in IPv6', 1.15), ('6in4', 'IPv6 in IPv4', 1.15),
            ('4in6-to-4', 'IPv4 in IPv6, sent on in IPv4', 1.4),
            ('4in4-to-6', 'IPv4 in IPv4, sent on in IPv6', 1.4)):
        fig = res.each(lambda other, v4: other / v4, get('maglev-' + case),
                       get('maglev-all'))
        if fig:
            rows.append((kernel, f'cost of a packet, {name}, against IPv4 in '
                         'IPv4', f'<= {bar} x', show(fig, ' x'), fig.mid <= bar))
    for proto, what in (('fragments', 'known'), ('fragments-new', 'new')):
        for rival, name in (('ipvs-gre', 'IPVS mh, GRE tunnelling'),
                            ('ipvs-behind-gre', 'IPVS behind a GRE device')):
            fig = res.each(lambda ours, theirs: theirs / ours,
                           res.rounds(kernel, 'maglev-all', proto),
                           res.rounds(kernel, rival, proto))
            if fig:
                rows.append((kernel, f'fragments/s, of 2000 byte datagrams of {what} '
                             f'flows, all, against {name}', '>= 2 x',
                             show(fig, ' x'), fig.mid >= 2))
    fig = res.each(lambda ours, theirs: theirs / ours, get('maglev-6in6'),
                   get('ipvs-6in6'))
    if fig:
        rows.append((kernel, 'packets/s, all, IPv6 in IPv6, against IPVS mh, GRE '
                     'tunnelling, IPv6', 'to compare', show(fig, ' x'), None))
    return rows


def table_bars(res):
    rows, by_size = [], collections.defaultdict(list)
    for size, backends, _, ours, theirs, uneven in res.lines['build']:
        by_size[int(size), int(backends)].append(
            (float(ours), float(theirs), int(uneven)))
    for (size, backends), runs in sorted(by_size.items()):
        fig = figure([ours / theirs for ours, theirs, _ in runs])
        ours, theirs = (statistics.median(r[i] for r in runs) for i in (0, 1))
        rows.append(('host', f'table build, M = {size}, N = {backends}: '
                     f'{ours:.2f} ms, the paper\'s {theirs:.1f} ms',
                     '<= 0.5', show(fig), fig.mid <= 0.5))
    if by_size:
        most = max(run[2] for runs in by_size.values() for run in runs)
        rows.append(('host', 'max - min slots at equal weights', '<= 1',
                     str(most), most <= 1))
    for size, backends, percent in res.lines['moved']:
        rows.append(('host', f'slots moved on survivors, 1 of {backends} '
                     f'fails, M = {size}', '<= 0.6 %', f'{float(percent):.2f} %',
                     float(percent) <= 0.6))
    return rows


def broken():
    """Connections that the simulator broke: of how many, and by variant."""
    found = collections.defaultdict(dict)
    with open(CHANGES, encoding='ascii') as handle:
        for row in csv.DictReader(handle):
            key = row['ecmp'], int(row['send_s']), int(row['changes'])
            found[key][row['variant']] = int(row['broken'])
            found[key]['of'] = int(row['connections'])
    return found


def connection_row(res, name, what):
    """Connections of real clients and servers, where they were measured."""
    found = dict(res.connections[name])
    # Then there may be no figure, or one that does not tell all.
    failed = [name] in res.lines['failed']
    if not found:
        return ('e2e', what, '0', 'failed' if failed else 'not in this run',
                False if failed else None)
    broken, count = found.pop('all')
    others = ', '.join(f'{service} {n}' for service, (n, _) in found.items())
    return ('e2e', what, '0', f'{broken} of {count} ({others})' +
            (', failed' if failed else ''), not broken and not failed)


def sim_bars(res):
    """Connections broken, from the last "make figures"."""
    rows, mixes = [], broken()
    for send, sort in ((10, 'busy'), (120, 'idle')):
        stable = [m for (ecmp, s, _), m in mixes.items()
                  if ecmp == 'never' and s == send]
        ours, paper, none = (sum(m[v] for m in stable)
                             for v in ('all', 'paper', 'none'))
        rows.append(('sim', f'connections broken that need not be, stable ECMP '
                     f'set, {sort}', '0', f'{ours} of {sum(m["of"] for m in stable)}'
                     f' (paper {paper}, none {none})', ours == 0))
    rows.append(connection_row(res, 'backends', '... real connections, tracking all'))
    rows.append(connection_row(
        res, 'directors', '... half of the ECMP set replaced at the same moment, '
        'older flows'))
    share = {key: m['all'] / m['paper'] for key, m in mixes.items()}
    worst = max(share.values())
    rows.append(('sim', "... many changes of both kinds, against the paper's "
                 'tracking, worst of all mixes', '< 1 x', f'{worst:.2f} x',
                 worst < 1))
    for send, sort in ((10, 'busy'), (120, 'idle')):
        both = [v for (ecmp, s, _), v in share.items()
                if ecmp == 'with' and s == send]
        rows.append(('sim', f'... where both change at the same moment, {sort}',
                     '<= 0.5 x', f'{statistics.median(both):.2f} x '
                     f'({min(both):.2f}-{max(both):.2f})', max(both) <= 0.5))
    return rows


def memory_bars(res):
    rows = []
    for kernel, case, flows, config, used in res.lines['bytes']:
        flows, used = int(flows), int(used)
        config = int(config)
        if case == 'maglev-all' and flows == res.main:
            each = (config + used) / (1 << 20)
            rows.append((kernel, 'memory per tracked flow, of a cache of 1 Mi '
                         'entries', '<= 64 B', f'{each:.1f} B', each <= 64))
        elif case == 'ipvs-gre':
            rows.append((kernel, f'memory per connection, IPVS, {flows}',
                         'to compare', f'{used / flows:.0f} B', None))
    for kernel, case, flows, entries in res.lines['cached']:
        if case == 'maglev-changed' and int(flows) == res.main:
            rows.append((kernel, f'flows remembered of '
                         f'{flows_text(res.main)}, changed, at rest',
                         '0', entries, entries == '0'))
    for kernel, packets, entries in res.lines['syn']:
        rows.append((kernel, f'flows remembered of a flood of {packets} SYN, '
                     'settled slots', '0', entries, int(entries) <= 0))
    return rows


def restore_bars(res):
    rows, runs = [], collections.defaultdict(list)
    for kernel, name, services, backends, seconds in res.lines['restore']:
        runs[kernel, name, services, backends].append(float(seconds))
    for (kernel, name, services, backends), seconds in runs.items():
        fig = figure(seconds)
        bar = name.startswith('maglev') and services == '10000'
        rows.append((kernel, f'restore {services} services x {backends} '
                     f'backends, {name}, {len(seconds)} times',
                     '<= 1 s' if bar else 'to compare', show(fig, ' s'),
                     fig.mid <= 1 if bar else None))
    for (kernel, name, services, backends), seconds in runs.items():
        slow = runs.get((kernel, 'ipvsadm', services, backends))
        if name == 'maglevadm' and slow:
            times = figure([figure(slow).mid / each for each in seconds])
            bar = services == '10000'
            rows.append((kernel, f'restore {services} services x {backends} '
                         'backends, ipvsadm against maglevadm',
                         '>= 100 x' if bar else 'to compare', show(times, ' x'),
                         times.mid >= 100 if bar else None))
    rows += replace_bars(res)
    arrived = collections.defaultdict(set)
    for kernel, name, services, backends, *counts in res.lines['restored']:
        arrived[kernel, name, int(services), int(backends)].add(
            tuple(int(count) for count in counts))
    for (kernel, name, services, backends), counts in arrived.items():
        wanted = (services, services * backends)
        rows.append((kernel, f'services and backends there after that, {name}',
                     both(wanted), '; '.join(map(both, sorted(counts))),
                     counts == {wanted}))
    return rows


def replace_bars(res):
    rows, runs = [], collections.defaultdict(list)
    for kernel, name, services, backends, seconds in res.lines['replace']:
        runs[kernel, name, services, backends].append(float(seconds))
    for (kernel, name, services, backends), seconds in runs.items():
        fig = figure(seconds)
        bar = services == '10000'
        rows.append((kernel, f'replace {services} services x {backends} '
                     f'backends, {name}, {len(seconds)} times',
                     '<= 0.3 s' if bar else 'to compare', show(fig, ' s'),
                     fig.mid <= 0.3 if bar else None))
    return rows


def both(counts):
    return ' and '.join(map(str, counts))


def bars(res):
    rows = []
    for kernel in res.kernels():
        rows += packet_bars(res, kernel)
    rows += table_bars(res)
    return rows + sim_bars(res) + memory_bars(res) + restore_bars(res)


def verdict(met):
    return {True: 'met', False: 'MISSED', None: ''}[met]


def packet_table(res):
    """Median ns of a packet, a row for each case and a column for each set."""
    columns = sorted({(k[0], k[2], k[3]) for k in res.ns if k[4] == 1},
                     key=lambda c: (res.kernels().index(c[0]), c[1] != 'tcp',
                                    c[1], c[2]))
    table = [['ns per packet'] + [f'{k} {p} {flows_text(f)}'
                                  for k, p, f in columns]]
    for case, text in CASES:
        row = [text]
        for kernel, proto, flows in columns:
            values = res.rounds(kernel, case, proto, flows).values()
            row.append(f'{statistics.median(values):.0f}' if values else '')
        table.append(row)
    return table


def flows_text(flows):
    if flows < 1000:
        return str(flows)
    return f'{flows // 1000}k' if flows < 1000000 else f'{flows // 1000000}M'


def scaling_table(res):
    """Packets per second of two CPUs by those of one."""
    table = [['2 CPUs against 1', 'steered by flow', 'round robin']]
    kernel = 'uml-7.2'
    for case, text in CASES:
        row = [text]
        for steer in ('flow', 'spread'):
            fig = res.each(lambda one, two: 2 * one / two,
                           res.rounds(kernel, case),
                           res.rounds(kernel, case, cpus=2, steer=steer))
            row.append(show(fig, ' x') if fig else '')
        if any(row[1:]):
            table.append(row)
    return table


def latency_table(res):
    """How long single packets took, in ns."""
    table = [['packet latency, ns', 'mean of the middle half', '50 %', '99 %',
              '99.9 %', 'most', 'changes meanwhile']]
    return table + [[f'{kernel}: {what}'] + [str(n) for n in numbers]
                    for kernel, what, *numbers in latency(res)]


def latency(res):
    """Of all rounds: times in their median, the longest, all changes."""
    runs, rows = collections.defaultdict(list), []
    for kernel, what, _, _, *numbers in res.lines['latency']:
        runs[kernel, what.replace(';', ',')].append([int(n) for n in numbers])
    for (kernel, what), rounds in runs.items():
        *times, most, changes = zip(*rounds)
        rows.append([kernel, what, *(round(statistics.median(t)) for t in times),
                     max(most), sum(changes)])
    return rows


def text_table(table):
    widths = [max(len(row[i]) for row in table) for i in range(len(table[0]))]
    return '\n'.join('  '.join(
        cell.ljust(w) if i == 0 else cell.rjust(w)
        for i, (cell, w) in enumerate(zip(row, widths))).rstrip()
        for row in table)


def text_bars(rows):
    table = [[kernel, what, bar, value, verdict(met)]
             for kernel, what, bar, value, met in rows]
    widths = [max(len(row[i]) for row in table) for i in range(5)]
    return '\n'.join('  '.join(c.ljust(w) for c, w in zip(row, widths)).rstrip()
                     for row in table)


def markdown(table):
    head, *rows = table
    lines = [head, ['---'] + ['--:'] * (len(head) - 1)] + rows
    return '\n'.join('| ' + ' | '.join(row) + ' |' for row in lines) + '\n'


def machine_text(res):
    cpu = res.lines['cpu'][0] if res.lines['cpu'] else ['?', '?']
    commit = res.lines['commit'][0][0] if res.lines['commit'] else '?'
    load = res.lines['load'][0][0] if res.lines['load'] else '?'
    return (f'{cpu[0]}, {cpu[-1]} CPUs, load {load} at the start, '
            f'commit {commit}.')


def write_document(path, res, rows):
    with open(path, encoding='utf-8') as handle:
        text = handle.read()
    begin, end = '<!-- make bench: begin -->\n', '<!-- make bench: end -->'
    before, _, rest = text.partition(begin)
    after = rest.partition(end)[2]
    table = [['kernel', 'what', 'bar', 'measured', '']]
    table += [[k, w, b.replace('<=', '≤').replace('>=', '≥'), v,
               'missed' if met is False else verdict(met)]
              for k, w, b, v, met in rows]
    body = [machine_text(res) + '\n', FIGURES, markdown(table)]
    packet = packet_table(res)
    for kernel in res.kernels():
        take = [0] + [i for i, name in enumerate(packet[0])
                      if name.startswith(kernel + ' ')]
        body.append(f'{kernel}:\n')
        body.append(markdown([[row[i].replace(kernel + ' ', '') for i in take]
                              for row in packet]))
    for table in (scaling_table(res), latency_table(res)):
        if len(table) > 1:
            body.append(markdown(table))
    with open(path, 'w', encoding='utf-8') as handle:
        handle.write(before + begin + '\n' + '\n'.join(body) + '\n' + end +
                     after)


def write_csv(path, head, rows):
    with open(path, 'w', encoding='ascii') as handle:
        writer = csv.writer(handle, lineterminator='\n')
        writer.writerow(head)
        writer.writerows(rows)


def write_figures(folder, res):
    kernels = [k for k in res.kernels() if k.startswith('uml')]
    rows, by_flows = [], []
    for case, _ in CASES:
        row = [case]
        for kernel in kernels:
            values = res.rounds(kernel, case).values()
            row += ([f'{v:.1f}' for v in figure(values)] if values else
                    ['', '', ''])
        rows.append(row)
        for flows in (res.few, res.main, res.many):
            values = res.rounds('uml-6.1', case, flows=flows).values()
            if values:
                by_flows.append([case, flows,
                                 f'{statistics.median(values):.1f}'])
    head = ['case'] + [f'{k}{part}' for k in kernels
                       for part in ('', ' least', ' most')]
    write_csv(folder + '/performance-packets.csv', head, rows)
    write_csv(folder + '/performance-flows.csv', ['case', 'flows', 'ns'],
              by_flows)
    write_csv(folder + '/performance-latency.csv',
              ['kernel', 'what', 'middle_ns', 'p50_ns', 'p99_ns', 'p99.9_ns',
               'max_ns', 'changes'],
              [[kernel, what.replace(',', ''), *numbers]
               for kernel, what, *numbers in latency(res)])
    build = collections.defaultdict(list)
    for size, backends, _, ours, theirs, _ in res.lines['build']:
        build[int(size), int(backends)].append((float(ours), float(theirs)))
    write_csv(folder + '/performance-build.csv',
              ['slots', 'backends', 'ours_ms', 'paper_ms'],
              [[*key, *(f'{statistics.median(r[i] for r in runs):.3f}'
                        for i in (0, 1))] for key, runs in sorted(build.items())])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('results')
    parser.add_argument('--document')
    parser.add_argument('--figures')
    parser.add_argument('--flows', default='1000,100000,1000000')
    args = parser.parse_args()
    res = Results(args.results, [int(n) for n in args.flows.split(',')])
    rows = bars(res)
    print(machine_text(res))
    for kernel in res.kernels():
        table = packet_table(res)
        take = [0] + [i for i, name in enumerate(table[0])
                      if name.startswith(kernel + ' ')]
        print()
        print(text_table([[row[i] for i in take] for row in table]))
    if len(scaling_table(res)) > 1:
        print('\n' + text_table(scaling_table(res)))
    if len(latency_table(res)) > 1:
        print('\n' + text_table(latency_table(res)))
    print('\n' + text_bars(rows))
    if args.figures:
        os.makedirs(args.figures, exist_ok=True)
        write_figures(args.figures, res)
    if args.document:
        write_document(args.document, res, rows)


main()
