#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""A script that is ended by make check gives back what it has; one that does not is killed."""
import os
import subprocess
import sys
import tempfile
import unittest

import as_tap

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../..')
sys.path.insert(0, os.path.join(TOP, 'tools/check'))
import sessions     # noqa: E402  (the path comes first)


class Ends(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def begin(self, trap):
        """Until it says that it is there."""
        process = subprocess.Popen(['bash', '-c', f'{trap}; echo ready; sleep 1000 & wait'],
                                   cwd=self.folder.name, start_new_session=True,
                                   stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.stdout.close)
        self.assertEqual(process.stdout.readline(), 'ready\n')
        return process

    def test_what_it_has_is_given_back(self):
        process = self.begin("trap 'echo >given_back' EXIT; trap 'exit 1' TERM")
        sessions.end([process.pid])
        self.assertEqual(process.wait(10), 1)
        self.assertTrue(os.path.exists(self.path('given_back')))

    def test_who_does_not_listen_is_killed(self):
        process = self.begin("trap '' TERM")
        sessions.end([process.pid], 0.2)
        self.assertEqual(process.wait(10), -9)

    def test_who_has_ended_is_no_matter(self):
        process = subprocess.Popen(['true'], start_new_session=True)
        process.wait()
        sessions.end([process.pid])
        self.assertTrue(sessions.gone(process.pid))


if __name__ == '__main__':
    sys.exit(as_tap.run(__name__))
