# SPDX-License-Identifier: GPL-2.0
"""A client of the daemons' HTTP APIs on a Unix socket that looks at every byte: each answer is
held against the OpenAPI document, and requests may be anything."""
import json
import re
import socket

import openapi

ANSWER_S = 20


class Wrong(Exception):
    """The server and the document differ."""


class Answer:
    def __init__(self, status, headers, data):
        self.status = status
        self.headers = headers
        self.data = data

    @property
    def kind(self):
        return self.headers.get('content-type', '').partition(';')[0].strip()

    @property
    def json(self):
        try:
            return json.loads(self.data.decode('utf-8'), object_pairs_hook=unique)
        except ValueError as error:
            raise Wrong(f'{self}: {error}') from error

    def __str__(self):
        return f'{self.status} {self.kind} {self.data[:200]!r}'


def unique(members):
    keys = [key for key, _ in members]
    if len(keys) != len(set(keys)):
        raise Wrong(f'an answer has a member twice: {keys}')
    return dict(members)


class Client:
    def __init__(self, socket_path, document):
        self.socket_path = socket_path
        self.ops = openapi.operations(openapi.load(document))
        self.done = {op.name: set() for op in self.ops}     # statuses that were seen
        self.sock = None
        self.rest = b''
        self.asked = 0

    def connect(self):
        self.close()
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(ANSWER_S)
        self.sock.connect(self.socket_path)
        self.rest = b''

    def close(self):
        if self.sock:
            self.sock.close()
        self.sock = None

    def more(self):
        data = self.sock.recv(1 << 16)
        if not data:
            raise EOFError
        self.rest += data

    def read_to_end(self):
        try:
            while True:
                self.more()
        except EOFError:
            data = self.rest
        self.close()
        return data

    def read_head(self):
        while b'\r\n\r\n' not in self.rest:
            self.more()
        head, _, self.rest = self.rest.partition(b'\r\n\r\n')
        lines = head.decode('latin-1').split('\r\n')
        first = re.fullmatch(r'HTTP/[0-9]\.[0-9] ([1-5][0-9][0-9]) [ -~]*', lines[0])
        if not first:
            raise Wrong(f'the status line is {lines[0]!r}')
        headers = {}
        for line in lines[1:]:
            if not re.fullmatch(r'[A-Za-z0-9-]+: [ -~]*', line):
                raise Wrong(f'an answer has the header {line!r}')
            name, _, value = line.partition(': ')
            headers[name.lower()] = value
        if 'x-injected' in headers:
            raise Wrong('a header was injected')
        return int(first.group(1)), headers

    def read_answer(self):
        """An Answer, its data not complete if it is a stream. EOFError: there is none."""
        status, headers = self.read_head()
        if status == 100:
            return self.read_answer()
        if headers.get('transfer-encoding') == 'chunked':
            if not self.rest:
                self.more()
            data, self.rest = self.rest, b''
            self.close()
            return Answer(status, headers, data)
        if 'content-length' not in headers:
            return Answer(status, headers, self.read_to_end())
        length = int(headers['content-length'])
        while len(self.rest) < length:
            self.more()
        data, self.rest = self.rest[:length], self.rest[length:]
        if headers.get('connection', '').lower() == 'close':
            self.close()
        return Answer(status, headers, data)

    def raw(self, data):
        """What comes back for these bytes on a connection of their own; None: nothing."""
        self.connect()
        try:
            self.sock.sendall(data)
            self.sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        try:
            return self.read_answer()
        except (EOFError, ConnectionError):
            return None
        finally:
            self.close()

    def send(self, method, target, data):
        head = f'{method} {target} HTTP/1.1\r\nHost: x\r\n'
        if data is not None:
            head += f'Content-Type: application/json\r\nContent-Length: {len(data)}\r\n'
        request = head.encode('latin-1') + b'\r\n' + (data or b'')
        for again in (True, False):
            if not self.sock:
                self.connect()
            try:
                self.sock.sendall(request)
                return self.read_answer()
            except (EOFError, ConnectionError) as error:
                self.close()
                # an idle connection may be closed at any time, a new one not
                if not again:
                    raise Wrong(f'{method} {target:.200}: no answer ({error!r})') from error
        return None

    def check(self, method, target, answer):
        """Is this the answer that the document has for it? The operation, or None."""
        op = openapi.match(self.ops, method, target)
        who = f'{method} {target:.200}: {answer}'
        if not isinstance(op, openapi.Operation):
            # a parameter that is not encoded is told before anything else
            want = {405 if op else 404, 400, 413, 403}
            if answer.status not in want:
                raise Wrong(f'{who}, and not {sorted(want)}')
            if answer.kind != 'application/json' or 'error' not in answer.json:
                raise Wrong(f'{who} is no sentence')
            if answer.status == 405 and sorted(answer.headers['allow'].split(', ')) != sorted(op):
                raise Wrong(f'{who}: allowed are {answer.headers["allow"]}, not {op}')
            return None
        media = op.responses.get(answer.status)
        if media is None:
            raise Wrong(f'{who}: the document has only {sorted(op.responses)}')
        if answer.kind not in media:
            raise Wrong(f'{who}: the document has {sorted(media)}')
        self.done[op.name].add(answer.status)
        if answer.kind == 'application/json':
            wrong = openapi.complaint(answer.json, media[answer.kind])
            if wrong:
                raise Wrong(f'{who}: {wrong}')
        return op

    def ask(self, method, target, body=None, data=None):
        """Ask, and hold the answer against the document. body is JSON, data its bytes instead."""
        if body is not None:
            data = json.dumps(body).encode()
        self.asked += 1
        answer = self.send(method, target, data)
        self.check(method, target, answer)
        return answer

    def expect(self, status, method, target, body=None):
        answer = self.ask(method, target, body)
        if answer.status != status:
            raise Wrong(f'{method} {target}: {answer}, not {status}')
        return answer.json if answer.kind == 'application/json' else answer.data

    def upgrade(self, target, protocol):
        """A connection that speaks PROTOCOL instead, as the document has it: its socket."""
        self.connect()
        self.asked += 1
        self.sock.sendall(f'GET {target} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n'
                          f'Upgrade: {protocol}\r\n\r\n'.encode())
        status, headers = self.read_head()
        op = openapi.match(self.ops, 'GET', target)
        if status != 101 or 101 not in op.responses or headers.get('upgrade') != protocol:
            raise Wrong(f'GET {target}: {status} {headers}, not an upgrade to {protocol}')
        self.done[op.name].add(status)
        sock, self.sock = self.sock, None
        return sock, headers

    def never(self):
        """Operations that were never done with success."""
        return [name for name, statuses in self.done.items() if not any(s < 300 for s in statuses)]
