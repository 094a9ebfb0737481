# SPDX-License-Identifier: GPL-2.0
"""T25: a vCenter with a million VMs and ten thousand servers, beside etcd with as many records
of the same size. Fills groups of costs as control.py does.
"""
import json
import os
import socket
import subprocess
import time

import servers
from servers import Unmeasured, TOP, pin

VMS, SERVERS = 1000000, 10000
CREATED, AT_ONCE, REGISTERED = 20000, 128, 10000
WATCHED, REPORTS = 20000, 5
PAGE, ROUNDS, LOOKUPS = 100, 1000, 5000
RECORD = 200            # bytes; what vcenterd keeps of such a VM, within a few
READY_S = 300


class Vcenter(servers.Server):
    """vcenterd, and around it what speaks with it."""

    def __init__(self, bench, vms, count):
        self.vms, self.count = vms, count
        super().__init__(bench)

    def command(self):
        self.director = f'127.0.0.1:{servers.free_port()}'
        self.pki = servers.pki(self.folder)
        store = f'sqlite:{self.folder}/store.db'
        begin = time.monotonic()
        subprocess.run([f'{TOP}/build/bench/inventory', 'fill', store, str(self.vms),
                        str(self.count)], check=True)
        self.filled_s = time.monotonic() - begin
        self.store_bytes = os.path.getsize(f'{self.folder}/store.db')
        subprocess.run([f'{TOP}/build/bin/nvo3ctl', 'pki', 'issue', self.pki, 'vcenter', '--san',
                        'nvo3://dc1/vcenter/v'], check=True, stdout=subprocess.DEVNULL)
        servers.write(f'{self.folder}/conf', f'''dc = "dc1"; name = "v";
tls: {{ ca = "{self.pki}/ca.pem"; cert = "{self.pki}/vcenter.pem"; key = "{self.pki}/vcenter.key"; }};
store = "{store}"; listen = "{self.address}"; socket = "{self.folder}/socket";
directors = [ "{self.director}" ];
grants = ( {{ server = "s00000"; tenant = "t0"; vn = "n0"; }} );
''')
        self.begun = time.monotonic()
        return [f'{TOP}/build/bin/vcenterd', '-c', f'{self.folder}/conf']

    def wait_ready(self):
        """Until it has read its store: a million VMs take longer than others' nothing."""
        end = time.monotonic() + READY_S
        while not self.connected():
            if self.process.poll() is not None or time.monotonic() > end:
                with open(f'{self.folder}/log', encoding='utf-8') as log:
                    raise Unmeasured(f'vcenterd does not start: {log.read()[-200:].strip()}')
            time.sleep(0.05)
        self.loaded_s = time.monotonic() - self.begun

    def knows_director(self):
        with socket.socket(socket.AF_UNIX) as sock:
            sock.settimeout(READY_S)
            sock.connect(f'{self.folder}/socket')
            sock.sendall(b'GET /api/v1/status HTTP/1.0\r\n\r\n')
            answer = b''
            while part := sock.recv(65536):
                answer += part
        return json.loads(answer.split(b'\r\n\r\n', 1)[1])['directors'][0]['up']

    def wait_director(self):
        end = time.monotonic() + READY_S
        while not self.knows_director():
            if time.monotonic() > end:
                raise Unmeasured('it has not told the nDirector all placements in five minutes')
            time.sleep(0.2)

    def generate(self):
        return Driver(self)


class Driver(servers.Generator):
    def command(self, server):
        return [f'{TOP}/build/bench/inventory', 'drive', server.folder, server.pki, server.address,
                server.director]


def percentiles(groups, name, done, group):
    groups.add(group, 'ms', name, 1000 * done['median'])
    groups.add(group, 'ms', f'{name}, p99', 1000 * done['p99'])


def read(server, groups):
    """What a page and a look-up take, with all of it there."""
    pages = {'a page': f'/vms?limit={PAGE}&after=%08x-0000-4000-8000-000000000000',
             'a page of a tenant': f'/vms?limit={PAGE}&tenant=t7',
             'a page of a server': f'/vms?limit={PAGE}&server=s00999',
             'a page of those that failed': f'/vms?limit={PAGE}&state=failed'}
    for name, path in pages.items():
        percentiles(groups, f'nvo3, {name}', server.do('get', ROUNDS, 1 << 31, path), 'ctl-list')
    percentiles(groups, 'nvo3, servers', server.do('get', ROUNDS // 10, 1,
                                                   f'/servers?limit={PAGE}&offset=9000'), 'ctl-list')
    percentiles(groups, 'nvo3', server.do('get', LOOKUPS, VMS, '/vms/vm%u'), 'ctl-look')
    walk = server.do('walk', '/vms?limit=1000')
    if walk['items'] != VMS:
        raise Unmeasured(f'{walk["items"]} VMs are listed, not {VMS}')


def write(server, groups):
    """VMs come: made through the API, and registered by a server."""
    first = VMS
    server.do('create', first, 2000, AT_ONCE)
    first += 2000
    done = server.do('create', first, CREATED, AT_ONCE)
    if done['failed']:
        raise Unmeasured(f'{done["failed"]} of {CREATED} VMs were refused')
    groups.add('ctl-create', '/s', 'nvo3', CREATED / done['seconds'])
    created = first
    first += CREATED
    done = server.do('register', first, REGISTERED)
    if done['failed']:
        raise Unmeasured(f'{done["failed"]} of {REGISTERED} registrations were refused')
    groups.add('ctl-register', 's', 'nvo3', done['seconds'])
    return created


def watch(server, groups, created):
    """Processor time for reports of VMs that are there, as of 40,000 every 20 s."""
    server.do('use', created, WATCHED)
    before = server.cpu_s()
    for _ in range(REPORTS):
        server.do('use', created, WATCHED)
    each = (server.cpu_s() - before) / REPORTS / WATCHED
    groups.add('ctl-watch', 'ms', 'nvo3', 1000 * each * 40000)


def ours(bench, groups):
    with Vcenter(bench, 0, servers_min()) as empty:
        nothing = empty.memory()
    with Vcenter(bench, VMS, SERVERS) as server:
        groups.add('ctl-inventory', 'bytes', 'nvo3', (server.memory() - nothing) / VMS)
        groups.add('ctl-read', 's', 'nvo3', server.loaded_s)
        server.wait_director()
        read(server, groups)
        watch(server, groups, write(server, groups))


def servers_min():
    return 65


def etcd(bench, groups, kind, name):
    with kind(bench) as server:
        before = server.memory()
        # a fifth shows the same for one
        for at in range(0, VMS // 5, 100000):
            server.do('records', at, 100000, RECORD)
        groups.add('ctl-inventory', 'bytes', name, (server.memory() - before) / (VMS // 5))
        percentiles(groups, name, server.do('range', ROUNDS, VMS // 5, PAGE), 'ctl-list')
        percentiles(groups, name, server.do('range', LOOKUPS, VMS // 5, 1), 'ctl-look')
        done = server.do('puts', VMS, CREATED, AT_ONCE, RECORD)
        groups.add('ctl-create', '/s', name, CREATED / done['seconds'])
        done = server.do('puts', 2 * VMS, REGISTERED, REGISTERED, RECORD)
        groups.add('ctl-register', 's', name, done['seconds'])


GROUPS = {'ctl-list': 'ms', 'ctl-look': 'ms', 'ctl-create': '/s', 'ctl-register': 's',
          'ctl-watch': 'ms', 'ctl-inventory': 'bytes', 'ctl-read': 's'}


def inventory(bench, groups):
    """T25: list, filter, look-up, creation, registration, monitoring, memory."""
    try:
        ours(bench, groups)
    except Unmeasured as error:
        for group, unit in GROUPS.items():
            groups.absent(group, unit, 'nvo3', error)
    for kind, name in ((servers.EtcdTls, 'etcd TLS'),):
        try:
            etcd(bench, groups, kind, name)
        except Unmeasured as error:
            for group, unit in GROUPS.items():
                groups.absent(group, unit, name, error)
