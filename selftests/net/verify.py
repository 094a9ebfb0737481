# SPDX-License-Identifier: GPL-2.0
"""Tunnel packets with true and forged sources, a test an invocation; see verify.sh."""
import fcntl
import socket as sockets
import struct
import subprocess
import sys

from genl import attr, attrs_of, NLM_F_REPLACE, Refused
from packets import eth, ip, ip4, ip6, Lab, mac, Namespace, Nve, number, Port, ports, udp4
from uapi import DROPS, N

H4, H6 = '192.0.2.1', '2001:db8::1'
FORGED = 2000
ROUND = 250


def tunnel(sender, frame, to):
    """The frame as the NVE at the address sends it, from any machine of the underlay."""
    vxlan = struct.pack('!II', 0x08000000, 100 << 8) + frame
    udp = struct.pack('!HHHH', 50000, 4789, 8 + len(vxlan), 0) + vxlan
    if ':' not in sender:
        return to + b'\2\0\0\0\0\x77\x08\0' + ip4(sender, H4, 17, udp)
    pseudo = ip(sender) + ip(H6) + struct.pack('!II', len(udp), 17)
    total = sum(struct.unpack(f'!{(len(pseudo + udp) + 1) // 2}H',
                              pseudo + udp + b'\0' * (len(udp) % 2)))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    udp = udp[:6] + struct.pack('!H', ~total & 0xffff or 0xffff) + udp[8:]
    return to + b'\2\0\0\0\0\x77\x86\xdd' + ip6(sender, H6, 17, udp)


class Generator(Port):
    """Takes (sender, frame) where others take a frame."""

    def __init__(self):
        super().__init__('gen', 'ul0')
        with Namespace('h1'), sockets.socket() as sock:
            found = fcntl.ioctl(sock, 0x8927, b'ul0'.ljust(40, b'\0'))     # SIOCGIFHWADDR
        self.to = found[18:24]

    def send(self, frame):
        sender, raw = frame
        super().send(tunnel(sender, raw, self.to))


class Tunnels(Lab):
    """Marks the inner frame."""

    def marked(self, frame):
        return frame[0], super().marked(frame[1])

    def verified(self, cases):
        """cases: (what, outer source, inner source, fate)."""
        self.check('gen', [(what, (sender, inner(source)), fate)
                           for what, sender, source, fate in cases])


def inner(source, to=1):
    return udp4('10.0.0.1', '10.0.0.9', to=to, by=source)


HOME, BAD, WHO = 'vm1', 'tunnel-source', 'tunnel-source-unknown'

TRUE = [('its own', '192.0.2.2', 0x12, HOME), ('its own', '2001:db8::6', 0x16, HOME),
        ('first path', '192.0.2.4', 0x45, HOME), ('second path', '192.0.2.5', 0x45, HOME),
        ('path of the other family', '2001:db8::5', 0x45, HOME)]
LIES = [('its neighbour', '192.0.2.2', 0x13, BAD), ('its neighbour', '192.0.2.3', 0x12, BAD),
        ('other family', '2001:db8::6', 0x12, BAD), ('other family', '192.0.2.3', 0x16, BAD),
        ('no path', '192.0.2.6', 0x45, BAD), ('no path', '2001:db8::4', 0x45, BAD),
        ('a stranger', '203.0.113.7', 0x12, BAD), ('a stranger', '2001:db8:1::7', 0x16, BAD),
        ('our port', '192.0.2.2', 1, BAD), ('our port', '2001:db8::6', 1, BAD),
        ('our mapping', '192.0.2.2', 2, BAD),
        ('unknown', '192.0.2.2', 0x63, WHO), ('unknown', '2001:db8::6', 0x64, WHO)]


def lies(count):
    """Counting through what may vary."""
    for n in range(count):
        kind = n % 5
        if kind == 0:
            yield LIES[n // 5 % len(LIES)]
        elif kind == 1:
            yield f'forged {n}', f'192.0.2.{10 + n % 200}', 0x12 + n // 5 % 2, BAD
        elif kind == 2:
            yield f'forged {n}', f'2001:db8::{16 + n:x}', (0x16, 0x45)[n // 5 % 2], BAD
        elif kind == 3:
            yield f'unknown {n}', f'192.0.2.{2 + n % 200}', 0x70 + n % 0x80, WHO
        else:
            yield f'unknown {n}', f'2001:db8::{2 + n:x}', 0x70 + n % 0x80, WHO


def logged(nve):
    """What was delivered with a complaint, by reason."""
    found = {}
    nest = attrs_of(nve.request('NVE_GET')[0])[N['NVO3_A_NVE']]
    while len(nest) >= 4:
        length, kind = struct.unpack_from('=HH', nest)
        if kind & 0x3fff == N['NVO3_A_NVE_LOGGED']:
            drop = attrs_of(nest[4:length])
            reason, = struct.unpack('=I', drop[N['NVO3_A_DROP_REASON']])
            found[DROPS[reason]], = struct.unpack('=Q', drop[N['NVO3_A_DROP_COUNT']])
        nest = nest[(length + 3) & ~3:]
    return found


def rx_fast(nve):
    nest = attrs_of(attrs_of(nve.request('NVE_GET')[0])[N['NVO3_A_NVE']])
    return struct.unpack('=Q', nest[N['NVO3_A_NVE_RX_FAST']])[0]


def rounds(lab, cases):
    cases = list(cases)
    for first in range(0, len(cases), ROUND):
        lab.verified(cases[first:first + ROUND])


def drop(lab):
    """Each lie is counted under its own reason, and none is delivered."""
    before = logged(lab.nve)
    lab.verified(TRUE + LIES)
    rounds(lab, lies(FORGED))
    lab.verified(TRUE)
    assert logged(lab.nve) == before


def log(lab):
    """Each lie is delivered and counted."""
    before, count = logged(lab.nve), FORGED // 4
    told = list(lies(count))
    rounds(lab, [(what, sender, source, HOME) for what, sender, source, _ in TRUE + told])
    after = logged(lab.nve)
    new = {reason: after[reason] - before.get(reason, 0) for reason in after}
    want = {reason: sum(fate == reason for *_, fate in told) for reason in (BAD, WHO)}
    assert new == want, (new, want)


def off(lab):
    before = logged(lab.nve)
    lab.verified([(what, sender, source, HOME) for what, sender, source, _ in TRUE + LIES])
    assert logged(lab.nve) == before


def nvo3(words):
    subprocess.run(['nvo3', '-n', 'h1', *words.split()], check=True)


def nve_set(words):
    nvo3('nve set dev nve0 ' + words)


def forged(lab):
    """Switched live, each mode holds from the next frame on."""
    before = rx_fast(lab.nve)
    nve_set('verify drop')
    drop(lab)
    # Those over IPv4 have no checksum that would keep them from the fast way.
    assert rx_fast(lab.nve) - before > FORGED / 4
    nve_set('verify log')
    log(lab)
    nve_set('verify off')
    off(lab)


def by_socket(lab):
    """The same where every packet takes the compatible way."""
    nve_set('fastpath off verify drop')
    before = rx_fast(lab.nve)
    lab.verified(TRUE + LIES)
    rounds(lab, lies(ROUND))
    assert rx_fast(lab.nve) == before
    nve_set('fastpath auto')


RELAYED = [('relayed', '192.0.2.9', 0x12), ('relayed', '2001:db8::9', 0x45),
           ('relayed, unknown', '192.0.2.9', 0x63)]


def relayed(lab):
    lab.verified([(*case, HOME) for case in RELAYED] + TRUE +
                 [('our port by a relay', '192.0.2.9', 1, BAD)] + LIES)


def refused(lab):
    lab.verified([(*RELAYED[0], BAD), (*RELAYED[1], BAD), (*RELAYED[2], WHO)])


def relay(lab):
    """A relay may send for others, from when it is one until it is none."""
    member = 'member add dev nve0 vni 100 nve '
    refused(lab)
    nvo3(member + '192.0.2.9 relay on')
    nvo3(member + '2001:db8::9 relay on')
    relayed(lab)
    # A mention without the word changes nothing, one with it does.
    nvo3(member + '192.0.2.9')
    relayed(lab)
    nvo3(member + '192.0.2.9 relay off')
    nvo3('member del dev nve0 vni 100 nve 2001:db8::9')
    refused(lab)
    # Who was one once is none when he comes back.
    nvo3(member + '2001:db8::9')
    refused(lab)


def map_(nve, address, epoch):
    kind = 'NVO3_A_MAP_ADDR6' if ':' in address else 'NVO3_A_MAP_ADDR4'
    nve.request('MAP_ADD', attr(N['NVO3_A_MAP'], [
        number('NVO3_A_MAP_VNI', 100), attr(N['NVO3_A_MAP_MAC'], mac(0x21)),
        attr(N[kind], ip(address)), number('NVO3_A_MAP_EPOCH', epoch, '=Q')]),
        flags=NLM_F_REPLACE)


def port(nve, dev, epoch):
    """The tenant system 0x21 is behind p2 from now on."""
    nve.request('PORT_SET', attr(N['NVO3_A_PORT'], [
        number('NVO3_A_PORT_DEV', dev), attr(N['NVO3_A_PORT_MAC'], mac(0x21)),
        number('NVO3_A_PORT_SPOOF', 1, '=B'), number('NVO3_A_PORT_EPOCH', epoch, '=Q')]))


def fails_half_way(lab, dev):
    """Away, back from there, and then what cannot be: nothing of it has happened."""
    def mapping(epoch, address=None):
        where = attr(N['NVO3_A_MAP_ADDR4'], ip(address)) if address else \
            number('NVO3_A_MAP_DEV', dev)
        return attr(N['NVO3_A_MAP'], [
            number('NVO3_A_MAP_VNI', 100), attr(N['NVO3_A_MAP_MAC'], mac(0x22)),
            number('NVO3_A_MAP_EPOCH', epoch, '=Q'), where])

    def add(*maps):
        lab.nve.request('MAP_ADD', *maps, flags=NLM_F_REPLACE)

    known = [('has been left', ('192.0.2.3', inner(0x12, 0x22)), 'vm2'),
             ('has not', ('192.0.2.2', inner(0x13, 0x22)), BAD)]
    add(mapping(1, '192.0.2.3'))
    add(mapping(2))
    lab.check('gen', known)
    try:
        add(mapping(3, '192.0.2.2'), mapping(4), mapping(4, '192.0.2.2'))
    except Refused as said:
        assert 'is held elsewhere' in said.text, said
    else:
        raise AssertionError('not refused')
    lab.check('gen', known)


def moved(lab):
    """Who is gone to another NVE is that one's from the next frame on; and the NVE that has
    been left may send on what still comes to it, for a while, and for nobody else."""
    with Namespace('h1'):
        dev = sockets.if_nametoindex('p2')
    map_(lab.nve, '192.0.2.2', 1)
    lab.verified([('before', '192.0.2.2', 0x21, HOME), ('too early', '192.0.2.3', 0x21, BAD)])
    map_(lab.nve, '192.0.2.3', 2)
    lab.verified([('after', '192.0.2.3', 0x21, HOME), ('too late', '192.0.2.2', 0x21, BAD)])
    # From 192.0.2.3 to our port 2.
    port(lab.nve, dev, 3)
    late = ('192.0.2.3', inner(0x12, 0x21))
    lab.check('gen', [
        ('our port now', ('192.0.2.3', inner(0x21)), BAD),
        ('sent on', late, 'vm2'),
        ('sent on, unknown', ('192.0.2.3', inner(0x63, 0x21)), 'vm2'),
        ('by the one before', ('192.0.2.2', inner(0x13, 0x21)), BAD),
        ('to another', ('192.0.2.3', inner(0x12, 1)), BAD),
        ('our port to our port', ('192.0.2.3', inner(1, 0x21)), BAD),
        ('its own', ('192.0.2.2', inner(0x12, 0x21)), 'vm2')])
    nve_set('redirect 0')
    lab.check('gen', [('no longer', late, BAD)])
    nve_set('redirect 3600000')
    lab.check('gen', [('again', late, 'vm2')])
    nve_set('redirect 10000')
    # On to an NVE of the other family, and back from there.
    map_(lab.nve, '2001:db8::6', 4)
    # What we send on ourselves is redirect.sh's.
    nve_set('redirect 0')
    lab.check('gen', [('its new place', ('2001:db8::6', inner(0x21)), HOME),
                      ('left us', late, BAD),
                      ('elsewhere', ('192.0.2.2', inner(0x12, 0x21)), 'tunnel-remote')])
    nve_set('redirect 10000')
    port(lab.nve, dev, 5)
    lab.check('gen', [('the last place', ('2001:db8::6', inner(0x12, 0x21)), 'vm2'),
                      ('the one before', late, BAD)])
    fails_half_way(lab, dev)


def exceptions(lab):
    nve_set('verify drop')
    relay(lab)
    moved(lab)


def told(lab):
    lab.verified([('forged', '192.0.2.3', 0x12, HOME), ('unknown', '192.0.2.3', 0x63, HOME)])


if __name__ == '__main__':
    globals()[sys.argv[1]](Tunnels(Nve('h1'), vm1=Port('vm1'), vm2=Port('vm2'), gen=Generator()))
