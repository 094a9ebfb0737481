#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What judges numbered probes (selftests/system/runs.py, seq_whole.py, seq_fates.py) finds what is wrong."""
import contextlib
import io
import os
import sys
import tempfile
import unittest

import as_tap

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
sys.path.insert(0, os.path.join(TOP, 'selftests/system'))

import runs         # noqa: E402
import seq_fates    # noqa: E402
import seq_whole    # noqa: E402


def tap(folder, name, way, numbers, step=1):
    """A file as seq_probe's tap writes it: runs, as the numbers came."""
    path = os.path.join(folder, name)
    lines, current = [], {}
    for when, number in enumerate(numbers):
        run = current.get(number % step)
        if run and number == run[3] + step:
            run[1], run[3] = when, number
        else:
            if run:
                lines.append(run)
            current[number % step] = [when, when, number, number]
    with open(path, 'w', encoding='ascii') as file:
        for begin, end, first, last in lines + list(current.values()):
            file.write(f'{begin} {end} {way} {first} {last} {step} udp\n')
    return path


class Probe(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def judge(self, judge, sent, came, step, *words):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            status = judge(tap(self.folder.name, 'sent', 'from', sent, step),
                           tap(self.folder.name, 'came', 'to', came, step), *words)
        return status, out.getvalue()


class Sets(unittest.TestCase):
    def test_sums(self):
        self.assertEqual(runs.union([(0, 3), (4, 6), (8, 9)]), [(0, 6), (8, 9)])
        self.assertEqual(runs.missing([(0, 10)], [(0, 3), (5, 6)]), [(4, 4), (7, 10)])
        self.assertEqual(runs.missing([(0, 3), (6, 9)], [(2, 7)]), [(0, 1), (8, 9)])
        self.assertEqual(runs.overlaps([(0, 5), (3, 7)]), 3)


class Whole(Probe):
    def whole(self, came):
        return self.judge(seq_whole.main, range(20), came, 1)

    def test_all_in_order(self):
        self.assertEqual(self.whole(range(20))[0], 0)

    def test_lost(self):
        status, text = self.whole([n for n in range(20) if n not in (7, 8)])
        self.assertEqual(status, 1)
        self.assertIn('2 lost: [(7, 8)]', text)

    def test_the_last_one_lost(self):
        self.assertIn('1 lost: [(19, 19)]', self.whole(range(19))[1])

    def test_twice(self):
        self.assertIn('1 came twice', self.whole([0, 1, 1, *range(2, 20)])[1])

    def test_out_of_order(self):
        self.assertIn('out of order', self.whole([0, 2, 1, *range(3, 20)])[1])


class Fates(Probe):
    """0, 3, 6... every profile permits, 1, 4, 7... the old one, 2, 5, 8... the new one."""

    def fates(self, came, changes, other='old'):
        return self.judge(seq_fates.main, range(60), came, 3, other, changes)

    @staticmethod
    def by(profiles):
        """What comes when frame n is judged by profiles(n)."""
        return [n for n in range(60) if n % 3 == 0 or
                (n % 3 == 1) == (profiles(n) == 'old')]

    def test_one_change(self):
        came = self.by(lambda n: 'old' if n < 31 else 'new')
        self.assertEqual(self.fates(came, 1)[0], 0)
        self.assertEqual(self.fates(came, 2)[0], 1)

    def test_one_frame_judged_by_a_half(self):
        came = self.by(lambda n: 'old' if n < 31 or n == 37 else 'new')
        status, text = self.fates(came, 1)
        self.assertEqual(status, 1)
        self.assertIn('the judge 3 times', text)

    def test_nothing_permits_for_a_moment(self):
        came = [n for n in self.by(lambda n: 'old' if n < 30 else 'new') if n not in (30, 31, 32)]
        status, text = self.fates(came, 1)
        self.assertEqual(status, 1)
        self.assertIn('1 of 20 that every profile permits were lost: [30]', text)

    def test_without_a_profile_all_pass(self):
        came = [n for n in range(60) if n % 3 != 2 or 20 <= n < 40]
        self.assertEqual(self.fates(came, 2, 'none')[0], 0)

    def test_twice_and_out_of_order(self):
        came = self.by(lambda n: 'old')
        self.assertIn('came twice', self.fates(came + [0], 0)[1])
        self.assertIn('port 1000 came out of order', self.fates([3, 0, *came[3:], 1], 0)[1])


if __name__ == '__main__':
    sys.exit(as_tap.run(__name__))
