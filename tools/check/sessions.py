# SPDX-License-Identifier: GPL-2.0
"""Ends programs that have sessions of their own, with all that they have begun."""
import contextlib
import os
import signal
import time

GRACE = 20      # seconds to give back namespaces and virtual machines
LOOK = 0.05


def gone(pid):
    """A child's end, which is left for whoever waits for it."""
    try:
        return bool(os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT))
    except ChildProcessError:
        return True


def kill(groups, number):
    for group in groups:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, number)


def end(leaders, grace=GRACE):
    """They are asked, and after a while made."""
    kill(leaders, signal.SIGTERM)
    deadline = time.monotonic() + grace
    while not all(map(gone, leaders)) and time.monotonic() < deadline:
        time.sleep(LOOK)
    kill(leaders, signal.SIGKILL)
