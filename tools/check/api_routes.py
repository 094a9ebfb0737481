#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Do a daemon's table of routes and its OpenAPI document name the same operations, with the same
parameters?

usage: api_routes.py SOURCE DOCUMENT
"""
import re
import sys

import openapi

ROUTE = re.compile(r'\{\s*"([A-Z]+)",\s*"([^"]+)",\s*\w+(?:,\s*"([^"]*)")?(?:,\s*\.\w+ = \w+)*\s*\}')


def main():
    with open(sys.argv[1], encoding='utf-8') as source:
        # "{path...}" takes more than a segment
        routes = {f'{method} {path}'.replace('...}', '}'): set(query.split())
                  for method, path, query in ROUTE.findall(source.read())}
    documented = {op.name: {param['name'] for param in op.params if param['in'] == 'query'}
                  for op in openapi.operations(openapi.load(sys.argv[2]))}
    wrong = 0
    for name in sorted(routes | documented):
        if routes.get(name) != documented.get(name):
            print(f'{name}: the server has {routes.get(name)}, the document '
                  f'{documented.get(name)}')
            wrong = 1
    if not routes:
        print(f'{sys.argv[1]}: no routes')
    return wrong or not routes


if __name__ == '__main__':
    sys.exit(main())
