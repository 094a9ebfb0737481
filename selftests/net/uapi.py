# SPDX-License-Identifier: GPL-2.0
"""The numbers of linux/nvo3.h by their names: uapi.N['NVO3_CMD_VN_ADD'], uapi.DROPS[1]."""
import os
import re

HEADER = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                      '../../include/uapi/linux/nvo3.h')


def read(path):
    numbers, value = {}, 0
    with open(path, encoding='utf-8') as header:
        text = re.sub(r'/\*.*?\*/', '', header.read(), flags=re.S)
    for name, number in re.findall(r'#define\s+(NVO3_\w+)\s+(\d+)', text):
        numbers[name] = int(number)
    for body in re.findall(r'enum\s*\w*\s*{(.*?)}', text, flags=re.S):
        value = 0
        for entry in body.split(','):
            name, _, given = (word.strip() for word in entry.partition('='))
            if not name or name.startswith('__') or given.startswith('('):
                continue
            value = int(given) if given else value
            numbers[name] = value
            value += 1
    return numbers


N = read(HEADER)
DROPS = {number: name[len('NVO3_DROP_'):].lower().replace('_', '-')
         for name, number in N.items() if name.startswith('NVO3_DROP_')}
