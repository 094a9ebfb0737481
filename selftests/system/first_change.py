#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Change the addresses of a VM, and again, until that has been accepted and done by everybody: vCenter,
nDirector, vServer and NVE all have a part in it. Says that it is ready, and begins with its first byte of input.

usage: first_change.py SOCKET VM IP...
Prints when it was accepted and when done, s since 1970, and how often it was asked.
"""
import http.client
import json
import socket
import sys
import time

PAUSE_S = 0.005
LIMIT_S = 120


class Unix(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__('localhost', timeout=LIMIT_S)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def ask(path, method, what, body=None):
    """The status and the object; None when nobody answers."""
    connection = Unix(path)
    try:
        connection.request(method, f'/api/v1/{what}', body)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    except (OSError, ValueError, http.client.HTTPException):
        return None, None
    finally:
        connection.close()


def done(path, vm, ips):
    """It has come to its end, and well."""
    while True:
        status, found = ask(path, 'GET', f'vms/{vm}')
        if status != 200 or found.get('error'):
            return False
        if not found.get('doing'):
            return sorted(found['nics'][0]['ips']) == sorted(ips)
        time.sleep(PAUSE_S)


def main(path, vm, *ips):
    body = json.dumps({'nics': [{'ip': list(ips)}]})
    print('ready', flush=True)
    sys.stdin.read(1)
    end = time.time() + LIMIT_S
    tries, last = 0, None
    while time.time() < end:
        tries += 1
        status, last = ask(path, 'PATCH', f'vms/{vm}', body)
        if status == 202:
            accepted = time.time()
            if done(path, vm, ips):
                print(f'{accepted:.4f} {time.time():.4f} {tries}')
                return 0
        time.sleep(PAUSE_S)
    print(f'it was not accepted in {LIMIT_S} s: {last}', file=sys.stderr)
    return 1


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
