# SPDX-License-Identifier: GPL-2.0
"""Paths that end in a dummy device, for what sending alone costs with tables of many
entries:

    [vm a] vm --- port [host A] ul (dummy)
"""
import json
import socket
import struct
import subprocess
import time

from bed import Unmeasured, batch, meminfo, nvo3, pair
from paths import (MAC, UL_ADDR, UL_MAC, VM_ADDR, VNI, Nvo3, flower, run, tc)

REMOTE = UL_ADDR['B']
FIRST_MAC = 0x020000100000      # destination number 0
RTM_NEWNEIGH, NLM_F_REQUEST, NLM_F_ACK, NLM_F_CREATE, NLM_F_EXCL = 28, 1, 4, 0x400, 0x200
NUD_NOARP, NUD_PERMANENT, NTF_SELF, NTF_MASTER = 0x40, 0x80, 2, 4
NDA_DST, NDA_LLADDR, NLMSG_ERROR = 1, 2, 2


def mac_text(number):
    digits = f'{FIRST_MAC + number:012x}'
    return ':'.join(digits[at:at + 2] for at in range(0, 12, 2))


class Fdb:
    """Adds FDB entries as fast as the kernel takes them: 200 at a time, of which only the
    last is to be acknowledged. What is refused is told anyway."""
    chunk = 200

    def __init__(self, bed, ns):
        bed.enter(ns)
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)

    def entry(self, dev, number, flags, dst, last):
        mac = (FIRST_MAC + number).to_bytes(6, 'big')
        # To a bridge, permanent would mean its own address.
        state = NUD_NOARP | (NUD_PERMANENT if flags & NTF_SELF else 0)
        body = struct.pack('=BxxxiHBB', socket.AF_BRIDGE, dev, state, flags, 0)
        body += struct.pack('=HH', 10, NDA_LLADDR) + mac + b'\0\0'
        if dst:
            body += struct.pack('=HH', 8, NDA_DST) + socket.inet_aton(dst)
        return struct.pack('=IHHII', 16 + len(body), RTM_NEWNEIGH, NLM_F_REQUEST | NLM_F_CREATE |
                           NLM_F_EXCL | (NLM_F_ACK if last else 0), 0, 0) + body

    def acknowledged(self):
        _, kind, _, _, _, error = struct.unpack_from('=IHHIIi', self.sock.recv(1 << 16))
        if kind != NLMSG_ERROR or error:
            raise Unmeasured(f'an FDB entry is refused: errno {-error}')

    def add(self, dev, count, flags, dst=None):
        index = socket.if_nametoindex(dev)
        for first in range(0, count, self.chunk):
            numbers = range(first, min(count, first + self.chunk))
            self.sock.send(b''.join(self.entry(index, number, flags, dst, number == numbers[-1])
                                    for number in numbers))
            self.acknowledged()


class Tx:
    """What has a dummy for an underlay."""
    device = False
    words = [f'src={MAC["a"]}', f'dst={mac_text(0)}', f'saddr={VM_ADDR["a"]}',
             f'daddr={VM_ADDR["b"]}']

    def __init__(self, bed, name, count=1):
        self.bed, self.name, self.count = bed, name, count
        self.bed.namespaces(self.ns('a'), self.ns('A'))
        batch(self.ns('A'), 'link add ul type dummy', f'link set ul address {UL_MAC["A"]} up',
              f'address add {UL_ADDR["A"]}/24 dev ul',
              f'neighbour replace {REMOTE} lladdr {UL_MAC["B"]} dev ul nud permanent')
        pair(self.ns('a'), 'vm', self.ns('A'), 'port', mac1=MAC['a'])
        self.build()

    def ns(self, place):
        return f'{self.name}-{place}'

    def build(self):
        pass

    def use(self):
        pass

    def source(self):
        return self.ns('a'), 'vm', [*self.words, f'dsts={self.count}']

    def sink(self):
        return None

    def sent(self):
        return self.bed.counters(self.ns('A'), 'ul')[1]


class TxGenerator(Tx):
    """The generator into the dummy."""

    def source(self):
        return self.ns('A'), 'ul', self.words


class TxWire(Tx):
    """A VM's link and no work."""

    def build(self):
        self.bed.do(self.ns('A'), 'wire', 'port', 'ul')


class TxVxlan(Tx):
    """The vxlan device with one remote, its best case, fed by the generator."""

    def build(self):
        vxlan_device_tx(self)

    def source(self):
        return self.ns('A'), 'tun', self.words


def vxlan_device_tx(path):
    batch(path.ns('A'), f'link add tun type vxlan id {VNI} dstport 4789 local {UL_ADDR["A"]} '
          f'remote {REMOTE} nolearning noudpcsum', 'link set tun up')


class TxBridgeVxlan(Tx):
    """A destination's address is in the bridge's table and in the device's."""

    def build(self):
        ns = self.ns('A')
        vxlan_device_tx(self)
        batch(ns, 'link add sw type bridge stp_state 0 mcast_snooping 0',
              'link set port master sw', 'link set tun master sw', 'link set sw up')
        run('bridge', '-n', ns, '-batch', '-',
            text='link set dev port learning off\nlink set dev tun learning off\n')
        fdb = Fdb(self.bed, ns)
        fdb.add('tun', self.count, NTF_SELF, REMOTE)
        fdb.add('tun', self.count, NTF_MASTER)
        self.rules()

    def rules(self):
        pass


class TxBridgeVxlanManyPrios(TxBridgeVxlan):
    def rules(self):
        tc(self.ns('A'), *flower('port', 15, 15))


class TxNvo3(Tx):
    """Ours, with so many mappings, to so many remotes, in so many VNs by VLAN."""

    def __init__(self, bed, name, count=1, remotes=1, vns=0, ports=0):
        self.remotes, self.vns, self.ports = remotes, vns, ports
        self.loaded = {}
        super().__init__(bed, name, count)

    def build(self):
        ns = self.ns('A')
        nvo3(ns, f'nve add dev nve0 local {UL_ADDR["A"]} csum off fastpath off', f'vn add dev nve0 vni {VNI}')
        batch(ns, 'link set nve0 up')
        run('ip', '-n', ns, 'link', 'set', 'port', 'master', 'nve0')
        if self.remotes > 1:
            self.many_remotes()
        self.bind()
        before = meminfo()
        self.load()
        after = meminfo()
        self.loaded = {'entries': self.count,
                       'bytes': sum(after.values()) - sum(before.values())}

    def remote(self, number):
        number %= self.remotes
        return REMOTE if not number else f'198.18.{number >> 8}.{number & 255}'

    def many_remotes(self):
        batch(self.ns('A'), f'route add 198.18.0.0/15 via {REMOTE} dev ul')

    def bind(self):
        count = self.vns or self.ports
        if not count:
            nvo3(self.ns('A'), f'port add dev port vni {VNI}')
            return
        lines = []
        for number in range(count):
            vni = VNI + number if self.vns else VNI
            if vni != VNI:
                lines.append(f'vn add dev nve0 vni {vni}')
            lines.append(f'port add dev port vlan {number + 1} vni {vni}')
        nvo3(self.ns('A'), *lines)

    def lines(self):
        for vni in range(VNI, VNI + max(1, self.vns)):
            for number in range(self.count):
                yield (f'map add dev nve0 vni {vni} mac {mac_text(number)} '
                       f'nve {self.remote(number)}\n')

    def load(self):
        """As an administrator would: from a file of commands."""
        with open('/tmp/maps', 'w', encoding='ascii') as file:
            file.writelines(self.lines())
        kernel, begin = self.bed.cpu_ns(), time.monotonic()
        done = subprocess.run(['nvo3', '-n', self.ns('A'), '-b', '/tmp/maps'],
                              capture_output=True, text=True, check=False)
        self.load_seconds = time.monotonic() - begin
        self.load_kernel_seconds = (self.bed.cpu_ns() - kernel) / 1e9
        if done.returncode:
            raise Unmeasured(f'mappings are refused: {done.stderr.splitlines()[-1]}')

    def flush(self):
        """Seconds until all mappings are gone."""
        begin = time.monotonic()
        nvo3(self.ns('A'), 'map flush dev nve0')
        return time.monotonic() - begin

    def figures(self):
        slots = json.loads(run('nvo3', '-n', self.ns('A'), '-j', '-s', 'nve', 'show', 'dev',
                               'nve0'))[0]['table']['slots']
        # Five slots to a cache line: all that lookups touch.
        return {**self.loaded, 'hot': slots // 5 * 64, 'seconds': self.load_seconds,
                'kernel_seconds': self.load_kernel_seconds}

    def source(self):
        ns, dev, words = super().source()
        count = self.vns or self.ports
        return ns, dev, [*words, *([f'vlans={count}'] if count else [])]

    hosts, state, set = 'A', Nvo3.state, Nvo3.set

    def use(self):
        self.set()
