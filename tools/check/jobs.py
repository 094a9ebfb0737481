# SPDX-License-Identifier: GPL-2.0
"""What make check runs: jobs, each a command whose output is the KTAP of one or
several programs, found by wildcard.

    build      make, each thing that is built counts as a test
    unit       build/unit/*/test_* and selftests/unit/*/test_*.py, on this machine; in make
               check-long with NVO3_LONG=1
    host       selftests/host/*, on this machine
    rig        tools/vm/selftest
    net-X      selftests/net/* in one rig boot per kernel X
    net-X-smp  those of them that ask for two processors, in one more
    system-X   selftests/system/*, a rig boot for each
    system-fast  those of them that ask for it, with --long, in User-Mode Linux, one after the other
    lint       tools/lint/run

and what make check-debug runs, in the kernels of tools/linux:

    uml/selftest  tools/uml/selftest
    net-debug     half of selftests/net/* in one boot, then tools/check/leaks; also those
                  that are for this kernel alone
    net-debug-2   the other half
    net-smp       those that ask for two processors, with two
    net-race      the same, in the kernel that watches for data races
    net-i386      those that ask for 32 bits, in a kernel and with programs that have them
    race/selftest tools/vm/selftest-race: its kernel cannot lie

A file counts as a test if it can be executed. A test script's header may say:

    # kernels: 6.12        only these; net: both if it says nothing, system: 6.12
    # kernels: 6.12, long 6.1      what follows "long" in make check-long only
    # kernels: long 6.12           in make check-long only
    # kernels: 6.12, long fast     (system only) the long form in tools/linux's fast kernel
    # kernels: debug       only in make check-debug; else that takes what is for 6.12
    # processors: 2        in a boot that has two; in make check-debug for races too
    # bits: 32             in make check-debug in the kernel of 32 bits too
    # limit: SECONDS       for the script (default 180)
    # long: SECONDS NVO3_NAME=VALUE...     in make check-long another limit, and variables
                                           (system and host only)
    # fast: SECONDS NVO3_NAME=VALUE...     the same in the fast kernel
    # rig: OPTION...       more options of tools/vm/run (system only)
"""
import glob
import os
import re
from dataclasses import dataclass, field

KERNELS = ('6.12', '6.1')
# Emulating one processor takes a fifth less time.
ONE_PROCESSOR = ('--smp', '1')
SCRIPT_LIMIT = 180
# How many times longer a test may take where everything is watched, and emulated too.
DEBUG_KERNELS = {'debug': 4, 'smp': 8, 'race': 8, 'i386': 4}
# What a script's header says that such a kernel is to run; debug runs all.
ASKS_FOR = {'smp': 'processors', 'race': 'processors', 'i386': 'bits'}
BOOT_LIMIT = 120        # of a rig, under emulation on a loaded machine
UNIT_LIMIT = 300
UNIT_LONG_LIMIT = 7200  # of those that do more when NVO3_LONG says so


@dataclass
class Job:
    name: str
    command: list
    limit: int
    programs: list = field(default_factory=list)    # in a rig: what must report
    env: dict = field(default_factory=dict)
    plain: bool = False         # no KTAP: one test, its exit status
    rig: bool = False
    waits: bool = False         # mostly for timers: a lane of its own keeps the processors busy
    alone: bool = False         # when all others have ended: it judges times, or needs all processors


def header(path, key):
    """What a script's header says about key, or None."""
    with open(path, encoding='utf-8') as script:
        for line in script.readlines()[:20]:
            found = re.match(rf'# {key}:\s*(.*?)\s*$', line)
            if found:
                return found.group(1)
    return None


def executables(*patterns):
    paths = sorted(path for pattern in patterns for path in glob.glob(pattern))
    return [path for path in paths if os.path.isfile(path) and os.access(path, os.X_OK)]


def script_limit(path):
    return int(header(path, 'limit') or SCRIPT_LIMIT)


def script_kernels(path, default, long=False):
    words = (header(path, 'kernels') or default).replace(',', ' ').split()
    at = words.index('long') if 'long' in words else len(words)
    return words[:at] + (words[at + 1:] if long else [])


def fast_scripts(wanted):
    return [path for path in executables('selftests/system/*')
            if 'fast' in script_kernels(path, KERNELS[0], True)
            and wanted(f'system-fast/{os.path.basename(path)}')]


def fast_build_jobs(wanted):
    """The kernel takes long when it is not there, so only if it is wanted."""
    if not fast_scripts(wanted):
        return []
    return [Job('build/bench', ['make', '-C', 'userspace', 'bench'], 600, plain=True),
            Job('build/kernel-fast', ['tools/linux/build', 'fast'], 7200, plain=True),
            Job('build/module-fast', ['tools/linux/module', 'fast'], 600, plain=True)]


def fast_jobs(modules, wanted):
    jobs = []
    for path in fast_scripts(wanted):
        name = f'system-fast/{os.path.basename(path)}'
        seconds, env = long_form(path, 'fast')
        limit = BOOT_LIMIT + seconds
        command = ['tools/uml/run', 'fast', '--timeout', str(limit), '--exchange',
                   f'build/check/{name.replace("/", "-")}', '--env', 'V', '--ko',
                   modules.get('fast') or '', '--', 'tools/check/in-vm', path]
        jobs.append(Job(name, command, limit + 30, programs=[path], rig=True, env=env,
                        alone=True))
    return jobs


def build_jobs():
    jobs = [Job('build/userspace', ['make', '-C', 'userspace', 'all', 'unit'], 600,
                plain=True),
            Job('build/unit', ['make', '-C', 'selftests/unit'], 600, plain=True)]
    for kernel in KERNELS:
        jobs.append(Job(f'build/module-{kernel}', ['tools/build/module', kernel, 'debug'], 600,
                        plain=True))
    jobs.append(Job('build/fuzz-module', ['tools/build/module', KERNELS[0], 'tools/fuzz/kmod'],
                    600, plain=True))
    jobs.append(Job('build/fuzz', ['make', '-C', 'tools/fuzz/model'], 600, plain=True))
    return jobs


def unit_jobs(long=False):
    limit, env = (UNIT_LONG_LIMIT, {'NVO3_LONG': '1'}) if long else (UNIT_LIMIT, {})
    return [Job(f'unit/{os.path.relpath(path, "build/unit").removeprefix("../../selftests/unit/")}',
                [path], limit, env={'CMOCKA_MESSAGE_OUTPUT': 'TAP', **env}, waits=True)
            for path in executables('build/unit/*/test_*', 'selftests/unit/*/test_*.py')]


def host_jobs(long=False):
    jobs = []
    for path in executables('selftests/host/*'):
        limit, env = long_form(path, 'long' if long else None)
        jobs.append(Job(f'host/{os.path.basename(path)}', [path], limit, env=env))
    # with the sanitizers of gcc, which is there anyway; make fuzz takes its time
    return jobs + [Job('host/fuzz', ['tools/fuzz/userspace', '18', '1', 'own'], 600, plain=True)]


def rig_command(name, kernel, module, limit, options, command):
    return ['tools/vm/run', '--kernel', kernel, '--timeout', str(limit),
            '--exchange', f'build/check/{name}', '--env', 'V',
            *(['--ko', module] if module else []), *options, '--', *command]


def long_form(path, key):
    """The limit and the variables of a script's form "long" or "fast"; None: of the ordinary one."""
    words = (header(path, key) or '').split() if key else []
    if not words:
        return script_limit(path), {}
    env = dict(word.split('=', 1) for word in words[1:])
    return int(words[0]), {'NVO3_LIMIT': words[0], **env}    # for tools/check/in-vm


def rig_job(name, kernel, module, scripts, options=(), long=False):
    forms = [long_form(path, 'long' if long else None) for path in scripts]
    limit = BOOT_LIMIT + sum(seconds for seconds, _ in forms)
    env = {key: value for _, variables in forms for key, value in variables.items()}
    command = rig_command(name.replace('/', '-'), kernel, module, limit, options,
                          ['tools/check/in-vm', *scripts])
    return Job(name, command, limit + 30, programs=scripts, rig=True, env=env)


def rig_jobs(modules, wanted, long):
    """The jobs that boot; wanted(name) chooses scripts, modules are the .ko files."""
    jobs = []
    for kernel in KERNELS:
        scripts = [path for path in executables('selftests/net/*')
                   if kernel in script_kernels(path, ' '.join(KERNELS), long)
                   and wanted(f'net-{kernel}/{os.path.basename(path)}')]
        two = [path for path in scripts if kernel == KERNELS[0] and header(path, 'processors')]
        one = [path for path in scripts if path not in two]
        for name, group, options in (('', one, ONE_PROCESSOR), ('-smp', two, ())):
            if group:
                jobs.append(rig_job(f'net-{kernel}{name}', kernel, modules.get(kernel), group,
                                    options))
    for path in executables('selftests/system/*'):
        for kernel in script_kernels(path, KERNELS[0], long):
            if kernel == 'fast':
                continue
            name = f'system-{kernel}/{os.path.basename(path)}'
            if wanted(name):
                jobs.append(rig_job(name, kernel, modules.get(kernel), [path],
                                    (*ONE_PROCESSOR, *(header(path, 'rig') or '').split()), long))
    return jobs


def debug_scripts(kernel, wanted):
    return [path for path in executables('selftests/net/*')
            if {'6.12', kernel} & set(script_kernels(path, ' '.join(KERNELS), True))
            and (kernel == 'debug' or header(path, ASKS_FOR[kernel]))
            and wanted(f'net-{kernel}/{os.path.basename(path)}')]


def debug_build_jobs(wanted):
    """Only the kernels that are wanted: each takes long when it is not there."""
    jobs = [Job('build/userspace', ['make', '-C', 'userspace', 'all'], 600, plain=True),
            Job('build/unit', ['make', '-C', 'selftests/unit'], 600, plain=True),
            Job('build/fuzz', ['make', '-C', 'tools/fuzz/model'], 600, plain=True)]
    for kernel in DEBUG_KERNELS:
        if debug_scripts(kernel, wanted):
            get = ['tools/linux/i386'] if kernel == 'i386' else ['tools/linux/build', kernel]
            jobs += [Job(f'build/kernel-{kernel}', get, 7200, plain=True),
                     Job(f'build/module-{kernel}', ['tools/linux/module', kernel], 600,
                         plain=True)]
            if any(path.endswith('/fuzz.sh') for path in debug_scripts(kernel, wanted)):
                jobs.append(Job(f'build/fuzz-module-{kernel}',
                                ['tools/linux/module', kernel, 'tools/fuzz/kmod'], 600, plain=True))
    return jobs


def debug_job(name, kernel, module, scripts, cpu=None):
    slow = DEBUG_KERNELS[kernel]
    scripts = [*scripts, 'tools/check/leaks']
    limit = slow * (BOOT_LIMIT + sum(script_limit(path) for path in scripts))
    options = ['--timeout', str(limit), '--exchange', f'build/check/{name}', '--env', 'V',
               '--ko', module or '', '--', 'tools/check/in-vm', *scripts]
    if kernel == 'debug':
        command = ['tools/uml/run', kernel, '--cpu', str(cpu), *options]
    else:
        command = ['tools/vm/run', '--kernel', kernel, '--mem', '4096', *options]
    # a processor that is taken from one of the guest's makes the other one spin
    return Job(name, command, limit + 30, programs=scripts, rig=True,
               env={'NVO3_SLOW': str(slow)}, alone=kernel != 'debug')


def debug_jobs(modules, wanted):
    """One User-Mode Linux has one processor, so two share the scripts."""
    cpus = sorted(os.sched_getaffinity(0))
    scripts = debug_scripts('debug', wanted)
    jobs = [debug_job(name, 'debug', modules.get('debug'), half, cpu)
            for name, cpu, half in (('net-debug', cpus[-1], scripts[::2]),
                                    ('net-debug-2', cpus[0], scripts[1::2])) if half]
    for kernel in ASKS_FOR:
        scripts = debug_scripts(kernel, wanted)
        if scripts:
            jobs.append(debug_job(f'net-{kernel}', kernel, modules.get(kernel), scripts))
    for name, program in (('uml/selftest', 'tools/uml/selftest'),
                          ('race/selftest', 'tools/vm/selftest-race')):
        if wanted(name):
            jobs.append(Job(name, [program], 900))
    return jobs


def own_jobs():
    return [Job('rig/selftest', ['tools/vm/selftest'], 900),
            Job('lint', ['tools/lint/run'], 1800, plain=True)]
