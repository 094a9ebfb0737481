# SPDX-License-Identifier: GPL-2.0
"""Packets that scapy has built reach tenant systems, and scapy reads the same fields from what is
sent. What was sent is written to PCAP, for tshark. usage: interop_scapy.py PCAP"""
import struct
import sys

from scapy.contrib.geneve import GENEVE, GeneveOptions
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import ICMPv6EchoRequest, IPv6, IPv6ExtHdrFragment
from scapy.layers.l2 import ARP, Dot3, Ether, GRE, LLC
from scapy.layers.vxlan import VXLAN
from scapy.packet import Raw

from taps import GENEVE as _GENEVE, NVGRE, Place, REMOTES, VXLAN as _VXLAN

VNI = 100
OURS, THEIRS = '02:00:00:00:00:aa', '02:00:00:00:00:bb'


def inner(src, dst, last_src, last_dst):
    """Frames of each kind, from and to systems of that number."""
    macs = {'src': src, 'dst': dst}
    four = IP(src=f'10.0.0.{last_src}', dst=f'10.0.0.{last_dst}', ttl=9)
    six = IPv6(src=f'fd00::{last_src}', dst=f'fd00::{last_dst}', hlim=9)
    ether = Ether(**macs)
    return [
        ether / ARP(op=1, hwsrc=src, psrc=four.src, pdst=four.dst),
        ether / four / UDP(sport=1000, dport=2000) / b'payload',
        ether / four / TCP(sport=1000, dport=80, flags='S', options=[('MSS', 1460)]),
        ether / four / ICMP() / bytes(56),
        ether / four.__class__(bytes(four / UDP(sport=1, dport=2) / bytes(1440))),
        ether / IP(src=four.src, dst=four.dst, flags='MF', proto=17) / bytes(64),
        ether / six / UDP(sport=1000, dport=2000) / b'payload',
        ether / six / ICMPv6EchoRequest(data=bytes(56)),
        ether / six / IPv6ExtHdrFragment(nh=17, m=1, id=7) / bytes(64),
        Dot3(**macs) / LLC(dsap=0xaa, ssap=0xaa, ctrl=3) / bytes(40),
    ]


def tunnel(encap, options):
    if encap == _VXLAN:
        return UDP(sport=50000, dport=4789) / VXLAN(flags=8, vni=VNI)
    if encap == _GENEVE:
        # scapy itself counts them wrongly if they are many.
        words = sum(1 + option.length for option in options)
        return UDP(sport=50000, dport=6081) / GENEVE(vni=VNI, proto=0x6558, optionlen=words,
                                                     options=options)
    return GRE(key_present=1, key=VNI << 8 | 0x5a, proto=0x6558)


def option_sets():
    """Geneve's: none, one, several, one without data, as many as there is room for."""
    def option(words):
        return GeneveOptions(classid=0x0102, type=3, length=words, data=bytes(4 * words))
    return [], [option(1)], [option(0), option(3), option(1)], [option(0)], [option(31), option(29)]


def received(place):
    for encap, v6 in REMOTES.values():
        for options in option_sets() if encap == _GENEVE else ([],):
            cases = []
            for frame in inner('02:00:00:00:00:03', '02:00:00:00:00:02', 3, 2):
                raw = place.marked(bytes(frame))
                if len(raw) > 1514 or (len(raw) > 1200 and options):
                    continue
                ip = IPv6(src='2001:db8::2', dst='2001:db8::1') if v6 else \
                    IP(src='192.0.2.2', dst='192.0.2.1')
                packet = Ether(src=THEIRS, dst=OURS) / ip / tunnel(encap, options) / raw
                cases.append((packet.summary(), bytes(packet), (), raw))
            place.from_u(cases)


def right_sums(data, raw):
    """Built anew without them, it has the same checksums and lengths."""
    again = Ether(data[:len(data) - len(raw)]) / Raw(raw)
    for layer, fields in ((IP, ('chksum', 'len')), (UDP, ('chksum', 'len')), (IPv6, ('plen',))):
        if layer in again:
            for field in fields:
                delattr(again[layer], field)
    return bytes(again) == data


def check_sent(data, encap, v6, raw):
    packet = Ether(data)
    assert (packet.src, packet.dst) == (OURS, THEIRS), packet.summary()
    if v6:
        assert (packet[IPv6].src, packet[IPv6].dst, packet[IPv6].hlim) == \
            ('2001:db8::1', '2001:db8::2', 64), packet[IPv6].summary()
    else:
        assert (packet[IP].src, packet[IP].dst, packet[IP].ttl, packet[IP].frag) == \
            ('192.0.2.1', '192.0.2.2', 64, 0), packet[IP].summary()
    if encap == NVGRE:
        head = packet[GRE]
        assert (head.chksum_present, head.routing_present, head.key_present, head.seqnum_present,
                head.version, head.proto, head.key >> 8) == (0, 0, 1, 0, 0, 0x6558, VNI), repr(head)
    elif encap == _VXLAN:
        head = packet[VXLAN]
        assert packet[UDP].dport == 4789 and packet[UDP].chksum
        assert (int(head.flags), head.vni, head.reserved1, head.reserved2) == \
            (8, VNI, 0, 0), repr(head)
    else:
        head = packet[GENEVE]
        assert packet[UDP].dport == 6081 and packet[UDP].chksum
        assert (head.version, head.optionlen, head.oam, head.critical, head.reserved, head.proto,
                head.vni, head.reserved2) == (0, 0, 0, 0, 0, 0x6558, VNI, 0), repr(head)
    assert bytes(head.payload) == raw, packet.summary()
    assert isinstance(head.payload, (Ether, Dot3)), packet.summary()
    assert right_sums(data, raw), f'checksums and lengths: {packet.summary()}'


def sent(place):
    frames = {}
    for last, (encap, v6) in REMOTES.items():
        for frame in inner('02:00:00:00:00:01', f'02:00:00:00:00:0{last}', 1, 2):
            raw = bytes(frame)
            if len(raw) > 1490:
                continue
            raw = place.marked(raw)
            frames[place.mark] = encap, v6, raw
            place.c.send(raw)
    place.wire.clear()
    place.collect(len(frames))
    assert len(place.wire) == len(frames), f'{len(place.wire)} of {len(frames)} came'
    for data in place.wire:
        check_sent(data, *frames[struct.unpack('!I', data[-4:])[0]])


def write_pcap(path, packets):
    with open(path, 'wb') as file:
        file.write(struct.pack('=IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for number, data in enumerate(packets):
            file.write(struct.pack('=IIII', number, 0, len(data), len(data)) + data)


def main():
    place = Place()
    packets = []
    for way in 'off', 'auto':
        place.tool(f'nve set dev nve0 fastpath {way}')
        place.settle()
        received(place)
        sent(place)
        packets += place.wire
    write_pcap(sys.argv[1], packets)
    print(f'{len(packets)} sent')


main()
