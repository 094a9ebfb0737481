# SPDX-License-Identifier: GPL-2.0
"""The bench seen from inside User-Mode Linux: namespaces, programs, and the
commands of the module nvo3_bench, which are done in the namespace that one is in.
"""
import ctypes
import os
import subprocess

CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)


class Unmeasured(Exception):
    """Something that a figure takes is not there; says what."""


def run(*words, text=None, ns=None):
    """A program's output; it must succeed."""
    if ns:
        words = ('ip', 'netns', 'exec', ns, *words)
    done = subprocess.run(words, input=text, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise Unmeasured(f'{" ".join(words[:12])}: {said[-1] if said else done.returncode}')
    return done.stdout


class Bed:
    def __init__(self):
        self.files = {}
        self.here = None

    def namespaces(self, *names):
        for name in names:
            run('ip', 'netns', 'add', name)
            run('ip', '-n', name, 'link', 'set', 'lo', 'up')
            # Frames that nobody asked for would be counted.
            self.enter(name)
            for which in ('all', 'default'):
                with open(f'/proc/sys/net/ipv6/conf/{which}/disable_ipv6', 'w',
                          encoding='ascii') as switch:
                    switch.write('1')

    def enter(self, ns):
        if ns == self.here:
            return
        if ns not in self.files:
            self.files[ns] = os.open(f'/run/netns/{ns}', os.O_RDONLY)
        if libc.setns(self.files[ns], CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f'setns {ns}')
        self.here = ns

    def do(self, ns, *words):
        """A command of the bench module: its reply, {key: number}."""
        self.enter(ns)
        file = os.open('/proc/nvo3_bench', os.O_RDWR)
        try:
            os.write(file, ' '.join(str(word) for word in words).encode())
            reply = os.pread(file, 4096, 0).decode()
        except OSError as error:
            raise Unmeasured(f'bench module in {ns}: {" ".join(map(str, words))}: '
                             f'{error.strerror}') from error
        finally:
            os.close(file)
        return {key: int(value) for key, value in
                (word.split('=') for word in reply.split())}

    def cpu_ns(self):
        """What this kernel has had of its processor."""
        return self.do(self.here, 'clock', 'cpu')['ns']

    def counters(self, ns, dev):
        """(frames received, sent) of a device"""
        self.enter(ns)
        with open('/proc/thread-self/net/dev', encoding='ascii') as table:
            for line in table:
                name, _, numbers = line.partition(':')
                if name.strip() == dev:
                    numbers = numbers.split()
                    return int(numbers[1]), int(numbers[9])
        raise Unmeasured(f'no device {dev} in {ns}')


def batch(ns, *lines):
    run('ip', '-n', ns, '-batch', '-', text='\n'.join(lines) + '\n')


def nvo3(ns, *lines):
    run('nvo3', '-n', ns, '-b', '-', text='\n'.join(lines) + '\n')


def pair(ns1, dev1, ns2, dev2, mac1=None, mac2=None, mtu=None):
    words = ['link', 'add', dev1, *(['address', mac1] if mac1 else []), 'type', 'veth',
             'peer', 'name', dev2, *(['address', mac2] if mac2 else []), 'netns', ns2]
    batch(ns1, ' '.join(words), *([f'link set {dev1} mtu {mtu}'] if mtu else []),
          f'link set {dev1} up')
    batch(ns2, *([f'link set {dev2} mtu {mtu}'] if mtu else []), f'link set {dev2} up')


def meminfo():
    """Kernel memory that tables may come from, in bytes."""
    keys = ('Slab', 'VmallocUsed', 'Percpu')
    with open('/proc/meminfo', encoding='ascii') as lines:
        sizes = dict(line.split(':') for line in lines)
    return {key: int(sizes[key].split()[0]) * 1024 for key in keys}
