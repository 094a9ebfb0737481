# SPDX-License-Identifier: GPL-2.0
"""Questions of guests for their addresses, and answers; see guest.sh for the place."""
import select
import socket
import struct
import sys
import time

from genl import attr, attrs_of, Genl, Refused
from packets import eth, ip4, ip6, Lab, mac, Namespace, Nve, number, Port, ports, udp4, udp6
from uapi import N

ALL4, ANY4, LOCAL = '255.255.255.255', '0.0.0.0', 'fe80::ff:fe00:1'
RATE, LARGEST = N['NVO3_GUEST_RATE'], N['NVO3_GUEST_FRAME_MAX']
BROAD = 'ff:ff:ff:ff:ff:ff'


def solicit(by=1, src=LOCAL):
    return eth('33:33:00:00:00:02', by, 0x86dd,
               ip6(src, 'ff02::2', 58, struct.pack('!BBHI', 133, 0, 0, 0), 255))


QUESTIONS = (
    ('DHCP, to all', udp4(ALL4, ANY4, 68, 67, to=BROAD)),
    ('DHCP, to a server by itself', udp4('10.0.0.2', '10.0.0.1', 68, 67)),
    ('DHCPv6', udp6('ff02::1:2', LOCAL, 546, 547, to='33:33:00:01:00:02')),
    ('router solicitation', solicit()),
    ('the same without an address', solicit(src='::')),
)


class Agent(Nve):
    """Listens to the guests of h1."""

    def __init__(self):
        super().__init__('h1')
        with Namespace('h1'):
            self.ears = Genl()
            self.ears.resolve('nvo3')
            self.port = {name: socket.if_nametoindex(name) for name in ('p1', 'p2')}

    def listen(self):
        self.ears.join('guest')

    def heard(self, enough, seconds=30):
        """The questions that came, at least so many, as (device, attributes)."""
        found, deadline = [], time.monotonic() + seconds
        while len(found) < enough and time.monotonic() < deadline:
            if not select.select([self.ears.sock], [], [], 0.2)[0]:
                continue
            data = self.ears.sock.recv(1 << 20)
            _, kind = struct.unpack_from('=IH', data)
            assert kind == self.nl.family and data[16] == N['NVO3_CMD_GUEST_NTF']
            guest = attrs_of(attrs_of(data[20:])[N['NVO3_A_GUEST']])
            found.append((struct.unpack('=I', guest[N['NVO3_A_GUEST_DEV']])[0], guest))
        return found

    def set(self, *attributes):
        self.request('PORT_SET', attr(N['NVO3_A_PORT'], [
            number('NVO3_A_PORT_DEV', self.port['p1']), *attributes]))

    def answer(self, frame, port='p1'):
        self.request('GUEST_ANSWER', attr(N['NVO3_A_GUEST'], [
            number('NVO3_A_GUEST_DEV', self.port[port]), attr(N['NVO3_A_GUEST_FRAME'], frame)]))


def unheard(lab):
    lab.check('vm1', [(what, frame, 'guest-lost') for what, frame in QUESTIONS])


def questions(lab):
    """Each once, as it was sent, with where it came from; the profile does not matter."""
    lab.nve.listen()
    for what, frame in QUESTIONS:
        frame = lab.marked(frame)
        lab.ports['vm1'].send(frame)
        (dev, guest), = lab.nve.heard(1)
        assert dev == lab.nve.port['p1'], f'{what}: device {dev}'
        assert guest[N['NVO3_A_GUEST_FRAME']] == frame, f'{what}: not as it was sent'
        assert struct.unpack('=I', guest[N['NVO3_A_GUEST_VNI']])[0] == 100
        assert N['NVO3_A_GUEST_VLAN'] not in guest
    # And not to vm2: nothing of all that but the last one comes there.
    lab.nve.set(number('NVO3_A_PORT_PROFILE', 0))
    lab.check('vm1', [('another frame', udp4('10.0.0.2', '10.0.0.1'), 'vm2')])
    lab.nve.set(number('NVO3_A_PORT_PROFILE', 1))


def others(lab):
    """From a port without the attribute, of another kind, forged, in pieces, too long."""
    lab.nve.listen()
    lab.nve.set(number('NVO3_A_PORT_PROFILE', 0))
    fragment = eth(2, 1, 0x0800, ip4('10.0.0.1', '10.0.0.2', 17, ports(68, 67), frag=0x2000))
    lab.check('vm1', [
        ('DNS', udp4('10.0.0.2', '10.0.0.1', 1000, 53), 'vm2'),
        ('TCP port 67', eth(2, 1, 0x0800, ip4('10.0.0.1', '10.0.0.2', 6,
                                              struct.pack('!HHIIBBHHH', 68, 67, 0, 0, 80, 2,
                                                          1, 0, 0))), 'vm2'),
        ('UDP port 547 over IPv4', udp4('10.0.0.2', '10.0.0.1', 546, 547), 'vm2'),
        ('UDP port 67 over IPv6', udp6('fd00::2', 'fd00::1', 68, 67), 'vm2'),
        ('echo request', eth(2, 1, 0x86dd, ip6('fd00::1', 'fd00::2', 58,
                                               struct.pack('!BBHI', 128, 0, 0, 0))), 'vm2'),
        ('answer of a server', udp4('10.0.0.2', '10.0.0.1', 67, 68), 'spoof-dhcp'),
        ('forged', udp4(ALL4, ANY4, 68, 67, to=BROAD, by=9), 'spoof-mac'),
        ('a fragment', fragment, 'guest-lost'),
    ])
    lab.check('vm2', [('DHCP', udp4(ALL4, ANY4, 68, 67, to=BROAD, by=2), 'vm1')])
    assert not lab.nve.heard(1, 0.5), 'one of them was handed up'
    lab.nve.set(number('NVO3_A_PORT_PROFILE', 1))


def flood(lab):
    """Many at once: a burst passes, the rest is counted; another port has a budget of its own."""
    lab.nve.listen()
    other = number('NVO3_A_PORT_DEV', lab.nve.port['p2'])
    lab.nve.request('PORT_SET', attr(N['NVO3_A_PORT'], [other,
                                                        number('NVO3_A_PORT_GUEST', 1, '=B')]))
    before, started = lab.nve.drops().get('guest-rate', 0), time.monotonic()
    for _ in range(1000):
        lab.ports['vm1'].send(QUESTIONS[0][1])
    lab.ports['vm2'].send(udp4(ALL4, ANY4, 68, 67, to=BROAD, by=2))
    found, deadline = [], time.monotonic() + 30
    while lab.nve.port['p2'] not in [dev for dev, _ in found] and time.monotonic() < deadline:
        found += lab.nve.heard(1, 1)
    passed = sum(dev == lab.nve.port['p1'] for dev, _ in found)
    took = time.monotonic() - started
    assert len(found) == passed + 1, 'the other port is not heard'
    assert RATE / 2 <= passed <= RATE * (took + 1) + 1, f'{passed} passed in {took:.1f} s'
    counted = lab.nve.drops()['guest-rate'] - before
    assert counted == 1000 - passed, f'{counted} counted, {passed} passed'
    lab.nve.request('PORT_SET', attr(N['NVO3_A_PORT'], [other,
                                                        number('NVO3_A_PORT_GUEST', 0, '=B')]))
    print(f'{passed} of 1000 in {took:.1f} s')


def answers(lab):
    before = lab.nve.drops()
    for to, length in ((1, 60), (1, 590), ('33:33:00:00:00:01', 300), (BROAD, 1400)):
        frame = udp4('10.0.0.1', '10.0.0.254', 67, 68, to=to, by='02:6e:76:6f:33:01')
        lab.nve.answer(lab.marked(frame + bytes(length - len(frame) - 12)))
    seen, _ = lab.collect(before, lambda frames, drops: frames >= 4)
    assert seen == {'vm1': [1, 2, 3, 4], 'vm2': []}, f'{seen}'
    # More than the device can take is counted, as for everybody.
    lab.nve.answer(mac(1) + mac(7) + b'\x08\0' + bytes(LARGEST - 14))
    _, new = lab.collect(before, lambda frames, drops: drops)
    assert new in ({'too-big': 1}, {}), f'{new}'
    try:
        lab.nve.answer(mac(2) + mac(7) + b'\x08\0' + bytes(60), 'p2')
    except Refused as said:
        assert "is not the agent's" in said.text, said.text
    else:
        raise AssertionError('a guest of nobody is answered')


def armed(lab):
    """It is the tenant system's first frame, and the agent may answer it."""
    lab.nve.listen()
    lab.nve.set(number('NVO3_A_PORT_STATE', N['NVO3_PORT_STATE_ARMED'], '=B'))
    lab.ports['vm1'].send(QUESTIONS[0][1])
    assert lab.nve.heard(1), 'nothing is handed up'
    before = lab.nve.drops()
    frame = udp4('10.0.0.1', '10.0.0.254', 67, 68, to=1, by='02:6e:76:6f:33:01')
    lab.nve.answer(lab.marked(frame))
    seen, _ = lab.collect(before, lambda frames, drops: frames)
    assert seen['vm1'] == [1], f'{seen}'


if __name__ == '__main__':
    globals()[sys.argv[1]](Lab(Agent(), vm1=Port('vm1'), vm2=Port('vm2')))
