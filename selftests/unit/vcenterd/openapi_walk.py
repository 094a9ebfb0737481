#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Does all that vcenterd's document has, once, and holds every answer against it.

usage: openapi_walk.py SOCKET

The vCenter is of dc1 with the vServers host1 and host2, and host9 that has no session; of dc2 there
is another one, which is nearer to everybody. Says what is wrong and ends with 1 then.
"""
import os
import sys

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../..')
sys.path.insert(0, os.path.join(TOP, 'tools/check'))
from api_walk import echoes, pages, refuse, until, until_gone, until_there, walk     # noqa: E402

DOCUMENT = os.path.join(TOP, 'Documentation/protocols/openapi-vcenter.yaml')
API = '/api/v1'
VN = {'name': 'walk', 'vni': 4711, 'tenant': 'alice', 'unknown': 'ask', 'arp': 'answer'}
PROFILE = {'name': 'web', 'default': 'deny', 'rate': 1000000, 'burst': 10000, 'dscp': 46,
           'rules': ['permit from-vm proto tcp dport 80-90']}
VM = {'name': 'vm1', 'tenant': 'alice', 'server': 'host1',
      'nics': [{'vn': 'walk', 'mac': '02:00:00:00:47:11', 'ip': ['10.0.0.1/24', 'fd00::1/64']}]}
RULES = {'near': ['group:db'], 'apart': ['group:web']}


def make(client):
    echoes(VN, client.expect(201, 'POST', API + '/vns', VN))
    echoes({'bum': 'none'}, client.expect(200, 'PATCH', API + '/vns/walk', {'bum': 'none'}))
    echoes(PROFILE, client.expect(201, 'POST', API + '/profiles', PROFILE))
    echoes({'dscp': 0}, client.expect(200, 'PATCH', API + '/profiles/web', {'dscp': 0}))
    where = client.expect(200, 'POST', API + '/placement', {**VM, 'location': 'row9'})
    assert 'server' not in where and 'row9' in where['error'], where
    where = client.expect(200, 'POST', API + '/placement', {**VM, **RULES})
    assert where['server'] == 'host1' and [s['fits'] for s in where['servers']] == [True, True, False], where
    assert not any(s['busy'] for s in where['servers']), where
    client.expect(404, 'GET', API + '/vms/vm1')
    echoes({**VM, **RULES}, client.expect(202, 'POST', API + '/vms', {**VM, **RULES}), ('nics',))
    until(client, API + '/vms/vm1', 'state', 'running')
    until(client, API + '/vms/vm1', 'doing', None)
    client.expect(202, 'PATCH', API + '/vms/vm1', {'nics': [{'profile': 'web'}]})
    until(client, API + '/vms/vm1', 'doing', None)
    for change in ({'cpus': 2, 'memory_mib': 256}, {'plug': {'vn': 'walk', 'mac': '02:00:00:00:47:12'}},
                   {'unplug': '02:00:00:00:47:12'}):
        client.expect(202, 'PATCH', API + '/vms/vm1', change)
        until(client, API + '/vms/vm1', 'doing', None)
    for state, word in (('stopped', 'stop'), ('running', 'start'), ('suspended', 'suspend'),
                        ('running', 'resume'), ('running', 'reboot')):
        client.expect(202, 'POST', f'{API}/vms/vm1/{word}')
        until(client, API + '/vms/vm1', 'state', state)
        until(client, API + '/vms/vm1', 'doing', None)


def move(client):
    """To host2, and once towards dc2, given up at once."""
    first = client.expect(202, 'POST', API + '/vms/vm1/move', {'server': 'host2'})
    until(client, f'{API}/moves/{first["id"]}', 'state', 'done')
    client.expect(409, 'POST', f'{API}/moves/{first["id"]}/abort')
    second = client.expect(202, 'POST', API + '/vms/vm1/move', {'dc': 'dc2'})
    client.expect(202, 'POST', f'{API}/moves/{second["id"]}/abort')
    until(client, f'{API}/moves/{second["id"]}', 'state', 'aborted')
    client.expect(400, 'POST', API + '/vms/vm1/move', {'dc': 'dc2', 'client': '192.0.2.7'})
    near = client.expect(202, 'POST', API + '/vms/vm1/move', {'client': '192.0.2.7'})
    assert near['rtt'] == [{'dc': 'dc2', 'us': 5000}, {'dc': 'dc1', 'us': 40000}], near
    client.expect(202, 'POST', f'{API}/moves/{near["id"]}/abort')
    until(client, f'{API}/moves/{near["id"]}', 'state', 'aborted')
    for server in 'host1', 'host2':
        third = client.expect(202, 'POST', API + '/vms/vm1/replicate', {'server': server})
        until(client, f'{API}/moves/{third["id"]}', 'state', 'done')
    until(client, API + '/vms/vm1', 'state', 'running')


def console(client):
    client.expect(426, 'GET', API + '/vms/vm1/console')
    sock, headers = client.upgrade(API + '/vms/vm1/console', 'nvo3-console')
    sock.sendall(b'hello')
    assert sock.recv(100) == b'hello'
    here = client.expect(200, 'GET', f'{API}/consoles/{headers["nvo3-console"]}')
    echoes({'vm_name': 'vm1', 'who': 'root', 'state': 'open', 'in': 5, 'out': 5}, here)
    sock.close()
    until(client, f'{API}/consoles/{here["id"]}', 'end', 'left')
    assert client.expect(200, 'GET', API + '/consoles')['items'][0]['id'] == here['id']


def group(client):
    """All that can be asked of a group of one."""
    vm = {'name': 'vm2', 'tenant': 'alice', 'group': 'crew', 'server': 'host2', 'nics': [{'vn': 'walk'}]}
    client.expect(202, 'POST', API + '/vms', vm)
    until(client, API + '/vms/vm2', 'state', 'running')
    until(client, API + '/vms/vm2', 'doing', None)
    wish = {'id': '00000000-0000-4000-8000-000000000002', 'tenant': 'alice', 'group': 'crew', 'action': 'stop',
            'parallel': 4}
    echoes(wish, client.expect(202, 'POST', API + '/operations', wish))
    until(client, f'{API}/operations/{wish["id"]}', 'state', 'done')
    members = client.expect(200, 'GET', f'{API}/operations/{wish["id"]}/members?state=done&limit=1')
    echoes({'name': 'vm2', 'state': 'done'}, members['items'][0])
    client.expect(202, 'POST', API + '/operations', wish)
    client.expect(409, 'POST', API + '/operations', {**wish, 'action': 'start'})
    client.expect(409, 'POST', f'{API}/operations/{wish["id"]}/abort')
    client.expect(404, 'POST', API + '/operations', {**wish, 'id': wish['id'][:-1] + '3', 'group': 'none'})
    last = client.expect(202, 'POST', API + '/operations', {'tenant': 'alice', 'group': 'crew', 'action': 'mobility',
                                                            'dc': 'dc2', 'server': 'host3'})
    until(client, f'{API}/operations/{last["id"]}', 'state', 'done')
    assert client.expect(200, 'GET', f'{API}/operations/{last["id"]}')['vms']['failed'] == 1
    client.expect(202, 'POST', API + '/operations', {'tenant': 'alice', 'group': 'crew', 'action': 'start'})
    until(client, API + '/vms/vm2', 'state', 'running')
    # one that is over before it is aborted says so: the next one
    for turn in range(100):
        last = client.expect(202, 'POST', API + '/operations', {'tenant': 'alice', 'group': 'crew', 'action': 'migrate',
                                                                'server': f'host{1 + turn % 2}'})
        if client.ask('POST', f'{API}/operations/{last["id"]}/abort').status == 202:
            break
        until(client, f'{API}/operations/{last["id"]}', 'state', 'done')
    until(client, f'{API}/operations/{last["id"]}', 'state', 'aborted')
    client.expect(202, 'POST', API + '/operations', {'tenant': 'alice', 'group': 'crew', 'action': 'delete'})
    until_gone(client, API + '/vms/vm2')
    assert len(client.expect(200, 'GET', API + '/operations')['items']) >= 5


def change(client):
    """A larger disk, another group; and back, where that can be."""
    for wish in ({'disk_mib': 32}, {'group': 'web'}, {'group': ''}):
        client.expect(202, 'PATCH', API + '/vms/vm1', wish)
        until(client, API + '/vms/vm1', 'doing', None)
        echoes(wish, client.expect(200, 'GET', API + '/vms/vm1'))
    client.expect(409, 'PATCH', API + '/vms/vm1', {'disk_mib': 16})


def look(client):
    assert client.expect(200, 'GET', API + '/servers/host1')['host']['cpu_permille'] == 250
    past = client.expect(200, 'GET', API + '/servers/host1/use')['host_past']
    assert [s['cpu_permille'] for s in past['recent']] == [250], past
    assert [s['memory_used_kib'] for s in past['periods']] == [0], past
    assert 'host_past' not in client.expect(200, 'GET', API + '/servers/host2/use')
    up = until_there(client, API + '/servers/host1/use', 'availability')
    assert 0 < up['up_s'] == sum(part['up_s'] for part in up['periods']), up
    down = until_there(client, API + '/servers/host9/use', 'availability')
    assert (down['up_s'], down['permille']) == (0, 0), down
    for target in ('/vms/vm1/use', '/servers/host1/use', '/use?tenant=alice', '/load', '/alarms',
                   '/status', '/vns/walk', '/servers/host1', '/profiles/web',
                   '/vms?tenant=alice&vn=walk',
                   '/vms?state=running&server=host2', '/backup', '/watch/vns', '/watch/operations',
                   '/watch/events?since=0'):
        client.expect(200, 'GET', API + target)
    client.expect(200, 'GET', '/metrics')
    vm = client.expect(200, 'GET', API + '/vms/vm1')
    for query in (f'id={vm["id"]}', 'name=vm1', 'vn=walk&mac=02:00:00:00:47:11',
                  'vn=walk&ip=10.0.0.1'):
        echoes({'vm': vm['id']}, client.expect(200, 'GET', f'{API}/lookup?{query}'))
    echoes({'result': 'not-found'}, client.expect(200, 'GET', API + '/lookup?name=nobody'))


def audited(client):
    """Who has changed VN walk, and how it was before."""
    entries = client.expect(200, 'GET', API + '/audit?object=vns/walk')['items']
    made, changed = [(e['who'], e['method'], e['status']) for e in entries[:2]]
    assert (made, changed) == (('root', 'POST', 201), ('root', 'PATCH', 200)), entries
    assert 'before' not in entries[0] and entries[0]['after']['bum'] == 'replicate', entries
    assert (entries[1]['before']['bum'], entries[1]['after']['bum']) == ('replicate', 'none')
    since = client.expect(200, 'GET', f'{API}/audit?object=vns/walk&since={entries[0]["seq"]}')
    assert since['items'] == entries[1:], since
    assert client.expect(200, 'GET', API + '/audit?who=nobody')['items'] == []
    client.expect(409, 'POST', API + '/vns', {**VN, 'uuid': '00000000-0000-4000-8000-000000000001'})
    last = client.expect(200, 'GET', API + '/audit?object=vns/walk')['items'][-1]
    assert last['status'] == 409 and 'after' not in last and 'is taken' in last['error'], last
    whole = client.expect(200, 'GET', API + '/audit')['items']
    assert [e['seq'] for e in whole] == list(range(1, len(whole) + 1)), whole


def root(client):
    """dc2 is asked by its root."""
    here, there = client.expect(200, 'GET', API + '/dcs')['items']
    assert (here['dc'], here['here'], there['dc'], there['up']) == ('dc1', True, 'dc2', True), (here, there)
    vm = {**VM, 'name': 'vm3', 'id': '00000000-0000-4000-8000-000000000003', 'nics': [{'vn': 'walk'}]}
    del vm['server']
    where = client.expect(200, 'POST', API + '/placement', {**vm, 'dc': 'any'})
    assert where['dc'] in ('dc1', 'dc2') and [dc['fits'] for dc in where['dcs']] == [True, True], where
    where = client.expect(200, 'POST', API + '/placement', {**vm, 'dc': 'any', 'location': 'dc2/row9'})
    assert 'dc' not in where and 'row9' in where['error'], where
    where = client.expect(200, 'POST', API + '/placement', {**vm, 'dc': 'dc2'})
    assert where['server'] in ('host3', 'host4'), where
    made = [client.expect(202, 'POST', API + '/vms', {**vm, 'dc': 'any', 'location': 'dc2'}) for _ in range(2)]
    assert made[0]['dc'] == made[1]['dc'] == 'dc2', made
    at = API + '/dcs/dc2/vms/vm3'
    until(client, at, 'state', 'running')
    until(client, at, 'doing', None)
    client.expect(202, 'PATCH', at, {'cpus': 2})
    until(client, at, 'doing', None)
    client.expect(202, 'POST', at + '/stop')
    until(client, at, 'state', 'stopped')
    until(client, at, 'doing', None)
    assert len(client.expect(200, 'GET', API + '/dcs/dc2/vms?limit=1')['items']) == 1
    client.expect(405, 'POST', API + '/dcs/dc2/status')
    client.expect(400, 'GET', API + '/dcs/dc2/watch/vns')
    client.expect(403, 'GET', API + '/dcs/dc2/dcs/dc1/vms')
    client.expect(404, 'GET', API + '/dcs/dc3/vms')
    client.expect(202, 'DELETE', at)
    until_gone(client, at)
    client.expect(400, 'POST', API + '/vms', {**VM, 'dc': 'any'})


def fence(client):
    echoes({'dead': False, 'up': False}, client.expect(200, 'GET', API + '/servers/host9'))
    for _ in range(2):
        echoes({'dead': True}, client.expect(200, 'POST', API + '/servers/host9/dead'))
    client.expect(409, 'POST', API + '/servers/host1/dead')
    client.expect(404, 'POST', API + '/servers/host7/dead')


def remove(client):
    client.expect(202, 'PATCH', API + '/vms/vm1', {'nics': [{'profile': 'web'}]})
    client.expect(409, 'DELETE', API + '/profiles/web')
    client.expect(409, 'DELETE', API + '/vns/walk')
    until(client, API + '/vms/vm1', 'doing', None)
    client.expect(202, 'DELETE', API + '/vms/vm1')
    until_gone(client, API + '/vms/vm1')
    client.expect(200, 'DELETE', API + '/profiles/web')
    client.expect(200, 'DELETE', API + '/vns/walk')
    client.expect(404, 'GET', API + '/profiles/web')


if __name__ == '__main__':
    sys.exit(walk(DOCUMENT, make, move, console, group, change, look, audited, root, fence, pages, refuse, remove))
