#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What is held against an OpenAPI document is seen when it differs."""
import os
import sys

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../..')
sys.path.insert(0, os.path.join(TOP, 'tools/check'))
import openapi      # noqa: E402  (the path comes first)

THING = {'type': 'object', 'additionalProperties': False, 'required': ['name'],
         'properties': {'name': {'type': 'string', 'pattern': '^[a-z]{1,3}$'},
                        'n': {'type': 'integer', 'minimum': 1, 'maximum': 9},
                        'up': {'type': 'boolean'}, 'ms': {'type': 'number', 'minimum': 0},
                        'word': {'type': 'string', 'enum': ['on', 'off']},
                        'list': {'type': 'array', 'minItems': 1, 'maxItems': 2,
                                 'items': {'type': 'integer'}},
                        'ip': {'oneOf': [{'type': 'string'}, {'type': 'array', 'items': {'type': 'string'}}]}}}
CASES = [
    # name, value, is it right
    ('the least', {'name': 'a'}, True),
    ('all of it', {'name': 'abc', 'n': 9, 'up': False, 'ms': 0.5, 'word': 'on', 'list': [1, 2], 'ip': ['a']}, True),
    ('no object', [], False),
    ('a member is missing', {'n': 1}, False),
    ('a member too much', {'name': 'a', 'x': 1}, False),
    ('null', {'name': None}, False),
    ('a pattern is for the whole text', {'name': 'abcd'}, False),
    ('and its end is no newline', {'name': 'abc\n'}, False),
    ('true is no number', {'name': 'a', 'n': True}, False),
    ('1.0 is no integer', {'name': 'a', 'n': 1.0}, False),
    ('too small', {'name': 'a', 'n': 0}, False),
    ('too large', {'name': 'a', 'n': 10}, False),
    ('1 is not true', {'name': 'a', 'up': 1}, False),
    ('another word', {'name': 'a', 'word': 'maybe'}, False),
    ('too few items', {'name': 'a', 'list': []}, False),
    ('too many items', {'name': 'a', 'list': [1, 2, 3]}, False),
    ('a wrong item', {'name': 'a', 'list': ['1']}, False),
    ('neither of two kinds', {'name': 'a', 'ip': 1}, False),
]
OP = openapi.Operation('GET', '/api/v1/things/{id}', [
    {'name': 'limit', 'in': 'query', 'schema': {'type': 'integer', 'minimum': 1}},
    {'name': 'force', 'in': 'query', 'schema': {'type': 'boolean'}}], None, {})
REST = openapi.Operation('GET', '/api/v1/dcs/{dc}/{path}', [
    {'name': 'path', 'in': 'path', 'x-rest': True, 'schema': {'type': 'string'}}], None, {})
QUERIES = [('limit=1&force=true', True), ('', True), ('limit=0', False), ('limit=x', False), ('limit=', False),
           ('limit=1&limit=1', False), ('colour=red', False), ('force=maybe', False)]
TARGETS = [('GET', '/api/v1/things/a?x=1', OP), ('PUT', '/api/v1/things/a', ['GET']),
           ('GET', '/api/v1/things/', None), ('GET', '/api/v1/things/a/b', None)]
REST_TARGETS = [('GET', '/api/v1/dcs/a/b?x=1', REST), ('GET', '/api/v1/dcs/a/b/c/d', REST), ('GET', '/api/v1/dcs/a/', None),
                ('GET', '/api/v1/dcs/a', None), ('PUT', '/api/v1/dcs/a/b/c', ['GET'])]


def strange_words_are_errors():
    try:
        openapi.complaint(1, {'type': 'integer', 'multipleOf': 2})
    except ValueError:
        return True
    return False


def results():
    for name, value, right in CASES:
        yield name, (openapi.complaint(value, THING) is None) == right
    for query, right in QUERIES:
        yield f'query {query}', (openapi.refusal(OP, openapi.pairs('?' + query), None) is None) == right
    for method, target, want in TARGETS:
        yield f'{method} {target}', openapi.match([OP], method, target) == want
    for method, target, want in REST_TARGETS:
        yield f'{method} {target}', openapi.match([REST], method, target) == want
    yield 'what is handed on is not judged', openapi.refusal(REST, [('colour', 'red')], None) is None
    yield 'a word of a schema that is not known is an error', strange_words_are_errors()


def main():
    failed = 0
    verdicts = list(results())
    print(f'1..{len(verdicts)}')
    for number, (name, right) in enumerate(verdicts, 1):
        print(f'{"ok" if right else "not ok"} {number} {name}')
        failed |= not right
    return failed


if __name__ == '__main__':
    sys.exit(main())
