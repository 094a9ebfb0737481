# SPDX-License-Identifier: GPL-2.0
"""Everything that an NVE has, made in a namespace of its own and destroyed from its device,
from its slave, by the module or by the namespace, for lifecycle.sh and stress.sh:

    rounds.py COUNT [keep]      keep: the module stays
"""
import ctypes
import socket
import struct
import subprocess
import sys

import genl
from genl import attr
from uapi import N

CLONE_NEWNET = 0x40000000
RTM_NEWLINK, RTM_DELLINK = 16, 17
IFF_UP = 1
IFNAME, MASTER, LINKINFO, KIND, DATA, VETH_PEER = 3, 10, 18, 1, 2, 1


def mac(last):
    return bytes((2, 0, 0, 0, 0, last))


def link(index=0, flags=0):
    return struct.pack('=BxHiII', 0, 0, index, flags, flags)


def name_of(name):
    return attr(IFNAME, name.encode() + b'\0')


def number(kind, value, width='I'):
    return attr(kind, struct.pack(f'={width}', value))


class Namespace:
    """A new one that the process moves to; it dies with the next, or in close()."""

    def __init__(self):
        if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET):
            sys.exit(f'unshare: error {ctypes.get_errno()}')
        self.rtnl = genl.Netlink(0)
        self.nvo3 = genl.Genl()
        self.nvo3.resolve('nvo3')

    def close(self):
        self.rtnl.sock.close()
        self.nvo3.sock.close()

    def links(self, kind, *body, flags=0):
        self.rtnl.sock.send(self.rtnl.pack(kind, b''.join(body), flags))
        self.rtnl.answers()

    def link_add(self, name, kind, *data):
        info = [attr(KIND, kind.encode()), *data]
        self.links(RTM_NEWLINK, link(), name_of(name), attr(LINKINFO, info),
                   flags=genl.NLM_F_CREATE | genl.NLM_F_EXCL)

    def link_del(self, name):
        self.links(RTM_DELLINK, link(), name_of(name))

    def object_add(self, kind, *values):
        self.nvo3.request(N[f'NVO3_CMD_{kind}_ADD'],
                          [self.nve, attr(N[f'NVO3_A_{kind}'], list(values))])

    def fill(self):
        self.link_add('p1', 'veth', attr(DATA, [attr(VETH_PEER, link() + name_of('p2'))]))
        self.link_add('nve0', 'nvo3')
        nve, slave = socket.if_nametoindex('nve0'), socket.if_nametoindex('p1')
        self.links(RTM_NEWLINK, link(nve, IFF_UP))
        self.links(RTM_NEWLINK, link(slave), number(MASTER, nve))
        self.nve = number(N['NVO3_A_IFINDEX'], nve)
        for vni in (100, 200):
            self.object_add('VN', number(N['NVO3_A_VN_VNI'], vni))
        self.object_add('MEMBER', number(N['NVO3_A_MEMBER_VNI'], 100),
                        attr(N['NVO3_A_MEMBER_ADDR4'], bytes((192, 0, 2, 7))))
        for vni, last in ((100, 8), (200, 7)):
            self.object_add('MAP', number(N['NVO3_A_MAP_VNI'], vni), attr(N['NVO3_A_MAP_MAC'], mac(1)),
                            attr(N['NVO3_A_MAP_ADDR4'], bytes((192, 0, 2, last))))
        port = number(N['NVO3_A_PORT_DEV'], slave)
        self.object_add('PORT', port, number(N['NVO3_A_PORT_VNI'], 200),
                        attr(N['NVO3_A_PORT_MAC'], mac(2)))
        self.object_add('PORT', port, number(N['NVO3_A_PORT_VLAN'], 7, 'H'),
                        number(N['NVO3_A_PORT_VNI'], 100), attr(N['NVO3_A_PORT_MAC'], mac(3)))


def rounds(count, keep):
    for turn in range(count):
        namespace = Namespace()
        namespace.fill()
        if turn % 10 in (6, 7, 8):
            namespace.link_del('p1')
        if turn % 10 in (4, 5, 6, 7, 8):
            namespace.link_del('nve0')
        if turn % 10 == 9 and not keep:
            namespace.nvo3.sock.close()
            subprocess.run(['rmmod', 'nvo3'], check=True)
            subprocess.run(['modprobe', 'nvo3'], check=True)
        namespace.close()


rounds(int(sys.argv[1]), 'keep' in sys.argv)
