# SPDX-License-Identifier: GPL-2.0
"""What may come by the underlay, a test an invocation; see strange_tunnels.sh for the place."""
import struct
import subprocess
import sys

from genl import attr, attrs_of
from packets import eth, ip4, ip6, mac, Namespace, number, ports
from taps import GENEVE, header, NVGRE, outer, OURS, Place, REMOTES, Tap, VNET_HDR, VXLAN, with_tos
from uapi import N

OPTIONS = bytes((1, 2, 3, 1)) + bytes(4)


def ecn4(mark, by=3):
    return eth(2, by, 0x0800, with_tos(ip4('10.0.0.3', '10.0.0.2', 17, ports(1, 2)), mark))


def ecn6(mark):
    packet = ip6('fd00::3', 'fd00::2', 17, ports(1, 2))
    return eth(2, 3, 0x86dd, struct.pack('!I', 6 << 28 | mark << 20) + packet[4:])


def both(place, test, fast=True):
    """By IP and by the fast way, if there is one."""
    place.tool('nve set dev nve0 fastpath off')
    test(place)
    place.tool('nve set dev nve0 fastpath auto')
    place.settle()
    before = place.rx_fast()
    test(place)
    assert place.rx_fast() > before or not fast


def tunnels():
    """(encapsulation, IPv6?, options, with UDP checksum?)"""
    for encap, v6 in REMOTES.values():
        for options in (b'', OPTIONS) if encap == GENEVE else (b'',):
            for checksum in (False, True) if encap != NVGRE else (False,):
                yield encap, v6, options, checksum


def marks(place):
    """A congestion mark goes over to the inner header wherever that lies, and not into what
    others hold of the packet."""
    def test(place):
        for encap, v6, options, checksum in tunnels():
            head = header(encap, 100, options)
            cases = []
            for inner in ecn4, ecn6:
                for mark in 0, 3:
                    for number in range(10):
                        tail = place.marked(b'')
                        data = outer(encap, head + inner(2) + tail, v6, tos=mark,
                                     checksum=checksum)
                        begin = len(data) - len(inner(2) + tail)
                        cuts = [(), (14,), (14, 34), (14, 42), (begin,), (begin + 2,), (begin + 14,),
                                (begin + 15, begin + 16), (begin + 20, begin + 34),
                                tuple(range(14, 14 + 4 * 16, 4))][number]
                        cases.append((f'{encap} {v6} {checksum} {inner.__name__} {mark}', data,
                                      cuts, inner(mark or 2) + tail))
            place.from_u(cases)
    both(place, test)


def cut_short(place):
    """Inner frames cut at each byte: those with a whole Ethernet header arrive, each of the others
    is counted once."""
    def test(place):
        for encap, v6, options, checksum in tunnels():
            whole = header(encap, 100, options) + ecn4(2) + bytes(30)
            first = len(whole) - 72
            for mark, cuts in (0, ()), (3, ()), (0, (14,)), (3, (14,)), (1, (14, 54)):
                before = place.decapsulated()
                sent = range(first if encap == NVGRE else 0, first + 61)
                new = place.drops_of(lambda: [place.u.send(outer(
                    encap, whole[:end], v6, tos=mark, checksum=checksum), cuts) for end in sent])
                came = place.decapsulated() - before
                what = f'{encap} {v6} {checksum} {mark} {cuts}: {came} came, dropped {new}'
                # With a mark outside, the whole inner IP header is wanted.
                short = 34 if mark else 14
                assert came == 61 - short, what
                assert new.pop('tunnel-inner') == short, what
                # Port d has a profile, which wants to read whole headers.
                assert new.pop('malformed', 0) < came, what
                assert new == ({} if encap == NVGRE else {'tunnel-header': first}), what
    both(place, test)


def bad_sources(place):
    """No frame is from everybody or from nobody."""
    def test(place):
        for encap, v6, options, checksum in tunnels():
            frames = [header(encap, 100, options) + ecn4(0)[:6] + source + ecn4(0)[12:]
                      for source in (bytes(6), b'\xff' * 6, mac('01:00:5e:00:00:01'))]
            for cuts in (), (14,), (14, 60):
                new = place.drops_of(lambda: [place.u.send(outer(
                    encap, data, v6, checksum=checksum), cuts) for data in frames])
                assert new == {'tunnel-inner': 3}, f'{encap} {v6} {cuts}: {new}'
    both(place, test)


def vxlan_bits(place):
    """Each bit that is not the I flag or the VNI is another protocol's (GPE, GBP)."""
    def test(place):
        for v6 in False, True:
            for bit in range(64):
                word = 0x0800000000006400 ^ 1 << bit
                data = outer(VXLAN, struct.pack('!Q', word) + ecn4(0), v6)
                new = place.drops_of(lambda: place.u.send(data))
                reason = 'tunnel-vni' if 8 <= bit < 32 else 'tunnel-header'
                assert new == {reason: 1}, f'{word:016x}: {new}'
    both(place, test)


def nvgre_bits(place):
    """Each flag that is not K is another's GRE; the FlowID is nobody's business."""
    def test(place):
        before = place.decapsulated()
        for v6 in False, True:
            for bit in range(64):
                word = 0x2000655800006400 ^ 1 << bit
                new = place.drops_of(lambda: place.u.send(outer(
                    NVGRE, struct.pack('!Q', word) + ecn4(0), v6)))
                assert not new, f'{word:016x}: {new}'
        assert place.decapsulated() - before == 16
    both(place, test, fast=False)


def geneve_bits(place):
    """Version, O and C bits, options that do not add up, critical ones."""
    def test(place):
        wrong = [('tunnel-header', struct.pack('!BBHI', version << 6, 0, 0x6558, 100 << 8))
                 for version in (1, 2, 3)]
        wrong += [('tunnel-oam', struct.pack('!BBHI', 0, 0x80, 0x6558, 100 << 8)),
                  ('tunnel-header', struct.pack('!BBHI', 0, 0x40, 0x6558, 100 << 8)),
                  ('tunnel-option', header(GENEVE, 100, bytes((1, 2, 0x83, 0)))),
                  ('tunnel-option', header(GENEVE, 100, OPTIONS + bytes((1, 2, 0xff, 0)))),
                  ('tunnel-header', header(GENEVE, 100, bytes((1, 2, 3, 1))))]
        wrong += [('tunnel-header', struct.pack('!BBHI', 0, 0, 0x6558 ^ 1 << bit, 100 << 8))
                  for bit in range(16)]
        for v6 in False, True:
            for reason, head in wrong:
                for cuts in (), (14,):
                    new = place.drops_of(lambda: place.u.send(
                        outer(GENEVE, head + ecn4(0), v6), cuts))
                    assert new == {reason: 1}, f'{head.hex()}: {new}, not {reason}'
            # What is left of the bits is reserved, and ignored.
            tails = [place.marked(b'') for _ in range(14)]
            place.from_u([('reserved', outer(GENEVE, struct.pack('!Q', 0x655800006400 ^ 1 << bit) +
                                             ecn4(0) + tail, v6), (), ecn4(0) + tail)
                          for bit, tail in zip((*range(8), *range(48, 54)), tails)])
    both(place, test)


def strangers(place):
    """Outer addresses that no honest packet has, and VNs that are none: nothing arrives, and
    nothing is learned."""
    place.tool('nve set dev nve0 verify drop')

    def test(place):
        before_all = maps(place)
        for encap, v6, options, checksum in tunnels():
            head = header(encap, 100, options)
            frame = head + ecn4(0, 6 if v6 else 3)
            addresses = ('2001:db8::7', '2001:db8::1', 'ff02::1', '::1', '::') if v6 else \
                ('192.0.2.7', '192.0.2.1', '224.0.0.1', '127.0.0.1', '0.0.0.0', '255.255.255.255',
                 '192.0.2.255')
            for source in addresses:
                before = place.decapsulated()
                new = place.drops_of(lambda: place.u.send(
                    outer(encap, frame, v6, src=source, checksum=checksum)))
                assert place.decapsulated() == before, f'{encap} from {source} came in'
                # What IP itself throws away never comes to us.
                assert new in ({'tunnel-source': 1}, {}), f'{encap} from {source}: {new}'
                assert new or source != addresses[0], f'{encap} from {source} is not counted'
            to_all(place, encap, v6, frame, checksum)
            for vni in 0, 101, 0xffffff:
                new = place.drops_of(lambda: place.u.send(outer(
                    encap, header(encap, vni, options) + ecn4(0), v6, checksum=checksum)))
                assert new == ({} if encap == NVGRE else {'tunnel-vni': 1}), f'{encap} {vni}: {new}'
            before = place.decapsulated()
            place.u.send(outer(encap, frame, v6, checksum=checksum))
            assert place.decapsulated() == before + 1, f'{encap} of the right one'
        assert maps(place) == before_all
    both(place, test)
    place.tool('nve set dev nve0 verify off')


def to_all(place, encap, v6, frame, checksum):
    """Broadcast and multicast in the underlay are nobody's locator; with any local address too."""
    for local in '192.0.2.1 local6 2001:db8::1', '0.0.0.0 local6 ::':
        place.tool(f'nve set dev nve0 local {local}')
        for address, link in (('ff02::1', '33:33:00:00:00:01'),) if v6 else (
                ('224.0.0.1', '01:00:5e:00:00:01'), ('192.0.2.255', 'ff:ff:ff:ff:ff:ff'),
                ('255.255.255.255', 'ff:ff:ff:ff:ff:ff')):
            for to in mac(link), OURS:
                before = place.decapsulated()
                data = to + outer(encap, frame, v6, dst=address, checksum=checksum)[6:]
                new = place.drops_of(lambda: place.u.send(data))
                assert place.decapsulated() == before, f'{encap} to {address} came in: {local}'
                assert new in ({'tunnel-addr': 1}, {}), f'{encap} to {address}: {new}'
    place.tool('nve set dev nve0 local 192.0.2.1 local6 2001:db8::1')


def ourselves(place):
    """The host is given the address of another NVE: what is for that one does not come back."""
    place.tool('nve set dev nve0 local 0.0.0.0 local6 ::')
    addresses = '192.0.2.99', '2001:db8::99'
    for address in addresses:
        place.tool(f'member add dev nve0 vni 100 nve {address}')
        subprocess.run(['ip', '-n', 'h1', 'address', 'add', address, 'dev', 'u'], check=True)

    def test(place):
        frame = place.marked(eth('ff:ff:ff:ff:ff:ff', 1, 0x88b5, bytes(46)))
        new = place.drops_of(lambda: place.c.send(frame))
        assert place.collect(2, 0.5) == {place.mark: {'d': frame}}, 'it came back'
        assert new == {'loop': 2}, new
    both(place, test, fast=False)
    for address in addresses:
        place.tool(f'member del dev nve0 vni 100 nve {address}')
        subprocess.run(['ip', '-n', 'h1', 'address', 'del', address, 'dev', 'u'], check=True)
    place.tool('nve set dev nve0 local 192.0.2.1 local6 2001:db8::1')


def lying_device(place):
    """The device that a packet comes from says that a checksum is left to do, and where it
    begins: anywhere. Nothing is summed beyond a frame's end, of which the kernel would warn."""
    def test(place):
        for encap, v6, options, checksum in tunnels():
            # Long enough that UDP puts the summing off, and keeps a number where the place was.
            inner = ecn4(0) + bytes(100)
            data = outer(encap, header(encap, 100, options) + inner, v6, checksum=checksum)
            # From within the outer IP header to the inner frame; 1: the sum is left to do.
            for start in range(20, 80):
                liar.send(struct.pack('=BBHHHH', 1, 0, 0, 0, start, 6) + data)
        tail = place.marked(b'')
        place.from_u([('honest', outer(VXLAN, header(VXLAN, 100) + ecn4(0) + tail, False), (),
                       ecn4(0) + tail)])

    with Namespace('h1'):
        liar = Tap('liar', VNET_HDR)
    subprocess.run(['ip', '-n', 'h1', 'link', 'set', 'liar', 'address', OURS.hex(':'), 'up'],
                   check=True)
    before = place.decapsulated()
    both(place, test)
    assert place.decapsulated() > before + 100
    liar.close()


def maps(place):
    reply = place.nve.request('VN_GET', attr(N['NVO3_A_VN'], [number('NVO3_A_VN_VNI', 100)]))
    return attrs_of(attrs_of(reply[0])[N['NVO3_A_VN']])[N['NVO3_A_VN_MAPS']]


def last_vni(place):
    """The highest number is one like any other, on each tunnel and both ways."""
    top = 0xffffff
    place.tool(f'vn add dev nve0 vni {top}')
    place.tool('port set dev d state associated')
    place.tool('port del dev d')
    place.tool(f'port add dev d vni {top} mac 02:00:00:00:00:02')
    for last, (encap, v6) in REMOTES.items():
        address = '2001:db8::2' if v6 else '192.0.2.2'
        place.tool(f'map add dev nve0 vni {top} mac 02:00:00:00:00:0{last} nve {address} encap {encap}')
    tails = [place.marked(b'') for _ in REMOTES]
    place.from_u([(encap, outer(encap, header(encap, top) + ecn4(0) + tail, v6), (),
                   ecn4(0) + tail) for (encap, v6), tail in zip(REMOTES.values(), tails)])
    for last, (encap, v6) in REMOTES.items():
        raw = place.marked(eth(last, 2, 0x88b5, bytes(46)))
        place.d.send(raw)
        found = place.collect(1)
        assert found == {place.mark: {'u': (encap, v6, top, raw)}}, found
    place.tool('port del dev d')
    place.tool(f'map flush dev nve0 vni {top}')
    place.tool(f'vn del dev nve0 vni {top}')
    place.tool('port add dev d vni 100 mac 02:00:00:00:00:02 profile 1')


if __name__ == '__main__':
    globals()[sys.argv[1]](Place())
