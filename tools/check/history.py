#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Is what clients saw of a mapping service what one that never failed could have shown?

usage: history.py FILE

A line is an object of JSON; "t" grows from line to line. Values are "NVE@EPOCH", or null: nothing
is there. "NVE@?" is a value whose epoch nobody was told.

    {"id": 1, "op": OP, "key": K, "value": V}   a request is sent: set, del (if that is there),
                                            end (what has its epoch or an older one), get (no value)
    {"id": 1, "ok": true, "value": V}           its answer; a value here counts instead of that one
    {"id": 1, "ok": false}                      it was refused and has changed nothing
    {"watch": W, "store": S, "rev": N, "begin": B, "end": B, "set": {K: V}, "del": [K]}
                                            a message; of its own items a watcher is not told
    {"watch": W, "new": true}               W has forgotten all that it was told
    {"watch": W, "again": true}             W has a new session, and knows what it knew
    {"quiet": true, "watchers": [W]}        no request is out, these have been told everything
    {"dead": true}                          the service has ended, with what had not happened by then

A request without an answer may have happened, at any time after it was sent until the service
ended, or not. Prints a line for each thing that cannot be, and ends with 1 then. judge() is for
other programs.
"""
import collections
import itertools
import json
import sys


def split(value):
    """A value's NVE and epoch; the epoch is None if it is not known."""
    nve, epoch = value.rsplit('@', 1)
    return nve, None if epoch == '?' else int(epoch)


def matches(held, seen):
    """A value that may lack its epoch, and one that was seen."""
    if held is None or seen is None:
        return held is seen
    return held == seen or held.endswith('@?') and split(held)[0] == split(seen)[0]


def is_older(held, value):
    epoch = split(held)[1]
    return epoch is None or epoch <= split(value)[1]


class Register:
    """One key. Which orders of the requests are possible, as what is there and which of those
    that are out are done: a set of both, with each event."""

    def __init__(self):
        self.open = {}
        self.silent = set()
        self.states = {(None, frozenset())}

    def _apply(self, held, op):
        """What is there after op; no element if its answer cannot be."""
        kind, value = op
        if kind == 'set':
            return [value]
        if kind == 'del':
            return [None if matches(held, value) else held]
        if kind == 'end':
            return [None if held and is_older(held, value) else held]
        return [value] if matches(held, value) else []

    def _less(self, states, ways=None):
        """Without those that use more than another which is like it: of requests that are never
        answered, which need not be done, so what they do not explain costs nothing."""
        ways = collections.defaultdict(list) if ways is None else ways
        for held, done in sorted(states, key=lambda state: len(state[1])):
            alike = ways[held, done - self.silent]
            if not any(less <= done for less in alike):
                alike.append(done)
                yield held, done

    def begin(self, number, kind, value, silent):
        self.open[number] = (kind, value)
        if silent:
            self.silent.add(number)

    def end(self, number, value, known):
        """False: no order is left."""
        kind, sent = self.open[number]
        self.open[number] = (kind, value if known else sent)
        if kind != 'get' and known and value != sent:
            # it may be done in some orders already, with what was not known of it
            self.states = {(value if held == sent and number in done else held, done)
                           for held, done in self.states}
        self._expand(number)
        del self.open[number]
        self.states = set(self._less((held, done - {number})
                                     for held, done in self.states if number in done))
        return bool(self.states)

    def _expand(self, number):
        """With one more done at a time, until number is."""
        ends, more, ways = set(), self.states, collections.defaultdict(list)
        while more:
            ends |= {state for state in more if number in state[1]}
            more = {(after, done | {other})
                    for held, done in more if number not in done
                    for other, op in self.open.items()
                    # a get that has no answer yet tells nothing
                    if other not in done and (op[0] != 'get' or other == number)
                    for after in self._apply(held, op)}
            more = set(self._less(more, ways))
        self.states = ends

    def dead(self):
        """What will never be answered is done by now, or never."""
        out = [(number, self.open.pop(number)) for number in self.silent]
        out = [(number, op) for number, op in out if op[0] != 'get']
        states = more = self.states
        while more:
            more = {(after, done | {number})
                    for held, done in more
                    for number, op in out if number not in done
                    for after in self._apply(held, op)} - states
            states = states | more
        self.states = {(held, done - self.silent) for held, done in states}
        self.silent = set()

    def go_on_from(self, value):
        """After what cannot be."""
        self.states = {(value, frozenset())}


class Watcher:
    def __init__(self, name):
        self.name = name
        self.forget()

    def forget(self):
        self._hold({})
        self.epochs = {}
        self.named = None
        self.at = (None, 0)

    def again(self):
        self.named = None

    def copy(self):
        other = Watcher(self.name)
        other.held = dict(self.held)
        other.parts = {owner: dict(part) for owner, part in self.parts.items()}
        return other

    def _hold(self, held):
        self.held, self.parts = {}, collections.defaultdict(dict)
        for key, value in held.items():
            self._put(key, value)

    def _put(self, key, value):
        """parts: what is held of each NVE, so that what others have can be compared at once"""
        self._drop(key)
        self.held[key] = value
        self.parts[self.owner(key)][key] = value

    def _drop(self, key):
        if key in self.held:
            del self.parts[self.owner(key)][key], self.held[key]

    def take(self, line):
        """What is wrong with it, in words."""
        at = (line['store'], line['rev'])
        inside = self.named is not None
        if line.get('begin'):
            self.named = set()
        elif at[0] != self.at[0]:
            yield f'{self.name} is told of store {at[0]} without a beginning'
        elif at[1] < self.at[1] and not inside:
            yield f'{self.name} is at revision {self.at[1]} and told of {at[1]}'
        for key, value in line.get('set', {}).items():
            epoch = split(value)[1]
            if epoch is not None and epoch < self.epochs.get(key, 0):
                yield (f'{self.name} is told of {key} at {value} after epoch '
                       f'{self.epochs[key]}')
            self.epochs[key] = max(epoch or 0, self.epochs.get(key, 0))
            self._put(key, value)
            if self.named is not None:
                self.named.add(key)
        for key in line.get('del', []):
            self._drop(key)
        if line.get('end'):
            if self.named is None:
                yield f'{self.name} is told the end of what has not begun'
            if self.named is not None and len(self.named) < len(self.held):
                self._hold({key: self.held[key] for key in self.named if key in self.held})
            self.named = None
        self.at = at

    def owner(self, key):
        return split(self.held[key])[0] if key in self.held else None

    def differ(self, other):
        """Keys of which it holds something else, and neither's own."""
        own = {self.name, other.name}
        for owner in (self.parts.keys() | other.parts.keys()) - own:
            mine, others = self.parts.get(owner, {}), other.parts.get(owner, {})
            if mine != others:
                yield from (key for key in mine.keys() | others.keys()
                            if mine.get(key) != others.get(key)
                            and {self.owner(key), other.owner(key)}.isdisjoint(own))


class Judge:
    def __init__(self, answers):
        self.answers = answers      # of each request that has one: was it carried out?
        self.wrong = []
        self.registers = collections.defaultdict(Register)
        self.watchers = {}
        self.keys = {}
        self.owners = {}
        self.seen = {}

    def say(self, number, text):
        self.wrong.append(f'line {number}: {text}')

    def _owner(self, number, key, value):
        """An epoch is of one address at one NVE, for ever."""
        if value is None or split(value)[1] is None:
            return
        key, epoch = key.split('/')[-1], split(value)[1]
        first = self.owners.setdefault(epoch, (key, value))
        if first != (key, value):
            self.say(number, f'{value} of {key} has the epoch of {first[1]} of {first[0]}')

    def _answer(self, number, line):
        key = self.keys.pop(line['id'])
        register = self.registers[key]
        if 'value' in line:
            self._owner(number, key, line['value'])
        if not register.end(line['id'], line.get('value'), 'value' in line):
            self.say(number, f'{key}: no order of the requests leads to {line}')
            register.go_on_from(line.get('value'))

    def _same(self, number, watcher):
        """Two at one revision know the same, but for what is their own."""
        if watcher.named is not None:
            return
        for other in self.seen.setdefault(watcher.at, {}).values():
            differ = set() if other.name == watcher.name else set(watcher.differ(other))
            if differ:
                self.say(number, f'at revision {watcher.at[1]} {watcher.name} and {other.name} '
                                 f'differ in {sorted(differ)[:4]}')
        self.seen[watcher.at][watcher.name] = watcher.copy()
        while len(self.seen) > 64:
            del self.seen[next(iter(self.seen))]

    def _watch(self, number, line):
        watcher = self.watchers.setdefault(line['watch'], Watcher(line['watch']))
        if line.get('new'):
            watcher.forget()
            return
        if line.get('again'):
            watcher.again()
            return
        for text in watcher.take(line):
            self.say(number, text)
        for key, value in line.get('set', {}).items():
            self._owner(number, key, value)
            if split(value)[0] == watcher.name:
                self.say(number, f'{watcher.name} is told of its own {key}')
        self._same(number, watcher)

    def _quiet(self, number, line):
        """What a watcher holds is what is there, but for its own."""
        for name in line['watchers']:
            watcher = self.watchers.setdefault(name, Watcher(name))
            for key, register in self.registers.items():
                if '/' in key:
                    continue
                held = watcher.held.get(key)
                there = {state[0] for state in register.states}
                # of its own it is not told, and so not that another's has ended by it
                if not any(matches(value, held) or value is not None and split(value)[0] == name
                           for value in there):
                    self.say(number, f'{name} holds {held} of {key}, there is '
                                     f'{sorted(map(str, there))}')

    def take(self, number, line):
        if 'op' in line and self.answers.get(line['id'], True):
            self.keys[line['id']] = line['key']
            self.registers[line['key']].begin(line['id'], line['op'], line.get('value'),
                                              line['id'] not in self.answers)
        elif 'ok' in line:
            if line['ok']:
                self._answer(number, line)
        elif 'watch' in line:
            self._watch(number, line)
        elif line.get('quiet'):
            self._quiet(number, line)
        elif line.get('dead'):
            for register in self.registers.values():
                register.dead()


def judge(lines):
    """Of objects; returns the sentences."""
    lines = list(lines)
    it = Judge({line['id']: line['ok'] for line in lines if 'ok' in line})
    for number, line in enumerate(lines, 1):
        it.take(number, line)
    return it.wrong


def main(path):
    with open(path, encoding='utf-8') as lines:
        seen = [json.loads(line) for line in lines if line.strip()]
    if not seen:
        sys.exit('there is no history')
    wrong = judge(seen)
    print('\n'.join(wrong[:50]))
    return 1 if wrong else 0


if __name__ == '__main__':
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
