#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# processors: 2
# kernels: 6.12
# Batches of commands: all lines are checked first, few messages carry many of them,
# and an error names its line.
. "$(dirname "$0")/../lib.sh"

file=$LIB_TMP/batch

# batch_fails STATUS OUTPUT: of the file, word for word
batch_fails() {
	local status=0 output

	output=$(nvo3 -n a -b "$file" 2>&1) || status=$?
	assert_eq "$status" "$1" "exit status"
	assert_eq "$output" "$2" "what it says"
}

maps() {
	nvo3 -n a map show dev nve0 | wc -l
}

whole_setup() {
	cat >"$file" <<-END
		# an NVE with everything
		nve add dev nve0 local 10.0.0.1
		vn add dev nve0 vni 100

		   vn add dev nve0 vni 101 bum none   # another
		port add dev tap0 vni 100 nve nve0
		port add dev tap0 vlan 5 vni 101
		map add dev nve0 vni 101 mac 02:00:00:00:00:05 port tap0 vlan 5
		member add dev nve0 vni 100 nve 10.0.0.2
		vn show dev nve0 vni 100
	END
	run_cmd nvo3 -n a -b "$file" >"$LIB_TMP/out"
	# What a line shows is what the lines before it have done
	grep -x "dev nve0 vni 100 unknown drop bum replicate limit 0 ports 1 maps 0 members 1" \
		"$LIB_TMP/out"
	assert_eq "$(nvo3 -n a port show | wc -l)" 2 "ports"
	nvo3 -n a map flush dev nve0
}

wrong_words_do_nothing() {
	cat >"$file" <<-END
		vn add dev nve0 vni 200
		vn add dev nve0 vnii 201
		# fine
		map add dev nve0 vni 100 mac 02:00:00:00:00:01
		monitor
	END
	batch_fails 1 "Error: $file:2: \"vnii\" is unknown here; expected vni, unknown, bum, arp, arp-unknown, limit, hold or track.
Error: $file:4: expected either \"nve\" or \"port\" to map to.
Error: $file:5: monitor cannot be in a batch."
	fails_with "VN 200 does not exist" nvo3 -n a vn show dev nve0 vni 200
}

refusals_name_their_lines() {
	cat >"$file" <<-END
		vn add dev nve0 vni 200
		vn add dev nve0 vni 100
		vn add dev nosuch vni 1
		vn add dev nve0 vni 201
		vn del dev nve0 vni 999
	END
	run_cmd nvo3 -n a -b "$file" 2>"$LIB_TMP/stderr" && fail "it succeeded"
	# Requests wait for each other, so that a wrong device is told before them
	sort -t: -k3n "$LIB_TMP/stderr" >"$LIB_TMP/sorted"
	diff -u - "$LIB_TMP/sorted" <<-END
		Error: $file:2: VN 100 exists on nve0.
		Error: $file:3: device "nosuch" does not exist.
		Error: $file:5: VN 999 does not exist on nve0.
	END
	nvo3 -n a vn show dev nve0 vni 200
	nvo3 -n a vn show dev nve0 vni 201
	printf '%s\n' "vn del dev nve0 vni 200" "vn del dev nve0 vni 201" | nvo3 -n a -b -
}

standard_input() {
	echo "vn add dev nve0 vni 100" | fails_with "Error: stdin:1: VN 100 exists on nve0." \
		nvo3 -n a -b -
	printf 'vn add dev nve0 vni 300' | run_cmd nvo3 -n a -b -
	printf 'vn del dev nve0\tvni 300\r\n' | run_cmd nvo3 -n a -b -
	printf 'vn add\0 dev nve0 vni 300\n' | fails_with "stdin:1: a zero byte in the line" \
		nvo3 -n a -b -
	run_cmd nvo3 -n a -b - </dev/null
	fails_with "cannot open /nosuch: No such file or directory" nvo3 -n a -b /nosuch
	fails_with '"vn" is one word too many beside -b' nvo3 -n a -b - vn
}

# A line each, or a line in each datagram: 10,000 round trips would show.
many() {
	local sends

	awk 'BEGIN { for (i = 0; i < 10000; i++)
		printf "map add dev nve0 vni 100 mac 02:00:00:00:%02x:%02x nve 10.1.%d.%d\n",
			i / 256, i % 256, i % 4, i % 100 + 2 }' >"$file"
	run_cmd in_ns a strace -f -c -e trace=sendto,sendmsg -o "$LIB_TMP/strace" nvo3 -b "$file"
	sends=$(awk '$NF ~ /^send/ { n += $4 } END { print n }' "$LIB_TMP/strace")
	echo "10000 lines in $sends datagrams"
	assert_ge 200 "$sends" "datagrams at most"
	assert_eq "$(maps)" 10000 "mappings"
}

many_as_json() {
	nvo3 -n a -j map show dev nve0 >"$LIB_TMP/maps"
	python3 - "$LIB_TMP/maps" <<-END
		import json, sys
		rows = json.load(open(sys.argv[1]))
		assert len({row["mac"] for row in rows}) == 10000
		assert len({row["nve"] for row in rows}) == len({(i % 4, i % 100) for i in range(10000)})
		assert all(row["prov"] == "static" and row["vni"] == 100 for row in rows)
	END
}

# What is shown can be loaded again.
saved_and_restored() {
	nvo3 -n a map show dev nve0 | sort >"$LIB_TMP/saved"
	sed 's/^/map add /' "$LIB_TMP/saved" >"$file"
	nvo3 -n a map flush dev nve0
	assert_eq "$(maps)" 0 "mappings"
	run_cmd nvo3 -n a -b "$file"
	nvo3 -n a map show dev nve0 | sort | cmp - "$LIB_TMP/saved"
}

# Every tenth of them is there already: each is told, and the others are done.
many_refusals() {
	awk '{ if (NR % 10) sub("add", "replace"); print }' "$file" >"$file.many"
	cp "$file.many" "$file"
	run_cmd nvo3 -n a -b "$file" 2>"$LIB_TMP/stderr" && fail "it succeeded"
	assert_eq "$(wc -l <"$LIB_TMP/stderr")" 1000 "errors"
	assert_eq "$(cut -d: -f3 "$LIB_TMP/stderr" | awk '$1 % 10' | wc -l)" 0 "wrong lines"
}

# Lines that travel together and are refused go again one by one, but before the next line.
refusals_keep_the_order() {
	local first="map add dev nve0 vni 100 mac 02:00:00:02:00"

	cat >"$file" <<-END
		map flush dev nve0
		$first:01 nve 10.3.0.1
		$first:02 nve 10.3.0.1
		$first:01 nve 10.3.0.2
		$first:03 nve 10.3.0.1
		map flush dev nve0
		$first:04 nve 10.3.0.1
	END
	batch_fails 2 "Error: $file:4: 02:00:00:02:00:01 of VN 100 has a mapping."
	assert_eq "$(nvo3 -n a map show dev nve0 | grep -o 'mac [^ ]*')" "mac 02:00:00:02:00:04"
	nvo3 -n a map flush dev nve0
	awk '{ sub("replace", "add"); print }' "$file.many" >"$file"
	run_cmd nvo3 -n a -b "$file"
}

torn() {
	nvo3 -n a map show dev nve0 >"$LIB_TMP/shown" 2>"$LIB_TMP/stderr" || fail "show failed"
	grep -qx "Warning: nve0 changed while it was read, so the list may miss or repeat entries." \
		"$LIB_TMP/stderr"
}

# A list that was read while the table changed is tried again; when there is no rest,
# it says what it is.
never_at_rest() {
	bg change netns_run a python3 -B "$LIB_TOP/selftests/net/change_forever.py"
	busywait 40 torn
	bg_stop change KILL
	assert_ge "$(wc -l <"$LIB_TMP/shown")" 9000 "rows"
	busywait 20 at_rest
}

at_rest() {
	nvo3 -n a map show dev nve0 2>&1 >"$LIB_TMP/shown" | cmp - /dev/null
	assert_eq "$(cut -d' ' -f6 "$LIB_TMP/shown" | sort -u | wc -l)" 10001 "MAC addresses"
}

module_load
ns_add a
ip -n a link add tap0 type veth peer name vm0

plan 10
test_run "a whole setup, in order" whole_setup
test_run "a wrong word in any line does nothing" wrong_words_do_nothing
test_run "refusals name their lines, the rest is done" refusals_name_their_lines
test_run "standard input, odd lines" standard_input
test_run "10,000 mappings in few datagrams" many
test_run "10,000 mappings as JSON" many_as_json
test_run "what is shown can be loaded" saved_and_restored
test_run "1,000 refusals among 10,000" many_refusals
test_run "refused together, sent again one by one, in order" refusals_keep_the_order
test_run "a table that is never at rest" never_at_rest
