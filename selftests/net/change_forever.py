# SPDX-License-Identifier: GPL-2.0
"""One mapping of nve0 leads elsewhere with each message, without a pause, for cli_batch.sh."""
import socket
import struct

import genl
from genl import attr
from uapi import N

nl = genl.Genl()
nl.resolve('nvo3')
NVE = attr(N['NVO3_A_IFINDEX'], struct.pack('=I', socket.if_nametoindex('nve0')))
KEY = [attr(N['NVO3_A_MAP_VNI'], struct.pack('=I', 100)), attr(N['NVO3_A_MAP_MAC'], b'\2\0\0\1\0\0')]
HOPS = [attr(N['NVO3_A_MAP_ADDR4'], bytes((10, 2, 0, last))) for last in (1, 2)]

while True:
    for hop in HOPS:
        nl.request(N['NVO3_CMD_MAP_ADD'], [NVE, attr(N['NVO3_A_MAP'], [*KEY, hop])],
                   genl.NLM_F_REPLACE)
