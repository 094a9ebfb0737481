# SPDX-License-Identifier: GPL-2.0
"""A tenant system comes to an armed port, a thousand times; see armed.sh."""
import select
import sys
import time

from genl import NLM_F_REPLACE, attr, attrs_of
from packets import MAGIC, Nve, Port, eth, ip, mac, number
from uapi import N

VNI, ROUNDS = 100, 1000
WHO, OTHER, NEAR = '02:00:00:00:00:01', '02:00:00:00:00:03', '02:00:00:00:00:04'
ARMED, ACTIVE, ASSOCIATED = (N[f'NVO3_PORT_STATE_{state}']
                             for state in ('ARMED', 'ACTIVE', 'ASSOCIATED'))


class Arrivals:
    def __init__(self):
        self.h1, self.h2 = Nve('h1'), Nve('h2')
        self.vm2, self.vm3, self.vm4 = Port('vm2'), Port('vm3'), Port('vm4')
        self.dev = int(sys.argv[2])                # p2 of h2
        self.mark = 0

    def frame(self, by, to):
        self.mark += 1
        return eth(to, by, 0x88b5, bytes(46) + MAGIC + self.mark.to_bytes(4, 'big'))

    def carries(self, sender, receiver, by, to):
        """One frame, which comes, and nothing else does."""
        sender.send(self.frame(by, to))
        deadline, seen = time.monotonic() + 20, []
        while not seen and time.monotonic() < deadline:
            select.select([receiver.sock], [], [], 1)
            seen = receiver.receive()
        assert seen == [self.mark], f'{by} to {to}: {seen}, not [{self.mark}]'

    def leads_to_h1(self, epoch):
        """What h2 believes of WHO, by another's newer claim."""
        self.h2.request('MAP_ADD', attr(N['NVO3_A_MAP'], [
            number('NVO3_A_MAP_VNI', VNI), attr(N['NVO3_A_MAP_MAC'], mac(WHO)),
            attr(N['NVO3_A_MAP_ADDR4'], ip('192.0.2.1')),
            number('NVO3_A_MAP_EPOCH', epoch, '=Q')]), flags=NLM_F_REPLACE)

    def port(self, cmd, *more):
        return self.h2.request(cmd, attr(N['NVO3_A_PORT'], [
            number('NVO3_A_PORT_DEV', self.dev), *more]))

    def set(self, state, epoch):
        self.port('PORT_SET', number('NVO3_A_PORT_STATE', state, '=B'),
                  number('NVO3_A_PORT_EPOCH', epoch, '=Q'))

    def add(self, state, epoch):
        self.port('PORT_ADD', number('NVO3_A_PORT_VNI', VNI),
                  attr(N['NVO3_A_PORT_MAC'], mac(WHO)),
                  number('NVO3_A_PORT_STATE', state, '=B'),
                  number('NVO3_A_PORT_EPOCH', epoch, '=Q'))

    def state(self):
        found = attrs_of(attrs_of(self.port('PORT_GET')[0])[N['NVO3_A_PORT']])
        return found[N['NVO3_A_PORT_STATE']][0]


def nothing_lost(lab):
    """The first frame goes out, and the answers to it come, from here and from elsewhere, before
    the mapping is there or after. Nobody waits for anything between."""
    epoch = 100
    for _ in range(ROUNDS):
        lab.leads_to_h1(epoch)
        lab.set(ARMED, epoch + 1)
        lab.carries(lab.vm2, lab.vm4, WHO, NEAR)
        lab.carries(lab.vm4, lab.vm2, NEAR, WHO)
        lab.carries(lab.vm3, lab.vm2, OTHER, WHO)
        assert lab.state() == ACTIVE, 'it is not active'
        epoch += 2
    print(f'{ROUNDS} rounds')


def races(lab):
    """While others send to and from it: armed, active, associated, gone and there again."""
    epoch, woken = 10000, 0
    for turn in range(ROUNDS):
        lab.set(ARMED, epoch + 1)
        # Another attribute, while a frame may wake it.
        lab.port('PORT_SET', number('NVO3_A_PORT_STAMP', turn & 1, '=B'))
        if turn % 7 == 0:
            lab.leads_to_h1(epoch + 2)             # what it claims then is stale
        if turn % 3 == 0:
            lab.set(ACTIVE, epoch + 3)
        elif turn % 3 == 1:
            lab.set(ASSOCIATED, epoch + 3)
        woken += lab.state() == ACTIVE
        if turn % 5 == 0:
            lab.set(ARMED, epoch + 4)
            lab.port('PORT_DEL')
            lab.add(ARMED, epoch + 5)
        epoch += 10
    lab.leads_to_h1(epoch)
    lab.set(ARMED, epoch + 1)
    print(f'{ROUNDS} rounds, active {woken} times')


if __name__ == '__main__':
    globals()[sys.argv[1]](Arrivals())
