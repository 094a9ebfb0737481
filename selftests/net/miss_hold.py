# SPDX-License-Identifier: GPL-2.0
"""Frames without a mapping: held, asked for and answered, a test an invocation; miss_hold.sh."""
import errno
import random
import select
import socket
import struct
import sys
import time

import genl
from genl import attr, attrs_of, NLM_F_DUMP, NLM_F_REPLACE, Refused
from packets import eth, ip, mac, MAGIC, Namespace, Nve, number, Port
from uapi import N

VNI, ROOM = 100, 8
ASKED, ABSENT = N['NVO3_MISS_STATE_ASKED'], N['NVO3_MISS_STATE_ABSENT']
SO_RCVBUFFORCE = 33


def wait(what, condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f'in vain: {what}'
        time.sleep(0.01)


class Listener(genl.Genl):
    """Hears questions; with a small buffer it loses some."""

    def __init__(self, buffer=8 << 20):
        with Namespace('h1'):
            super().__init__()
        self.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, buffer)
        self.resolve('nvo3')
        self.join('miss')
        self.lost = False

    def events(self, wait_for=0, seconds=30):
        """(dst, suppressed) of what has been told, at least so many; ENOBUFS is noted."""
        found, deadline = [], time.monotonic() + seconds
        while True:
            readable, _, _ = select.select([self.sock], [], [], 0.05)
            if not readable and (len(found) >= wait_for or time.monotonic() > deadline):
                return found
            try:
                data = self.sock.recv(1 << 20) if readable else b''
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
                self.lost = True
                continue
            if data:
                miss = attrs_of(attrs_of(data[20:])[N['NVO3_A_MISS']])
                found.append((miss[N['NVO3_A_MISS_DST']],
                              *struct.unpack('=I', miss[N['NVO3_A_MISS_SUPPRESSED']])))


class Lab:
    def __init__(self):
        self.nve, self.listener, self.mark = Nve('h1'), Listener(), 0
        self.vms = {n: Port(f'vm{n}') for n in (1, 2, 3)}
        self.clean()

    # requests

    def clean(self):
        self.vn_set(hold=60000)
        for address, *_ in self.misses():
            self.forget(address)
        for n in (3, 4):
            self.try_to(self.unmap, n)
        for port in self.vms.values():
            port.receive()
        self.listener.events()

    @staticmethod
    def try_to(request, *args):
        try:
            request(*args)
        except Refused:
            pass

    def vn_set(self, **values):
        width = {'unknown': '=B'}
        self.nve.request('VN_SET', attr(N['NVO3_A_VN'], [number('NVO3_A_VN_VNI', VNI), *(
            number(f'NVO3_A_VN_{name.upper()}', value, width.get(name, '=I'))
            for name, value in values.items())]))

    @staticmethod
    def map_nest(n, address='192.0.2.2', epoch=0, group=0):
        nest = [number('NVO3_A_MAP_VNI', VNI), attr(N['NVO3_A_MAP_MAC'], mac(n)),
                attr(N['NVO3_A_MAP_ADDR4'], ip(address))]
        nest += [number('NVO3_A_MAP_EPOCH', epoch, '=Q')] if epoch else []
        nest += [number('NVO3_A_MAP_GROUP', group)] if group else []
        return attr(N['NVO3_A_MAP'], nest)

    def map(self, n, **more):
        self.nve.request('MAP_ADD', self.map_nest(n, **more))

    def unmap(self, n):
        self.nve.request('MAP_DEL', attr(N['NVO3_A_MAP'], [
            number('NVO3_A_MAP_VNI', VNI), attr(N['NVO3_A_MAP_MAC'], mac(n))]))

    @staticmethod
    def miss_nest(address, *more):
        address = address if isinstance(address, bytes) else mac(address)
        return attr(N['NVO3_A_MISS'], [number('NVO3_A_MISS_VNI', VNI),
                                       attr(N['NVO3_A_MISS_DST'], address), *more])

    def absent(self, n, lifetime=60000):
        self.nve.request('MISS_SET', self.miss_nest(n, number('NVO3_A_MISS_LIFETIME', lifetime)))

    def forget(self, address):
        self.nve.request('MISS_DEL', self.miss_nest(address))

    def misses(self, nl=None):
        """(address, state, held, lifetime) in the order of age."""
        found = []
        for answer in (nl or self.nve.nl).request(
                N['NVO3_CMD_MISS_GET'], [number('NVO3_A_IFINDEX', self.nve.ifindex)], NLM_F_DUMP):
            miss = attrs_of(attrs_of(answer)[N['NVO3_A_MISS']])
            found.append((miss[N['NVO3_A_MISS_DST']], miss[N['NVO3_A_MISS_STATE']][0],
                          *struct.unpack('=I', miss[N['NVO3_A_MISS_HELD']]),
                          *struct.unpack('=I', miss[N['NVO3_A_MISS_LIFETIME']])))
        return found

    def vn(self):
        answer = self.nve.request('VN_GET', attr(N['NVO3_A_VN'], [number('NVO3_A_VN_VNI', VNI)]))
        vn = attrs_of(attrs_of(answer[0])[N['NVO3_A_VN']])
        return {name: int.from_bytes(vn[N[f'NVO3_A_VN_{name.upper()}']], sys.byteorder)
                for name in ('pending', 'held', 'absent', 'released', 'misses')}

    def suppressed(self, n):
        with Namespace('h1'):
            dev = socket.if_nametoindex(f'p{n}')
        answer = self.nve.request('PORT_GET', attr(N['NVO3_A_PORT'],
                                                   [number('NVO3_A_PORT_DEV', dev)]))
        port = attrs_of(attrs_of(answer[0])[N['NVO3_A_PORT']])
        return struct.unpack('=Q', port[N['NVO3_A_PORT_SUPPRESSED']])[0]

    # frames

    def send(self, by, to, count=1):
        """Their marks."""
        marks = []
        for _ in range(count):
            self.mark += 1
            marks.append(self.mark)
            self.vms[by].send(eth(to, by, 0x88b5) + bytes(30) + MAGIC +
                              struct.pack('!I', self.mark))
        return marks

    def got(self, n, marks, seconds=30):
        """Just these, in this order."""
        seen, deadline = [], time.monotonic() + seconds
        while len(seen) < len(marks) and time.monotonic() < deadline:
            select.select([self.vms[n].sock], [], [], 0.05)
            seen += self.vms[n].receive()
        assert seen == marks, (seen, marks)

    def dropped(self, before, **reasons):
        wanted = {name.replace('_', '-'): count for name, count in reasons.items()}

        def new():
            return {reason: count - before.get(reason, 0)
                    for reason, count in self.nve.drops().items()
                    if count != before.get(reason, 0)}
        wait(f'{wanted}', lambda: sum(new().values()) >= sum(wanted.values()))
        assert new() == wanted, (new(), wanted)

    def held(self, count):
        wait(f'{count} held', lambda: self.vn()['held'] == count)


def answered(lab):
    """Nothing that was held is lost, one question is asked, what is too much is counted."""
    before, counts = lab.nve.drops(), lab.vn()
    first = lab.send(1, 3)
    lab.held(1)
    assert lab.listener.events(1) == [(mac(3), 0)]
    lab.map(3)
    lab.got(3, first)
    assert lab.vn()['released'] == counts['released'] + 1 and not lab.misses()
    lab.unmap(3)

    marks = lab.send(1, 3, ROOM)
    lab.held(ROOM)
    lab.send(2, 3, 4)
    lab.dropped(before, hold_full=4)
    assert lab.listener.events(1) == [(mac(3), 0)]
    (address, state, held, lifetime), = lab.misses()
    assert (address, state, held) == (mac(3), ASKED, ROOM) and 30000 < lifetime <= 60000
    lab.map(3)
    after = lab.send(1, 3)
    lab.got(3, marks + after)
    now = lab.vn()
    assert now['released'] == counts['released'] + 1 + ROOM
    assert now['misses'] == counts['misses'] + 1 + ROOM + 4
    assert not now['held'] and not now['pending'] and not lab.listener.events()
    lab.dropped(before, hold_full=4)


def of_two(lab):
    """Frames of two ports to one address wait in one row; one frame from a tunnel in none."""
    marks = lab.send(1, 3, 2) + lab.send(2, 3, 2)
    lab.held(4)
    lab.map(3)
    lab.got(3, marks)
    before = lab.nve.drops()
    lab.send(3, 77)
    lab.dropped(before, unknown_dst=1)
    assert not lab.misses()


def absent(lab):
    """Nobody's: without a question, until the time is over or a mapping comes."""
    before = lab.nve.drops()
    lab.send(1, 3, 2)
    lab.held(2)
    assert len(lab.listener.events(1)) == 1
    lab.absent(3)
    lab.dropped(before, unknown_dst=2)
    lab.send(1, 3, 3)
    lab.dropped(before, unknown_dst=5)
    assert not lab.listener.events() and lab.vn()['absent'] == 1
    assert [miss[:3] for miss in lab.misses()] == [(mac(3), ABSENT, 0)]

    lab.map(3)
    lab.got(3, lab.send(1, 3))
    assert not lab.misses() and lab.vn()['absent'] == 0
    try:
        lab.absent(3)
        raise AssertionError('a mapped address is said to be absent')
    except Refused as said:
        assert said.errno == errno.EEXIST, said
    lab.unmap(3)

    # Before anyone has asked, for a short time, and said again for a longer one.
    lab.absent(3, 300)
    lab.send(1, 3)
    lab.dropped(before, unknown_dst=6)
    wait('its end', lambda: not lab.misses())
    lab.send(1, 3)
    assert lab.listener.events(1) == [(mac(3), 0)]
    lab.absent(3, 300)
    lab.absent(3, 50000)
    assert lab.misses()[0][3] > 20000
    lab.forget(3)
    marks = lab.send(1, 3)
    assert lab.listener.events(1) == [(mac(3), 0)]
    lab.map(3)
    lab.got(3, marks)


def silence(lab):
    """No answer: the frames go when the time is over, and the next one asks again."""
    lab.vn_set(hold=200)
    before = lab.nve.drops()
    for turn in range(1, 4):
        lab.send(1, 3, 2)
        assert lab.listener.events(1)[0] == (mac(3), 0)
        lab.dropped(before, unknown_dst=2 * turn)
        wait('its end', lambda: not lab.misses())
    assert lab.vn()['pending'] == lab.vn()['held'] == 0
    # Forgotten before.
    lab.vn_set(hold=60000)
    lab.send(1, 3, 2)
    lab.held(2)
    lab.forget(3)
    lab.dropped(before, unknown_dst=8)


def many(first, count):
    return [f'02:00:00:01:{n >> 8:02x}:{n & 255:02x}' for n in range(first, first + count)]


def slow_listener(lab):
    """Events that do not fit are lost, and he knows; the questions are there all the same."""
    slow = Listener(2048)
    addresses = many(0, 60)
    for address in addresses:
        lab.send(1, address)
    lab.held(60)
    assert len(lab.listener.events(60)) == 60
    heard = slow.events()
    assert slow.lost and len(heard) < 60, (slow.lost, len(heard))
    asked = lab.misses(slow)
    assert [miss[0] for miss in asked] == [mac(address) for address in addresses]
    assert all(miss[1:3] == (ASKED, 1) for miss in asked)


def neighbour(lab):
    """A port that asks for more and more holds up itself."""
    rand = random.Random(7)
    # So many that the room is full, then with questions that end soon, so that it is the rate.
    for hold, reason in ((60000, 'hold-full'), (5, 'miss-rate')):
        lab.vn_set(hold=hold)
        before, suppressed = lab.nve.drops(), lab.suppressed(1)
        for turn in range(20):
            for _ in range(100):
                lab.send(1, f'02:00:01:{rand.randrange(256):02x}:00:{rand.randrange(256):02x}')
            if turn == 10:
                lab.vn_set(hold=60000)
                marks = lab.send(2, 3)
                lab.vn_set(hold=hold)
                wait('the question', lambda: (mac(3), ASKED, 1) in
                     [miss[:3] for miss in lab.misses()])
                lab.map(3)
                lab.got(3, marks)
        wait(reason, lambda: lab.nve.drops().get(reason, 0) - before.get(reason, 0) > 500)
        told = lab.listener.events()
        assert (mac(3), 0) in told, told
        assert lab.suppressed(2) == 0
        if reason == 'miss-rate':
            assert lab.suppressed(1) - suppressed > 500
            assert sum(miss[1] for miss in told) > 0
        assert lab.vn()['pending'] <= 64
        lab.clean()


def undone(lab):
    """A request that fails half-way has let nothing out."""
    marks = lab.send(1, 3, 3)
    lab.held(3)
    try:
        lab.nve.request('MAP_ADD', lab.map_nest(3, epoch=5), lab.map_nest(4, epoch=5),
                        lab.map_nest(4, epoch=4), flags=NLM_F_REPLACE)
        raise AssertionError('the second claim is accepted')
    except Refused as said:
        assert said.errno == errno.ESTALE, said
    # What is let out is let out within the request.
    assert not lab.vms[3].receive() and lab.vn()['held'] == 3
    assert [address for address, _ in lab.listener.events()] == [mac(3)]
    lab.map(3, epoch=5)
    lab.got(3, marks)


def judged_again(lab):
    """A profile that goes by groups judges when the group is known; vm2 has one."""
    for group, fate in ((5, None), (6, 'acl_from_vm')):
        before = lab.nve.drops()
        marks = lab.send(2, 3, 2)
        lab.held(2)
        lab.map(3, group=group)
        lab.got(3, [] if fate else marks)
        lab.dropped(before, **({fate: 2} if fate else {}))
        lab.got(3, [] if fate else lab.send(2, 3))
        lab.clean()
    # In vain: the answer does not come.
    before = lab.nve.drops()
    lab.vn_set(hold=100)
    lab.send(2, 3)
    lab.dropped(before, unknown_dst=1)


def leave(_):
    """Two frames of each of two ports, and one absent address, for those who take them away."""
    lab = Lab()
    lab.send(1, 3, 2)
    lab.send(2, 3, 2)
    lab.send(2, 4)
    lab.absent(9)
    lab.held(5)


if __name__ == '__main__':
    globals()[sys.argv[1]](None if sys.argv[1] == 'leave' else Lab())
