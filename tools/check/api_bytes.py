# SPDX-License-Identifier: GPL-2.0
"""Requests that are no HTTP, or at its edges, for tools/fuzz/api: bytes, and what may come back.

An answer's statuses; 'silence': the connection may end without one.
"""
REFUSED = {400, 405, 411, 413, 414, 417, 431, 501, 505, 'silence'}
FINE = {200, 400, 404}


def request(line, *headers, body=b''):
    return b'\r\n'.join([line, b'Host: x', *headers, b'', body])


def lengths(r, path):
    """Lengths that are wrong, twice, or no numbers."""
    line = b'POST %s HTTP/1.1' % path
    length = r.choice([b'-1', b'+5', b'0x10', b'5, 5', b'99999999999999999999', b'1e3', b'', b'3000000', b'9'])
    yield request(line, b'Content-Length: ' + length, body=b'{}'), REFUSED
    yield request(line, b'Content-Length: 2', b'Content-Length: 40', body=b'{}'), REFUSED
    yield request(line, b'Content-Length: 2', b'Transfer-Encoding: chunked', body=b'0\r\n\r\n'), REFUSED


def chunks(r, path):
    line = b'POST %s HTTP/1.1' % path
    size = r.choice([b'2', b'-2', b'ffffffffffffffff', b'7fffffffffffffff', b'zz', b'2;a=b', b' 2', b'200000', b''])
    body = size + b'\r\n{}\r\n' + r.choice([b'0\r\n\r\n', b'0\r\nX-Injected: 1\r\n\r\n', b'', b'\0'])
    yield request(line, b'Transfer-Encoding: chunked', body=body), REFUSED
    yield request(line, b'Transfer-Encoding: ' + r.choice([b'gzip', b'chunked, chunked', b'\x0bchunked']), body=body), REFUSED


def headers(r, path):
    line = b'GET %s HTTP/1.1' % path
    yield request(line, *[b'X-%d: y' % n for n in range(r.choice([100, 1000, 5000]))]), REFUSED | FINE
    yield request(line, b'X: ' + b'A' * r.choice([1000, 16000, 17000, 200000])), REFUSED | FINE
    yield request(line, b'X: a\r\n b\r\n\tc'), REFUSED | FINE
    yield request(line, r.choice([b'no colon', b': empty', b'X : y', b'X: \0', b'\0: x', b'X: \xff', b'X:\ry'])), REFUSED | FINE
    yield request(line, b'Expect: ' + r.choice([b'100-continue', b'pigs']), b'Content-Length: 2', body=b'{}'), REFUSED | FINE
    yield request(line, b'Connection: ' + r.choice([b'upgrade', b'close', b'x' * 3000])), REFUSED | FINE


def lines(r, path):
    yield request(r.choice([
        b'GET', b'GET ', b'GET %s' % path, b'GET %s HTTP/' % path, b'GET %s HTTP/0.9' % path,
        b'GET %s HTTP/9.9' % path, b'GET %s HTTP/1.1 x' % path, b'get %s HTTP/1.1' % path,
        b'BREW %s HTTP/1.1' % path, b'\0 %s HTTP/1.1' % path, b'GET * HTTP/1.1', b'OPTIONS * HTTP/1.1',
        b'CONNECT x:1 HTTP/1.1', b'GET http://x:99999999%s HTTP/1.1' % path, b'GET //%s HTTP/1.1' % path,
        b'GET %s#a HTTP/1.1' % path, b'GET /%s HTTP/1.1' % (b'a' * r.choice([3000, 20000])),
        b'GET /\xff\xfe HTTP/1.1', b'GET /api/v1/../../etc/passwd HTTP/1.1', b'GET \\api HTTP/1.1'])), \
        REFUSED | FINE


def garbage(r, path):
    yield bytes(r.randrange(256) for _ in range(r.randrange(1, 400))), REFUSED
    yield b'\r\n' * r.randrange(1, 40), REFUSED
    yield b'\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03' + bytes(40), REFUSED
    whole = request(b'GET %s HTTP/1.1' % path)
    yield whole[:r.randrange(1, len(whole) - 1)], REFUSED
    yield whole * r.randrange(2, 20), FINE


def no_http(r, path):
    """One of them, at random."""
    return r.choice(list(r.choice([lengths, chunks, headers, lines, garbage])(r, path.encode())))
