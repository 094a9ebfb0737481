# SPDX-License-Identifier: GPL-2.0
"""An OpenAPI document, and what a server answers held against it.

Of OpenAPI 3.0 that is known which Documentation/protocols/openapi-*.yaml use; another word in a
schema is an error, so that nothing goes unchecked.
"""
import os
import re
import urllib.parse
from dataclasses import dataclass

import yaml

KNOWN = {'type', 'description', 'format', 'example', 'default', 'enum', 'pattern', 'minLength',
         'maxLength', 'minimum', 'maximum', 'items', 'minItems', 'maxItems', 'properties', 'required',
         'additionalProperties', 'anyOf', 'oneOf'}
TYPES = {'object': dict, 'array': list, 'string': str, 'boolean': bool, 'integer': int,
         'number': (int, float)}
METHODS = ('get', 'put', 'post', 'delete', 'patch')


@dataclass
class Operation:
    method: str
    path: str           # with its prefix, "/api/v1/vms/{id}"
    params: list
    body: dict          # a schema, or None
    responses: dict     # status: {content type: schema}

    @property
    def name(self):
        return f'{self.method} {self.path}'

    @property
    def hands_on(self):
        """Whatever follows in the path, and the query, is for somebody else."""
        return any(param.get('x-rest') for param in self.params)

    def param(self, name, place):
        for param in self.params:
            if param['name'] == name and param['in'] == place:
                return param
        return None


def load(path):
    """The document with every reference replaced by what it names."""
    files = {}

    def read(name):
        if name not in files:
            with open(name, encoding='utf-8') as text:
                files[name] = yaml.safe_load(text)
        return files[name]

    def inline(node, name):
        if isinstance(node, list):
            return [inline(item, name) for item in node]
        if not isinstance(node, dict):
            return node
        if '$ref' not in node:
            return {key: inline(value, name) for key, value in node.items()}
        other, _, pointer = node['$ref'].partition('#/')
        name = os.path.join(os.path.dirname(name), other) if other else name
        target = read(name)
        for key in pointer.split('/'):
            target = target[key]
        return inline(target, name)

    return inline(read(path), path)


def prefix(item, document):
    return (item.get('servers') or document['servers'])[0]['url'].rstrip('/')


def operations(document):
    result = []
    for path, item in document['paths'].items():
        for method in METHODS:
            if method not in item:
                continue
            op = item[method]
            body = op.get('requestBody')
            result.append(Operation(
                method.upper(), prefix(item, document) + path, op.get('parameters', []),
                body and body['content']['application/json']['schema'],
                {int(status): {kind: media['schema'] for kind, media in answer.get('content', {}).items()}
                 for status, answer in op['responses'].items()}))
    return result


def fits_type(value, kind):
    if kind in ('integer', 'number') and isinstance(value, bool):
        return False
    return isinstance(value, TYPES[kind])


def check_object(value, schema, where):
    properties = schema.get('properties', {})
    for key in schema.get('required', []):
        if key not in value:
            return f'{where}: {key} is missing'
    for key, item in value.items():
        if key in properties:
            wrong = complaint(item, properties[key], f'{where}.{key}')
            if wrong:
                return wrong
        elif schema.get('additionalProperties') is False:
            return f'{where}: {key} is not in the document'
    return None


def check_array(value, schema, where):
    if not schema.get('minItems', 0) <= len(value) <= schema.get('maxItems', 1 << 62):
        return f'{where}: {len(value)} items'
    for n, item in enumerate(value):
        wrong = complaint(item, schema.get('items', {}), f'{where}[{n}]')
        if wrong:
            return wrong
    return None


def check_string(value, schema, where):
    if not schema.get('minLength', 0) <= len(value) <= schema.get('maxLength', 1 << 62):
        return f'{where}: {len(value)} characters'
    # "$" alone would let a newline pass
    if 'pattern' in schema and not re.fullmatch(schema['pattern'].strip('^$'), value):
        return f'{where}: {value!r:.60} is not as {schema["pattern"]}'
    return None


def check_number(value, schema, where):
    if schema.get('minimum', value) <= value <= schema.get('maximum', value):
        return None
    return f'{where}: {value} is out of bounds'


CHECKS = {'object': check_object, 'array': check_array, 'string': check_string,
          'integer': check_number, 'number': check_number, 'boolean': lambda *_: None}


def complaint(value, schema, where='body'):
    """What is wrong with a value, in a sentence; None if nothing is."""
    unknown = set(schema) - KNOWN
    if unknown:
        raise ValueError(f'{where}: the validator does not know {", ".join(unknown)}')
    for word, fit in (('anyOf', lambda n: n > 0), ('oneOf', lambda n: n == 1)):
        if word not in schema:
            continue
        wrongs = [complaint(value, option, where) for option in schema[word]]
        if not fit(wrongs.count(None)):
            return f'{where}: {word}: {"; ".join(str(wrong) for wrong in wrongs)}'
    kind = schema.get('type')
    if not kind:
        return None
    if not fits_type(value, kind):
        return f'{where}: {value!r:.60} is no {kind}'
    if 'enum' in schema and value not in schema['enum']:
        return f'{where}: {value!r:.60} is none of {schema["enum"]}'
    return CHECKS[kind](value, schema, where)


def param_value(text, schema):
    """What a parameter's text means, as far as its schema is concerned."""
    if schema.get('type') == 'integer':
        return int(text) if re.fullmatch('[0-9]{1,19}', text) else text
    if schema.get('type') == 'boolean':
        return {'true': True, 'false': False}.get(text, text)
    return text


def match(ops, method, target):
    """The operation that a request is for; None, or the methods that are possible there."""
    path = target.partition('?')[0]
    allowed = []
    for op in ops:
        pattern = re.sub(r'\{[^}]*\}', '[^/]+', op.path)
        if not re.fullmatch(re.sub(r'\[\^/\]\+$', '.+', pattern) if op.hands_on else pattern, path):
            continue
        if op.method == method:
            return op
        allowed.append(op.method)
    return allowed or None


def refusal(op, query, body):
    """Why the document forbids this query (pairs) and body; None if it does not."""
    seen = set()
    for name, text in () if op.hands_on else query:
        param = op.param(name, 'query')
        if not param:
            return f'{name}: unknown parameter'
        if name in seen:
            return f'{name}: twice'
        seen.add(name)
        wrong = complaint(param_value(text, param['schema']), param['schema'], name)
        if wrong:
            return wrong
    return complaint(body, op.body) if op.body else None


def pairs(target):
    return urllib.parse.parse_qsl(target.partition('?')[2], keep_blank_values=True,
                                  errors='surrogateescape')
