#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Does all that ndirectord's document has, once, and holds every answer against it.

usage: openapi_walk.py SOCKET

VN blue is open, dc1/host1 has 02:00:00:00:00:01 in it, 02:00:00:00:00:02 is frozen and
dc1/host9 has no session (test_openapi.c). Says what is wrong and ends with 1 then.
"""
import os
import sys

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../..')
sys.path.insert(0, os.path.join(TOP, 'tools/check'))
from api_walk import pages, refuse, walk        # noqa: E402  (the path comes first)

DOCUMENT = os.path.join(TOP, 'Documentation/protocols/openapi-ndirector.yaml')
API = '/api/v1'
BINDING = {'vn': 'blue', 'mac': '02:00:00:00:00:07', 'nve': 'dc1/host2', 'ips': ['10.1.0.7/24']}


def look(client):
    for target in ('/status', '/mappings?vn=blue', '/members?vn=blue', '/frozen?vn=blue', '/watch/vns',
                   '/watch/alerts?since=0'):
        client.expect(200, 'GET', API + target)
    client.expect(200, 'GET', '/metrics')
    for target in ('/mappings?vn=red', '/frozen?vn=red', '/watch/colours'):
        client.expect(404, 'GET', API + target)


def change(client):
    client.expect(201, 'POST', API + '/bindings', BINDING)
    placed = client.expect(200, 'GET', API + '/placements?vn=blue')['items']
    assert [(item['mac'], item['ips'], item['bound']) for item in placed] == \
        [(BINDING['mac'], BINDING['ips'], True)], placed
    client.expect(409, 'POST', API + '/bindings', {**BINDING, 'nve': 'dc2/host1'})
    client.expect(200, 'DELETE', f'{API}/bindings/blue/{BINDING["mac"]}')
    client.expect(404, 'DELETE', f'{API}/bindings/blue/{BINDING["mac"]}')
    frozen = client.expect(200, 'GET', API + '/frozen')['items']
    assert [item['mac'] for item in frozen] == ['02:00:00:00:00:02'], frozen
    client.expect(200, 'DELETE', API + '/frozen/blue/02:00:00:00:00:02')
    wish = {'tenant': 'alice', 'location': 'dc2/row1'}
    client.expect(202, 'POST', API + '/vms/web/replicate', wish)
    client.expect(202, 'POST', API + '/vms/web/replicate', {'tenant': 'alice', 'client': '192.0.2.7'})
    client.expect(400, 'POST', API + '/vms/web/replicate', {**wish, 'client': '192.0.2.7'})
    client.expect(400, 'POST', API + '/vms/web/replicate', {'location': 'dc2/row1'})
    move = f'{API}/moves/11111111-2222-4333-8444-555555555555'
    client.expect(200, 'GET', move + '?tenant=alice')
    client.expect(202, 'POST', move + '/abort?tenant=alice')
    client.expect(400, 'GET', move)
    client.expect(404, 'POST', f'{API}/moves/web/abort?tenant=alice')
    client.expect(409, 'DELETE', API + '/nves/dc1/host1?force=true')
    client.expect(200, 'DELETE', API + '/nves/dc1/host9?force=false')


if __name__ == '__main__':
    sys.exit(walk(DOCUMENT, look, pages, change, refuse))
