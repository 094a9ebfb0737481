# SPDX-License-Identifier: GPL-2.0
"""The sweeps as an SVG picture: one panel for each, sizes on a logarithmic axis. Pure."""
from math import ceil, floor, log10
from statistics import median

WIDTH, HEIGHT, LEFT, TOP, PLOT_W, PLOT_H = 420, 300, 62, 42, 330, 205
COLOURS = {'nvo3': '#0b6e4f', 'bridge + vxlan': '#b3412e'}
TITLES = {'sweep-mappings': 'mappings', 'sweep-vns': 'virtual networks', 'sweep-ports': 'ports',
          'sweep-remotes': 'remotes (4,096 mappings)', 'sweep-rules': 'rules, every frame a new flow'}
SIZES = {'1k': 1000, '16k': 16000, '64k': 64000, '256k': 256000, '1M': 1000000}


def count_text(value):
    for limit, letter in ((1000000, 'M'), (1000, 'k')):
        if value >= limit:
            return f'{value / limit:g}{letter}'
    return f'{value:g}'


def curves(raw):
    """panel -> {name: [(size, median ns)]}"""
    panels = {}
    for name, group in raw['groups'].items():
        if name in TITLES and group['costs']:
            panels[name] = {'nvo3': [(int(size), median(costs))
                                     for size, costs in group['costs'].items()]}
    peers = [(SIZES[path.split(':')[1]], median(costs)) for name in ('tx', 'tx-256k')
             for path, costs in raw['groups'].get(name, {'costs': {}})['costs'].items()
             if path.startswith('br-vxlan:')]
    if peers and 'sweep-mappings' in panels:
        panels['sweep-mappings']['bridge + vxlan'] = sorted(peers)
    return panels


class Panel:
    def __init__(self, title, lines, x, y):
        self.title, self.lines, self.x, self.y = title, lines, x, y
        points = [point for line in lines.values() for point in line]
        self.xs = log10(max(2, *(max(size, 1) for size, _ in points)))
        self.low = floor(log10(min(cost for _, cost in points)))
        self.high = max(self.low + 1, ceil(log10(max(cost for _, cost in points))))

    def at(self, size, cost):
        right = log10(max(size, 1)) / self.xs
        up = (log10(cost) - self.low) / (self.high - self.low)
        return (self.x + LEFT + right * PLOT_W, self.y + TOP + (1 - up) * PLOT_H)

    def text(self, x, y, text, anchor='middle'):
        return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}">{text}</text>'

    def axes(self):
        bottom = self.y + TOP + PLOT_H
        yield self.text(self.x + LEFT + PLOT_W / 2, self.y + TOP - 14, self.title)
        for power in range(self.low, self.high + 1):
            height = self.at(1, 10 ** power)[1]
            yield (f'<line x1="{self.x + LEFT}" x2="{self.x + LEFT + PLOT_W}" y1="{height:.0f}" '
                   f'y2="{height:.0f}" stroke="#ddd"/>')
            yield self.text(self.x + LEFT - 6, height + 4, count_text(10 ** power) + ' ns', 'end')
        for size in sorted({size for line in self.lines.values() for size, _ in line}):
            yield self.text(self.at(size, 10 ** self.low)[0], bottom + 16, count_text(size))

    def draw(self):
        yield from self.axes()
        for at, (name, line) in enumerate(self.lines.items()):
            path = ' '.join(f'{x:.1f},{y:.1f}' for x, y in (self.at(*point) for point in line))
            yield f'<polyline points="{path}" fill="none" stroke="{COLOURS[name]}" stroke-width="2"/>'
            for point in line:
                x, y = self.at(*point)
                yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{COLOURS[name]}"/>'
                yield self.text(x, y - 8, f'{point[1]:,.0f}')
            yield (f'<text x="{self.x + LEFT + 8 + 70 * at}" y="{self.y + HEIGHT - 8}" '
                   f'fill="{COLOURS[name]}">{name}</text>')


def svg(raw, caption):
    panels = curves(raw)
    rows = max(1, ceil(len(panels) / 2))
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{2 * WIDTH}" '
             f'height="{rows * HEIGHT + 24}" font-family="sans-serif" font-size="11">',
             '<rect width="100%" height="100%" fill="white"/>']
    for at, (name, found) in enumerate(panels.items()):
        lines += Panel(TITLES[name], found, at % 2 * WIDTH, at // 2 * HEIGHT).draw()
    lines += [f'<text x="10" y="{rows * HEIGHT + 14}" fill="#555">{caption}</text>', '</svg>', '']
    return '\n'.join(lines)
