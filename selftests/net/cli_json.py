# SPDX-License-Identifier: GPL-2.0
"""Do the JSON documents of one file, one a line, equal those of another?

usage: python3 cli_json.py GOT EXPECTED

In EXPECTED, null stands for any number; the rows of an array may come in any order.
Prints what differs; exit status 1 if anything does, or if there is nothing.
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
                all(map(fits, sorted(got, key=key_of), sorted(expected, key=key_of))))
    return type(got) is type(expected) and got == expected


def key_of(row):
    """What rows are told apart by: never a counter."""
    return [str(row.get(key)) for key in ('dev', 'vlan', 'vni', 'mac', 'nve', 'dst')]


def documents(path):
    with open(path, encoding='utf-8') as lines:
        return [json.loads(line) for line in lines]


def main(got_path, expected_path):
    got, expected = documents(got_path), documents(expected_path)
    wrong = [pair for pair in zip(got, expected) if not fits(*pair)]
    for pair in wrong:
        print('got:      ' + json.dumps(pair[0]) + '\nexpected: ' + json.dumps(pair[1]))
    if len(got) != len(expected):
        print(f'{len(got)} documents, not {len(expected)}')
    return 0 if expected and not wrong and len(got) == len(expected) else 1


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
