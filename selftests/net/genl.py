# SPDX-License-Identifier: GPL-2.0
"""Netlink by hand, for requests that no tool would send. Standard library only."""
import os
import socket
import struct

NLM_F_REQUEST, NLM_F_ACK, NLM_F_DUMP = 0x1, 0x4, 0x300
NLM_F_REPLACE, NLM_F_EXCL, NLM_F_CREATE = 0x100, 0x200, 0x400
NLMSG_ERROR, NLMSG_DONE = 2, 3
NLM_F_DUMP_INTR = 0x10
NLM_F_CAPPED, NLM_F_ACK_TLVS = 0x100, 0x200
SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, NETLINK_CAP_ACK, NETLINK_EXT_ACK = 270, 1, 10, 11
NLA_F_NESTED = 0x8000
GENL_ID_CTRL, CTRL_CMD_GETFAMILY = 16, 3


class Refused(Exception):
    """What the kernel said: errno, its sentence, offset of the culprit or None."""

    def __init__(self, errno, text, offset):
        super().__init__(f'{os.strerror(errno)}: {text}')
        self.errno, self.text, self.offset = errno, text, offset


def attr(number, payload):
    """One attribute. payload: bytes, or a list of attributes for a nest."""
    if isinstance(payload, list):
        number, payload = number | NLA_F_NESTED, b''.join(payload)
    data = struct.pack('=HH', 4 + len(payload), number) + payload
    return data + b'\0' * (-len(data) % 4)


def attrs_of(data):
    """Dictionary of the attributes in data; the last of each number counts."""
    found = {}
    while len(data) >= 4:
        length, number = struct.unpack_from('=HH', data)
        found[number & 0x3fff] = data[4:length]
        data = data[(length + 3) & ~3:]
    return found


class Netlink:
    """A socket in the namespace that the process is in."""

    def __init__(self, protocol):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, protocol)
        self.sock.setsockopt(SOL_NETLINK, NETLINK_EXT_ACK, 1)
        self.sock.setsockopt(SOL_NETLINK, NETLINK_CAP_ACK, 1)
        self.sock.settimeout(30)
        self.sock.bind((0, 0))
        self.seq = 0
        self.interrupted = False

    def pack(self, kind, body, flags=0):
        self.seq += 1
        return struct.pack('=IHHII', 16 + len(body), kind, flags | NLM_F_REQUEST | NLM_F_ACK,
                           self.seq, 0) + body

    def answers(self):
        """The bodies of what answers the last message, or Refused."""
        bodies = []
        while True:
            data = self.sock.recv(1 << 20)
            while data:
                length, kind, mflags, seq, _ = struct.unpack_from('=IHHII', data)
                body, data = data[16:length], data[(length + 3) & ~3:]
                if seq != self.seq:
                    continue
                self.interrupted |= kind > NLMSG_DONE and bool(mflags & NLM_F_DUMP_INTR)
                if kind == NLMSG_DONE:
                    self.interrupted |= bool(mflags & NLM_F_DUMP_INTR)
                if kind in (NLMSG_ERROR, NLMSG_DONE):
                    self.finish(kind, mflags, body)
                    return bodies
                bodies.append(body)

    @staticmethod
    def finish(kind, flags, message):
        errno = -struct.unpack_from('=i', message)[0] if len(message) >= 4 else 0
        if errno <= 0:
            return
        said = {}
        if flags & NLM_F_ACK_TLVS:
            said = attrs_of(message[20 if kind == NLMSG_ERROR else 4:])
        offset = struct.unpack('=I', said[2])[0] if 2 in said else None
        raise Refused(errno, said.get(1, b'').rstrip(b'\0').decode(), offset)


class Genl(Netlink):
    """The numbers of a family once resolve() has asked for them."""

    def __init__(self):
        super().__init__(16)
        self.family, self.groups = GENL_ID_CTRL, {}

    def resolve(self, name):
        answer = self.request(CTRL_CMD_GETFAMILY, [attr(2, name.encode() + b'\0')])[0]
        found = attrs_of(answer)
        data = found.get(7, b'')
        while len(data) >= 4:
            length, = struct.unpack_from('=H', data)
            group = attrs_of(data[4:length])
            self.groups[group[1].rstrip(b'\0').decode()] = struct.unpack('=I', group[2])[0]
            data = data[(length + 3) & ~3:]
        self.family, = struct.unpack('=H', found[1])

    def message(self, cmd, attributes, flags=0, reserved=0):
        return self.pack(self.family, struct.pack('=BBH', cmd, 1, reserved) + b''.join(attributes),
                         flags)

    def request(self, cmd, attributes, flags=0, reserved=0):
        """The attributes of each answer, or Refused."""
        self.sock.send(self.message(cmd, attributes, flags, reserved))
        return [body[4:] for body in self.answers()]

    def join(self, group):
        self.sock.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, self.groups[group])
