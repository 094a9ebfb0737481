#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What the checker of histories makes of them: it finds each thing that cannot be, and nothing
in what can."""
import os
import random
import sys

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../..')
sys.path.insert(0, os.path.join(TOP, 'tools/check'))
from history import judge     # noqa: E402  (the path comes first)


def ask(number, op, value=None, key='a'):
    return {'id': number, 'op': op, 'key': key, **({'value': value} if value else {})}


def ok(number, *value):
    return {'id': number, 'ok': True, **({'value': value[0]} if value else {})}


def no(number):
    return {'id': number, 'ok': False}


def done(number, op, value=None, key='a'):
    """Sent and answered at once; what a get sees is its answer's."""
    if op == 'get':
        return [ask(number, op, key=key), ok(number, value)]
    return [ask(number, op, value, key), ok(number)]


def told(watcher, rev, items=None, gone=(), **more):
    return {'watch': watcher, 'store': 's', 'rev': rev, 'set': items or {}, 'del': list(gone),
            **more}


DEAD = {'dead': True}


def quiet(*watchers):
    return {'quiet': True, 'watchers': list(watchers)}


H1, H2, H3 = 'h1@1', 'h2@2', 'h1@3'
BEGUN = told('w', 1, {'a': H1}, begin=True, end=True)

RIGHT = [
    ('nothing', []),
    ('one after the other', [*done(1, 'set', H1), *done(2, 'get', H1), *done(3, 'del', H1),
                             *done(4, 'get')]),
    ('at the same time, either order', [ask(1, 'set', H1), ask(2, 'set', H2), ok(1), ok(2),
                                        *done(3, 'get', H1)]),
    ('a read during a write, before it', [*done(1, 'set', H1), ask(2, 'set', H2),
                                          *done(3, 'get', H1), ok(2)]),
    ('a read during a write, after it', [*done(1, 'set', H1), ask(2, 'set', H2),
                                         *done(3, 'get', H2), ok(2)]),
    ('no answer, it has happened', [ask(1, 'set', H1), *done(2, 'get', H1)]),
    ('no answer, it has not', [ask(1, 'set', H1), *done(2, 'get')]),
    ('no answer, it happens late', [ask(1, 'set', H1), *done(2, 'get'), *done(3, 'get', H1)]),
    ('no answer and the end: it has happened', [ask(1, 'set', H1), DEAD, *done(2, 'get', H1),
                                                *done(3, 'get', H1)]),
    ('no answer and the end: it has not', [ask(1, 'set', H1), DEAD, *done(2, 'get')]),
    ('two without an answer and the end: one, then the other', [
        ask(1, 'set', H1), ask(2, 'set', H2), DEAD, *done(3, 'get', H1)]),
    ('an end, and what is asked after it happens late', [
        DEAD, ask(1, 'set', H1), *done(2, 'get'), *done(3, 'get', H1)]),
    ('an end, and the answer that was on its way', [ask(1, 'set', H1), DEAD, ok(1),
                                                    *done(2, 'get', H1)]),
    ('refused', [*done(1, 'set', H1), ask(2, 'set', H2), no(2), *done(3, 'get', H1)]),
    ('an epoch that the answer tells', [ask(1, 'set', 'h1@?'), ok(1, H1), *done(2, 'get', H1)]),
    ('an epoch that only a read tells', [ask(1, 'set', 'h1@?'), *done(2, 'get', H1),
                                         *done(3, 'get', H1)]),
    ('a read before the answer that tells', [ask(1, 'set', 'h1@?'), *done(2, 'get', H1),
                                             ok(1, H1), *done(3, 'get', H1)]),
    ('what another has is not deleted', [*done(1, 'set', H2), *done(2, 'del', H1),
                                         *done(3, 'get', H2)]),
    ('an end takes what is older, too', [*done(1, 'set', H1), *done(2, 'end', H2),
                                         *done(3, 'get')]),
    ('an end leaves what is newer', [*done(1, 'set', H3), *done(2, 'end', H2),
                                     *done(3, 'get', H3)]),
    ('keys do not know each other', [*done(1, 'set', H1), *done(2, 'get', None, 'b')]),
    ('a watcher that is told', [BEGUN, told('w', 2, {'a': H2}), told('w', 3, gone=['a']),
                                told('w', 4, {'a': H3})]),
    ('a snapshot takes away', [*done(1, 'set', H1), told('w', 1, {'a': H1, 'b': H2}, begin=True,
                                                         end=True),
                               told('w', 5, {'a': H1}, begin=True, end=True), quiet('w')]),
    ('a gap that is told', [BEGUN, {'watch': 'w', 'again': True},
                            told('w', 9, {'a': H2}, begin=True, end=True)]),
    ('a session ends in a snapshot', [told('w', 1, {'a': H1}, begin=True),
                                      {'watch': 'w', 'again': True},
                                      told('w', 1, {'a': H1}, begin=True, end=True)]),
    ('another store begins', [BEGUN, {**told('w', 1, {'a': H2}, begin=True, end=True),
                                      'store': 'other'}]),
    ('two who differ in their own', [told('h1', 1, {'b': H2}, begin=True, end=True),
                                     told('h2', 1, {'a': H1}, begin=True, end=True)]),
    ('two, one of them has what the other had', [told('h1', 1, {'a': H2}, begin=True, end=True),
                                                 told('h1', 2, gone=['b']),
                                                 told('w', 2, {'a': H3}, begin=True, end=True)]),
    ('all is told', [*done(1, 'set', H1), BEGUN, quiet('w')]),
    ('its own is not told', [*done(1, 'set', H1), told('h1', 1, begin=True, end=True),
                             quiet('h1')]),
]

WRONG = [
    ('an acknowledged change is lost', [*done(1, 'set', H1), *done(2, 'get')]),
    ('the older one comes back', [*done(1, 'set', H1), *done(2, 'set', H2), *done(3, 'get', H1)]),
    ('a deletion is lost', [*done(1, 'set', H1), *done(2, 'del', H1), *done(3, 'get', H1)]),
    ('an end is lost', [*done(1, 'set', H1), *done(2, 'end', H2), *done(3, 'get', H1)]),
    ('what nobody asked for', [*done(1, 'get', H1)]),
    ('what was refused', [ask(1, 'set', H1), no(1), *done(2, 'get', H1)]),
    ('read before it was refused', [ask(1, 'set', H1), *done(2, 'get', H1), no(1),
                                    *done(3, 'get', H1)]),
    ('before it was asked for', [*done(1, 'get', H1), *done(2, 'set', H1)]),
    ('two reads, back in time', [*done(1, 'set', H1), ask(2, 'set', H2), *done(3, 'get', H2),
                                 *done(4, 'get', H1)]),
    ('no answer, happens twice', [ask(1, 'set', H1), *done(2, 'get', H1), *done(3, 'set', H2),
                                  *done(4, 'get', H1)]),
    ('no answer and the end, happens after it', [ask(1, 'set', H1), DEAD, *done(2, 'get'),
                                                 *done(3, 'get', H1)]),
    ('no answer and the end: one, then the other, then the first', [
        ask(1, 'set', H1), ask(2, 'set', H2), DEAD, *done(3, 'get', H1), *done(4, 'get', H2)]),
    ('another NVE than the one asked for', [ask(1, 'set', 'h1@?'), *done(2, 'get', 'h2@4')]),
    ('an epoch of two', [*done(1, 'set', H1), ask(2, 'set', 'h2@?', 'b'),
                         ok(2, 'h2@1'), ask(3, 'set', 'h1@?'), ok(3, H1)]),
    ('an epoch of two addresses, told', [told('w', 1, {'a': H1, 'b': 'h1@1'}, begin=True,
                                              end=True)]),
    ('an epoch goes back', [told('w', 1, {'a': H2}, begin=True, end=True),
                            told('w', 2, {'a': H1})]),
    ('after a deletion, too', [told('w', 1, {'a': H2}, begin=True, end=True),
                               told('w', 2, gone=['a']), told('w', 3, {'a': H1})]),
    ('a revision goes back', [told('w', 5, {'a': H1}, begin=True, end=True),
                              told('w', 4, {'b': H2})]),
    ('another store without a beginning', [BEGUN, {**told('w', 2, {'a': H2}), 'store': 'other'}]),
    ('an end without a beginning', [BEGUN, told('w', 2, end=True)]),
    ('a change is not told', [*done(1, 'set', H1), BEGUN, *done(2, 'set', H2), quiet('w')]),
    ('a deletion is not told', [*done(1, 'set', H1), BEGUN, *done(2, 'del', H1), quiet('w')]),
    ('told what is not there', [BEGUN, *done(1, 'get'), quiet('w')]),
    ('two differ at one revision', [BEGUN, told('v', 1, {'a': H2}, begin=True, end=True)]),
    ('told of itself', [told('h1', 1, {'a': H1}, begin=True, end=True)]),
]


def storm(seed, lie):
    """A register that works, with answers that get lost; lie: one read says what was there before."""
    rng = random.Random(seed)
    lines, there, out, number, epoch = [], {}, [], 0, 0
    lies = 0
    for _ in range(600):
        key = f'k{rng.randrange(4)}'
        number += 1
        if rng.random() < 0.4:
            value = there.get(key)
            if lie and lies == 0 and number > 300 and value:
                value, lies = f'h9@{10 ** 9}', 1
            lines += done(number, 'get', value, key)
            continue
        epoch += 1
        value = f'h{rng.randrange(3)}@{epoch}'
        lines.append(ask(number, 'set', value, key))
        fate = rng.random()
        if fate < 0.8:
            there[key] = value
            out.append(number)
            if len(out) > 3 or rng.random() < 0.7:
                lines.append(ok(out.pop(rng.randrange(len(out)))))
        elif fate < 0.9:
            there[key] = value          # nobody will ever hear of it
        elif fate < 0.95:
            lines.append(no(number))
    return lines


def main():
    cases = [(f'right: {name}', judge(lines), False) for name, lines in RIGHT]
    cases += [(f'wrong: {name}', judge(lines), True) for name, lines in WRONG]
    for seed in range(10):
        cases.append((f'right: storm {seed}', judge(storm(seed, False)), False))
        cases.append((f'wrong: storm {seed}', judge(storm(seed, True)), True))
    print(f'1..{len(cases)}')
    failed = 0
    for number, (name, got, wrong) in enumerate(cases, 1):
        good = bool(got) == wrong
        print(f'{"ok" if good else "not ok"} {number} {name}')
        if not good:
            print(f'# {got or "it found nothing"}')
            failed = 1
    return failed


if __name__ == '__main__':
    sys.exit(main())
