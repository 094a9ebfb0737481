# SPDX-License-Identifier: GPL-2.0
"""Do JSON documents on standard input, one a line, equal those in the arguments?

usage: python3 cli_json.py [--any-order] EXPECTED...

In EXPECTED, null stands for any number. With --any-order the rows of an array, or
the lines, may come in any order. Prints what differs; exit status 1 if anything does.
"""
import json
import sys


def fits(got, expected):
    if expected is None:
        return isinstance(got, int) and not isinstance(got, bool)
    if isinstance(expected, dict):
        return (isinstance(got, dict) and list(got) == list(expected) and
                all(fits(got[key], expected[key]) for key in expected))
    if isinstance(expected, list):
        return (isinstance(got, list) and len(got) == len(expected) and
                all(map(fits, got, expected)))
    return type(got) is type(expected) and got == expected


def ordered(document):
    return sorted(document, key=json.dumps) if isinstance(document, list) else document


def main(arguments):
    any_order = arguments[:1] == ['--any-order']
    expected = [json.loads(text) for text in arguments[any_order:]]
    got = [json.loads(line) for line in sys.stdin]
    if any_order:
        got, expected = [ordered([ordered(document) for document in documents])
                         for documents in (got, expected)]
    if fits(got, expected):
        return 0
    print('got:     ', *map(json.dumps, got), sep='\n  ')
    print('expected:', *map(json.dumps, expected), sep='\n  ')
    return 1


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
