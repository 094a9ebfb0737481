#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Print what every part of the lab holds, one fact a line, without what may change
(counters, times): to be compared before and after something.

usage: state_of_all.py LAB-DIRECTORY
"""
import http.client
import json
import re
import socket
import subprocess
import sys

HOSTS = ('host1', 'host2', 'host3', 'host4')
# What VMs and machines use, as they said last, and whether that is much
CHANGES = ('use', 'host', 'busy')
ASKED = {'vcenter': ('vms', 'servers', 'vns'), 'director': ('mappings', 'placements', 'nves')}


class Unix(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__('localhost', timeout=20)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def items(sock, what):
    connection = Unix(sock)
    connection.request('GET', f'/api/v1/{what}')
    answer = json.load(connection.getresponse())
    connection.close()
    return sorted(json.dumps({key: value for key, value in item.items() if key not in CHANGES},
                             sort_keys=True) for item in answer['items'])


def kernel(host):
    """All of the host's kernel in one batch of commands, but which snapshot named what last."""
    commands = 'map show dev nve0\nmember show dev nve0\nport show\n'
    result = subprocess.run(['nsenter', f'--net=/run/netns/{host}', 'nvo3', '-b', '-'],
                            input=commands, text=True, capture_output=True, check=True)
    return sorted(re.sub(r' generation \d+', '', line) for line in result.stdout.splitlines())


def main(lab):
    for host in HOSTS:
        print(f'{host}:', *kernel(host), sep='\n  ')
    for dc in (1, 2):
        for program, lists in ASKED.items():
            for what in lists:
                print(f'{program}{dc} {what}:', *items(f'{lab}/{program}{dc}/api.sock', what),
                      sep='\n  ')


main(sys.argv[1])
