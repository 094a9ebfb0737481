# SPDX-License-Identifier: GPL-2.0
"""What the walks through both APIs (selftests/unit/*/openapi_walk.py) do alike."""
import sys
import time

import openapi
from api_client import Client, Wrong

LIMIT_S = 60


def until(client, target, key, value):
    """GET target until its member has this value; None: it is absent."""
    end = time.monotonic() + LIMIT_S
    while True:
        item = client.expect(200, 'GET', target)
        if item.get(key) == value:
            return item
        if time.monotonic() > end:
            raise Wrong(f'{target}: {key} stays {item.get(key)}, not {value}')
        time.sleep(0.02)


def until_there(client, target, key):
    """GET target until it has this member; its value."""
    end = time.monotonic() + LIMIT_S
    while True:
        item = client.expect(200, 'GET', target)
        if key in item:
            return item[key]
        if time.monotonic() > end:
            raise Wrong(f'{target}: there is no {key}')
        time.sleep(0.02)


def until_gone(client, target):
    end = time.monotonic() + LIMIT_S
    while client.ask('GET', target).status != 404:
        if time.monotonic() > end:
            raise Wrong(f'{target} does not go')
        time.sleep(0.02)


def echoes(sent, got, but=()):
    for key, value in sent.items():
        if key not in but and got.get(key) != value:
            raise Wrong(f'{key}: {value!r} was sent, {got.get(key)!r} is there')


def pages(client):
    """What comes page by page is what comes at once, of lists that are of no object."""
    for op in client.ops:
        if op.method != 'GET' or '{' in op.path or not op.param('limit', 'query'):
            continue
        whole = client.expect(200, 'GET', op.path)['items']
        word, at = ('after', '') if op.param('after', 'query') else ('offset', 0)
        by_one = []
        while at is not None:
            where = f'&{word}={at}' if at != '' else ''
            page = client.expect(200, 'GET', f'{op.path}?limit=1{where}')
            by_one += page['items']
            at = page.get('after' if word == 'after' else 'next')
        if whole != by_one:
            raise Wrong(f'{op.path}: {len(by_one)} items page by page, {len(whole)} at once')


def refuse(client):
    """On every path each other method; for every operation a parameter that it does not have."""
    for path in sorted({op.path for op in client.ops}):
        methods = {op.method for op in client.ops if op.path == path}
        target = path.replace('{', '').replace('}', '')
        for method in {'GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'} - methods:
            client.expect(405, method, target)
    for op in client.ops:
        target = op.path.replace('{', '').replace('}', '')
        for query in ('colour=red', 'limit=0', 'limit=1&limit=1', 'since=now', 'offset=-1',
                      'force=maybe'):
            if not openapi.refusal(op, openapi.pairs('?' + query), {}):
                continue
            answer = client.ask(op.method, f'{target}?{query}', {} if op.body else None)
            if answer.status not in (400, 404):
                raise Wrong(f'{op.name}?{query}: {answer}, not 400')


def walk(document, *steps):
    """Do the steps with a client of the socket that the first argument names: the exit status."""
    client = Client(sys.argv[1], document)
    try:
        for step in steps:
            step(client)
        if client.never():
            raise Wrong(f'never answered with success: {", ".join(client.never())}')
    except Wrong as wrong:
        print(wrong)
        return 1
    print(f'{client.asked} answers are as in the document')
    return 0
