# SPDX-License-Identifier: GPL-2.0
"""What a test program printed, turned into results. Pure: lines in, results out.

Understands KTAP and TAP as cmocka prints it: a plan, then one line a test, several
such groups in a row. A test that was planned and did not report has failed, and so
has a program that planned nothing.
"""
import re
from dataclasses import dataclass, field

PLAN = re.compile(r'1\.\.(\d+)\s*$')
LINE = re.compile(r'(not )?ok (\d+)(?:\s+-)?\s*(.*)$')
SKIP = re.compile(r'\s*#\s*SKIP\b\s*(.*)$', re.IGNORECASE)


@dataclass
class Result:
    name: str
    verdict: str                # 'passed', 'failed' or 'skipped'
    details: list = field(default_factory=list)


class Parser:
    """Feed it the lines of one program, then ask end() for the results."""

    def __init__(self):
        self.results = []
        self.planned = None
        self.reported = 0
        self.details = []

    def feed(self, line):
        line = line.rstrip('\r\n')
        plan = PLAN.match(line)
        if plan:
            self._close_group()
            self.planned, self.reported = int(plan.group(1)), 0
            return
        test = LINE.match(line)
        if test:
            self._test(*test.groups())
        elif not line.startswith('KTAP version'):
            self._detail(line)

    def _test(self, negation, number, name):
        skip = SKIP.search(name)
        verdict = 'failed' if negation else 'skipped' if skip else 'passed'
        name = SKIP.sub('', name) or f'test {number}'
        self.reported += 1
        self.results.append(Result(name, verdict, self.details))
        if skip:
            self.results[-1].details.append(skip.group(1))
        self.details = []

    def _detail(self, line):
        # lib.sh shows a test's output after its verdict, others before it.
        if self.results and self.results[-1].verdict == 'failed':
            self.results[-1].details.append(line)
        else:
            self.details.append(line)

    def _close_group(self):
        if self.planned is None:
            return
        missing = self.planned - self.reported
        if missing < 0:
            self._fail(f'{self.reported} tests reported, {self.planned} planned')
        for number in range(self.reported + 1, self.reported + missing + 1):
            self._fail(f'test {number} of {self.planned} did not report')

    def _fail(self, name):
        self.results.append(Result(name, 'failed', self.details))
        self.details = []

    def end(self, status):
        """The results, knowing the exit status (None: it never ended)."""
        self._close_group()
        if self.planned is None or not self.results:
            self._fail('it planned no tests')
        failed = any(result.verdict == 'failed' for result in self.results)
        if status is None and not failed:
            self._fail('it did not end')
        elif status and not failed:
            self._fail(f'exit status {status} although every test passed')
        return self.results
