#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What the bench makes of numbers: ratios round by round, and no figure out of nothing."""
import os
import sys

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../..')
sys.path.insert(0, os.path.join(TOP, 'tools/bench'))
import plot     # noqa: E402  (the path comes first)
import report   # noqa: E402
import rows     # noqa: E402

PIPE = {'unit': 'ns', 'absent': {'nvo3-fast': 'no fast path'},
        # The machine is twice as slow in the second round, and the ratios are the same.
        'costs': {'wire': [100, 200, 100], 'bridge': [150, 300, 150],
                  'br-vxlan': [900, 1800, 1000], 'nvo3': [300, 600, 400]}}
RAW = {'kernel': 'k', 'call_ns': 4210, 'clock_ns': 180, 'groups': {'pipe64': PIPE}}


def row(row_id, raw=None):
    return next(found for found in rows.all_rows(raw or RAW) if found['id'] == row_id)


def ratio_by_round():
    found = row('T8c')
    assert found['ratio'] == 3 and found['range'] == [2.5, 3], found
    assert found['ours'] == 400 and found['peers'] == 1000 and found['ok'], found


def gate_decides():
    slow = {'groups': {'pipe64': {**PIPE, 'costs': {**PIPE['costs'], 'nvo3': [900, 1800, 900]}}}}
    assert not row('T8c', slow)['ok']
    # Of this one, less is better.
    tx = {'wire': [100], 'generator': [50], 'vxlan': [150], 'nvo3:1k': [140]}
    raw = {'groups': {'tx': {'unit': 'ns', 'absent': {}, 'costs': tx}}}
    found = row('T2', raw)
    assert abs(found['ratio'] - 0.4) < 1e-9 and found['ok'], found
    tx['nvo3:1k'] = [200]
    assert not row('T2', raw)['ok']


def absent_is_said():
    assert row('T8') == {'id': 'T8', 'what': 'VM to VM, 64 bytes, fast path',
                         'not_measured': 'no fast path'}
    assert 'not run' in row('T9')['not_measured']
    assert 'was not run' in row('T8o')['not_measured']      # the peer was not


def best_that_there_is():
    assert '[nvo3]' in row('T8o', {'groups': {'pipe64': {
        **PIPE, 'costs': {**PIPE['costs'], 'ovs': [1, 1, 1]}}}})['what']


def tables():
    figures = {'entries': 1000, 'bytes': 30000, 'hot': 17000, 'seconds': 0.5, 'full_rate': 10,
               'kernel_seconds': 0.2, 'empty_rate': 40, 'flush_seconds': 0.25}
    raw = {'groups': {}, 'tables': {'rounds': [figures, {**figures, 'seconds': 1}, figures]}}
    assert row('T5', raw)['ours'] == 30 and row('T5', raw)['ok']
    assert row('T5h', raw)['ours'] == 17 and row('T5h', raw)['ok']
    assert row('T6', raw)['ratio'] == 200 and row('T6', raw)['range'] == [100, 200]
    assert '0.20 of 0.50 s' in row('T6', raw)['what']
    assert row('T6e', raw)['ratio'] == 50 and not row('T6e', raw)['ok']
    assert row('T6b', raw)['ratio'] == 2, row('T6b', raw)
    assert 'not_measured' in row('T5', {'groups': {}, 'tables': {'absent': 'too small'}})


def beside_a_neighbour():
    crowd = {'unit': 'us', 'absent': {}, 'costs': {
        'nvo3 quiet': [5, 10], 'nvo3 aside': [6, 12], 'nvo3 flood': [9, 18],
        'br-vxlan flood': [12, 24]}}
    raw = {'groups': {'crowd': crowd}}
    assert row('T12', raw)['ratio'] == 1.5 and row('T12', raw)['ok'], row('T12', raw)
    assert row('T12b', raw)['ratio'] == 1.8 and not row('T12b', raw)['ok'], row('T12b', raw)


def inventory():
    """Against bounds of our own, the peer beside them; a part of a processor."""
    raw = {'groups': {
        'ctl-create': {'unit': '/s', 'absent': {}, 'costs': {'nvo3': [4000], 'etcd TLS': [9000]}},
        'ctl-watch': {'unit': 'ms', 'absent': {}, 'costs': {'nvo3': [1000]}}}}
    assert row('T25', raw)['ratio'] == 4 and row('T25', raw)['ok'], row('T25', raw)
    assert row('T25u', raw)['ratio'] == 0.05 and row('T25u', raw)['ok'], row('T25u', raw)
    raw['groups']['ctl-create']['costs']['nvo3'] = [1999]
    assert not row('T25', raw)['ok']


def control_plane():
    """Rounds of two servers do not belong together; what no peer bounds is its own figure."""
    changes = {'unit': 'ms', 'absent': {'etcd TLS': 'there is no etcd here'},
               'costs': {'nvo3': [10, 2, 4], 'bgp': [40, 60, 50]}}
    up = {'unit': 'ms', 'absent': {}, 'costs': {'nvo3': [1.5], 'ovsdb TLS': [3]}}
    raw = {'groups': {'ctl-change': changes, 'ctl-connect': up}}
    assert row('T13', raw)['ratio'] == 12.5 and row('T13', raw)['ok'], row('T13', raw)
    assert row('T13e', raw)['not_measured'] == 'there is no etcd here'
    assert row('T15', raw)['ratio'] == 6 and row('T15', raw)['ok'], row('T15', raw)
    up['costs']['nvo3'] = [2.5]
    assert not row('T15', raw)['ok']
    assert rows.of_control('T13') and not rows.of_control('T1') and not rows.of_control('T5')
    shown = report.control_page([found for found in rows.all_rows(raw)
                                 if rows.of_control(found['id'])], raw,
                                {'date': 'd', 'kernel': 'k', 'machine': 'm', 'command': 'c'})
    assert 'T13e' in shown and 'ctl-connect' in shown and 'pipe64' not in shown, shown


def every_row_once():
    ids = [found['id'] for found in rows.all_rows(RAW)]
    assert len(ids) == len(set(ids)), ids
    assert {f'T{number}' for number in range(1, 21)} <= set(ids), ids


def groups_by_row():
    assert rows.groups_of(lambda row_id: row_id == 'T8', ['tx', 'pipe64', 'rr']) == ['pipe64']
    assert rows.groups_of(lambda row_id: row_id == 'T5', ['tx', 'tables']) == ['tables']


def text():
    shown = report.terminal(rows.all_rows(RAW))
    assert 'T8   VM to VM, 64 bytes, fast path: not measured: no fast path' in shown, shown
    assert '3.00 [2.50–3.00]' in shown, shown
    page = report.page(rows.all_rows(RAW), RAW, {'date': 'd', 'kernel': 'k', 'machine': 'm',
                                                 'command': 'make bench'})
    assert 'make bench' in page and 'br-vxlan' in page and 'costs 4.2 us' in page


def picture():
    import xml.dom.minidom
    sweep = {'unit': 'ns', 'absent': {}, 'costs': {'1': [300, 310], '1000': [400, 410]}}
    raw = {'kernel': 'k', 'groups': {'sweep-mappings': sweep, 'sweep-vns': sweep, 'tx': {
        'costs': {'br-vxlan:1k': [1000]}}, 'tx-256k': {'costs': {'br-vxlan:256k': [99000]}}}}
    drawn = xml.dom.minidom.parseString(plot.svg(raw, 'a caption'))
    assert len(drawn.getElementsByTagName('polyline')) == 3
    assert '99,000' in drawn.toxml()
    xml.dom.minidom.parseString(plot.svg({'groups': {}}, 'nothing was measured'))


TESTS = [ratio_by_round, gate_decides, absent_is_said, best_that_there_is, tables, beside_a_neighbour,
         control_plane, inventory, every_row_once, groups_by_row, text, picture]


def main():
    failed = 0
    print(f'KTAP version 1\n1..{len(TESTS)}')
    for number, test in enumerate(TESTS, 1):
        try:
            test()
            print(f'ok {number} {test.__name__}')
        except Exception as error:      # any of them is this test's failure
            failed += 1
            print(f'not ok {number} {test.__name__}\n# {type(error).__name__}: {error}')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
