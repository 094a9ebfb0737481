# SPDX-License-Identifier: GPL-2.0
"""The servers that are measured, each started with an empty store of its own on one
disk, on processor 0, and the generator that speaks to it, on processor 1.
"""
import json
import os
import pwd
import resource
import shutil
import socket
import subprocess
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
SERVER_CPU, GENERATOR_CPU = '0', '1'
READY_S = 20
MOST_FILES = 1 << 16
HARD = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
FILES = min(HARD, MOST_FILES) if HARD != resource.RLIM_INFINITY else MOST_FILES


class Unmeasured(Exception):
    """Why there is no figure."""


def pin(cpu):
    """A command's beginning: on this processor, if the machine has more than one."""
    there = sorted(os.sched_getaffinity(0))
    cpu = cpu if int(cpu) in there else str(there[0])
    return ['prlimit', f'--nofile={FILES}:{FILES}', 'taskset', '-c', cpu]


def free_port():
    with socket.socket() as sock:
        sock.bind(('127.0.0.1', 0))
        return sock.getsockname()[1]


def write(path, text):
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text)
    return path


def tool(*words):
    """The path of a program of a package, or why there is no figure."""
    found = shutil.which(words[0]) or (words[0] if os.access(words[0], os.X_OK) else None)
    if not found:
        raise Unmeasured(f'there is no {words[0]} here')
    return [found, *words[1:]]


def pki(folder):
    """A CA, and a certificate that a director or any peer of its can use."""
    done = os.path.join(folder, 'pki')
    for words in (['init', done], ['issue', done, 'server', '--san', 'nvo3://dc1/director/d']):
        subprocess.run([f'{TOP}/build/bin/nvo3ctl', 'pki', *words], check=True,
                       stdout=subprocess.DEVNULL)
    return done


class Server:
    """One that runs from its construction until stop()."""
    language, tls = '', False

    def __init__(self, bench):
        self.folder = bench.new_folder()
        self.pki = bench.pki
        self.log = open(f'{self.folder}/log', 'w', encoding='utf-8')
        self.address = f'127.0.0.1:{free_port()}'
        self.generator = None
        self.process = None
        try:
            self.process = self.launch(*pin(SERVER_CPU), *self.command())
            self.wait_ready()
            self.generator = self.generate()
        except BaseException:
            self.stop()
            raise

    def launch(self, *words):
        return subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=self.log,
                                stderr=subprocess.STDOUT, cwd=self.folder)

    def command(self):
        raise NotImplementedError

    def generate(self):
        return Generator(self)

    def connected(self):
        """Does it take connections?"""
        family = socket.AF_INET
        where = tuple(self.address.split(':')) if ':' in self.address else None
        if self.address.startswith('unix:'):
            family, where = socket.AF_UNIX, self.address[5:]
        else:
            where = (where[0], int(where[1]))
        with socket.socket(family) as sock:
            return sock.connect_ex(where) == 0

    def wait_ready(self):
        end = time.monotonic() + READY_S
        while not self.connected():
            if self.process.poll() is not None or time.monotonic() > end:
                with open(f'{self.folder}/log', encoding='utf-8') as log:
                    raise Unmeasured(f'{self.process.args[5]} does not start: '
                                     f'{log.read()[-200:].strip() or "no word"}')
            time.sleep(0.05)

    def memory(self):
        """Bytes that are resident."""
        with open(f'/proc/{self.process.pid}/status', encoding='ascii') as status:
            line = next(line for line in status if line.startswith('VmRSS:'))
        return 1024 * int(line.split()[1])

    def cpu_s(self):
        """Processor time that it has used, of user and system."""
        with open(f'/proc/{self.process.pid}/stat', encoding='ascii') as stat:
            words = stat.read().rsplit(')', 1)[1].split()
        return (int(words[11]) + int(words[12])) / os.sysconf('SC_CLK_TCK')

    def do(self, *words):
        return self.generator.do(*words)

    def stop(self):
        if self.generator:
            self.generator.stop()
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Generator:
    def __init__(self, server):
        self.process = subprocess.Popen([*pin(GENERATOR_CPU), *self.command(server)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        self.answer('its start')

    def command(self, server):
        return [f'{TOP}/build/bench/control', server.language, server.address,
                *([server.pki] if server.tls else [])]

    def answer(self, what):
        line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            raise Unmeasured(f'{what}: {self.process.stderr.read().strip()[-300:] or "ended"}')
        found = json.loads(line)
        if 'error' in found:
            raise Unmeasured(f'{what}: {found["error"]}')
        return found

    def do(self, *words):
        text = ' '.join(str(word) for word in words)
        self.process.stdin.write(text + '\n')
        self.process.stdin.flush()
        return self.answer(text)

    def stop(self):
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            pipe.close()


class Nvo3(Server):
    """nDirector, its store in SQLite; a VN that everybody is told of, unless said otherwise."""
    language, tls = 'nvo3', True

    def command(self):
        write(f'{self.folder}/conf', f'''dc = "dc1"; name = "d"; dc_id = 1; grace = 3600;
tls: {{ ca = "{self.pki}/ca.pem"; cert = "{self.pki}/server.pem"; key = "{self.pki}/server.key"; }};
store = "sqlite:{self.folder}/store.db"; listen = "{self.address}";
''')
        return [f'{TOP}/build/bin/ndirectord', '-c', f'{self.folder}/conf']

    def join(self, number=1, distribution='push'):
        """Make a VN that the sessions to come, and the writers, join."""
        self.do('vn', number, distribution)
        self.do('writers')


class Floor(Server):
    """No peer: what a write() to each session, and reading it, takes of any server (floor.h)."""
    language = 'floor'

    def command(self):
        return [f'{TOP}/build/bench/control', 'floor-server', self.address,
                *([self.pki] if self.tls else [])]


class FloorTls(Floor):
    tls = True


SCHEMA = {'name': 'Bench', 'version': '1.0.0', 'tables': {'Mapping': {
    'columns': {'mac': {'type': 'string'}, 'ip': {'type': 'string'}, 'nve': {'type': 'string'},
                'epoch': {'type': 'integer'}}, 'indexes': [['mac']], 'isRoot': True}}}


class Ovsdb(Server):
    language = 'ovsdb'

    def command(self):
        write(f'{self.folder}/schema', json.dumps(SCHEMA))
        subprocess.run([*tool('ovsdb-tool'), 'create', f'{self.folder}/db',
                        f'{self.folder}/schema'], check=True)
        self.address = f'unix:{self.folder}/sock'
        return [*tool('/usr/sbin/ovsdb-server'), f'{self.folder}/db', '-vconsole:off',
                f'--unixctl={self.folder}/ctl', *self.remote()]

    def remote(self):
        return [f'--remote=punix:{self.folder}/sock']


class OvsdbTls(Ovsdb):
    tls = True

    def remote(self):
        port = free_port()
        self.address = f'127.0.0.1:{port}'
        return [f'--remote=pssl:{port}:127.0.0.1', f'--private-key={self.pki}/server.key',
                f'--certificate={self.pki}/server.pem', f'--ca-cert={self.pki}/ca.pem']


class Bgp(Server):
    """bgpd alone, a route reflector; its knobs at their best."""
    language = 'bgp'
    coalesce, interval = 'bgp coalesce-time 0', 'neighbor G advertisement-interval 0'

    def command(self):
        port = self.address.split(':')[1]
        user = pwd.getpwuid(os.getuid()).pw_name
        write(f'{self.folder}/conf', f'''router bgp 65000
 bgp router-id 127.0.0.1
 no bgp ebgp-requires-policy
 no bgp default ipv4-unicast
 bgp cluster-id 127.0.0.1
 {self.coalesce}
 neighbor G peer-group
 neighbor G remote-as 65000
 {self.interval}
 bgp listen limit 10000
 bgp listen range 127.0.0.0/8 peer-group G
 address-family l2vpn evpn
  neighbor G activate
  neighbor G route-reflector-client
 exit-address-family
''')
        return [*tool('/usr/lib/frr/bgpd'), '-f', f'{self.folder}/conf', '-S', '-Z', '-n',
                '-p', port, '-l', '127.0.0.1', '-i', f'{self.folder}/pid', '-P', '0',
                '-z', f'{self.folder}/zserv', '--vty_socket', self.folder, '-u', user]


class BgpDefault(Bgp):
    coalesce = interval = ''


class Etcd(Server):
    language, scheme = 'etcd', 'http'

    def command(self):
        peer = free_port()
        return [*tool('etcd'), '--data-dir', f'{self.folder}/data', '--log-level', 'error',
                '--listen-client-urls', f'{self.scheme}://{self.address}',
                '--advertise-client-urls', f'{self.scheme}://{self.address}',
                '--listen-peer-urls', f'http://127.0.0.1:{peer}',
                '--initial-advertise-peer-urls', f'http://127.0.0.1:{peer}',
                '--initial-cluster', f'default=http://127.0.0.1:{peer}',
                '--quota-backend-bytes', str(8 << 30), *self.security()]

    def security(self):
        return []


class EtcdTls(Etcd):
    scheme, tls = 'https', True

    def security(self):
        return ['--cert-file', f'{self.pki}/server.pem', '--key-file', f'{self.pki}/server.key',
                '--trusted-ca-file', f'{self.pki}/ca.pem', '--client-cert-auth']
