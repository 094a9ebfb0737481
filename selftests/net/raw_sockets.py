# SPDX-License-Identifier: GPL-2.0
"""Hold raw sockets of both families, for bypass.sh: raw_sockets.py PROTOCOL|all"""
import signal
import socket
import sys

protocols = range(1, 255) if sys.argv[1] == 'all' else [int(sys.argv[1])]
held = [socket.socket(family, socket.SOCK_RAW, protocol) for protocol in protocols
        for family in (socket.AF_INET, socket.AF_INET6)]
print(len(held), 'sockets', flush=True)
signal.pause()
