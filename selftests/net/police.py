# SPDX-License-Identifier: GPL-2.0
"""Limits of profiles, a test an invocation; see police.sh for the place.

Frames are sent as fast as they go, and those that passed are compared with what the rate
and the bursts allow for the time that it took: never more, and not far less, since far
more was offered. How exact the rate is, selftests/unit/kernel/test_police.c tells with a
clock of its own.
"""
import sys
import time

from genl import attr, NLM_F_REPLACE
from packets import Lab, Nve, number, Port, udp4
from uapi import N

A1, A2 = '10.0.0.1', '10.0.0.2'
LENGTH = 1000


def profile(nve, number_, **limits):
    width = {'rate': '=Q', 'burst': '=I', 'pps': '=I'}
    nve.request('PROFILE_ADD', attr(N['NVO3_A_PROFILE'], [
        number('NVO3_A_PROFILE_ID', number_),
        *[number(f'NVO3_A_PROFILE_{name.upper()}', value, width[name])
          for name, value in limits.items()]]), flags=NLM_F_REPLACE)


def offer(lab, seconds, reason):
    """Send for that long: frames sent and passed, and the time until the last was sent."""
    frame = udp4(A2, A1)
    frame += bytes(LENGTH - len(frame) - 12)
    before, begin, sent = lab.nve.drops(), time.monotonic(), 0
    seen = 0
    while time.monotonic() < begin + seconds:
        for _ in range(50):
            lab.ports['vm1'].send(lab.marked(frame))
        sent += 50
        seen += len(lab.ports['vm2'].receive())
    took = time.monotonic() - begin
    late, new = lab.collect(before, lambda frames, drops: seen + frames + drops >= sent)
    seen += len(late['vm2'])
    assert set(new) <= {reason} and seen + new.get(reason, 0) == sent, (sent, seen, new)
    return sent, seen, took


def limited(lab, most, rate, reason):
    """@most frames at once and @rate a second, offered more."""
    sent, seen, took = offer(lab, 3, reason)
    print(f'{sent} sent in {took:.2f} s, {seen} passed, rate {rate}, burst {most}')
    assert sent > 2 * (most + rate * took), 'this machine is too slow to tell'
    assert seen <= 2 * most + rate * took + 1, 'more than the rate and two bursts'
    # A machine that stalls for longer than a burst lasts loses what it was worth.
    assert seen >= rate * took / 2, 'less than half the rate'


def from_vm(lab):
    profile(lab.nve, 2)
    profile(lab.nve, 1, rate=8 * LENGTH * 20, burst=10 * LENGTH)
    limited(lab, 10, 20, 'rate-from-vm')
    profile(lab.nve, 1, pps=20)
    limited(lab, 32, 20, 'rate-from-vm')


def to_vm(lab):
    profile(lab.nve, 1)
    profile(lab.nve, 2, rate=8 * LENGTH * 20, burst=10 * LENGTH)
    limited(lab, 10, 20, 'rate-to-vm')


def lifted(lab):
    """A limit that is taken away holds nothing back, and one far above neither."""
    profile(lab.nve, 1)
    profile(lab.nve, 2)
    sent, seen, _ = offer(lab, 0.5, 'none')
    assert seen == sent
    profile(lab.nve, 1, rate=80000000000, burst=100000000, pps=10000000)
    sent, seen, _ = offer(lab, 0.5, 'none')
    assert seen == sent


if __name__ == '__main__':
    globals()[sys.argv[1]](Lab(Nve('h1'), vm1=Port('vm1'), vm2=Port('vm2')))
