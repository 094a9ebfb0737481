# SPDX-License-Identifier: GPL-2.0
"""What a mapping may lead to, under all that may be done to it; see mapping_kinds.sh."""
import errno
import socket

from genl import attr, NLM_F_REPLACE, Refused
from packets import eth, ip, mac, Namespace, number, udp4
from taps import header, outer, Place, VXLAN
from uapi import N

WHO = 9
V4, V6, STRANGER = '192.0.2.2', '2001:db8::2', '192.0.2.7'


def path(address):
    kind = 'NVO3_A_PATH_ADDR6' if ':' in address else 'NVO3_A_PATH_ADDR4'
    return attr(N['NVO3_A_MAP_PATH'], [attr(N[kind], ip(address))])


class Mappings:
    def __init__(self, place):
        self.place = place
        with Namespace('h1'):
            dev = socket.if_nametoindex('d')
        self.kinds = {
            'port': [number('NVO3_A_MAP_DEV', dev)],
            'remote': [attr(N['NVO3_A_MAP_ADDR4'], ip(V4))],
            'remote of IPv6': [attr(N['NVO3_A_MAP_ADDR6'], ip(V6))],
            'geneve': [attr(N['NVO3_A_MAP_ADDR4'], ip(V4)), number('NVO3_A_MAP_ENCAP', 1, '=B')],
            'group': [path(V4), path(V6)],
        }

    def request(self, cmd, kind=None, flags=0, prov=1):
        """errno, 0 if it was accepted."""
        about = [number('NVO3_A_MAP_VNI', 100), attr(N['NVO3_A_MAP_MAC'], mac(WHO))]
        about += self.kinds[kind] if kind else []
        about += [number('NVO3_A_MAP_PROV', prov, '=B')] if cmd == 'MAP_ADD' else []
        try:
            self.place.nve.request(cmd, attr(N['NVO3_A_MAP'], about), flags=flags)
        except Refused as said:
            assert said.text, f'{cmd} is refused without a word'
            return said.errno
        return 0

    def flush(self):
        self.place.nve.request('MAP_FLUSH', attr(N['NVO3_A_MAP'], [
            number('NVO3_A_MAP_VNI', 100), number('NVO3_A_MAP_PROV', 1, '=B')]))

    def put(self, kind):
        self.flush()
        if kind:
            assert not self.request('MAP_ADD', kind)

    def leads_to(self):
        """Where frames for it go. Of many flows, for a group divides them by flow."""
        frames = [self.place.marked(udp4('10.0.0.9', '10.0.0.1', sport=port, to=WHO))
                  for port in range(24)]
        new = self.place.drops_of(lambda: [self.place.c.send(frame) for frame in frames])
        if new:
            assert new == {'unknown-dst': len(frames)}, new
            return set()
        found = self.place.collect(len(frames))
        assert len(found) == len(frames), f'{len(found)} of {len(frames)} arrived'
        return {'d' if 'd' in seen else f'{seen["u"][0]} {"IPv6" if seen["u"][1] else "IPv4"}'
                for seen in found.values()}

    def accepted_from(self):
        """Of whom frames come in that have it as source, with verify drop."""
        found = set()
        for address in V4, V6, STRANGER:
            before = self.place.decapsulated()
            self.place.u.send(outer(VXLAN, header(VXLAN, 100) + eth(2, WHO, 0x88b5, bytes(46)),
                                    ':' in address, src=address))
            if self.place.decapsulated() != before:
                found.add(address)
        return found


LEADS = {None: set(), 'port': {'d'}, 'remote': {'vxlan IPv4'}, 'remote of IPv6': {'vxlan IPv6'},
         'geneve': {'geneve IPv4'}, 'group': {'vxlan IPv4', 'vxlan IPv6'}}
SENDS = {None: set(), 'port': set(), 'remote': {V4}, 'remote of IPv6': {V6}, 'geneve': {V4},
         'group': {V4, V6}}


def main():
    maps = Mappings(Place())
    maps.place.tool('nve set dev nve0 verify drop')

    def holds(kind, what):
        assert maps.leads_to() == LEADS[kind], f'{what}: leads to {maps.leads_to()}'
        assert maps.accepted_from() == SENDS[kind], f'{what}: {maps.accepted_from()} may send'
        assert maps.request('MAP_GET') == (0 if kind else errno.ENOENT), what

    for old in None, *maps.kinds:
        maps.put(old)
        holds(old, f'{old}')
        for new in maps.kinds:
            same = new == old
            said = maps.request('MAP_ADD', new)
            assert said == (0 if same or not old else errno.EEXIST), f'{new} over {old}: {said}'
            if not old:
                maps.flush()
            assert not maps.request('MAP_ADD', new, flags=NLM_F_REPLACE), f'{new} for {old}'
            holds(new, f'{new} for {old}')
            assert not maps.request('MAP_DEL'), f'{new} deleted'
            if same:
                holds(None, f'{new} deleted')
            assert maps.request('MAP_DEL') == errno.ENOENT
            maps.put(old)
        maps.flush()
        assert maps.request('MAP_GET') == errno.ENOENT
    maps.place.tool('nve set dev nve0 verify off')


main()
