# SPDX-License-Identifier: GPL-2.0
"""A module's unit tests, told as TAP."""
import sys
import unittest


def run(module):
    """All of this module's; the exit status."""
    suites = unittest.defaultTestLoader.loadTestsFromModule(sys.modules[module])
    tests = [test for suite in suites for test in suite]
    failed = 0
    print(f'1..{len(tests)}')
    for number, test in enumerate(tests, 1):
        result = unittest.TestResult()
        test.run(result)
        bad = result.failures + result.errors
        failed += bool(bad)
        print(f'{"not ok" if bad else "ok"} {number} {test.id().removeprefix("__main__.")}')
        for _, text in bad:
            print(''.join(f'# {line}\n' for line in text.splitlines()), end='')
    return 1 if failed else 0
