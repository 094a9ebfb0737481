# SPDX-License-Identifier: GPL-2.0
"""An XDP program that drops everything, pinned at the file that is named: nothing here
compiles for BPF, and two instructions need no compiler.
"""
import ctypes
import struct
import sys

SYS_BPF, PROG_LOAD, OBJ_PIN = 321, 5, 6
PROG_TYPE_XDP, XDP_DROP = 6, 1
libc = ctypes.CDLL(None, use_errno=True)


def bpf(command, attr):
    result = libc.syscall(SYS_BPF, command, attr, len(attr))
    if result < 0:
        sys.exit(f'bpf({command}): errno {ctypes.get_errno()}')
    return result


def main(path):
    # r0 = XDP_DROP; exit
    program = ctypes.create_string_buffer(
        struct.pack('<BBhi', 0xb7, 0, 0, XDP_DROP) + struct.pack('<BBhi', 0x95, 0, 0, 0))
    text = ctypes.create_string_buffer(b'GPL')
    prog = bpf(PROG_LOAD, struct.pack('=IIQQ', PROG_TYPE_XDP, 2, ctypes.addressof(program),
                                      ctypes.addressof(text)) + bytes(96))
    name = ctypes.create_string_buffer(path.encode())
    bpf(OBJ_PIN, struct.pack('=QI', ctypes.addressof(name), prog) + bytes(4))


if __name__ == '__main__':
    main(sys.argv[1])
