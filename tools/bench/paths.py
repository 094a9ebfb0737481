# SPDX-License-Identifier: GPL-2.0
"""The paths that are compared. Each has two hosts with a VM each:

    [vm a] vm --- port [host A] ul ------- ul [host B] port --- vm [vm b]

in namespaces of its own (the path's name and a, A, B, b). All links are veth pairs,
so every path has the same three hops; what happens between port and ul is what differs.
Outer UDP checksums are off everywhere, nothing is learned, and every neighbour is known.
"""
from bed import Unmeasured, batch, nvo3, pair, run

MAC = {'a': '02:00:00:00:0a:01', 'b': '02:00:00:00:0b:01'}
UL_MAC = {'A': '02:00:00:01:0a:01', 'B': '02:00:00:01:0b:01'}
VM_ADDR = {'a': '10.9.0.1', 'b': '10.9.0.2'}
UL_ADDR = {'A': '192.0.2.1', 'B': '192.0.2.2'}
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
        nvo3(ns, f'nve add dev nve0 local {UL_ADDR[host]} csum off', f'vn add dev nve0 vni {VNI}')
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


class View:
    """A form of a path: the same devices, another setting."""

    def __init__(self, path, name, **settings):
        self.path, self.name, self.settings = path, name, settings

    def __getattr__(self, name):
        return getattr(self.path, name)

    def use(self):
        if self.settings:
            self.path.set(**self.settings)


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
