# SPDX-License-Identifier: GPL-2.0
"""A kernel without IPv6 and with a pattern in its memory, a test an invocation; see
bare_kernel.sh for the place."""
import fcntl
import select
import socket
import struct
import sys
import time

import arp as asking
import genl
from genl import attr, attrs_of, NLM_F_DUMP
from packets import arp, checksum, eth, ip, ip4, ip6, Lab, mac, Namespace, Nve, number, Port, \
    ports, udp4, udp6
from uapi import N

A1, A2, B1, B2 = '10.0.0.1', '10.0.0.2', 'fd00::1', 'fd00::2'
# Free and fresh objects, free pages.
PATTERNS = b'\x6b\x6b', b'\x5a\x5a', b'\xaa\xaa'


def icmp6(kind, body, src=B1, by=1):
    return eth(2, by, 0x86dd, ip6(src, 'ff02::1', 58, struct.pack('!BBH', kind, 0, 0) + body, 255))


def frames():
    lab = Lab(Nve('h1'), vm1=Port('vm1'), vm2=Port('vm2'), h2=Port('h2', 'ul0'))
    option = struct.pack('!BB', 1, 1) + mac(1)
    lab.check('vm1', [
        ('UDP', udp6(B2, B1), 'vm2'), ('link-local', udp6(B2, 'fe80::ff:fe00:1'), 'vm2'),
        ('solicitation', icmp6(135, bytes(4) + ip(B2) + option), 'vm2'),
        ('advertisement', icmp6(136, bytes(4) + ip(B1) + option), 'vm2'),
        ('router solicitation', icmp6(133, bytes(4) + option), 'vm2'),
        ('router advertisement', icmp6(134, bytes(12)), 'spoof-ra'),
        ('another address', udp6(B2, 'fd00::9'), 'spoof-ip6'),
        ('another target', icmp6(136, bytes(4) + ip('fd00::9') + option), 'spoof-nd'),
        ('cut short', eth(2, 1, 0x86dd, bytes(39)), 'malformed'),
        ('to an NVE by IPv4', udp6(B2, B1, to=3), 'h2'),
        ('likewise', udp4(A2, A1, to=3), 'h2'),
        ('to one by IPv6', udp6(B2, B1, to=6), 'no-route'),
        ('likewise', udp4(A2, A1, to=6), 'no-route'),
        ('by paths', udp6(B2, B1, to=7), 'no-route'),
        ('by NVGRE', udp6(B2, B1, to=8), 'no-route')])
    # To all of them: the port, the NVE that can be reached, and the one that cannot.
    before = lab.nve.drops()
    lab.ports['vm1'].send(lab.marked(arp(1, 1, A1, 0, A2)))
    seen, new = lab.collect(before, lambda frames, drops: frames >= 2 and drops >= 1)
    assert seen == {'vm1': [], 'vm2': [lab.mark], 'h2': [lab.mark]}, seen
    assert new == {'no-route': 1}, new


def tunnels():
    lab = Lab(Nve('h1'), vm1=Port('vm1'), vm2=Port('vm2'), h2=Port('h2', 'ul0'))
    with Namespace('h1'), socket.socket() as sock:
        to = fcntl.ioctl(sock, 0x8927, b'ul0'.ljust(40, b'\0'))[18:24]
    before = lab.nve.drops()
    inner = udp4(A1, '10.0.0.3', to=1, by=3)
    heads = {4789: struct.pack('!II', 0x08000000, 100 << 8),
             6081: struct.pack('!BBHI', 0, 0, 0x6558, 100 << 8)}
    for port, head in heads.items():
        packet = struct.pack('!HHHH', 50000, port, 8 + len(head + inner) + 12, 0) + head
        frame = lab.marked(packet + inner)
        lab.ports['h2'].send(to + mac(0x77) + b'\x86\xdd' +
                             ip6('2001:db8::2', '2001:db8::1', 17, frame))
    frame = lab.marked(struct.pack('!HHI', 0x2000, 0x6558, 100 << 8) + inner)
    lab.ports['h2'].send(to + mac(0x77) + b'\x86\xdd' + ip6('2001:db8::2', '2001:db8::1', 47, frame))
    # Behind them comes one over IPv4, which is received.
    packet = struct.pack('!HHHH', 50000, 4789, 16 + len(inner) + 12, 0) + heads[4789]
    frame = lab.marked(packet + inner)
    lab.ports['h2'].send(to + mac(0x77) + b'\x08\0' + ip4('192.0.2.2', '192.0.2.1', 17, frame))
    seen, new = lab.collect(before, lambda frames, drops: frames)
    assert seen == {'vm1': [lab.mark], 'vm2': [], 'h2': []} and not new, (seen, new)


def answer_to(vm, frame):
    vm.send(frame)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        select.select([vm.sock], [], [], 1)
        try:
            data, where = vm.sock.recvfrom(70000)
        except BlockingIOError:
            continue
        if where[2] != 4 and data[:6] == mac(1):
            return data
    raise AssertionError('no answer')


def answers():
    vm = Port('vm1')
    # 1,500 bytes of the underlay, 50 of them outer headers.
    packet = ip4(A1, A2, 17, ports(1, 2) + bytes(1450), frag=0x4000)
    data = answer_to(vm, eth(3, 1, 0x0800, packet))
    assert data == mac(1) + mac(3) + b'\x08\0' + data[14:34] + data[34:42] + packet[:548], data.hex()
    assert not checksum(data[14:34]) and not checksum(data[34:])
    assert data[34:36] == b'\3\4' and data[38:42] == struct.pack('!HH', 0, 1450)
    packet = ip6(B1, B2, 17, ports(1, 2) + bytes(1430))
    data = answer_to(vm, eth(3, 1, 0x86dd, packet))
    assert data == mac(1) + mac(3) + b'\x86\xdd' + ip6(B2, B1, 58, data[54:]), data.hex()
    assert data[54:56] == b'\2\0' and data[58:62] == struct.pack('!I', 1450)
    assert data[62:] == packet[:1232], data.hex()


def resolves():
    """ARP and neighbour discovery are answered all the same; vm1 asks for what is not there."""
    vm = Port('vm1')
    for question, answer in (
            (asking.who_has(1, '10.0.0.3'), asking.arp_answer(1, '10.0.0.3', 3)),
            (asking.solicit(1, 'fd00::3'), asking.nd_answer(1, 'fd00::3', 3))):
        assert answer_to(vm, question) == answer


class Listener(genl.Genl):
    """All that the family says by itself."""

    def __init__(self):
        super().__init__()
        self.resolve('nvo3')
        for group in self.groups:
            self.join(group)
        self.sock.settimeout(2)

    def heard(self, until):
        data, deadline = b'', time.monotonic() + 20
        while not until(data) and time.monotonic() < deadline:
            try:
                data += self.sock.recv(1 << 20)
            except TimeoutError:
                pass
        return data


def raw(netlink, message):
    """All bytes of the answer."""
    netlink.sock.send(message)
    data, done = b'', False
    while not done:
        part = netlink.sock.recv(1 << 20)
        data += part
        while part:
            length, kind = struct.unpack_from('=IH', part)
            done |= kind in (genl.NLMSG_ERROR, genl.NLMSG_DONE)
            part = part[(length + 3) & ~3:]
    return data


def clean(what, data):
    for pattern in PATTERNS:
        assert pattern not in data, f'{what} has what nobody wrote: {data.hex()}'
    assert len(data) > 60, f'{what} is empty'


def messages():
    nve = Nve('h1')
    with Namespace('h1'):
        listener = Listener()
        rtnl = genl.Netlink(0)
        dev = socket.if_nametoindex('p2')
    family, index = nve.nl, number('NVO3_A_IFINDEX', nve.ifindex)
    nve.request('PROFILE_ADD', attr(N['NVO3_A_PROFILE'], [number('NVO3_A_PROFILE_ID', 7)]),
                attr(N['NVO3_A_RULE'], [number('NVO3_A_RULE_VERDICT', 1, '=B'),
                                        number('NVO3_A_RULE_DIR', 0, '=B'),
                                        number('NVO3_A_RULE_PROTO', 6, '=B')]))
    objects = {
        'NVE': [], 'VN': [number('NVO3_A_VN_VNI', 100)],
        'MEMBER': [number('NVO3_A_MEMBER_VNI', 100), attr(N['NVO3_A_MEMBER_ADDR6'],
                                                          ip('2001:db8::2'))],
        'PORT': [number('NVO3_A_PORT_DEV', dev)],
        'MAP': [number('NVO3_A_MAP_VNI', 100), attr(N['NVO3_A_MAP_MAC'], mac(7))],
        'REMOTE': [attr(N['NVO3_A_REMOTE_ADDR4'], ip('192.0.2.2'))],
        'PROFILE': [number('NVO3_A_PROFILE_ID', 7)]}
    for kind, which in objects.items():
        cmd = N[f'NVO3_CMD_{kind}_GET']
        about = [index] + ([attr(N[f'NVO3_A_{kind}'], which)] if which else [])
        clean(f'the {kind}', raw(family, family.message(cmd, about)))
        everything = [] if kind == 'NVE' else [index]
        if kind == 'PROFILE':
            everything = about
        clean(f'the dump of {kind}s', raw(family, family.message(cmd, everything, NLM_F_DUMP)))
    # A refusal quotes the request, and has a sentence.
    clean('a refusal', raw(family, family.message(N['NVO3_CMD_VN_ADD'], [
        index, attr(N['NVO3_A_VN'], [number('NVO3_A_VN_VNI', 100)])])))
    link = raw(rtnl, rtnl.pack(18, struct.pack('=BxHiII', 0, 0, nve.ifindex, 0, 0)))
    clean('the link', attrs_of(link[32:])[18])
    events(nve, listener)


def events(nve, listener):
    """Of every group."""
    one = attr(N['NVO3_A_MAP'], [number('NVO3_A_MAP_VNI', 100), attr(N['NVO3_A_MAP_MAC'], mac(0x33)),
                                 attr(N['NVO3_A_MAP_ADDR6'], ip('2001:db8::4'))])
    nve.request('MAP_ADD', one)
    nve.request('MAP_DEL', one)
    nve.request('VN_ADD', attr(N['NVO3_A_VN'], [number('NVO3_A_VN_VNI', 300)]))
    nve.request('VN_DEL', attr(N['NVO3_A_VN'], [number('NVO3_A_VN_VNI', 300)]))
    vm = Port('vm1')
    vm.send(udp4(A2, A1, to=0x44))
    data = listener.heard(lambda data: mac(0x44) in data and struct.pack('=I', 300) in data)
    assert mac(0x33) in data and mac(0x44) in data and struct.pack('=I', 300) in data
    clean('what is told', data)


if __name__ == '__main__':
    globals()[sys.argv[1]]()
