# SPDX-License-Identifier: GPL-2.0
"""What a tenant system may send, a test an invocation; see strange_frames.sh for the place."""
import socket
import struct
import subprocess
import sys
import time

from packets import arp, checksum, eth, ip, ip4, ip6, mac, Namespace, ports, udp4, udp6
from taps import inner_of, mac_of, Place, REMOTES, Tap, VNET_HDR, wait_at

A1, A2, B1, B2 = '10.0.0.1', '10.0.0.2', 'fd00::1', 'fd00::2'
EVERYBODY = (2, *REMOTES)


def tcp_sum(src, dst, segment):
    segment = segment[:16] + b'\0\0' + segment[18:]
    return segment[:16] + struct.pack('!H', checksum(
        ip(src) + ip(dst) + struct.pack('!II', len(segment), 6) + segment)) + segment[18:]


def syn(to, options=b'', v6=False):
    """TCP with a right checksum, so that a clamped one must have a right one too."""
    src, dst = (B1, B2) if v6 else (A1, A2)
    options += b'\1' * (-len(options) % 4)
    segment = tcp_sum(src, dst, struct.pack('!HHIIBBHHH', 1, 2, 0, 0, (20 + len(options)) << 2,
                                            2, 100, 0, 0) + options)
    return eth(to, 1, 0x86dd, ip6(src, dst, 6, segment)) if v6 else \
        eth(to, 1, 0x0800, ip4(src, dst, 6, segment))


def kinds(to):
    """Frames of every kind that somebody looks into."""
    solicit = struct.pack('!BBHI', 135, 0, 0, 0) + ip(B2) + struct.pack('!BB', 1, 1) + mac(1)
    exts = struct.pack('!BB6x', 60, 0) + struct.pack('!BB6x', 17, 0)
    return [('ARP', arp(1, 1, A1, 0, A2, to=to)), ('UDP', udp4(A2, A1, to=to)),
            ('UDP over IPv6', udp6(B2, B1, to=to)), ('SYN', syn(to)), ('SYN, IPv6', syn(to, v6=True)),
            ('solicitation', eth(to, 1, 0x86dd, ip6(B1, B2, 58, solicit, 255))),
            ('extension headers', eth(to, 1, 0x86dd, ip6(B1, B2, 0, exts + ports(1, 2)))),
            ('a fragment', eth(to, 1, 0x0800, ip4(A1, A2, 17, bytes(64), frag=0x2003))),
            ('another type', eth(to, 1, 0x88b5, bytes(46))), ('802.3', eth(to, 1, 38, bytes(46)))]


def cuts_of(frame):
    """All behind the Ethernet header in pages, and a page's end in each header."""
    return [(), (14,), (14, 15), (14, 18, 22), (20,), (14, 34), (33,), (14, 35, 36, 54), (40, 41),
            tuple(range(14, min(len(frame), 14 + 16 * 4), 4))]


def paged(place):
    """Whatever lies in pages arrives; who listens keeps what was sent."""
    for way, everybody in ('auto', EVERYBODY), ('off', (3, 8)):
        place.tool(f'nve set dev nve0 fastpath {way}')
        for to in everybody:
            place.from_c([(f'{what} to {to}, {way}', frame, cuts, frame, (to,))
                          for what, frame in kinds(to) for cuts in cuts_of(frame)])
    place.tool('nve set dev nve0 fastpath auto')


def members(place, verb):
    for address in '192.0.2.2', '2001:db8::2':
        for encap in 'vxlan', 'geneve', 'nvgre':
            place.tool(f'member {verb} dev nve0 vni 100 nve {address} encap {encap}')


def flooded(place):
    """One frame, six tunnels and a port: none writes what another has."""
    members(place, 'add')
    frames = [(what, b'\xff' * 6 + frame[6:]) for what, frame in kinds(2)]
    wanted = sorted((*REMOTES[to], 100) for to in REMOTES)
    for what, frame in frames:
        for cuts in cuts_of(frame):
            raw = place.marked(frame)
            place.c.send(raw, cuts)
            here, there = [], []

            def look():
                here.extend(data for data in place.d.read() if data == raw)
                there.extend(found for found in map(inner_of, place.u.read())
                             if found and found[3] == raw)
                return len(here) == 1 and len(there) == len(wanted)
            until((place.d, place.u), look, lambda: f'{what} {cuts}: {here} {there}')
            assert sorted(found[:3] for found in there) == [found[:3] for found in wanted]
    members(place, 'del')


def until(taps, condition, what, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what()
        wait_at(*taps)


def padded(place):
    """Padding behind the IP packet, and lengths that say less or more than is there."""
    def length4(frame, total):
        head = bytearray(frame[14:34])
        head[2:4], head[10:12] = struct.pack('!H', total), b'\0\0'
        head[10:12] = struct.pack('!H', checksum(bytes(head)))
        return frame[:14] + bytes(head) + frame[34:]

    def length6(frame, payload):
        return frame[:18] + struct.pack('!H', payload) + frame[20:]

    for to in EVERYBODY:
        four, six, with_mss = udp4(A2, A1, to=to), udp6(B2, B1, to=to), syn(to, b'\2\4\x23\x28')
        cases = [(f'padded to {len(frame) + more}', frame + bytes(more))
                 for frame in (four, six, with_mss) for more in (1, 18, 46, 500, 1400)]
        cases += [(f'total length {total}', length4(frame, total))
                  for frame in (four, with_mss) for total in (0, 1, 19, 20, 27, 29, 1500, 65535)]
        cases += [(f'payload length {payload}', length6(six, payload))
                  for payload in (0, 1, 7, 9, 1460, 65535)]
        place.from_c([(f'{what} to {to}', frame, cuts, frame, (to,))
                      for what, frame in cases for cuts in ((), (14,))])


def mss_of(options):
    """Where the MSS is that a receiver would find, None if there is none."""
    at = 0
    while at < len(options) and options[at]:
        if options[at] == 1:
            at += 1
        elif at + 2 > len(options) or options[at + 1] < 2 or at + options[at + 1] > len(options):
            return None
        elif options[at] == 2:
            return at + 2 if options[at + 1] == 4 else None
        else:
            at += options[at + 1]
    return None


def tcp_options(place):
    """Options of every length before, and instead of, an MSS that is too large."""
    subprocess.run(['ip', '-n', 'h1', 'link', 'set', 'u', 'mtu', '1400'], check=True)
    place.tool('nve set dev nve0 mss-clamp on')
    for to, v6, most, step in (3, False, 1400 - 50 - 40, 1), (6, True, 1400 - 70 - 60, 7):
        cases = []
        for length in range(0, 256, step):
            for options in (bytes((77, length)) + bytes(30) + b'\2\4\x23\x28\1\1',
                            bytes((2, length)) + b'\x23\x28' * 4,
                            b'\1' * (length % 36) + b'\2\4\x23\x28'):
                options += b'\1' * (-len(options) % 4)
                frame = syn(to, options, v6)
                at, arrives = mss_of(options), frame
                if at is not None and struct.unpack_from('!H', options, at)[0] > most:
                    lower = options[:at] + struct.pack('!H', most) + options[at + 2:]
                    arrives = syn(to, lower, v6)
                cases.append((f'{options.hex()} to {to}', frame, (14,) * (length % 2), arrives,
                              (to,)))
        place.from_c(cases)
    place.tool('nve set dev nve0 mss-clamp off')
    subprocess.run(['ip', '-n', 'h1', 'link', 'set', 'u', 'mtu', '1600'], check=True)


def received():
    """IP packets that the host has received, of both families."""
    with open('/proc/thread-self/net/snmp', encoding='ascii') as file:
        lines = [line.split() for line in file if line.startswith('Ip:')]
    four = dict(zip(*lines))['InReceives']
    with open('/proc/thread-self/net/snmp6', encoding='ascii') as file:
        six = next(line.split()[1] for line in file if line.startswith('Ip6InReceives'))
    return int(four), int(six)


CONTROL = (4789, 6081, 3784, 4784, 5353, 546, 547, 7001, 7002, 7003, 7443, 53)


def for_host(to):
    tunnel = struct.pack('!HHHHII', 50000, 4789, 16 + 42, 0, 0x08000000, 100 << 8) + \
        udp4(A2, '192.0.2.2', by=3)
    gre = struct.pack('!HHI', 0x2000, 0x6558, 100 << 8) + udp4(A2, '192.0.2.2', by=3)
    return [arp(1, 1, A1, 0, '192.0.2.1', to=to),
            eth(to, 1, 0x0800, ip4(A1, '192.0.2.1', 1, bytes(8))),
            eth(to, 1, 0x0800, ip4('192.0.2.2', '192.0.2.1', 17, tunnel)),
            eth(to, 1, 0x0800, ip4('192.0.2.2', '192.0.2.1', 47, gre)),
            *(eth(to, 1, 0x0800, ip4(A1, '192.0.2.1', 17, ports(1000, port))) for port in CONTROL),
            *(eth(to, 1, 0x86dd, ip6(B1, '2001:db8::1', 17, ports(1000, port)))
              for port in CONTROL)]


def our_own(place):
    """Frames for the host itself, its ports and addresses, are frames of the VN like any other."""
    place.tool('port set dev c spoof off')
    with Namespace('h1'):
        macs = [mac_of(dev) for dev in ('u', 'c', 'd', 'nve0')]
        all4 = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)
        before = received()
    frames = [frame for to in macs for frame in for_host(to.hex(':'))]
    new = place.drops_of(lambda: [place.c.send(frame) for frame in frames])
    assert new == {'unknown-dst': len(frames)}, new
    # To all: everybody else of the VN has it, the host not.
    call = arp(1, 1, A1, 0, '192.0.2.1')
    place.from_c([('ARP for the host', call, (), call, (2,))])
    with Namespace('h1'):
        assert received() == before, f'the host has received: {received()}, not {before}'
    all4.setblocking(False)
    try:
        raise AssertionError(f'the host has {all4.recv(2000)}')
    except BlockingIOError:
        pass
    place.tool('port set dev c spoof auto')


def answers_of(place, count):
    found = []

    def look():
        found.extend(data for data in place.c.read() if data[12:14] in (b'\x08\0', b'\x86\xdd'))
        return len(found) >= count
    until((place.c,), look, lambda: f'{len(found)} of {count} answers')
    return found


def too_big(place):
    """Many flows of many systems behind one port: each oversized frame is answered to its own
    sender, about itself, and the small ones between them pass as ever."""
    subprocess.run(['ip', '-n', 'h1', 'link', 'set', 'u', 'mtu', '1400'], check=True)
    place.tool('port set dev c spoof off')
    for way in 'auto', 'off':
        place.tool(f'nve set dev nve0 fastpath {way}')
        expected, small, large = {}, [], []
        for flow in range(1, 61):
            to, who = 3 + flow % 6, 0x20 + flow
            encap, v6_outer = REMOTES[to]
            mtu = 1400 - (40 if v6_outer else 20) - (8 if encap == 'nvgre' else 16) - 14
            if flow % 2:
                packet, proto = ip4(f'10.0.1.{flow}', A2, 17, ports(flow, 9) + bytes(1400),
                                    frag=0x4000), 0x0800
            else:
                packet, proto = ip6(f'fd00::1:{flow}', B2, 17, ports(flow, 9) + bytes(1400)), 0x86dd
            large.append((eth(to, who, proto, packet), (14,) * (flow % 3 > 0)))
            expected[mac(who)] = mac(to), mtu, packet
            small.append(eth(to, who, 0x88b5, bytes(46)))
        for frame, cuts in large:
            place.c.send(frame, cuts)
            place.c.send(frame, cuts)
        for frame in answers_of(place, 120):
            asked, mtu, packet = expected[frame[:6]]
            assert frame[6:12] == asked, 'the answer is from another one'
            if frame[12:14] == b'\x08\0':
                said, quoted = struct.unpack_from('!H', frame, 40)[0], frame[42:]
                assert frame[34:36] == b'\3\4' and frame[30:34] == packet[12:16]
                assert not checksum(frame[34:]) and not checksum(frame[14:34])
            else:
                said, quoted = struct.unpack_from('!I', frame, 58)[0], frame[62:]
                assert frame[54:56] == b'\2\0' and frame[38:54] == packet[8:24]
            assert said == mtu and packet.startswith(quoted) and len(quoted) > 500, frame.hex()
        place.from_c([('small', frame, (), frame, (frame[5],)) for frame in small])
    place.tool('nve set dev nve0 fastpath auto')
    place.tool('port set dev c spoof auto')
    subprocess.run(['ip', '-n', 'h1', 'link', 'set', 'u', 'mtu', '1600'], check=True)


class Guest:
    """Leaves it to its host to cut its segments (virtio's GSO), of which that knows nothing but
    what it says."""
    LAST, MSS, DATA = 9, 1000, bytes(number % 251 for number in range(10500))

    def __init__(self, place):
        with Namespace('h1'):
            self.tap = Tap('guest', VNET_HDR)
        subprocess.run(['ip', '-n', 'h1', 'link', 'set', 'guest', 'master', 'nve0', 'up'],
                       check=True)
        place.tool(f'port add dev guest vni 100 mac 02:00:00:00:00:0{self.LAST}')

    def says(self, to, v6, header=54):
        """Ten segments and a half, as one. The sum is of the pseudo header alone, yet to be done."""
        src, dst = (B1, B2) if v6 else (A1, A2)
        segment = struct.pack('!HHIIBBHHH', 1, 7777, 0, 0, 0x50, 0x10, 100, 0, 0) + self.DATA
        pseudo = ~checksum(ip(src) + ip(dst) + struct.pack('!II', len(segment), 6)) & 0xffff
        segment = segment[:16] + struct.pack('!H', pseudo) + segment[18:]
        frame = eth(to, self.LAST, 0x86dd, ip6(src, dst, 6, segment)) if v6 else \
            eth(to, self.LAST, 0x0800, ip4(src, dst, 6, segment))
        at = 54 if v6 else 34
        self.tap.send(struct.pack('=BBHHHH', 1, 4 if v6 else 1, at + header - 34, self.MSS, at, 16) +
                      frame)

    @staticmethod
    def segment_in(frame):
        """(where in the data, data) of a TCP segment whose sum is right, or None."""
        v6 = frame[12:14] == b'\x86\xdd'
        at = 54 if v6 else 34
        if frame[at + 2:at + 4] != struct.pack('!H', 7777):
            return None
        src, dst = (frame[22:38], frame[38:54]) if v6 else (frame[26:30], frame[30:34])
        segment = frame[at:]
        assert not checksum(src + dst + struct.pack('!II', len(segment), 6) + segment)
        return struct.unpack_from('!I', segment, 4)[0], segment[20:]

    def arrives(self, place, to):
        """All of it, in segments of its size."""
        found, deadline = {}, time.monotonic() + 20
        while sum(map(len, found.values())) < len(self.DATA):
            assert time.monotonic() < deadline, f'to {to}: {sorted(found)}'
            for tap, inner in (place.d, lambda data: data), (place.u, lambda data: inner_of(data)[3]
                                                           if inner_of(data) else bytes(60)):
                found.update(filter(None, (self.segment_in(inner(data)) for data in tap.read())))
            wait_at(place.d, place.u)
        assert max(map(len, found.values())) == self.MSS
        assert b''.join(found[where] for where in sorted(found)) == self.DATA


def segments(place):
    """They arrive, at a neighbour and by each tunnel, and nothing of them is dropped."""
    guest = Guest(place)

    def all_to_all():
        for way in 'auto', 'off':
            place.tool(f'nve set dev nve0 fastpath {way}')
            for to in EVERYBODY:
                for v6 in False, True:
                    guest.says(to, v6)
                    guest.arrives(place, to)
    assert place.drops_of(all_to_all) == {}
    place.tool('nve set dev nve0 fastpath auto')
    place.tool('port del dev guest')
    guest.tap.close()


if __name__ == '__main__':
    globals()[sys.argv[1]](Place())
