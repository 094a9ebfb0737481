#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# limit: 600
# Every conversation, with programs that say what only the next minor version knows (selftests/preload/newer.c) to
# programs that know the present one: tests of the daemons, run once more so. Each has both ends of its sessions in
# programs that are so preloaded: what either end says is newer, and what it understands is not.
. "$(dirname "$0")/../lib.sh"
TEST_LIMIT=200
PRELOAD=$LIB_TOP/build/selftests/newer.so
export CMOCKA_MESSAGE_OUTPUT=TAP

newer() {	# TEST...
	local test

	for test; do
		run_cmd env "LD_PRELOAD=$PRELOAD" "$LIB_TOP/build/unit/$test"
	done
}

# What is preloaded does something: who is told of it says so at debug.
heard() {
	BED_DEBUG=1 newer nvo3d/test_nve >"$LIB_TMP/heard" 2>&1
	grep -m 1 "sends type 9998, which is unknown here" "$LIB_TMP/heard"
}

plan 6
test_run "unknown events are heard and passed over" heard
test_run "management and placement" newer vcenterd/test_sessions nvo3d/test_host
test_run "peering and federation" newer vcenterd/test_relocation ndirectord/test_federation
test_run "association and image" newer nvo3d/test_tsi nvo3d/test_profile nvo3d/test_move
test_run "control" newer ndirectord/test_sessions ndirectord/test_profiles nvo3d/test_ask
test_run "stores that a newer program has written" newer ndirectord/test_restart vcenterd/test_standby
