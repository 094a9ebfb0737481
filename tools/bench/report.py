# SPDX-License-Identifier: GPL-2.0
"""Rows as text for the terminal and as a page of the documentation. Pure."""


def figure(value):
    if value >= 100:
        return f'{value:,.0f}'
    return f'{value:.1f}' if value >= 10 else f'{value:.2f}'


def verdict(row):
    if 'not_measured' in row:
        return ''
    moon = row['ratio'] <= row['moon'] if row['smaller'] else row['ratio'] >= row['moon']
    return 'moon' if moon else 'ok' if row['ok'] else 'short'


def cells(row):
    sign = '≤' if row['smaller'] else '≥'
    low, high = row['range']
    spread = '' if low == high else f' [{figure(low)}–{figure(high)}]'
    return [row['id'], row['what'], f'{figure(row["ours"])} {row["unit"]}', row['peer'],
            f'{figure(row["peers"])} {row["unit"]}', figure(row['ratio']) + spread,
            f'{sign} {row["gate"]:g}', f'{sign} {row["moon"]:g}', verdict(row)]


HEAD = ['row', 'what [ours]', 'ours', 'peer', "peer's", 'ratio', 'gate', 'aim', '']


def terminal(rows):
    lines = [cells(row) for row in rows if 'not_measured' not in row]
    widths = [max(len(line[at]) for line in [HEAD, *lines]) for at in range(len(HEAD))]
    text = ['  '.join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip()
            for line in [HEAD, *lines]]
    for row in rows:
        if 'not_measured' in row:
            text.append(f'{row["id"]:{widths[0]}}  {row["what"]}: not measured: '
                        f'{row["not_measured"]}')
    return '\n'.join(text)


def list_table(head, lines):
    text = ['.. list-table::', '   :header-rows: 1', '']
    for line in [head, *lines]:
        for at, cell in enumerate(line):
            text.append(f'   {"* -" if at == 0 else "  -"} {cell}')
    return '\n'.join(text)


def cost_lines(raw, of_control=False):
    """Every path of every group: medians, so that nothing has to be believed."""
    from statistics import median
    for name, group in raw['groups'].items():
        if name.startswith('ctl-') != of_control:
            continue
        for path, costs in group['costs'].items():
            yield [name, path, f'{figure(median(costs))} {group["unit"]}',
                   f'{figure(min(costs))}–{figure(max(costs))}']


PAGE = '''.. SPDX-License-Identifier: GPL-2.0
.. Written by ``make bench``.

===================
What it costs, here
===================

{date}, Linux {kernel} as a user program (User-Mode Linux, one processor, ``-O2``) on {machine}.
Command: ``{command}``. Times are processor time of that kernel alone; :doc:`../testing` tells how
they are measured. A ratio is the median over the rounds of what was compared round by round, with
the lowest and highest round behind it; ``ok`` is better than the gate, ``moon`` than the aim.
A program's system call costs {call:.1f} us here, a look at the processor's clock {clock} ns.
:doc:`gaps` tells what lies between these figures and the aims.

{rows}

Not measured
============

{missing}

Nanoseconds for a frame against the size of the tables
======================================================

.. image:: sweeps.svg

All costs
=========

{costs}
'''


CONTROL_PAGE = '''.. SPDX-License-Identifier: GPL-2.0
.. Written by ``make bench``.

===========================
The control plane's figures
===========================

{date}, Linux {kernel} on {machine}. Command: ``{command}``.
:doc:`control` tells how they are measured. A ratio is of medians; ``ok`` is better than the gate,
``moon`` than the aim, ``short`` misses the gate.

{rows}

Not measured
============

{missing}

All figures
===========

{costs}
'''


def tables(rows, raw, of_control):
    there = [cells(row) for row in rows if 'not_measured' not in row]
    missing = [f'- {row["id"]}, {row["what"]}: {row["not_measured"]}' for row in rows
               if 'not_measured' in row]
    return {'rows': list_table([name or 'verdict' for name in HEAD], there),
            'missing': '\n'.join(missing) or 'Nothing.',
            'costs': list_table(['group', 'path', 'median', 'rounds'],
                                cost_lines(raw, of_control))}


def control_page(rows, raw, facts):
    return CONTROL_PAGE.format(**tables(rows, raw, True), **facts)


def page(rows, raw, facts):
    return PAGE.format(call=raw['call_ns'] / 1000, clock=raw['clock_ns'],
                       **tables(rows, raw, False), **facts)
