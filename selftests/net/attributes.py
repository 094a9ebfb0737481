# SPDX-License-Identifier: GPL-2.0
"""Requests against the policies that the kernel itself tells of its family: every attribute of
every request in every wrong length; in nve0's namespace. A test an invocation."""
import errno
import socket
import struct
import sys

import genl
from genl import attr, attrs_of, NLA_F_NESTED, NLM_F_DUMP, Refused
from uapi import N

CTRL_CMD_GETPOLICY, FAMILY_NAME, POLICY, OP_POLICY, POLICY_DO = 10, 2, 8, 9, 1
TYPE, MIN_LENGTH, MAX_LENGTH, POLICY_IDX = 1, 6, 7, 8
WIDTHS = {2: 1, 3: 2, 4: 4, 5: 8}           # NL_ATTR_TYPE_U8 to U64
BINARY, NESTED = 10, 13


def items(data):
    """Attributes in their order, as (number, payload)."""
    while len(data) >= 4:
        length, number = struct.unpack_from('=HH', data)
        yield number & 0x3fff, data[4:length]
        data = data[(length + 3) & ~3:]


def u32(data):
    return struct.unpack('=I', data)[0]


class Family:
    def __init__(self):
        self.nl = genl.Genl()
        self.policies, self.ops = {}, {}
        control = genl.Genl()
        for body in control.request(CTRL_CMD_GETPOLICY, [attr(FAMILY_NAME, b'nvo3\0')], NLM_F_DUMP):
            for kind, payload in items(body):
                if kind == OP_POLICY:
                    for op, policy in items(payload):
                        self.ops[op] = u32(attrs_of(policy)[POLICY_DO])
                elif kind == POLICY:
                    for index, one in items(payload):
                        for number, about in items(one):
                            self.policies.setdefault(index, {})[number] = attrs_of(about)
        self.nl.resolve('nvo3')
        self.nve = attr(N['NVO3_A_IFINDEX'], struct.pack('=I', socket.if_nametoindex('nve0')))

    def refused(self, op, attributes, what):
        try:
            self.nl.request(op, attributes)
        except Refused as said:
            assert said.errno in (errno.EINVAL, errno.ERANGE), f'{what}: {said}'
            assert said.text, f'{what} is refused without a word'
            return
        raise AssertionError(f'{what} is accepted')


def lengths(about):
    """Those that are wrong for an attribute, none for a nest."""
    kind = u32(about[TYPE])
    if kind in WIDTHS:
        right = {WIDTHS[kind]}
    elif kind == BINARY:
        if MIN_LENGTH not in about and MAX_LENGTH not in about:
            return ()               # a frame: the kernel itself looks how long it is
        # An address, of one length only.
        assert about[MIN_LENGTH] == about[MAX_LENGTH], f'a length that may vary: {about}'
        right = {u32(about[MIN_LENGTH])}
    else:
        return ()
    return [length for length in range(max(right) + 3) if length not in right]


def inside(chain, data):
    """The attribute within the nests of that chain."""
    for number in reversed(chain):
        data = attr(number, [data])
    return data


def walk(family, op, policy, chain, seen):
    count = 0
    for number, about in family.policies[policy].items():
        where = f'{[*chain, number]} of request {op}'
        for length in lengths(about):
            family.refused(op, [family.nve, inside(chain, attr(number, b'\1' * length))],
                           f'{where} with {length} bytes')
            count += 1
        if u32(about[TYPE]) != NESTED:
            continue
        for wrong in b'\1', b'\0\0\0', b'\1\0\1\0', b'\3\0\1\0', b'\xff\xff\1\0', b'\x08\0\1\0':
            family.refused(op, [family.nve, inside(chain, attr(number | NLA_F_NESTED, wrong))],
                           f'{where}, a nest of {wrong.hex()}')
            count += 1
        family.refused(op, [family.nve, inside(chain, attr(number, attr(1, bytes(4))))],
                       f'{where}, not marked as a nest')
        nested = about.get(POLICY_IDX)
        if nested and u32(nested) not in seen:
            seen.add(u32(nested))
            count += walk(family, op, u32(nested), [*chain, number], seen)
    number = max(family.policies[policy]) + 1
    family.refused(op, [family.nve, inside(chain, attr(number, bytes(4)))],
                   f'{[*chain, number]} of request {op}, which is unknown')
    return count + 1


def state(family):
    return [family.nl.request(N[f'NVO3_CMD_{kind}_GET'], [family.nve], NLM_F_DUMP)
            for kind in ('VN', 'MEMBER', 'PORT', 'MAP', 'REMOTE', 'PROFILE')]


def sweep(family):
    """Each nest is gone through with the first request that has it."""
    before, seen = state(family), set()
    count = sum(walk(family, op, policy, [], seen) for op, policy in family.ops.items())
    assert state(family) == before, 'something changed'
    assert count > 500, f'{count} requests: the kernel tells no policies'
    print(f'{count} requests')


def nested(family):
    """Nests within nests, deeper than anybody follows."""
    before = state(family)
    for depth in 2, 3, 10, 1000, 16000:
        for number in N['NVO3_A_MAP'], N['NVO3_A_MAP_PATH'], N['NVO3_A_RULE']:
            data = b''
            # From the inside, as lengths have 16 bits.
            for level in range(depth):
                if len(data) + 4 > 65528:
                    break
                data = struct.pack('=HH', len(data) + 4, number | NLA_F_NESTED) + data
            top = struct.pack('=HH', len(data) + 4, N['NVO3_A_MAP'] | NLA_F_NESTED) + data
            if len(top) < 65000:
                family.refused(N['NVO3_CMD_MAP_ADD'], [family.nve, top], f'{depth} nests')
    assert state(family) == before, 'something changed'


if __name__ == '__main__':
    globals()[sys.argv[1]](Family())
