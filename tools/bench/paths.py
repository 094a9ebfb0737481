# SPDX-License-Identifier: GPL-2.0
"""The paths that are compared. Each has two hosts with a VM each:

    [vm a] vm --- port [host A] ul ------- ul [host B] port --- vm [vm b]

in namespaces of its own (the path's name and a, A, B, b). All links are veth pairs,
so every path has the same three hops; what happens between port and ul is what differs.
Outer UDP checksums are off everywhere, nothing is learned, and every neighbour is known.
"""
import json
import os
import subprocess
import time

from bed import Unmeasured, batch, nvo3, pair, run

MAC = {'a': '02:00:00:00:0a:01', 'b': '02:00:00:00:0b:01'}
UL_MAC = {'A': '02:00:00:01:0a:01', 'B': '02:00:00:01:0b:01'}
VM_ADDR = {'a': '10.9.0.1', 'b': '10.9.0.2'}
UL_ADDR = {'A': '192.0.2.1', 'B': '192.0.2.2'}
NEIGHBOUR_MAC, NEIGHBOUR_ADDR, NOBODY_ADDR = '02:00:00:00:0c:01', '10.9.0.3', '10.9.0.99'
FAR = {'A': 'B', 'B': 'A', 'a': 'b', 'b': 'a'}
VM_MTU = 1450
VNI = 100
# Far above what a path can carry, so that nothing is dropped.
RATE = 800_000_000_000
BURST = 1_000_000_000


def vm_of(host):
    return host.lower()


class Path:
    """Built once; use() makes it what its name says before each slice."""
    device = False          # the frames enter the tunnel device itself, no VM in between

    def __init__(self, bed, name):
        self.bed, self.name = bed, name
        self.build()

    def ns(self, place):
        return f'{self.name}-{place}'

    def end(self):
        """No more of it: what runs for it alone is stopped."""

    def build(self):
        self.bed.namespaces(*(self.ns(place) for place in 'aABb'))
        pair(self.ns('A'), 'ul', self.ns('B'), 'ul', UL_MAC['A'], UL_MAC['B'])
        for host in 'AB':
            vm = vm_of(host)
            pair(self.ns(vm), 'vm', self.ns(host), 'port', mac1=MAC[vm])
            batch(self.ns(vm), f'link set vm mtu {VM_MTU}',
                  f'address add {VM_ADDR[vm]}/24 dev vm',
                  f'neighbour replace {VM_ADDR[FAR[vm]]} lladdr {MAC[FAR[vm]]} dev vm nud permanent')
        self.underlay()
        for host in 'AB':
            self.host(host)

    def underlay(self):
        for host in 'AB':
            batch(self.ns(host), f'address add {UL_ADDR[host]}/24 dev ul',
                  f'neighbour replace {UL_ADDR[FAR[host]]} lladdr {UL_MAC[FAR[host]]} '
                  'dev ul nud permanent')

    def host(self, host):
        raise NotImplementedError

    def use(self):
        pass

    def source(self):
        """(namespace, device, words for the generator)"""
        return self.ns('a'), 'vm', [f'src={MAC["a"]}', f'dst={MAC["b"]}',
                                    f'saddr={VM_ADDR["a"]}', f'daddr={VM_ADDR["b"]}']

    def sink(self):
        return self.ns('b'), 'vm'


class Veth(Path):
    """A link and nothing else."""

    def build(self):
        self.bed.namespaces(self.ns('a'), self.ns('b'))
        pair(self.ns('a'), 'vm', self.ns('b'), 'vm', MAC['a'], MAC['b'])


class Wire(Path):
    """Three hops and no work: the floor."""

    def host(self, host):
        self.bed.do(self.ns(host), 'wire', 'port', 'ul')
        self.bed.do(self.ns(host), 'wire', 'ul', 'port')


class Bridge(Path):
    """A bridge on either side and no overlay."""
    uplink = 'ul'

    def host(self, host):
        batch(self.ns(host), 'link add sw type bridge stp_state 0 mcast_snooping 0',
              'link set port master sw', f'link set {self.uplink} master sw', 'link set sw up')
        run('bridge', '-n', self.ns(host), '-batch', '-', text='\n'.join([
            'link set dev port learning off', f'link set dev {self.uplink} learning off',
            f'fdb add {MAC[vm_of(host)]} dev port master static',
            f'fdb add {MAC[FAR[vm_of(host)]]} dev {self.uplink} master static']) + '\n')


def vxlan_device(path, host):
    batch(path.ns(host), f'link add tun type vxlan id {VNI} dstport 4789 local {UL_ADDR[host]} '
          f'remote {UL_ADDR[FAR[host]]} nolearning noudpcsum', 'link set tun up')


def geneve_device(path, host):
    batch(path.ns(host), f'link add tun type geneve id {VNI} remote {UL_ADDR[FAR[host]]} '
          'noudpcsum', 'link set tun up')


class Device(Path):
    """The tunnel device alone: the generator feeds it, and it is where frames end."""
    device = True
    make = staticmethod(vxlan_device)

    def build(self):
        self.bed.namespaces(self.ns('A'), self.ns('B'))
        pair(self.ns('A'), 'ul', self.ns('B'), 'ul', UL_MAC['A'], UL_MAC['B'])
        self.underlay()
        for host in 'AB':
            self.host(host)

    def host(self, host):
        self.make(self, host)
        batch(self.ns(host), f'link set tun address {MAC[vm_of(host)]}')

    def source(self):
        return self.ns('A'), 'tun', super().source()[2]

    def sink(self):
        return self.ns('B'), 'tun'


class GeneveDevice(Device):
    make = staticmethod(geneve_device)


class BridgeVxlan(Bridge):
    uplink = 'tun'

    def host(self, host):
        vxlan_device(self, host)
        super().host(host)
        if host == 'A':
            self.rules()

    def rules(self):
        pass


def tc(ns, *lines):
    run('tc', '-n', ns, '-batch', '-', text='\n'.join(lines) + '\n')


def deny(number):
    """One of the rules that no frame of the bench matches: (source, port)"""
    return f'198.51.{100 + number // 250}.{1 + number % 250}', 20000 + number % 1000


def flower(dev, rules, prios):
    """tc's form of deny rules and a policer: all in one priority, or one for each."""
    lines = [f'qdisc add dev {dev} clsact']
    for number in range(rules):
        source, port = deny(number)
        lines.append(f'filter add dev {dev} ingress prio {number + 1 if prios > 1 else 1} '
                     f'protocol ip flower ip_proto udp src_ip {source} dst_port {port} action drop')
    lines.append(f'filter add dev {dev} ingress prio {prios + 1} protocol all matchall action '
                 f'police rate {RATE} burst 100000000 mtu 200000 conform-exceed drop')
    return lines


class BridgeVxlanOnePrio(BridgeVxlan):
    """15 rules in one priority, the best that flower can do, and a policer."""

    def rules(self):
        tc(self.ns('A'), *flower('port', 15, 1))


class BridgeVxlanManyPrios(BridgeVxlan):
    """The same rules, each in a priority of its own, as an ordered list is."""

    def rules(self):
        tc(self.ns('A'), *flower('port', 15, 15))


class OpenVswitch(Path):
    """The kernel's datapath with its flows there beforehand: no daemon, no upcall."""

    def host(self, host):
        vm = vm_of(host)
        ns = self.ns(host)
        run('ovs-dpctl', 'add-dp', 'dp', ns=ns)
        run('ovs-dpctl', 'add-if', 'dp', 'port,port_no=2', ns=ns)
        run('ovs-dpctl', 'add-if', 'dp',
            'tun,type=vxlan,port_no=3,remote_ip=flow,key=flow,dst_port=4789', ns=ns)
        there = (f'set(tunnel(tun_id={VNI:#x},src={UL_ADDR[host]},dst={UL_ADDR[FAR[host]]},'
                 'ttl=64,flags(df|key))),3')
        back = (f'tunnel(tun_id={VNI:#x},src={UL_ADDR[FAR[host]]},dst={UL_ADDR[host]},ttl=0/0,flags(+key))')
        kind = 'eth_type(0x0800),ipv4(frag=no)'
        run('ovs-dpctl', 'add-flow', 'dp', f'in_port(2),eth(src={MAC[vm]},dst={MAC[FAR[vm]]}),'
            f'{kind}', there, ns=ns)
        run('ovs-dpctl', 'add-flow', 'dp', f'{back},in_port(3),eth(src={MAC[FAR[vm]]},'
            f'dst={MAC[vm]}),{kind}', '2', ns=ns)


class Nvo3(Path):
    """Ours. Its forms share one topology: views of it differ in what use() sets."""
    hosts = 'AB'
    state = ('off', 0)      # fast path, profile of VM a

    def host(self, host):
        ns, vm = self.ns(host), vm_of(host)
        nvo3(ns, f'nve add dev nve0 local {UL_ADDR[host]} csum off fastpath off', f'vn add dev nve0 vni {VNI}')
        batch(ns, 'link set nve0 up')
        nvo3(ns, f'port add dev port vni {VNI} mac {MAC[vm]} nve nve0',
             f'map add dev nve0 vni {VNI} mac {MAC[FAR[vm]]} nve {UL_ADDR[FAR[host]]}')

    def use(self):
        self.set()

    def set(self, fast='off', profile=0):
        old, wanted = self.state, (fast, profile)
        if fast != old[0]:
            for host in self.hosts:
                nvo3(self.ns(host), f'nve set dev nve0 fastpath {fast}')
        if profile != old[1]:
            nvo3(self.ns('A'), f'port set dev port profile {profile}')
        self.state = wanted


# What the neighbour may send: 10,000 of its frames a second. It offers eight with each 16th
# question, about ten times as much, so that more than one in a hundred answers is late by it.
LIMIT_BPS, LIMIT_BURST, OFFER_EVERY, OFFER_FRAMES, OFFER_SIZE = 40_000_000, 20_000, 16, 8, 500


class Crowded:
    """A second VM on host A, whose frames have no end: nobody has their IP address.

    [vm n] vm --- port2 [host A]
    """
    offer = None            # where it sends: None, 'vm' or, to be dropped there, 'hole'
    closed = False
    flooded = 0             # frames, so far

    def add_neighbour(self):
        self.bed.namespaces(self.ns('n'))
        pair(self.ns('n'), 'vm', self.ns('A'), 'port2', mac1=NEIGHBOUR_MAC)
        batch(self.ns('n'), 'link add hole type dummy', 'link set hole up')

    def set_offer(self, offer):
        self.offer = offer

    def close(self, closed):
        if closed != self.closed:
            nvo3(self.ns('A'), f'port set dev port2 state {"associated" if closed else "active"}')
        self.closed = closed

    def offered(self):
        return [f'every={OFFER_EVERY}', f'frames={OFFER_FRAMES}', f'size={OFFER_SIZE}',
                f'src={NEIGHBOUR_MAC}', f'dst={MAC["b"]}', f'saddr={NEIGHBOUR_ADDR}',
                f'daddr={NOBODY_ADDR}']

    def flood(self, on):
        if not self.offer:
            return
        words = [self.offer, *self.offered()] if on else ['stop']
        done = self.bed.do(self.ns('n'), 'flood', *words)
        if not on and not done['sent']:
            raise Unmeasured(f'{self.name}: the neighbour did not send')
        self.flooded += 0 if on else done['sent']


class CrowdedBridgeVxlan(Crowded, BridgeVxlan):
    """Each with a policer, and nothing else."""

    def rules(self):
        ns = self.ns('A')
        self.add_neighbour()
        batch(ns, 'link set port2 master sw')
        run('bridge', '-n', ns, '-batch', '-',
            text=f'link set dev port2 learning off\n'
                 f'fdb add {NEIGHBOUR_MAC} dev port2 master static\n')
        tc(ns, *flower('port', 0, 1), 'qdisc add dev port2 clsact',
           f'filter add dev port2 ingress prio 1 protocol all matchall action police '
           f'rate {LIMIT_BPS} burst {LIMIT_BURST} mtu 200000 conform-exceed drop')


class CrowdedNvo3(Crowded, Nvo3):
    def host(self, host):
        super().host(host)
        if host == 'B':
            return
        ns = self.ns('A')
        self.add_neighbour()
        nvo3(ns, f'profile add dev nve0 id 1 rate {RATE} burst {BURST} default permit',
             f'profile add dev nve0 id 2 rate {LIMIT_BPS} burst {LIMIT_BURST} default permit',
             'port set dev port profile 1',
             f'port add dev port2 vni {VNI} mac {NEIGHBOUR_MAC} nve nve0 profile 2')
        self.state = ('off', 1)

    def set(self, fast='on', profile=1):
        super().set(fast, profile)


# Unknown addresses of which there are some, and none; what a neighbour sends in a second, and at
# most with a question (no more than a queue takes that nobody empties meanwhile).
THERE, NOWHERE, FLOOD_PPS, FLOOD_FRAMES = '0266', '02:67:00:00:00:00', 1_500_000, 400


class AskingNvo3(Crowded, Nvo3):
    """VM a's frames are to addresses that host A does not know: a program there answers. They
    end at host B's link. The neighbour has no limit but what a port may ask."""

    def host(self, host):
        super().host(host)
        if host == 'B':
            return
        ns = self.ns('A')
        self.add_neighbour()
        nvo3(ns, f'vn set dev nve0 vni {VNI} unknown ask',
             f'port add dev port2 vni {VNI} mac {NEIGHBOUR_MAC} nve nve0')
        self.resolver = subprocess.Popen(
            ['ip', 'netns', 'exec', ns, 'build/bench/resolver', 'nve0', str(VNI), UL_ADDR['B'],
             THERE], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        if not self.resolver.stdout.readline():
            raise Unmeasured('the resolver did not start')

    def source(self):
        ns, dev, words = super().source()
        return ns, dev, [f'dst={THERE[:2]}:{THERE[2:]}:00:00:00:00' if word.startswith('dst=')
                         else word for word in words]

    def sink(self):
        return self.ns('B'), 'ul'

    def offered(self):
        return [f'pps={FLOOD_PPS}', f'frames={FLOOD_FRAMES}', 'size=60', f'src={NEIGHBOUR_MAC}',
                f'dst={NOWHERE}', 'dsts=0', f'fresh={self.flooded}', f'saddr={NEIGHBOUR_ADDR}',
                f'daddr={NOBODY_ADDR}']

    def all_answered(self):
        for _ in range(1000):
            if not json.loads(run('nvo3', '-n', self.ns('A'), '-j', '-s', 'vn', 'show')
                              )[0]['pending']:
                return
        raise Unmeasured('what was asked is not answered')

    def end(self):
        self.resolver.kill()
        self.resolver.wait()


class OvsUpcall(OpenVswitch):
    """Host A's flows are made by the daemon when a frame asks for one: each flow its own."""

    def host(self, host):
        if host == 'B':
            super().host(host)
            return
        self.daemons = Daemons(self.ns('A'), f'/run/{self.name}')
        self.daemons.vsctl('add-br', 'sw', '--', 'add-port', 'sw', 'port', '--',
                           'set', 'Interface', 'port', 'ofport_request=2', '--',
                           'add-port', 'sw', 'tun', '--', 'set', 'Interface', 'tun', 'type=vxlan',
                           'ofport_request=3', f'options:remote_ip={UL_ADDR["B"]}',
                           f'options:local_ip={UL_ADDR["A"]}', f'options:key={VNI}')
        self.daemons.run('ovs-ofctl', 'del-flows', 'sw')
        self.daemons.run('ovs-ofctl', 'add-flow', 'sw', 'in_port=2,actions=output:3')
        self.daemons.run('ovs-ofctl', 'add-flow', 'sw', 'in_port=3,actions=output:2')
        self.daemons.run('ovs-appctl', 'upcall/disable-megaflows')

    def end(self):
        self.daemons.end()


class Daemons:
    """Open vSwitch's two, in a namespace, with a run folder of their own."""
    SCHEMA = '/usr/share/openvswitch/vswitch.ovsschema'

    def __init__(self, ns, folder):
        self.ns, self.folder = ns, folder
        os.makedirs(folder)
        # Earlier it finds no processor to serve upcalls for, and looks again ten seconds later.
        time.sleep(max(0, 11 - time.monotonic()))
        run('ovsdb-tool', 'create', f'{folder}/conf.db', self.SCHEMA)
        remote = f'unix:{folder}/db.sock'
        self.started = [self.start('ovsdb-server', f'{folder}/conf.db',
                                   f'--remote=p{remote}')]
        self.db = f'--db={remote}'
        self.run('ovs-vsctl', '--retry', '--timeout=30', self.db, '--no-wait', 'init')
        self.started.append(self.start('ovs-vswitchd', remote))

    def environment(self):
        return ['env', *(f'OVS_{what}DIR={self.folder}' for what in ('RUN', 'LOG', 'DB'))]

    def start(self, *words):
        name = f'{self.folder}/{words[0]}'
        return subprocess.Popen(['ip', 'netns', 'exec', self.ns, *self.environment(), *words,
                                 f'--pidfile={name}.pid', '--log-file=' + name + '.log',
                                 '-vconsole:off'], stdin=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL)

    def run(self, *words):
        return run(*self.environment(), *words, ns=self.ns)

    def vsctl(self, *words):
        self.run('ovs-vsctl', '--timeout=30', self.db, *words)

    def end(self):
        for process in reversed(self.started):
            process.kill()
            process.wait()


class View:
    """A form of a path: the same devices, another setting."""

    def __init__(self, path, name, **settings):
        self.path, self.name, self.settings = path, name, settings

    def __getattr__(self, name):
        return getattr(self.path, name)

    def use(self):
        if self.settings:
            self.path.set(**self.settings)


class Offering(View):
    """With a neighbour that sends to somewhere, or to nowhere, or to a port that is closed."""

    def __init__(self, path, name, offer, closed=False):
        super().__init__(path, name)
        self.offer, self.closed = offer, closed

    def use(self):
        self.path.use()
        self.path.close(self.closed)
        self.path.set_offer(self.offer)


def profile_words(number, rules):
    words = [f'profile add dev nve0 id {number} rate {RATE} burst {BURST} default permit']
    for rule in range(rules):
        source, port = deny(rule)
        words.append(f'rule deny from-vm proto udp src {source}/32 dport {port}')
    return ' '.join(words)


def add_profile(path, number, rules):
    try:
        nvo3(path.ns('A'), profile_words(4000 + number, 0))
    except Unmeasured as error:
        raise Unmeasured(f'no profiles in this module: {error}') from error
    # As arguments: a line of a file would be too long.
    run('nvo3', '-n', path.ns('A'), *profile_words(number, rules).split())


def fastpath_there(path):
    """Is there a fast path in this module? Raises what it says if not."""
    try:
        path.set(fast='on')
        path.set()
    except Unmeasured as error:
        raise Unmeasured(f'no fast path in this module: {error}') from error
