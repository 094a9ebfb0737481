#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Which scripts run where: what their headers say is what make check and make check-long do."""
import os
import sys
import tempfile
import unittest

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../..')
sys.path.insert(0, os.path.join(TOP, 'tools/check'))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import as_tap               # noqa: E402  (the path comes first)
import jobs                 # noqa: E402


class Headers(unittest.TestCase):
    def kernels(self, text, long):
        with tempfile.NamedTemporaryFile('w', suffix='.sh') as script:
            script.write(f'#!/bin/bash\n{text}\n')
            script.flush()
            return jobs.script_kernels(script.name, '6.12', long)

    def test_nothing_said(self):
        self.assertEqual(self.kernels('', False), ['6.12'])
        self.assertEqual(self.kernels('', True), ['6.12'])

    def test_more_in_the_long_form(self):
        self.assertEqual(self.kernels('# kernels: 6.12, long 6.1', False), ['6.12'])
        self.assertEqual(self.kernels('# kernels: 6.12, long 6.1', True), ['6.12', '6.1'])

    def test_only_in_the_long_form(self):
        self.assertEqual(self.kernels('# kernels: long 6.12', False), [])
        self.assertEqual(self.kernels('# kernels: long 6.12', True), ['6.12'])


class Scripts(unittest.TestCase):
    """Those that there are."""
    def setUp(self):
        self.back = os.getcwd()
        os.chdir(TOP)

    def tearDown(self):
        os.chdir(self.back)

    def names(self, long):
        return [job.name for job in jobs.rig_jobs({}, lambda name: True, long)]

    def test_an_emulated_machine_in_an_emulated_one_takes_long(self):
        name = 'system-6.12/nested_qemu.sh'
        self.assertNotIn(name, self.names(False))
        self.assertIn(name, self.names(True))

    def test_the_long_form_leaves_nothing_out(self):
        self.assertLessEqual(set(self.names(False)), set(self.names(True)))

    def test_a_script_has_the_machine_that_it_asks_for(self):
        job, = [job for job in jobs.rig_jobs({}, lambda name: name.endswith('/nested_qemu.sh'), True)]
        self.assertEqual(job.command[job.command.index('--mem') + 1], '3072')
        self.assertGreater(job.limit, 3600)


if __name__ == '__main__':
    sys.exit(as_tap.run(__name__))
