# SPDX-License-Identifier: GPL-2.0
"""Access control of profiles, a test an invocation; see acl.sh for the place."""
import struct
import sys
import threading

from genl import attr, NLM_F_REPLACE
from packets import arp, eth, ip, ip4, ip6, Lab, Nve, number, Port, ports, tcp, udp4, udp6
from uapi import N

DENY, PERMIT = 0, 1
FROM_VM, TO_VM = 0, 1
A1, A2, B1, B2 = '10.0.0.1', '10.0.0.2', 'fd00::1', 'fd00::2'
FIELDS = {'verdict': '=B', 'dir': '=B', 'ethertype': '=H', 'proto': '=B', 'src_plen': '=B',
          'dst_plen': '=B', 'sport': '=H', 'sport_last': '=H', 'dport': '=H', 'dport_last': '=H',
          'src_group': '=I', 'dst_group': '=I'}


def rule(verdict, direction, **fields):
    """The nest of a rule; src and dst as prefixes."""
    parts = [number('NVO3_A_RULE_VERDICT', verdict, '=B'),
             number('NVO3_A_RULE_DIR', direction, '=B')]
    for name, value in fields.items():
        if name in ('src', 'dst'):
            address, _, plen = value.partition('/')
            kind = '6' if ':' in address else '4'
            parts.append(attr(N[f'NVO3_A_RULE_{name.upper()}{kind}'], ip(address)))
            if plen:
                parts.append(number(f'NVO3_A_RULE_{name.upper()}_PLEN', int(plen), '=B'))
        else:
            parts.append(number(f'NVO3_A_RULE_{name.upper()}', value, FIELDS[name]))
    return attr(N['NVO3_A_RULE'], parts)


def profile(nve, number_, otherwise, *rules):
    nve.request('PROFILE_ADD',
                attr(N['NVO3_A_PROFILE'], [number('NVO3_A_PROFILE_ID', number_),
                                           number('NVO3_A_PROFILE_DEFAULT', otherwise, '=B')]),
                *rules, flags=NLM_F_REPLACE)


def from_vm(lab):
    """The first rule that matches decides; what no rule matches, the default."""
    profile(lab.nve, 1, DENY,
            rule(PERMIT, FROM_VM, ethertype=0x0806),
            rule(DENY, FROM_VM, proto=17, dst='10.0.0.2/32', dport=53),
            rule(PERMIT, FROM_VM, proto=17, src='10.0.0.0/24', dport=1, dport_last=1023),
            rule(PERMIT, FROM_VM, proto=6, dst='fd00::/64', sport=5000, dport=80),
            rule(PERMIT, FROM_VM, proto=1),
            rule(PERMIT, FROM_VM, ethertype=0x88b5),
            rule(PERMIT, TO_VM, proto=17, dport=2000))
    drop = 'acl-from-vm'
    first = ip4(A1, A2, 17, ports(7, 80) + bytes(8), frag=0x2000)
    refused = ip4(A1, A2, 17, ports(7, 2000) + bytes(8), frag=0x2000)
    later = ip4(A1, A2, 17, bytes(16), frag=2)
    ext = struct.pack('!BB6x', 6, 0)
    lab.check('vm1', [
        ('ARP', arp(1, 1, A1, 0, A2, to=2), 'vm2'),
        ('denied port', udp4(A2, A1, dport=53), drop),
        ('its neighbours', udp4(A2, A1, dport=52), 'vm2'),
        ('its neighbours', udp4(A2, A1, dport=54), 'vm2'),
        ('first of a range', udp4(A2, A1, dport=1), 'vm2'),
        ('last of a range', udp4(A2, A1, dport=1023), 'vm2'),
        ('behind a range', udp4(A2, A1, dport=1024), drop),
        ('before a range', udp4(A2, A1, dport=0), drop),
        ('another source', udp4(A2, '10.0.1.1', dport=80), drop),
        ('to-vm is no from-vm', udp4(A2, A1, dport=2000), drop),
        ('UDP over IPv6', udp6(B2, B1, sport=5000, dport=80), drop),
        ('TCP over IPv6', eth(2, 1, 0x86dd, ip6(B1, B2, 6, tcp(5000, 80))), 'vm2'),
        ('behind a header', eth(2, 1, 0x86dd, ip6(B1, B2, 60, ext + tcp(5000, 80))), 'vm2'),
        ('another port', eth(2, 1, 0x86dd, ip6(B1, B2, 6, tcp(5001, 80))), drop),
        ('another prefix', eth(2, 1, 0x86dd, ip6(B1, 'fd00:0:0:1::2', 6, tcp(5000, 80))), drop),
        ('ICMP', eth(2, 1, 0x0800, ip4(A1, A2, 1, bytes(8))), 'vm2'),
        ('another type', eth(2, 1, 0x88b5, bytes(50)), 'vm2'),
        ('a third type', eth(2, 1, 0x88b6, bytes(50)), drop),
        ('first fragment', eth(2, 1, 0x0800, first), 'vm2'),
        ('its later fragment', eth(2, 1, 0x0800, later), 'vm2'),
        ('refused fragment', eth(2, 1, 0x0800, refused), drop),
        ('no ports', eth(2, 1, 0x0800, ip4(A1, A2, 17, b'\0\1\0')), 'malformed'),
        ('no header', eth(2, 1, 0x0800, b'\x45' + bytes(10)), 'malformed'),
        ('ten headers', eth(2, 1, 0x86dd, ip6(B1, B2, 60, struct.pack('!BB6x', 60, 0) * 10)),
         'malformed'),
    ])


def to_vm(lab):
    """What the receiver's profile says, for frames of this host and of another one."""
    profile(lab.nve, 1, PERMIT)
    profile(lab.nve, 2, PERMIT, rule(DENY, TO_VM, proto=17, dport=99),
            rule(DENY, FROM_VM, proto=17, dport=77))
    for sender in (1, 3):
        lab.check(f'vm{sender}', [
            ('denied', udp4(A2, A1, dport=99, by=sender), 'acl-to-vm'),
            ('permitted', udp4(A2, A1, dport=98, by=sender), 'vm2'),
            ('of the other direction', udp4(A2, A1, dport=77, by=sender), 'vm2'),
            ('malformed', eth(2, sender, 0x0800, b'\x45' + bytes(10)), 'malformed'),
        ])
    lab.check('vm2', [('from-vm', udp4(A1, A2, dport=77, to=1, by=2), 'acl-from-vm'),
                      ('permitted', udp4(A1, A2, dport=99, to=1, by=2), 'vm1')])
    # A copy for each port, judged by its own profile; vm2 and the NVE of vm3 get one.
    flood = eth('ff:ff:ff:ff:ff:ff', 1, 0x0800, ip4(A1, '10.0.0.255', 17, ports(1, 99)))
    before = lab.nve.drops()
    lab.ports['vm1'].send(lab.marked(flood))
    seen, new = lab.collect(before, lambda frames, drops: frames and drops)
    assert seen['vm3'] == [lab.mark] and not seen['vm2'] and new == {'acl-to-vm': 1}, (seen, new)


def long_list(lab):
    """A thousand rules: the verdict is remembered for exactly what it was about."""
    rules = [rule(DENY, FROM_VM, proto=17, dst=f'10.9.{n // 250}.{n % 250}/32') for n in range(1022)]
    profile(lab.nve, 2, PERMIT)
    profile(lab.nve, 1, DENY, *rules, rule(PERMIT, FROM_VM, proto=17, dport=80),
            rule(PERMIT, FROM_VM, proto=6, dst='10.0.0.2/32'))
    near = [('the flow', udp4(A2, A1, dport=80), 'vm2'),
            ('another port', udp4(A2, A1, dport=81), 'acl-from-vm'),
            ('another protocol', eth(2, 1, 0x0800, ip4(A1, A2, 132, ports(1000, 80))),
             'acl-from-vm'),
            ('TCP', eth(2, 1, 0x0800, ip4(A1, A2, 6, tcp(1000, 80))), 'vm2'),
            ('TCP to another', eth(2, 1, 0x0800, ip4(A1, '10.0.0.3', 6, tcp(1000, 80))),
             'acl-from-vm'),
            ('IPv6', udp6(B2, B1, dport=80), 'vm2'),
            ('the last prefix', udp4('10.9.4.21', A1, dport=80), 'acl-from-vm'),
            ('behind the last', udp4('10.9.4.22', A1, dport=80), 'vm2')]
    for _ in range(3):
        lab.check('vm1', near)
    # Replaced by the opposite: nothing that was remembered counts any more.
    profile(lab.nve, 1, PERMIT, *rules, rule(DENY, FROM_VM, proto=17, dport=80),
            rule(DENY, FROM_VM, proto=6, dst='10.0.0.2/32'))
    flip = {'vm2': 'acl-from-vm', 'acl-from-vm': 'vm2'}
    lab.check('vm1', [(what, frame, fate if 'last prefix' in what else flip[fate])
                      for what, frame, fate in near])


def swap(lab):
    """Replaced under traffic: each frame meets one list or the other, and after the answer
    none the old one."""
    lists = [[rule(PERMIT, FROM_VM, proto=17, dport=1 + n), rule(DENY, FROM_VM, proto=17)]
             for n in (0, 1)]
    profile(lab.nve, 2, PERMIT)
    profile(lab.nve, 1, PERMIT, *lists[0])
    stop, sent = threading.Event(), [0]
    frames = [udp4(A2, A1, dport=1), udp4(A2, A1, dport=2), udp4(A2, A1, dport=3)]

    def traffic():
        while not stop.is_set():
            for frame in frames:
                lab.ports['vm1'].send(lab.marked(frame))
                sent[0] += 1

    before = lab.nve.drops()
    thread = threading.Thread(target=traffic)
    thread.start()
    for turn in range(100):
        profile(lab.nve, 1, PERMIT, *lists[turn % 2])
    stop.set()
    thread.join()
    third = sent[0] // 3
    seen, new = lab.collect(before, lambda frames, drops: frames + drops >= sent[0])
    # Of three frames one or the other is permitted, one never; the third's drops show that
    # no frame slipped between two lists.
    dropped = new.pop('acl-from-vm')
    assert not new and len(seen['vm2']) + dropped == sent[0], (seen, new, sent)
    assert dropped >= third and sent[0] > 100, (dropped, sent)
    for turn in range(20):
        profile(lab.nve, 1, PERMIT, *lists[turn % 2])
        lab.check('vm1', [('permitted now', frames[turn % 2], 'vm2'),
                          ('no longer permitted', frames[1 - turn % 2], 'acl-from-vm')])


if __name__ == '__main__':
    globals()[sys.argv[1]](Lab(Nve('h1'), vm1=Port('vm1'), vm2=Port('vm2'), vm3=Port('vm3')))
