#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12
# The examples of nvo3(8) do what the page says.
. "$(dirname "$0")/../lib.sh"

page=$LIB_TOP/Documentation/man/nvo3.8

# The blocks between .nf and .fi behind EXAMPLES; block N, its prompts' commands only
block() {
	sed -n '/^\.SH EXAMPLES/,$p' "$page" | awk -v n="$1" '
		/^\.RS/ { b++; next }
		/^\.RE/ { next }
		b == n && /^\.fi/ { exit }
		b == n && !/^\./ { print }' | sed 's/\\-/-/g'
}

commands() {
	block "$1" | sed -n 's/^# //p'
}

run_block() {
	commands "$1" >"$LIB_TMP/script"
	[[ -s $LIB_TMP/script ]] || fail "no example $1"
	cat "$LIB_TMP/script"
	(cd "$LIB_TMP" && in_ns a bash -euo pipefail "$LIB_TMP/script")
}

first() {
	run_block 1 | grep -v '^nvo3\|^ip' | sort >"$LIB_TMP/got"
	block 1 | grep '^dev' | sort | diff -u - "$LIB_TMP/got"
}

trunk() {
	nvo3 -n a vn add dev nve0 vni 1010
	nvo3 -n a vn add dev nve0 vni 1020
	run_block 2
	assert_eq "$(nvo3 -n a port show dev eth1 | wc -l)" 2 "ports of the trunk"
}

drops() {
	run_block 3 | grep -E '^    drops'
}

watched() {
	commands 4 | sed '$d' >"$LIB_TMP/script"
	in_ns a bash -eu "$LIB_TMP/script"
	nvo3 -n a vn show dev nve0 vni 100 | grep -q 'unknown ask'
	assert_eq "$(commands 4 | tail -1)" "nvo3 -j monitor miss" "the last command"
}

saved() {
	nvo3 -n a map show prov static >"$LIB_TMP/before"
	[[ -s $LIB_TMP/before ]] || fail "nothing to save"
	run_block 5
	nvo3 -n a map show prov static | diff -u "$LIB_TMP/before" -
}

module_load
ns_add a
ip -n a link add tap0 type veth peer name vm0
ip -n a link add eth1 type veth peer name far1

plan 5
test_run "a first NVE" first
test_run "a trunk" trunk
test_run "drops" drops
test_run "misses" watched
test_run "save and load" saved
