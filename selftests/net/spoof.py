# SPDX-License-Identifier: GPL-2.0
"""Forged frames of each kind, a group an invocation; see spoof.sh for the place."""
import struct
import sys

from packets import arp, eth, ip, ip4, ip6, Lab, mac, Nve, Port, ports, udp4, udp6

A1, A2, B1, B2 = '10.0.0.1', '10.0.0.2', 'fd00::1', 'fd00::2'
LOCAL, ALL = 'fe80::ff:fe00:1', 'ff02::1'
FORGED = 1000


def icmp6(src, kind, body=b'', by=1, ext=None):
    message = struct.pack('!BBH', kind, 0, 0) + body
    if ext is not None:
        return eth(2, by, 0x86dd, ip6(src, ALL, ext, struct.pack('!BB6x', 58, 0) + message, 255))
    return eth(2, by, 0x86dd, ip6(src, ALL, 58, message, 255))


def target(address, *options):
    return bytes(4) + ip(address) + b''.join(options)


def link(kind, who, length=1):
    return struct.pack('!BB', kind, length) + mac(who)


def honest(lab):
    """What a well-behaved system sends passes."""
    lab.check('vm1', [
        ('IPv4', udp4(A2, A1), 'vm2'),
        ('IPv6', udp6(B2, B1), 'vm2'),
        ('link-local', udp6(B2, LOCAL), 'vm2'),
        ('ARP request', arp(1, 1, A1, 0, A2, to=2), 'vm2'),
        ('ARP answer', arp(2, 1, A1, 2, A2, to=2), 'vm2'),
        ('ARP probe', arp(1, 1, '0.0.0.0', 0, A1, to=2), 'vm2'),
        ('DHCP request', udp4('255.255.255.255', '0.0.0.0', 68, 67), 'vm2'),
        ('solicitation', icmp6(B1, 135, target(B2, link(1, 1))), 'vm2'),
        ('advertisement', icmp6(B1, 136, target(B1, link(2, 1))), 'vm2'),
        ('duplicate address detection', icmp6('::', 135, target(B1)), 'vm2'),
        ('router solicitation', icmp6(LOCAL, 133, bytes(4) + link(1, 1)), 'vm2'),
        ('second pair', udp4(A2, '10.0.5.77', by=5), 'vm2'),
    ])


def forge(number):
    """A thousand lies are told from these by counting through what may vary."""
    other, last = 2 + number % 200 + (number % 200 >= 3) , number % 251
    kinds = (
        (udp4(A2, A1, by=other + 5), 'spoof-mac'),
        (udp4(A2, f'10.0.1.{last}'), 'spoof-ip4'),
        (udp4(A2, '10.0.5.77'), 'spoof-ip4'),
        (udp4(A2, A1, by=5), 'spoof-ip4'),
        (udp6(B2, f'fd00::1:{last}'), 'spoof-ip6'),
        (udp6(B2, 'fe80::1'), 'spoof-ip6'),
        (udp4('255.255.255.255', '0.0.0.0', 68, 69), 'spoof-ip4'),
        (arp(2, 1, f'10.0.1.{last}', 2, A2, to=2), 'spoof-arp'),
        (arp(1, other + 5, A1, 0, A2, to=2), 'spoof-arp'),
        (icmp6(B1, 136, target(f'fd00::1:{last}', link(2, 1))), 'spoof-nd'),
        (icmp6(B1, 136, target(B1, link(2, other + 5))), 'spoof-nd'),
        (icmp6(B1, 135, target(B2, link(1, other + 5)), ext=60), 'spoof-nd'),
        (icmp6(B1, 135, target(B2, link(1, 1, last + 2))), 'spoof-nd'),
        (icmp6(B1, 135, target(B2, link(1, 1, 0))), 'spoof-nd'),
        (icmp6(B1, 135, target(B2, link(9, 1), link(1, other + 5))), 'spoof-nd'),
        (icmp6('::', 135, target(f'fd00::1:{last}')), 'spoof-nd'),
        (udp4(A2, A1, 67, 68), 'spoof-dhcp'),
        (udp4(A2, A1, 1000 + last, 68), 'spoof-dhcp'),
        (udp6(B2, LOCAL, 547, 546), 'spoof-dhcp'),
        (icmp6(LOCAL, 134, bytes(12)), 'spoof-ra'),
        (icmp6(LOCAL, 134, bytes(12), ext=60), 'spoof-ra'),
        (icmp6(LOCAL, 137, bytes(36)), 'spoof-ra'),
        (eth(2, 1, 0x86dd, ip6(LOCAL, ALL, 44, struct.pack('!BxHI', 58, 1, last) +
                               struct.pack('!BBH', 134, 0, 0) + bytes(12), 255)), 'spoof-ra'),
        (eth(2, 1, 0x0800, ip4(A1, A2, 1, struct.pack('!BB6x', 5, 1))), 'spoof-ra'),
        (eth(2, 1, 0x86dd, ip6(LOCAL, ALL, 60, struct.pack('!BB6x', 60, 0) * 9, 255)), 'malformed'),
        (eth(2, 1, 0x0806, bytes(number % 28)), 'malformed'),
        (eth(2, 1, 0x0800, b'\x45' + bytes(number % 19)), 'malformed'),
    )
    return kinds[number % len(kinds)]


def forged(lab):
    """None is delivered, and each is counted under its own reason alone."""
    for first in range(0, FORGED, 100):
        lab.check('vm1', [(f'forged {number}', *forge(number))
                          for number in range(first, first + 100)])


def options(lab):
    """A link-layer option of any length but its own is a lie, however much room there is for it;
    of others' lengths only what is beyond the packet."""
    cases = []
    for length in range(256):
        for kind, body in (135, bytes(4) + ip(B2)), (136, bytes(4) + ip(B1)), (133, bytes(4)):
            option = struct.pack('!BB', 2 if kind == 136 else 1, length) + mac(1)
            cases.append((f'{kind} with {length}', icmp6(B1, kind, body + option),
                          'vm2' if length == 1 else 'spoof-nd'))
            # The room that it asks for is there, but behind the packet's end.
            cases.append((f'{kind} with {length}, padded', icmp6(B1, kind, body + option) +
                          bytes(min(8 * length, 1300)), 'vm2' if length == 1 else 'spoof-nd'))
        if 1 < length < 170:
            room = bytes(8 * length - 8)
            cases.append((f'{length}, with room', icmp6(B1, 135, bytes(4) + ip(B2) + struct.pack(
                '!BB', 1, length) + mac(1) + room), 'spoof-nd'))
            cases.append((f'another of {length}', icmp6(B1, 135, bytes(4) + ip(B2) + struct.pack(
                '!BB', 14, length) + mac(1) + room), 'vm2'))
    for first in range(0, len(cases), 150):
        lab.check('vm1', cases[first:first + 150])


def servers(lab):
    """A port that may serve and route does, and still lies no more than others."""
    lab.check('vm2', [
        ('DHCP answer', udp4(A1, A2, 67, 68, to=1, by=2), 'vm1'),
        ('router advertisement', eth(1, 2, 0x86dd, ip6(
            'fe80::ff:fe00:2', ALL, 58, struct.pack('!BBH', 134, 0, 0) + bytes(12), 255)), 'vm1'),
        ('for another', udp4(A1, '10.0.0.9', 67, 68, to=1, by=2), 'spoof-ip4'),
    ])


def unchecked(lab):
    """With spoof off everything passes."""
    lab.check('vm1', [('another MAC', udp4(A2, A1, by=77), 'vm2'),
                      ('another address', udp4(A2, '10.9.9.9'), 'vm2'),
                      ('DHCP answer', udp4(A2, A1, 67, 68), 'vm2')])


def mac_alone(lab):
    """Without addresses only the MAC is checked."""
    lab.check('vm1', [('another MAC', udp4(A2, A1, by=77), 'spoof-mac'),
                      ('another address', udp4(A2, '10.9.9.9'), 'vm2'),
                      ('another in ARP', arp(2, 77, A1, 2, A2, to=2), 'spoof-arp')])


if __name__ == '__main__':
    globals()[sys.argv[1]](Lab(Nve('h1'), vm1=Port('vm1'), vm2=Port('vm2')))
