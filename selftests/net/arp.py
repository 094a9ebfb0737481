# SPDX-License-Identifier: GPL-2.0
"""Questions for the MAC of an IP address, a test an invocation; see arp.sh for the place.

Behind each question its sender sends a marked broadcast, which goes the same way as a question
that is flooded: who has seen the mark and no question got none.
"""
import errno
import select
import struct
import sys

import genl
from genl import attr, attrs_of, NLM_F_DUMP, NLM_F_EXCL, NLM_F_REPLACE, Refused
from miss_hold import Listener as MissListener, wait
from packets import arp, checksum, eth, ip, ip6, mac, MAGIC, Namespace, Nve, number, Port
from uapi import N

VNI = 100
BROADCAST, NOBODY, ALL_NODES = 'ff:ff:ff:ff:ff:ff', '00:00:00:00:00:00', '33:33:00:00:00:01'
FLOOD, ASK, DROP = (N[f'NVO3_ARP_UNKNOWN_{word}'] for word in ('FLOOD', 'ASK', 'DROP'))
AGENT = N['NVO3_PROV_AGENT']


# --- messages

def group_of(target):
    return ip('ff02::1:ff00:0')[:13] + ip(target)[13:]


def icmp6(src, dst, message, hops=255):
    src, dst = (ip(a) if isinstance(a, str) else a for a in (src, dst))
    pseudo = src + dst + struct.pack('!II', len(message), 58)
    message = message[:2] + struct.pack('!H', checksum(pseudo + message)) + message[4:]
    return struct.pack('!IHBB', 6 << 28, len(message), 58, hops) + src + dst + message


def solicit(by, target, src=None, to=None, option=True, hops=255):
    """Of vm @by for the target; without an address of its own (src '::') without an option."""
    src = src or f'fd00::{by:x}'
    message = bytes((135, 0, 0, 0, 0, 0, 0, 0)) + ip(target)
    if option and src != '::':
        message += b'\1\1' + mac(by)
    dst = group_of(target) if to is None else ip(target)
    ether = (b'\x33\x33' + dst[12:]) if to is None else mac(to)
    return eth(ether.hex(':'), by, 0x86dd, icmp6(src, dst, message, hops))


def advert(by, target, dst, flags, to, option=True):
    message = bytes((136, 0, 0, 0, flags, 0, 0, 0)) + ip(target)
    if option:
        message += b'\2\1' + mac(by)
    return eth(to, by, 0x86dd, icmp6(target, dst, message))


def who_has(by, target, sip=None, **more):
    return arp(1, by, sip or f'10.0.0.{by}', NOBODY, target, by=by, **more)


def arp_answer(asker, target, has, tip=None):
    return arp(2, has, target, asker, tip or f'10.0.0.{asker}', to=asker, by=has)


def nd_answer(asker, target, has, flags=0x60):
    return advert(has, target, f'fd00::{asker:x}', flags, asker)


# --- the place

class Vm(Port):
    """A tenant system that keeps whole frames."""

    def frames(self):
        found = []
        while True:
            try:
                data, where = self.sock.recvfrom(70000)
            except BlockingIOError:
                return found
            if where[2] != 4:                                   # PACKET_OUTGOING
                found.append(data)


class Listener(MissListener):
    def asked(self, count=1):
        """IP addresses that are asked for, at least so many."""
        found = []

        def enough():
            readable, _, _ = select.select([self.sock], [], [], 0.05)
            if readable:
                miss = attrs_of(attrs_of(self.sock.recv(1 << 16)[20:])[N['NVO3_A_MISS']])
                found.append(miss.get(N['NVO3_A_MISS_ADDR4']) or miss.get(N['NVO3_A_MISS_ADDR6']))
            return not readable and len(found) >= count
        wait(f'{count} questions', enough)
        return found


class Lab:
    def __init__(self):
        self.nve, self.mark = Nve('h1'), 0
        # vm4 is on VLAN 10 of its port.
        self.vms = {n: Vm(f'vm{n}', 'eth0.10' if n == 4 else 'eth0') for n in (1, 2, 3, 4)}
        self.set(arp=N['NVO3_ARP_ANSWER'], arp_unknown=FLOOD)
        self.nve.request('MAP_FLUSH', self.nest(number('NVO3_A_MAP_PROV', AGENT, '=B')))
        for n in (1, 2, 3, 4):
            for address in self.addresses(n):
                self.map(address, n)
        for vm in self.vms.values():
            vm.frames()

    @staticmethod
    def addresses(n):
        return f'10.0.0.{n}', f'fd00::{n:x}', f'fe80::{n:x}'

    # requests

    @staticmethod
    def nest(*attributes):
        return attr(N['NVO3_A_MAP'], [number('NVO3_A_MAP_VNI', VNI), *attributes])

    @staticmethod
    def key(address):
        raw = ip(address)
        return attr(N['NVO3_A_MAP_IP4' if len(raw) == 4 else 'NVO3_A_MAP_IP6'], raw)

    def ip_nest(self, address, n, epoch=0, prov=AGENT, generation=0, router=0):
        more = [number('NVO3_A_MAP_EPOCH', epoch, '=Q')] if epoch else []
        more += [number('NVO3_A_MAP_GENERATION', generation, '=B')] if generation else []
        more += [number('NVO3_A_MAP_ROUTER', 1, '=B')] if router else []
        return self.nest(self.key(address), attr(N['NVO3_A_MAP_MAC'], mac(n)),
                         number('NVO3_A_MAP_PROV', prov, '=B'), *more)

    def map(self, address, n, flags=NLM_F_REPLACE, **more):
        self.nve.request('MAP_ADD', self.ip_nest(address, n, **more), flags=flags)

    def unmap(self, address, *more):
        self.nve.request('MAP_DEL', self.nest(self.key(address), *more))

    def maps(self):
        """(address, MAC, generation) of the IP mappings."""
        found = []
        for answer in self.nve.nl.request(N['NVO3_CMD_MAP_GET'], [
                number('NVO3_A_IFINDEX', self.nve.ifindex), self.nest()], NLM_F_DUMP):
            nest = attrs_of(attrs_of(answer)[N['NVO3_A_MAP']])
            address = nest.get(N['NVO3_A_MAP_IP4']) or nest.get(N['NVO3_A_MAP_IP6'])
            if address:
                found.append((address, nest[N['NVO3_A_MAP_MAC']],
                              nest.get(N['NVO3_A_MAP_GENERATION'], b'\0')[0]))
        return found

    def set(self, **values):
        width = {'hold': '=I', 'limit': '=I'}
        self.nve.request('VN_SET', attr(N['NVO3_A_VN'], [number('NVO3_A_VN_VNI', VNI), *(
            number(f'NVO3_A_VN_{name.upper()}', value, width.get(name, '=B'))
            for name, value in values.items())]))

    def miss(self, cmd, address, **more):
        raw = ip(address)
        kind = 'NVO3_A_MISS_ADDR4' if len(raw) == 4 else 'NVO3_A_MISS_ADDR6'
        return self.nve.request(cmd, attr(N['NVO3_A_MISS'], [
            number('NVO3_A_MISS_VNI', VNI), attr(N[kind], raw),
            *(number(f'NVO3_A_MISS_{name.upper()}', value) for name, value in more.items())]))

    def count(self, name):
        answer = self.nve.request('VN_GET', attr(N['NVO3_A_VN'], [number('NVO3_A_VN_VNI', VNI)]))
        vn = attrs_of(attrs_of(answer[0])[N['NVO3_A_VN']])
        return int.from_bytes(vn[N[f'NVO3_A_VN_{name.upper()}']], sys.byteorder)

    def refuses(self, error, request, *args, **more):
        try:
            request(*args, **more)
        except Refused as said:
            assert said.errno == error, said
            return
        raise AssertionError(f'{args} {more} is accepted')

    # frames

    def until_mark(self, by):
        """A mark from vm @by to all: what each of the others got before it."""
        self.mark += 1
        mark = MAGIC + struct.pack('!I', self.mark)
        self.vms[by].send(eth(BROADCAST, by, 0x88b5) + bytes(40) + mark)
        seen = {n: [] for n in self.vms if n != by}

        def everywhere():
            for n, frames in seen.items():
                frames += self.vms[n].frames()
            return all(any(frame.endswith(mark) for frame in frames) for frames in seen.values())
        wait(f'mark {self.mark} of vm{by}', everywhere)
        return {n: [frame for frame in frames if MAGIC not in frame]
                for n, frames in seen.items()}

    def send(self, by, frame):
        """What the others got of it, and what its sender."""
        self.vms[by].send(frame)
        others = self.until_mark(by)
        back = self.until_mark(2 if by == 1 else 1)[by]
        return others, back

    def expect(self, by, frame, answer=None, to=(), drop=None):
        """It is answered so, goes to these, or is dropped for this reason; nothing else."""
        answered, drops = self.count('arp_answered'), self.nve.drops()
        others, back = self.send(by, frame)
        for n, frames in others.items():
            assert frames == ([frame] if n in to else []), (n, frames)
        assert back == ([answer] if answer else []), (frame.hex(), [got.hex() for got in back])
        assert self.count('arp_answered') == answered + bool(answer)
        new = {reason: count - drops.get(reason, 0) for reason, count in self.nve.drops().items()
               if count != drops.get(reason, 0)}
        assert new == ({drop: 1} if drop else {}), new


# --- tests

def answered(lab):
    """By a port, by another host's, from a VLAN; who has no address yet; and a router."""
    for by, has in ((1, 3), (1, 2), (2, 1), (4, 3), (1, 4)):
        v4, v6, local = lab.addresses(has)
        lab.expect(by, who_has(by, v4), arp_answer(by, v4, has))
        lab.expect(by, solicit(by, v6), nd_answer(by, v6, has))
        lab.expect(by, solicit(by, local), nd_answer(by, local, has))
    lab.expect(1, who_has(1, '10.0.0.3', '0.0.0.0'), arp_answer(1, '10.0.0.3', 3, '0.0.0.0'))
    lab.expect(1, solicit(1, 'fd00::3', '::'), advert(3, 'fd00::3', 'ff02::1', 0x20, ALL_NODES))
    lab.map('fd00::3', 3, router=1)
    lab.expect(1, solicit(1, 'fd00::3'), nd_answer(1, 'fd00::3', 3, 0xe0))
    # Without the mapping of the MAC, too.
    lab.map('10.0.0.99', 99)
    lab.expect(1, who_has(1, '10.0.0.99'), arp_answer(1, '10.0.0.99', 99))


def by_scapy(lab):
    """Another decoder's opinion of both answers, and another encoder's questions."""
    from scapy.all import ARP, Ether, ICMPv6ND_NA, ICMPv6ND_NS, ICMPv6NDOptDstLLAddr, \
        ICMPv6NDOptSrcLLAddr, IPv6                                      # takes seconds
    me, other = mac(1).hex(':'), mac(3).hex(':')
    _, (back,) = lab.send(1, bytes(Ether(src=me, dst=BROADCAST) /
                                   ARP(hwsrc=me, psrc='10.0.0.1', pdst='10.0.0.3')))
    got = Ether(back)
    assert (got.dst, got.src, got[ARP].op, got[ARP].hwsrc, got[ARP].psrc, got[ARP].hwdst,
            got[ARP].pdst) == (me, other, 2, other, '10.0.0.3', me, '10.0.0.1'), got.show(dump=True)
    _, (back,) = lab.send(1, bytes(
        Ether(src=me, dst='33:33:ff:00:00:03') / IPv6(src='fd00::1', dst='ff02::1:ff00:3', hlim=255) /
        ICMPv6ND_NS(tgt='fd00::3') / ICMPv6NDOptSrcLLAddr(lladdr=me)))
    got = Ether(back)
    na, ll = got[ICMPv6ND_NA], got[ICMPv6NDOptDstLLAddr]
    assert (got.dst, got.src, got[IPv6].src, got[IPv6].dst, got[IPv6].hlim, na.R, na.S, na.O,
            na.tgt, ll.lladdr) == (me, other, 'fd00::3', 'fd00::1', 255, 0, 1, 1, 'fd00::3',
                                   other), got.show(dump=True)
    sum_there = na.cksum
    del got[ICMPv6ND_NA].cksum
    assert Ether(bytes(got))[ICMPv6ND_NA].cksum == sum_there


def beside(lab):
    """One's own address, and one behind the same port: nobody answers, and it goes nowhere."""
    lab.expect(1, who_has(1, '10.0.0.1', '0.0.0.0'), drop='hairpin')
    lab.expect(1, solicit(1, 'fd00::1', '::'), drop='hairpin')
    lab.expect(1, who_has(1, '10.0.0.1', '10.0.0.77'), drop='hairpin')
    # MAC 11 is mapped to the port of vm1.
    lab.map('10.0.0.11', 11)
    lab.expect(1, who_has(1, '10.0.0.11'), drop='hairpin')
    lab.expect(2, who_has(2, '10.0.0.11'), arp_answer(2, '10.0.0.11', 11))


def passes(lab):
    """What is no question, or not one as it should be, goes to all as before."""
    v6, odd = solicit(1, 'fd00::3'), bytearray(who_has(1, '10.0.0.3'))
    bad_sum = v6[:57] + bytes((v6[57] ^ 1,)) + v6[58:]
    odd[27] ^= 4                                        # the sender's MAC in ARP
    message = bytes((135, 0, 0, 0, 0, 0, 0, 0)) + ip('fd00::3') + b'\1\1' + mac(7)
    other_mac = v6[:14] + icmp6('fd00::1', group_of('fd00::3'), message)
    no_length = v6[:14] + icmp6('fd00::1', group_of('fd00::3'),
                                message[:25] + b'\0' + message[26:])
    for frame in (who_has(1, '10.0.0.1'), who_has(1, '10.0.0.3', '10.0.0.3'),
                  arp(2, 1, '10.0.0.1', BROADCAST, '10.0.0.1'),
                  advert(1, 'fd00::1', 'ff02::1', 0x20, ALL_NODES),
                  solicit(1, 'fd00::3', hops=254), bad_sum, bytes(odd), other_mac, no_length):
        lab.expect(1, frame, to=(2, 3, 4))


def one_to_one(lab):
    """Is that MAC still there? It is asked itself, unless the address has moved."""
    v4, v6 = who_has(1, '10.0.0.3', to=3), solicit(1, 'fd00::3', to=3)
    lab.expect(1, v4, to=(3,))
    lab.expect(1, v6, to=(3,))
    lab.map('10.0.0.3', 2, epoch=5)
    lab.map('fd00::3', 2, epoch=5)
    lab.expect(1, v4, arp_answer(1, '10.0.0.3', 2))
    lab.expect(1, v6, nd_answer(1, 'fd00::3', 2))
    lab.unmap('10.0.0.3')
    lab.expect(1, v4, to=(3,))


def unknown(lab):
    """Flooded, as by default, or dropped; and everything is, or passes, when switched off."""
    v4, v6 = who_has(1, '10.0.0.50'), solicit(1, 'fd00::50')
    lab.expect(1, v4, to=(2, 3, 4))
    lab.expect(1, v6, to=(2, 3, 4))
    lab.set(arp_unknown=DROP)
    lab.expect(1, v4, drop='arp-unknown')
    lab.expect(1, v6, drop='arp-unknown')
    lab.expect(1, who_has(1, '10.0.0.3'), arp_answer(1, '10.0.0.3', 3))
    # From elsewhere it comes by a tunnel, which is not answered.
    lab.expect(3, who_has(3, '10.0.0.50'), to=(1, 2, 4))
    lab.set(arp=N['NVO3_ARP_OFF'])
    lab.expect(1, v4, to=(2, 3, 4))
    lab.expect(1, who_has(1, '10.0.0.3'), to=(2, 3, 4))
    lab.expect(1, solicit(1, 'fd00::3'), to=(2, 3, 4))


def moves(lab):
    """The next question has the next answer; older news is refused."""
    for epoch, has in ((1, 2), (2, 3), (3, 4)):
        lab.map('10.0.0.60', has, epoch=epoch)
        lab.expect(1, who_has(1, '10.0.0.60'), arp_answer(1, '10.0.0.60', has))
    lab.refuses(errno.ESTALE, lab.map, '10.0.0.60', 2, epoch=2)
    lab.refuses(errno.EEXIST, lab.map, '10.0.0.60', 2, epoch=3)
    lab.refuses(errno.EEXIST, lab.map, '10.0.0.60', 4, epoch=4, flags=NLM_F_EXCL)
    lab.refuses(errno.ESTALE, lab.unmap, '10.0.0.60', number('NVO3_A_MAP_EPOCH', 2, '=Q'))
    lab.map('10.0.0.60', 4, epoch=3, flags=0)
    lab.refuses(errno.EEXIST, lab.map, '10.0.0.60', 2, epoch=9, flags=0)
    lab.expect(1, who_has(1, '10.0.0.60'), arp_answer(1, '10.0.0.60', 4))
    lab.unmap('10.0.0.60', number('NVO3_A_MAP_EPOCH', 3, '=Q'))
    lab.expect(1, who_has(1, '10.0.0.60'), to=(2, 3, 4))


def together(lab):
    """MACs and IP addresses in one request: all or none."""
    def mac_nest(n, epoch=0):
        return lab.nest(attr(N['NVO3_A_MAP_MAC'], mac(n)),
                        attr(N['NVO3_A_MAP_ADDR4'], ip('192.0.2.2')),
                        number('NVO3_A_MAP_PROV', AGENT, '=B'),
                        *([number('NVO3_A_MAP_EPOCH', epoch, '=Q')] if epoch else []))
    before = lab.maps()
    lab.refuses(errno.ESTALE, lab.nve.request, 'MAP_ADD', mac_nest(70, 5),
                lab.ip_nest('10.0.0.70', 70, epoch=5), lab.ip_nest('10.0.0.3', 70, epoch=7),
                lab.ip_nest('10.0.0.3', 71, epoch=8), lab.ip_nest('10.0.0.70', 70, epoch=4),
                flags=NLM_F_REPLACE)
    assert lab.maps() == before
    lab.expect(1, who_has(1, '10.0.0.3'), arp_answer(1, '10.0.0.3', 3))
    lab.nve.request('MAP_ADD', mac_nest(70), lab.ip_nest('10.0.0.70', 70),
                    lab.ip_nest('fd00::70', 70), flags=NLM_F_REPLACE)
    assert len(lab.maps()) == len(before) + 2 == lab.count('ip_maps')
    # The limit counts those of the same request.
    lab.set(limit=lab.count('ip_maps') + 1)
    lab.refuses(errno.ENOSPC, lab.nve.request, 'MAP_ADD', lab.ip_nest('10.0.0.71', 70),
                lab.ip_nest('10.0.0.72', 70))
    lab.map('10.0.0.71', 70)
    lab.refuses(errno.ENOSPC, lab.map, '10.0.0.72', 70)
    lab.map('10.0.0.71', 71)
    lab.set(limit=0)


def generations(lab):
    """Mark and sweep; named again unchanged is no event; static ones are nobody's to sweep."""
    lab.map('10.0.0.80', 80, prov=0)
    kept, gone = lab.addresses(3), lab.addresses(2)
    with Namespace('h1'):
        listener = genl.Genl()
    listener.resolve('nvo3')
    listener.join('mapping')
    for address in kept:
        lab.map(address, 3, generation=7)
    for address in gone:
        lab.map(address, 2, generation=6)
    before = lab.maps()
    lab.nve.request('MAP_FLUSH', lab.nest(number('NVO3_A_MAP_STALE_GENERATION', 7, '=B')))
    left = lab.maps()
    assert {(address, generation) for address, _, generation in left} == \
        {(ip(address), 7) for address in kept} | {(ip('10.0.0.80'), 0)}, left
    for _ in range(len(before) - len(left)):
        assert listener.sock.recv(1 << 16)[16] == N['NVO3_CMD_MAP_DEL_NTF']
    lab.expect(1, who_has(1, '10.0.0.3'), arp_answer(1, '10.0.0.3', 3))
    lab.unmap('10.0.0.80')


def asks(lab):
    """The question waits and is asked once; a mapping answers it, absence and time drop it."""
    lab.set(arp_unknown=ASK, hold=60000)
    listener = Listener()
    for address, question, answer in (
            ('10.0.0.90', who_has(1, '10.0.0.90'), arp_answer(1, '10.0.0.90', 3)),
            ('fd00::90', solicit(1, 'fd00::90'), nd_answer(1, 'fd00::90', 3))):
        lab.expect(1, question)
        assert listener.asked() == [ip(address)]
        lab.expect(1, question)
        assert lab.count('held') == 2 and lab.count('pending') == 1
        lab.map(address, 3)
        assert lab.until_mark(2)[1] == [answer, answer] and not lab.count('held')
        lab.refuses(errno.EEXIST, lab.miss, 'MISS_SET', address, lifetime=60000)
        lab.unmap(address)

        drops = lab.nve.drops().get('arp-unknown', 0)
        lab.expect(1, question)
        lab.miss('MISS_SET', address, lifetime=60000)
        assert lab.nve.drops()['arp-unknown'] == drops + 1
        lab.expect(1, question, drop='arp-unknown')
        assert listener.asked() == [ip(address)] and lab.count('absent') == 1
        assert lab.miss('MISS_GET', address)
        lab.miss('MISS_DEL', address)
        lab.refuses(errno.ENOENT, lab.miss, 'MISS_GET', address)

        lab.set(hold=200)
        lab.vms[1].send(question)
        wait('its end', lambda: lab.nve.drops()['arp-unknown'] == drops + 3)
        assert listener.asked() == [ip(address)]
        lab.set(hold=60000)
        # Found to be the asker's own meanwhile.
        lab.expect(1, question)
        hairpins = lab.nve.drops().get('hairpin', 0)
        lab.map(address, 1)
        assert lab.nve.drops()['hairpin'] == hairpins + 1 and listener.asked() == [ip(address)]
        lab.unmap(address)


def bounded(lab):
    """A port that asks for more and more addresses holds up itself."""
    lab.set(arp_unknown=ASK, hold=60000)
    for n in range(100):
        lab.vms[1].send(who_has(1, f'10.1.0.{n}'))
    wait('the bound', lambda: lab.nve.drops().get('hold-full', 0) >= 36)
    assert lab.count('pending') == 64
    lab.expect(2, who_has(2, '10.0.0.91'))
    lab.map('10.0.0.91', 3)
    assert lab.until_mark(1)[2] == [arp_answer(2, '10.0.0.91', 3)]
    for n in range(100):
        try:
            lab.miss('MISS_DEL', f'10.1.0.{n}')
        except Refused:
            pass
    assert not lab.count('pending')


def guarded(lab):
    """Who lies about himself is not answered: p1 has its addresses, and vm1 speaks as another."""
    lab.expect(1, who_has(1, '10.0.0.3'), arp_answer(1, '10.0.0.3', 3))
    lab.expect(1, solicit(1, 'fd00::3'), nd_answer(1, 'fd00::3', 3))
    lab.expect(1, who_has(1, '10.0.0.3', '10.0.0.2'), drop='spoof-arp')
    lab.expect(1, solicit(1, 'fd00::3', 'fd00::2'), drop='spoof-ip6')


def denied(lab):
    """p1 has a profile that lets no ARP out."""
    lab.expect(1, who_has(1, '10.0.0.3'), drop='acl-from-vm')


def small(lab):
    """p1 takes frames of 68 bytes: the answer to IPv6 does not fit, and is not sent."""
    drops = lab.nve.drops().get('too-big', 0)
    lab.vms[1].send(solicit(1, 'fd00::3'))
    wait('its drop', lambda: lab.nve.drops().get('too-big', 0) == drops + 1)
    lab.vms[1].send(who_has(1, '10.0.0.3'))
    lab.vms[2].send(eth(1, 2, 0x88b5) + bytes(20))
    got = []

    def come():
        got.extend(lab.vms[1].frames())
        return any(frame[12:14] == b'\x88\xb5' for frame in got)
    wait('what comes behind the answer', come)
    assert [frame for frame in got if frame[12:14] == b'\x08\x06'] == \
        [arp_answer(1, '10.0.0.3', 3)], got


def storm(lab):
    """While arp.sh changes MTU and headroom: each question is answered or counted as too big."""
    answers, before = lab.count('arp_answered'), lab.nve.drops().get('too-big', 0)
    got, rounds = 0, 3000

    def receive():
        # An interface whose MTU changes speaks for itself, by MLD.
        found = [frame for frame in lab.vms[1].frames()
                 if frame[12:14] == b'\x08\x06' or frame[54] == 136]
        for frame in found:
            assert frame in (nd_answer(1, 'fd00::3', 3), arp_answer(1, '10.0.0.3', 3)), frame.hex()
        return len(found)

    for n in range(rounds):
        lab.vms[1].send(solicit(1, 'fd00::3') if n % 2 else who_has(1, '10.0.0.3'))
        got += receive()

    def all_told():
        nonlocal got
        got += receive()
        return got + lab.nve.drops().get('too-big', 0) - before == rounds
    wait(f'{rounds} questions', all_told, 60)
    assert lab.count('arp_answered') == answers + rounds
    print(f'{got} answers of {rounds}')


if __name__ == '__main__':
    globals()[sys.argv[1]](Lab())
