# SPDX-License-Identifier: GPL-2.0
"""Requests that must be refused, each with its error and sentence; a group an invocation.

Runs in the namespace of refusals.sh: nve0 with VN 100 (ports p1, and p2 on VLAN 10) and
VN 200, nve1 with the slave q1, p3 enslaved to nve0 without a port, x1 enslaved to nobody.
"""
import errno
import ipaddress
import socket
import struct
import sys

import genl
from genl import attr, NLM_F_CREATE, NLM_F_DUMP, NLM_F_EXCL, NLM_F_REPLACE, Refused
from uapi import N

CMDS = ('nve-get vn-add vn-set vn-del vn-get member-add member-del member-get port-add port-set '
        'port-del port-get map-add map-del map-flush map-get remote-get').split()
CMD = {name: number for number, name in enumerate(CMDS, 1)}
CMD |= {f'profile-{verb}': N[f'NVO3_CMD_PROFILE_{verb.upper()}'] for verb in ('add', 'del', 'get')}
CMD['digest-get'] = N['NVO3_CMD_DIGEST_GET']
CMD |= {f'idle-{verb}': N[f'NVO3_CMD_IDLE_{verb.upper()}'] for verb in ('get', 'turn')}
CMD |= {f'miss-{verb}': N[f'NVO3_CMD_MISS_{verb.upper()}'] for verb in ('get', 'set', 'del')}
CMD['guest-answer'] = N['NVO3_CMD_GUEST_ANSWER']
TOP = {'ifindex': 1, 'nve': 2, 'vn': 3, 'member': 4, 'port': 5, 'map': 6, 'remote': 7,
       'profile': N['NVO3_A_PROFILE'], 'rule': N['NVO3_A_RULE'], 'digest': N['NVO3_A_DIGEST'],
       'miss': N['NVO3_A_MISS'], 'guest': N['NVO3_A_GUEST']}
NESTS = {
    'vn': 'vni unknown bum limit ports maps members misses stats pad digest digest_maps redirected '
          'hold pending held absent released track relayed '
          'arp arp_unknown arp_answered ip_maps',
    'member': 'vni addr4 addr6',
    'port': 'dev vlan vni mac state epoch stats pad profile spoof dhcp_server router allow group '
            'suppressed stamp last_out first_in guest',
    'guest': 'dev vlan vni frame',
    'map': 'vni mac addr4 addr6 dev vlan epoch prov pad encap dstport remote_vni path group '
           'generation stale_generation ip4 ip6 router',
    'digest': 'vni sum maps buckets',
    'remote': 'addr4 addr6 refs packets bytes',
    'profile': 'id default rate burst pps rules ports first pad vlan dscp',
    'miss': 'vni dst src dev suppressed lifetime state held addr4 addr6',
    'rule': 'verdict dir ethertype proto src4 src6 src_plen dst4 dst6 dst_plen sport sport_last '
            'dport dport_last src_group dst_group',
}
WIDTH = {'vlan': '=H', 'unknown': '=B', 'bum': '=B', 'state': '=B', 'prov': '=B', 'epoch': '=Q',
         'misses': '=Q', 'arp': '=B', 'arp_unknown': '=B', 'arp_answered': '=Q', 'router': '=B',
         'released': '=Q', 'suppressed': '=I', 'digest': '=Q', 'redirected': '=Q',
         'sum': '=Q', 'generation': '=B', 'stale_generation': '=B', 'packets': '=Q', 'bytes': '=Q',
         'default': '=B', 'rate': '=Q', 'stamp': '=B', 'last_out': '=Q', 'first_in': '=Q', 'track': '=B', 'relayed': '=Q',
         'verdict': '=B', 'dir': '=B', 'ethertype': '=H', 'proto': '=B', 'src_plen': '=B',
         'dst_plen': '=B', 'sport': '=H', 'sport_last': '=H', 'dport': '=H', 'dport_last': '=H'}
OWN = 'an address of this NVE'
MAC1, MAC2, MAC9 = '02:00:00:00:00:01', '02:00:00:00:00:02', '02:00:00:00:00:09'

# What requests of the group could change, and profiles besides where they are the group's.
STATE = ['vn-get', 'member-get', 'map-get', 'remote-get']

failed = 0
last = None
nl = None


def index(dev):
    return socket.if_nametoindex(dev)


def payload(name, value):
    if isinstance(value, bytes):
        return value
    if name in ('mac', 'dst', 'src'):
        return bytes.fromhex(value.replace(':', ''))
    if name in ('addr4', 'addr6', 'src4', 'src6', 'dst4', 'dst6', 'ip4', 'ip6'):
        return ipaddress.ip_address(value).packed
    if name == 'dev':
        value = index(value) if isinstance(value, str) else value
    return struct.pack(WIDTH.get(name, '=I'), value)


def nest(kind, **values):
    """The nest of an object; values by attribute name, bytes as they are."""
    numbers = {name: number for number, name in enumerate(NESTS[kind].split(), 1)}
    return attr(TOP[kind], [attr(numbers[name], payload(name, value))
                            for name, value in values.items()])


def nve(name='nve0'):
    return attr(TOP['ifindex'], struct.pack('=I', index(name)))


def dump(cmd):
    """All objects, without their counters."""
    kind = TOP[cmd.split('-')[0]]
    counters = {'vn-get': (8, 9, 15), 'remote-get': (4, 5)}.get(cmd, ())
    objects = []
    for answer in nl.request(CMD[cmd], [nve()], NLM_F_DUMP):
        found = genl.attrs_of(genl.attrs_of(answer)[kind])
        objects.append(sorted(item for item in found.items() if item[0] not in counters))
    return sorted(objects)


def state():
    """All that a refused request could have changed."""
    return [dump(cmd) for cmd in STATE]


def known():
    """The state since the last request that was accepted."""
    global last
    last = last or state()
    return last


def complain(what):
    global failed
    failed += 1
    print(what)


def refused(error, text, cmd, *attributes, flags=0, offset=None, reserved=0):
    """The request is refused with error, text is part of the sentence, nothing changed."""
    before = known()
    what = f'{cmd} ({text})'
    try:
        nl.request(CMD.get(cmd, cmd), list(attributes), flags, reserved)
        complain(f'{what}: accepted')
    except Refused as said:
        if said.errno != error or text not in said.text or not said.text:
            complain(f'{what}: {errno.errorcode.get(said.errno)} "{said.text}"')
        elif offset is not None and said.offset != offset:
            complain(f'{what}: the culprit is at {said.offset}, not at {offset}')
    if before != state():
        complain(f'{what}: something changed')


def accepted(cmd, *attributes, flags=0):
    global last
    last = None
    try:
        return nl.request(CMD[cmd], list(attributes), flags)
    except Refused as said:
        complain(f'{cmd}: refused: {said}')
    return None


def lengths(error, cmd, kind, name, right, **others):
    """A binary attribute one byte too short and too long, and empty."""
    for wrong in (b'', right[:-1], right + b'\0'):
        refused(error, '', cmd, nve(), nest(kind, **others, **{name: wrong}))


# --- groups

def request():
    ghost = attr(TOP['ifindex'], struct.pack('=I', 12345))
    zero = attr(TOP['ifindex'], struct.pack('=I', 0))
    for cmd in CMDS:
        kind = cmd.split('-')[0]
        filled = [] if kind == 'nve' else [nest(kind)]
        refused(errno.EINVAL, 'names no NVE', cmd, *filled)
        refused(errno.ENODEV, 'no device 12345 in this namespace', cmd, ghost, *filled)
        refused(errno.EOPNOTSUPP, 'x1 is not of kind nvo3', cmd, nve('x1'), *filled)
        refused(errno.ERANGE, 'out of range', cmd, zero, *filled)
        refused(errno.EINVAL, 'nknown attribute', cmd, nve(), attr(60, b'....'))
        if cmd not in ('nve-get', 'map-flush'):
            refused(errno.EINVAL, f'the request has no {kind}', cmd, nve())
        if cmd not in ('map-add',):
            refused(errno.EINVAL, '', cmd, nve(), *filled, flags=NLM_F_REPLACE)
        refused(errno.EINVAL, '', cmd, nve(), *filled, reserved=7)
        if cmd.endswith('-get') and cmd != 'nve-get':
            refused(errno.ENODEV, 'no device 12345', cmd, ghost, flags=NLM_F_DUMP)
            refused(errno.EINVAL, 'names no NVE', cmd, flags=NLM_F_DUMP)
    try:
        nl.request(99, [nve()])
        complain('command 99 is accepted')
    except Refused as said:
        if said.errno != errno.EOPNOTSUPP:
            complain(f'command 99: {said}')


def vn():
    for cmd in ('vn-add', 'vn-set', 'vn-del', 'vn-get'):
        refused(errno.EINVAL, 'no VN given', cmd, nve(), nest('vn'))
        for vni in (0, 1 << 24, 0xffffffff):
            refused(errno.ERANGE, 'out of range', cmd, nve(), nest('vn', vni=vni))
        for wrong in (b'', b'\x64\0\0', b'\x64\0\0\0\0'):
            refused(errno.EINVAL, 'attribute length', cmd, nve(), nest('vn', vni=wrong))
        if cmd != 'vn-add':
            refused(errno.ENOENT, 'VN 300 does not exist on nve0', cmd, nve(), nest('vn', vni=300))
        refused(errno.ERANGE, '', cmd, nve(), nest('vn', vni=300, unknown=4))
        refused(errno.ERANGE, '', cmd, nve(), nest('vn', vni=300, bum=2))
        refused(errno.ERANGE, '', cmd, nve(), nest('vn', vni=300, track=2))
        refused(errno.ERANGE, '', cmd, nve(), nest('vn', vni=300, arp=2))
        refused(errno.ERANGE, '', cmd, nve(), nest('vn', vni=300, arp_unknown=3))
        for hold in (0, 60001):
            refused(errno.ERANGE, 'out of range', cmd, nve(), nest('vn', vni=300, hold=hold))
        for name in ('ports', 'maps', 'members', 'misses', 'pending', 'held', 'absent',
                     'released', 'digest', 'digest_maps', 'redirected', 'relayed',
                     'arp_answered', 'ip_maps'):
            refused(errno.EINVAL, 'a counter of a vn cannot be set', cmd, nve(),
                    nest('vn', vni=300, **{name: 1}))
    refused(errno.EEXIST, 'VN 100 exists on nve0', 'vn-add', nve(), nest('vn', vni=100))
    refused(errno.EBUSY, 'VN 100 still has 2 ports on nve0', 'vn-del', nve(), nest('vn', vni=100))


def member():
    good = nest('member', vni=100, addr4='192.0.2.7')
    for cmd in ('member-add', 'member-del', 'member-get'):
        refused(errno.EINVAL, 'no VN given', cmd, nve(), nest('member', addr4='192.0.2.7'))
        refused(errno.ENOENT, 'VN 300 does not exist', cmd, nve(),
                nest('member', vni=300, addr4='192.0.2.7'))
        refused(errno.EINVAL, 'no NVE address given', cmd, nve(), nest('member', vni=100))
        refused(errno.EINVAL, 'an IPv4 and an IPv6', cmd, nve(),
                nest('member', vni=100, addr4='192.0.2.7', addr6='2001:db8::7'))
        lengths(errno.ERANGE, cmd, 'member', 'addr6', b'\x20' + 15 * b'\1', vni=100)
    for addr, fault in (('0.0.0.0', 'unspecified'), ('224.0.0.9', 'multicast'),
                        ('255.255.255.255', 'broadcast'), ('127.0.0.1', 'loopback'),
                        ('192.0.2.255', 'a broadcast'), ('192.0.2.1', OWN), ('192.0.2.101', OWN)):
        refused(errno.EINVAL, fault, 'member-add', nve(), nest('member', vni=100, addr4=addr))
    for addr, fault in (('::', 'unspecified'), ('ff02::1', 'multicast'), ('::1', 'loopback'),
                        ('fe80::1', 'link-local'), ('::ffff:192.0.2.7', 'IPv4'),
                        ('2001:db8::1', OWN), ('2001:db8::101', OWN)):
        refused(errno.EINVAL, fault, 'member-add', nve(), nest('member', vni=100, addr6=addr))
    refused(errno.ENOENT, '192.0.2.7 is no member of VN 100', 'member-del', nve(), good)
    refused(errno.ENOENT, '192.0.2.7 is no member of VN 100', 'member-get', nve(), good)
    # A batch: the second is the culprit, the first is not made. 20: the headers.
    bad = nest('member', vni=300, addr4='192.0.2.8')
    refused(errno.ENOENT, 'VN 300', 'member-add', nve(), good, bad,
            offset=20 + len(nve()) + len(good) + 4)
    refused(errno.EINVAL, 'by VN, not by address', 'member-get', nve(), good, flags=NLM_F_DUMP)


def port():
    for cmd in ('port-add', 'port-set', 'port-del', 'port-get'):
        refused(errno.EINVAL, 'no access device given', cmd, nve(), nest('port', vni=100))
        refused(errno.ENODEV, 'no device 12345', cmd, nve(), nest('port', dev=12345, vni=100))
        refused(errno.EINVAL, 'x1 is not enslaved to nve0', cmd, nve(),
                nest('port', dev='x1', vni=100))
        refused(errno.EINVAL, 'q1 is enslaved to nve1, not to nve0', cmd, nve(),
                nest('port', dev='q1', vni=100))
        for vlan in (0, 4095, 65535):
            refused(errno.ERANGE, 'out of range', cmd, nve(),
                    nest('port', dev='p3', vni=100, vlan=vlan))
        refused(errno.ERANGE, 'out of range', cmd, nve(), nest('port', dev='p3', vni=1 << 24))
        refused(errno.ERANGE, '', cmd, nve(), nest('port', dev='p3', vni=100, state=3))
        refused(errno.ERANGE, '', cmd, nve(), nest('port', dev='p3', vni=100, stamp=2))
        refused(errno.ERANGE, '', cmd, nve(), nest('port', dev='p3', vni=100, guest=b'\2'))
        for name in ('last_out', 'first_in'):
            refused(errno.EINVAL, 'a counter of a port cannot be set', cmd, nve(),
                    nest('port', dev='p3', vni=100, **{name: 1}))
        lengths(errno.ERANGE, cmd, 'port', 'mac', b'\2\0\0\0\0\5', dev='p3', vni=100)
    refused(errno.EINVAL, 'no VN given', 'port-add', nve(), nest('port', dev='p3'))
    refused(errno.ENOENT, 'VN 300 does not exist', 'port-add', nve(),
            nest('port', dev='p3', vni=300))
    refused(errno.EEXIST, 'p1 has an untagged port', 'port-add', nve(),
            nest('port', dev='p1', vni=200))
    refused(errno.EEXIST, 'p2 has a port on VLAN 10', 'port-add', nve(),
            nest('port', dev='p2', vlan=10, vni=200))
    refused(errno.EINVAL, 'all zero', 'port-add', nve(),
            nest('port', dev='p3', vni=100, mac='00:00:00:00:00:00'))
    refused(errno.EINVAL, 'is a multicast MAC', 'port-add', nve(),
            nest('port', dev='p3', vni=100, mac='01:00:5e:00:00:01'))
    refused(errno.EINVAL, 'an epoch needs a MAC', 'port-add', nve(),
            nest('port', dev='p3', vni=100, epoch=5))
    refused(errno.EEXIST, f'{MAC1} of VN 100 belongs to the port on p1', 'port-add', nve(),
            nest('port', dev='p3', vni=100, mac=MAC1))
    refused(errno.EINVAL, 'an armed port needs the MAC', 'port-add', nve(),
            nest('port', dev='p3', vni=100, state=2))
    for cmd in ('port-set', 'port-del', 'port-get'):
        refused(errno.ENOENT, 'p3 has no untagged port', cmd, nve(), nest('port', dev='p3'))
        refused(errno.ENOENT, 'p2 has no port on VLAN 11', cmd, nve(),
                nest('port', dev='p2', vlan=11))
    refused(errno.EOPNOTSUPP, 'the port on p1 is in VN 100', 'port-set', nve(),
            nest('port', dev='p1', vni=200))


def map_object():
    place = {'vni': 100, 'mac': MAC9}
    for cmd in ('map-add', 'map-del', 'map-get'):
        refused(errno.EINVAL, 'no VN given', cmd, nve(), nest('map', mac=MAC9))
        refused(errno.ENOENT, 'VN 300 does not exist', cmd, nve(), nest('map', vni=300, mac=MAC9))
        refused(errno.EINVAL, 'no MAC address given', cmd, nve(), nest('map', vni=100))
        refused(errno.EINVAL, 'all zero', cmd, nve(),
                nest('map', vni=100, mac='00:00:00:00:00:00'))
        refused(errno.EINVAL, 'is a multicast MAC', cmd, nve(),
                nest('map', vni=100, mac='ff:ff:ff:ff:ff:ff'))
        refused(errno.ERANGE, '', cmd, nve(), nest('map', **place, prov=3))
        refused(errno.ERANGE, '', cmd, nve(), nest('map', **place, vlan=4095))
        lengths(errno.ERANGE, cmd, 'map', 'mac', b'\2\0\0\0\0\5', vni=100)
    refused(errno.EINVAL, 'no NVE address given', 'map-add', nve(), nest('map', **place))
    refused(errno.EINVAL, 'an IPv4 and an IPv6', 'map-add', nve(),
            nest('map', **place, addr4='192.0.2.7', addr6='2001:db8::7'))
    refused(errno.EINVAL, 'to an NVE or to a port, not to both', 'map-add', nve(),
            nest('map', **place, addr4='192.0.2.7', dev='p1'))
    refused(errno.EINVAL, OWN, 'map-add', nve(), nest('map', **place, addr4='192.0.2.1'))
    refused(errno.EINVAL, 'behind a port is set by port-set', 'map-add', nve(),
            nest('map', **place, dev='p1', group=5))
    refused(errno.EINVAL, 'no access device given', 'map-add', nve(),
            nest('map', **place, vlan=10))
    refused(errno.ENOENT, 'p3 has no untagged port', 'map-add', nve(),
            nest('map', **place, dev='p3'))
    refused(errno.EINVAL, 'the port on p1 is in VN 100, not in 200', 'map-add', nve(),
            nest('map', vni=200, mac=MAC9, dev='p1'))
    refused(errno.EINVAL, 'made by port-add', 'map-add', nve(),
            nest('map', **place, dev='p1', prov=2))
    refused(errno.EEXIST, 'belongs to the port on p1', 'map-add', nve(),
            nest('map', vni=100, mac=MAC1, addr4='192.0.2.7'), flags=NLM_F_REPLACE)
    refused(errno.EBUSY, 'goes with its port', 'map-del', nve(), nest('map', vni=100, mac=MAC1))
    for cmd in ('map-del', 'map-get'):
        refused(errno.ENOENT, f'{MAC9} has no mapping in VN 100', cmd, nve(),
                nest('map', **place))
    refused(errno.EINVAL, "ports' own mappings", 'map-flush', nve(), nest('map', prov=2))
    refused(errno.EINVAL, 'by VN and provenance only', 'map-flush', nve(), nest('map', mac=MAC9))
    refused(errno.ENOENT, 'VN 300', 'map-get', nve(), nest('map', vni=300), flags=NLM_F_DUMP)
    generations(place)


def generations(place):
    # An agent names what it sweeps, in one VN.
    for prov in ({}, {'prov': 0}):
        refused(errno.EINVAL, "only an agent's mappings have a generation", 'map-add', nve(),
                nest('map', **place, addr4='192.0.2.7', generation=1, **prov))
    for cmd in ('map-add', 'map-del', 'map-get'):
        refused(errno.EINVAL, 'stale-generation is for map-flush', cmd, nve(),
                nest('map', **place, stale_generation=1))
        refused(errno.EINVAL, 'attribute length', cmd, nve(),
                nest('map', **place, generation=b'\1\0'))
    refused(errno.EINVAL, 'by VN and provenance only', 'map-flush', nve(),
            nest('map', vni=100, generation=1))
    refused(errno.EINVAL, 'needs the VN that it is of', 'map-flush', nve(),
            nest('map', stale_generation=1))
    refused(errno.EINVAL, 'needs the VN that it is of', 'map-flush', nve(),
            nest('map', prov=1, stale_generation=1))
    refused(errno.ENOENT, 'VN 300', 'map-flush', nve(), nest('map', vni=300, stale_generation=1))
    for prov in (0, 2):
        refused(errno.EINVAL, "only an agent's mappings have a generation", 'map-flush', nve(),
                nest('map', vni=100, prov=prov, stale_generation=1))
    refused(errno.EINVAL, 'attribute length', 'map-flush', nve(),
            nest('map', vni=100, stale_generation=b''))
    accepted('map-add', nve(), nest('map', **place, addr4='192.0.2.7', prov=1, generation=7))
    refused(errno.ENOENT, 'of another generation', 'map-del', nve(),
            nest('map', **place, generation=8))
    refused(errno.EINVAL, 'stale-generation is for a flush', 'map-get', nve(),
            nest('map', vni=100, stale_generation=8), flags=NLM_F_DUMP)
    accepted('map-del', nve(), nest('map', **place, generation=7))


def ip_map():
    place = {'vni': 100, 'ip4': '10.0.0.9'}
    for cmd in ('map-add', 'map-del', 'map-get'):
        more = {'mac': MAC9} if cmd == 'map-add' else {}
        refused(errno.EINVAL, 'no VN given', cmd, nve(), nest('map', ip4='10.0.0.9', **more))
        refused(errno.ENOENT, 'VN 300', cmd, nve(), nest('map', vni=300, ip4='10.0.0.9', **more))
        refused(errno.EINVAL, 'an IPv4 and an IPv6 address given for one tenant system', cmd, nve(),
                nest('map', **place, ip6='fd00::9', **more))
        for address, what in (('0.0.0.0', 'the unspecified'), ('0.1.2.3', 'the unspecified'),
                              ('127.0.0.1', 'a loopback'), ('224.0.0.1', 'a multicast'),
                              ('255.255.255.255', 'a broadcast')):
            refused(errno.EINVAL, f'{address} is {what} address', cmd, nve(),
                    nest('map', vni=100, ip4=address, **more))
        for address, what in (('::', 'the unspecified address'), ('::1', 'a loopback address'),
                              ('ff02::1', 'a multicast address'),
                              ('::ffff:10.0.0.9', 'an IPv4 address in IPv6 form')):
            refused(errno.EINVAL, f'is {what}', cmd, nve(), nest('map', vni=100, ip6=address, **more))
        for name, value in {'addr4': '192.0.2.7', 'addr6': 'fd00::7', 'dev': 'p1', 'vlan': 10,
                            'encap': b'\0', 'dstport': b'\x12\x34', 'remote_vni': 7}.items():
            refused(errno.EINVAL, 'an IP address is mapped to a MAC address', cmd, nve(),
                    nest('map', **place, **more, **{name: value}))
        refused(errno.EINVAL, 'the group of an IP address is that of its MAC', cmd, nve(),
                nest('map', **place, **more, group=7))
        refused(errno.EINVAL, 'stale-generation is for map-flush', cmd, nve(),
                nest('map', **place, **more, stale_generation=1))
        refused(errno.ERANGE, '', cmd, nve(), nest('map', **place, **more, router=2))
        refused(errno.EINVAL, '', cmd, nve(), nest('map', vni=100, ip4=b'abc', **more))
        lengths(errno.ERANGE, cmd, 'map', 'ip6', bytes(15) + b'\1', vni=100, **more)
        refused(errno.EINVAL, "a router is named by its IP address", cmd, nve(),
                nest('map', vni=100, mac=MAC9, router=1))
        if cmd != 'map-add':
            refused(errno.ENOENT, '10.0.0.9 has no mapping in VN 100', cmd, nve(),
                    nest('map', **place))
    refused(errno.EINVAL, 'no MAC address given', 'map-add', nve(), nest('map', **place))
    refused(errno.EINVAL, 'is a multicast MAC', 'map-add', nve(),
            nest('map', **place, mac='03:00:00:00:00:01'))
    refused(errno.EINVAL, 'a port makes no IP mapping', 'map-add', nve(),
            nest('map', **place, mac=MAC9, prov=2))
    refused(errno.EINVAL, "only an agent's mappings have a generation", 'map-add', nve(),
            nest('map', **place, mac=MAC9, generation=2))
    for name, value in (('ip4', '10.0.0.9'), ('ip6', 'fd00::9'), ('router', 1)):
        refused(errno.EINVAL, 'by VN and provenance only', 'map-flush', nve(),
                nest('map', vni=100, **{name: value}))
        refused(errno.EINVAL, 'by VN and provenance only', 'map-get', nve(),
                nest('map', vni=100, **{name: value}), flags=NLM_F_DUMP)

    accepted('map-add', nve(), nest('map', **place, mac=MAC9, prov=1, generation=7, epoch=5))
    refused(errno.EEXIST, '10.0.0.9 of VN 100 has a mapping', 'map-add', nve(),
            nest('map', **place, mac=MAC9, epoch=6), flags=NLM_F_EXCL)
    refused(errno.ESTALE, 'epoch 4 is older than the 5 held', 'map-add', nve(),
            nest('map', **place, mac=MAC9, epoch=4), flags=NLM_F_REPLACE)
    refused(errno.EEXIST, f'epoch 5 of 10.0.0.9 is held by {MAC9}', 'map-add', nve(),
            nest('map', **place, mac=MAC2, epoch=5), flags=NLM_F_REPLACE)
    refused(errno.EEXIST, f'10.0.0.9 of VN 100 is mapped to {MAC9}', 'map-add', nve(),
            nest('map', **place, mac=MAC2, epoch=6))
    refused(errno.ENOENT, 'of another provenance', 'map-del', nve(), nest('map', **place, prov=0))
    refused(errno.ENOENT, 'of another generation', 'map-del', nve(),
            nest('map', **place, generation=6))
    refused(errno.ENOENT, 'to another MAC address', 'map-del', nve(), nest('map', **place, mac=MAC2))
    refused(errno.ENOENT, "no router's", 'map-del', nve(), nest('map', **place, router=1))
    refused(errno.ESTALE, 'epoch 4 is older than the 5 held', 'map-del', nve(),
            nest('map', **place, epoch=4))
    accepted('map-del', nve(), nest('map', **place, mac=MAC9, epoch=5, prov=1, generation=7, router=0))


def digest():
    refused(errno.EINVAL, 'the request has no digest', 'digest-get', nve())
    refused(errno.EINVAL, 'names no NVE', 'digest-get', nest('digest', vni=100))
    refused(errno.EINVAL, 'no VN given', 'digest-get', nve(), nest('digest'))
    refused(errno.ENOENT, 'VN 300 does not exist on nve0', 'digest-get', nve(),
            nest('digest', vni=300))
    for vni in (0, 1 << 24):
        refused(errno.ERANGE, 'out of range', 'digest-get', nve(), nest('digest', vni=vni))
    for counter in ({'sum': 1}, {'maps': 1}, {'buckets': bytes(2048)}):
        refused(errno.EINVAL, 'a counter of a digest cannot be set', 'digest-get', nve(),
                nest('digest', vni=100, **counter))
    lengths(errno.ERANGE, 'digest-get', 'digest', 'buckets', bytes(2048), vni=100)


def idle():
    for cmd in ('idle-get', 'idle-turn'):
        refused(errno.EINVAL, 'the request has no map', cmd, nve())
        refused(errno.EINVAL, 'names no NVE', cmd, nest('map', vni=100))
        refused(errno.EINVAL, 'no VN given', cmd, nve(), nest('map'))
        refused(errno.ENOENT, 'VN 300 does not exist on nve0', cmd, nve(), nest('map', vni=300))
        refused(errno.EINVAL, 'VN 100 does not remember what is used', cmd, nve(),
                nest('map', vni=100))
        for vni in (0, 1 << 24):
            refused(errno.ERANGE, 'out of range', cmd, nve(), nest('map', vni=vni))
        lengths(errno.ERANGE, cmd, 'map', 'mac', b'\2\0\0\0\0\5', vni=100)
    accepted('vn-set', nve(), nest('vn', vni=100, track=1))
    for cmd in ('idle-get', 'idle-turn'):
        for more in ({'addr4': '192.0.2.7'}, {'prov': 1}, {'epoch': 5}, {'dev': 'p1'}):
            refused(errno.EINVAL, 'asked for by VN and MAC only', cmd, nve(),
                    nest('map', vni=100, **more))
    refused(errno.EINVAL, 'no MAC address given', 'idle-get', nve(), nest('map', vni=100))
    refused(errno.ENOENT, f'{MAC9} has no mapping in VN 100', 'idle-get', nve(),
            nest('map', vni=100, mac=MAC9))
    refused(errno.EBUSY, 'is used, or not an agent', 'idle-get', nve(),
            nest('map', vni=100, mac=MAC1))
    refused(errno.EINVAL, 'without a MAC', 'idle-get', nve(), nest('map', vni=100, mac=MAC1),
            flags=NLM_F_DUMP)
    refused(errno.EINVAL, 'the request has no map', 'idle-get', nve(), flags=NLM_F_DUMP)
    refused(errno.EINVAL, 'without a MAC', 'idle-turn', nve(), nest('map', vni=100, mac=MAC1))
    accepted('idle-turn', nve(), nest('map', vni=100))
    accepted('vn-set', nve(), nest('vn', vni=100, track=0))


def claims():
    """Epochs, replacement and limits; leaves VN 100 as it was."""
    def claim(addr, **more):
        return nest('map', vni=100, mac=MAC9, addr4=addr, **more)

    accepted('map-add', nve(), claim('192.0.2.7'))
    accepted('map-add', nve(), claim('192.0.2.7'))
    refused(errno.EEXIST, 'is mapped elsewhere', 'map-add', nve(), claim('192.0.2.8'))
    refused(errno.EEXIST, 'has a mapping', 'map-add', nve(), claim('192.0.2.7'),
            flags=NLM_F_EXCL)
    accepted('map-add', nve(), claim('192.0.2.8'), flags=NLM_F_REPLACE | NLM_F_CREATE)
    accepted('map-add', nve(), claim('192.0.2.7', epoch=5), flags=NLM_F_REPLACE)
    refused(errno.ESTALE, 'epoch 4 is older than the 5 held', 'map-add', nve(),
            claim('192.0.2.8', epoch=4), flags=NLM_F_REPLACE)
    refused(errno.ESTALE, 'epoch 0 is older than the 5 held', 'map-add', nve(),
            claim('192.0.2.8'), flags=NLM_F_REPLACE)
    refused(errno.EEXIST, f'epoch 5 of {MAC9} is held elsewhere', 'map-add', nve(),
            claim('192.0.2.8', epoch=5), flags=NLM_F_REPLACE)
    accepted('map-add', nve(), claim('192.0.2.7', epoch=5))
    refused(errno.ESTALE, 'epoch 4 is older than the 5 held', 'map-del', nve(),
            nest('map', vni=100, mac=MAC9, epoch=4))
    refused(errno.ENOENT, 'of another provenance', 'map-del', nve(),
            nest('map', vni=100, mac=MAC9, prov=1))
    refused(errno.ENOENT, 'leads elsewhere', 'map-del', nve(), claim('192.0.2.8'))
    # A port takes the address only with a newer epoch.
    refused(errno.ESTALE, 'epoch 0 is older', 'port-add', nve(),
            nest('port', dev='p3', vni=100, mac=MAC9))
    refused(errno.EEXIST, 'epoch 5', 'port-add', nve(),
            nest('port', dev='p3', vni=100, mac=MAC9, epoch=5))
    accepted('port-add', nve(), nest('port', dev='p3', vni=100, mac=MAC9, epoch=6))
    refused(errno.ESTALE, 'epoch 5 is older than the 6 held', 'map-add', nve(),
            claim('192.0.2.7', epoch=5), flags=NLM_F_REPLACE)
    accepted('map-add', nve(), claim('192.0.2.7', epoch=7), flags=NLM_F_REPLACE)
    # The port has lost the address; its end leaves the winner's mapping alone.
    accepted('port-del', nve(), nest('port', dev='p3'))
    accepted('map-del', nve(), nest('map', vni=100, mac=MAC9, epoch=7))

    # Epochs have 64 bits, and each of them counts.
    for older, newer in (((1 << 31) - 1, 1 << 31), ((1 << 32) - 1, 1 << 32),
                         ((1 << 63) - 1, 1 << 63), ((1 << 64) - 2, (1 << 64) - 1)):
        accepted('map-add', nve(), claim('192.0.2.7', epoch=older), flags=NLM_F_REPLACE)
        accepted('map-add', nve(), claim('192.0.2.8', epoch=newer), flags=NLM_F_REPLACE)
        refused(errno.ESTALE, f'epoch {older} is older than the {newer} held', 'map-add', nve(),
                claim('192.0.2.7', epoch=older), flags=NLM_F_REPLACE)
    accepted('map-del', nve(), nest('map', vni=100, mac=MAC9))

    accepted('vn-set', nve(), nest('vn', vni=100, limit=2))
    several = [nest('map', vni=100, mac=f'02:00:00:00:01:{n:02x}', addr4='192.0.2.7')
               for n in range(3)]
    refused(errno.ENOSPC, 'VN 100 may hold 2 mappings', 'map-add', nve(), *several,
            offset=20 + len(nve()) + 2 * len(several[0]))
    accepted('map-add', nve(), *several[:2])
    refused(errno.ENOSPC, 'VN 100 may hold 2 mappings', 'map-add', nve(), several[2])
    accepted('map-add', nve(), *several[:2])
    accepted('map-flush', nve(), nest('map', vni=100))
    accepted('vn-set', nve(), nest('vn', vni=100, limit=0))


def batches():
    """All or nothing, and the culprit is named."""
    good = [nest('map', vni=200, mac=f'02:00:00:00:02:{n:02x}', addr4='192.0.2.7', epoch=3)
            for n in range(50)]
    bad = nest('map', vni=200, mac=MAC9, addr4='224.0.0.1')
    refused(errno.EINVAL, 'multicast', 'map-add', nve(), *good, bad)
    stale = nest('map', vni=200, mac='02:00:00:00:02:07', addr4='192.0.2.8', epoch=2)
    # Judged by one of the same request: what was done already is taken back.
    refused(errno.ESTALE, 'epoch 2 is older than the 3 held', 'map-add', nve(), *good, stale,
            flags=NLM_F_REPLACE, offset=20 + len(nve()) + 50 * len(good[0]))
    accepted('map-add', nve(), *good)
    missing = nest('map', vni=200, mac=MAC9)
    refused(errno.ENOENT, 'has no mapping', 'map-del', nve(),
            nest('map', vni=200, mac='02:00:00:00:02:01'), missing)
    accepted('map-del', nve(), *[nest('map', vni=200, mac=f'02:00:00:00:02:{n:02x}')
                                 for n in range(50)])
    members = [nest('member', vni=200, addr4=f'198.51.100.{n}') for n in range(1, 100)]
    accepted('member-add', nve(), *members)
    refused(errno.ENOENT, 'is no member', 'member-del', nve(), *members[:50],
            nest('member', vni=200, addr4='198.51.100.200'))
    accepted('member-del', nve(), *members)


def remote():
    refused(errno.EINVAL, 'no NVE address given', 'remote-get', nve(), nest('remote'))
    refused(errno.EINVAL, 'an IPv4 and an IPv6', 'remote-get', nve(),
            nest('remote', addr4='192.0.2.7', addr6='2001:db8::7'))
    refused(errno.ENOENT, 'nothing on nve0 leads to 192.0.2.7', 'remote-get', nve(),
            nest('remote', addr4='192.0.2.7'))
    refused(errno.EINVAL, 'a counter of a remote', 'remote-get', nve(),
            nest('remote', addr4='192.0.2.7', refs=1))


def miss():
    """What is known of 02:00:00:00:00:09 in VN 100 is a part of the VN's state: absent."""
    place = {'vni': 100, 'dst': MAC9}
    life = {'lifetime': 60000}
    for cmd in ('miss-get', 'miss-set', 'miss-del'):
        more = life if cmd == 'miss-set' else {}
        refused(errno.EINVAL, 'the request has no miss', cmd, nve())
        refused(errno.EINVAL, 'no VN given', cmd, nve(), nest('miss', dst=MAC9, **more))
        refused(errno.ENOENT, 'VN 300 does not exist on nve0', cmd, nve(),
                nest('miss', vni=300, dst=MAC9, **more))
        for vni in (0, 1 << 24):
            refused(errno.ERANGE, 'out of range', cmd, nve(), nest('miss', vni=vni, dst=MAC9))
        refused(errno.EINVAL, 'no MAC or IP address given', cmd, nve(), nest('miss', vni=100, **more))
        refused(errno.EINVAL, 'all zero', cmd, nve(),
                nest('miss', vni=100, dst='00:00:00:00:00:00', **more))
        refused(errno.EINVAL, 'is a multicast MAC', cmd, nve(),
                nest('miss', vni=100, dst='ff:ff:ff:ff:ff:ff', **more))
        lengths(errno.ERANGE, cmd, 'miss', 'dst', b'\2\0\0\0\0\5', vni=100)
        refused(errno.ERANGE, '', cmd, nve(), nest('miss', **place, state=2))
        for name, value in (('src', MAC1), ('dev', 1), ('state', 1)):
            refused(errno.EINVAL, 'named by VN and dst or IP address only', cmd, nve(),
                    nest('miss', **place, **more, **{name: value}))
        for name in ('suppressed', 'held'):
            refused(errno.EINVAL, 'a counter of a miss', cmd, nve(),
                    nest('miss', **place, **more, **{name: 1}))
        refused(errno.EINVAL, 'a MAC and an IP address given', cmd, nve(),
                nest('miss', **place, **more, addr4='10.0.0.9'))
        refused(errno.EINVAL, 'an IPv4 and an IPv6 address given', cmd, nve(),
                nest('miss', vni=100, **more, addr4='10.0.0.9', addr6='fd00::9'))
        refused(errno.EINVAL, '224.0.0.1 is a multicast address', cmd, nve(),
                nest('miss', vni=100, **more, addr4='224.0.0.1'))
        if cmd == 'miss-set':
            refused(errno.EINVAL, 'no lifetime given', cmd, nve(), nest('miss', **place))
            for lifetime in (0, 86400001, 0xffffffff):
                refused(errno.ERANGE, 'out of range', cmd, nve(),
                        nest('miss', **place, lifetime=lifetime))
            continue
        refused(errno.EINVAL, 'a lifetime is for miss-set only', cmd, nve(),
                nest('miss', **place, **life))
        refused(errno.ENOENT, f'nobody waits for {MAC9} in VN 100', cmd, nve(),
                nest('miss', **place))
    refused(errno.EEXIST, f'{MAC1} of VN 100 has a mapping', 'miss-set', nve(),
            nest('miss', vni=100, dst=MAC1, **life))
    refused(errno.EINVAL, 'chosen by VN only', 'miss-get', nve(), nest('miss', **place),
            flags=NLM_F_DUMP)
    refused(errno.EINVAL, 'no VN given', 'miss-get', nve(), nest('miss'), flags=NLM_F_DUMP)
    refused(errno.ENOENT, 'VN 300', 'miss-get', nve(), nest('miss', vni=300), flags=NLM_F_DUMP)
    accepted('miss-set', nve(), nest('miss', **place, **life))
    accepted('miss-get', nve(), nest('miss', **place))
    refused(errno.EINVAL, 'no lifetime given', 'miss-set', nve(), nest('miss', **place))
    accepted('miss-del', nve(), nest('miss', **place))
    refused(errno.ENOENT, 'nobody waits for', 'miss-del', nve(), nest('miss', **place))


def rule(verdict=1, **values):
    return nest('rule', verdict=verdict, dir=0, **values)


def profile():
    for cmd in ('profile-add', 'profile-del', 'profile-get'):
        refused(errno.EINVAL, 'the request has no profile', cmd, nve())
        refused(errno.EINVAL, 'no profile given', cmd, nve(), nest('profile', rate=1000))
        refused(errno.ERANGE, '', cmd, nve(), nest('profile', id=0))
        refused(errno.ERANGE, '', cmd, nve(), nest('profile', id=5, default=2))
        for counter in ('rules', 'ports', 'first'):
            refused(errno.EINVAL, 'a counter of a profile', cmd, nve(),
                    nest('profile', id=5, **{counter: 1}))
        for wrong in (b'', b'\0' * 3):
            refused(errno.EINVAL, 'attribute length', cmd, nve(), nest('profile', id=wrong))
    for cmd in ('profile-del', 'profile-get'):
        refused(errno.ENOENT, 'profile 5 does not exist on nve0', cmd, nve(),
                nest('profile', id=5))
    refused(errno.ENOENT, 'profile 5 does not exist', 'profile-get', nve(),
            nest('profile', id=5), flags=NLM_F_DUMP)
    refused(errno.EINVAL, 'a rate needs a burst', 'profile-add', nve(),
            nest('profile', id=5, rate=1000))
    refused(errno.EINVAL, 'a burst needs a rate', 'profile-add', nve(),
            nest('profile', id=5, burst=1000))
    refused(errno.ERANGE, 'at least 8 bits', 'profile-add', nve(),
            nest('profile', id=5, rate=7, burst=1))
    refused(errno.ENOENT, 'profile 5 does not exist', 'port-set', nve(),
            nest('port', dev='p1', profile=5))
    refused(errno.ENOENT, 'profile 5 does not exist', 'port-add', nve(),
            nest('port', dev='p3', vni=100, profile=5))


def rules():
    ten = {'src4': '10.0.0.0', 'src_plen': 8}
    head = nest('profile', id=5)
    cases = (
        (errno.EINVAL, 'a rule without a verdict', nest('rule', dir=0)),
        (errno.EINVAL, 'a rule without a direction', nest('rule', verdict=1)),
        (errno.ERANGE, '', rule(verdict=2)),
        (errno.ERANGE, '', nest('rule', verdict=1, dir=2)),
        (errno.ERANGE, '', rule(ethertype=1535)),
        (errno.ERANGE, '', rule(src_group=0)),
        (errno.ERANGE, '', rule(src6='fd00::', src_plen=129)),
        (errno.ERANGE, 'at most 32 bits, not 33', rule(src4='10.0.0.0', src_plen=33)),
        (errno.EINVAL, 'bits set behind its /8', rule(src4='10.0.0.1', src_plen=8)),
        (errno.EINVAL, 'bits set behind its /127', rule(dst6='fd00::1', dst_plen=127)),
        (errno.EINVAL, 'bits set behind its /0', rule(dst4='128.0.0.0', dst_plen=0)),
        (errno.EINVAL, 'an IPv4 and an IPv6 prefix', rule(src4='10.0.0.0', src6='fd00::')),
        (errno.EINVAL, 'of two IP versions', rule(dst6='fd00::1', **ten)),
        (errno.EINVAL, 'a prefix length without a source', rule(src_plen=8)),
        (errno.EINVAL, 'a prefix length without a destination', rule(dst_plen=0)),
        (errno.EINVAL, 'ports need a protocol', rule(dport=53)),
        (errno.EINVAL, 'ports need a protocol', rule(proto=1, sport=53)),
        (errno.EINVAL, 'the source ports 9 to 8 are backwards',
         rule(proto=6, sport=9, sport_last=8)),
        (errno.EINVAL, 'a last destination port without a first', rule(proto=6, dport_last=8)),
        (errno.EINVAL, 'frames of type 0x0806 have no such addresses',
         rule(ethertype=0x806, **ten)),
        (errno.EINVAL, 'frames of type 0x86dd have no such addresses',
         rule(ethertype=0x86dd, **ten)),
        (errno.EINVAL, 'frames of type 0x0806 have no IP protocol',
         rule(ethertype=0x806, proto=6)),
    )
    for error, text, wrong in cases:
        # In the middle of others that are right, and without a trace of those.
        refused(error, text, 'profile-add', nve(), head, rule(**ten), wrong, rule(proto=6),
                offset=20 + len(nve()) + len(head) + len(rule(**ten)) if 'without a v' in text
                else None)
    for name, right in (('src6', bytes(16)), ('dst6', bytes(16)), ('src4', bytes(4))):
        error = errno.ERANGE if len(right) == 16 else errno.EINVAL
        for wrong in (b'', right[:-1]):
            refused(error, '', 'profile-add', nve(), head, rule(**{name: wrong}))
    # Nests where numbers should be, and a rule cut short.
    refused(errno.EINVAL, '', 'profile-add', nve(), head, attr(TOP['rule'] | 0x8000, b'\5\0\0\0'))
    refused(errno.E2BIG, 'at most 1024 rules', 'profile-add', nve(), head, *[rule()] * 1025)
    accepted('profile-add', nve(), head, *[rule()] * 1024)
    refused(errno.EEXIST, 'profile 5 exists on nve0', 'profile-add', nve(), head)
    refused(errno.EINVAL, 'backwards', 'profile-add', nve(), head,
            rule(proto=6, sport=9, sport_last=8), flags=NLM_F_REPLACE)
    found = nl.request(CMD['profile-get'], [nve(), head], NLM_F_DUMP)
    if len(found) != 64:
        complain(f'1024 rules came in {len(found)} messages')
    accepted('port-set', nve(), nest('port', dev='p1', profile=5))
    refused(errno.EBUSY, 'profile 5 is used by 1 port on nve0', 'profile-del', nve(), head)
    accepted('port-set', nve(), nest('port', dev='p1', profile=0))
    accepted('profile-del', nve(), head)


def guest():
    frame = bytes.fromhex('020000000001' '026e766f3301' '0800') + bytes(46)
    good = {'dev': 'p1', 'frame': frame}
    refused(errno.EINVAL, 'no access device given', 'guest-answer', nve(),
            nest('guest', frame=frame))
    refused(errno.EINVAL, 'x1 is not enslaved to nve0', 'guest-answer', nve(),
            nest('guest', dev='x1', frame=frame))
    refused(errno.ENOENT, 'p3 has no untagged port', 'guest-answer', nve(),
            nest('guest', dev='p3', frame=frame))
    refused(errno.ENOENT, 'p1 has no port on VLAN 7', 'guest-answer', nve(),
            nest('guest', dev='p1', vlan=b'\7\0', frame=frame))
    refused(errno.EINVAL, '', 'guest-answer', nve(), nest('guest', **good, vni=100))
    refused(errno.EINVAL, 'no frame given', 'guest-answer', nve(), nest('guest', dev='p1'))
    for length in (0, 1, 14, 1515, 4000):
        refused(errno.EINVAL, f'the frame has {length} bytes, not 15 to 1514', 'guest-answer',
                nve(), nest('guest', dev='p1', frame=(frame + bytes(4000))[:length]))
    for source in ('000000000000', '03aabbccddee', 'ffffffffffff'):
        bad = frame[:6] + bytes.fromhex(source) + frame[12:]
        refused(errno.EINVAL, 'source is not a unicast MAC', 'guest-answer', nve(),
                nest('guest', dev='p1', frame=bad))
    for kind in ('0806', '8100', '0005', '88b5'):
        bad = frame[:12] + bytes.fromhex(kind) + frame[14:]
        refused(errno.EINVAL, 'neither IPv4 nor IPv6', 'guest-answer', nve(),
                nest('guest', dev='p1', frame=bad))
    refused(errno.EPERM, "the guest behind p1 is not the agent's", 'guest-answer', nve(),
            nest('guest', **good))
    accepted('port-set', nve(), nest('port', dev='p1', guest=b'\1'))
    accepted('port-set', nve(), nest('port', dev='p1', state=0))
    refused(errno.ENETDOWN, 'the port on p1 is not active', 'guest-answer', nve(),
            nest('guest', **good))
    accepted('port-set', nve(), nest('port', dev='p1', state=1))
    accepted('guest-answer', nve(), nest('guest', **good))
    accepted('port-set', nve(), nest('port', dev='p1', guest=b'\0'))
    refused(errno.EPERM, "is not the agent's", 'guest-answer', nve(), nest('guest', **good))


def main():
    global nl
    groups = {'request': request, 'vn': vn, 'member': member, 'port': port, 'map': map_object,
              'ip_map': ip_map, 'claims': claims, 'batches': batches, 'remote': remote,
              'miss': miss, 'profile': profile, 'rules': rules, 'digest': digest,
              'idle': idle, 'guest': guest}
    nl = genl.Genl()
    nl.resolve('nvo3')
    if sys.argv[1] in ('profile', 'rules'):
        STATE.append('profile-get')
    groups[sys.argv[1]]()
    sys.exit(1 if failed else 0)


main()
