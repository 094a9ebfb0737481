#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# limit: 600
# long: 2400 NVO3_MOVES=100
# A guest that writes to its memory all the time moves there and back with what it has written, in the
# QEMU that the machine has. One before 9.0 loses some of that when it copies an emulated guest that
# runs, and soon the guest; so there it stands still meanwhile (Documentation/vserver.rst). Elsewhere
# the hosts have a newer one: libvirt.sh. selftests/virt_lab.sh draws them.
. "$(dirname "$0")/../lib.sh"
# shellcheck disable=SC2034 # for virt_lab.sh
VIRT_QEMU=${VIRT_QEMU-own} VIRT_CMDLINE=writes
# shellcheck source=selftests/virt_lab.sh
. "$LIB_TOP/selftests/virt_lab.sh"
# shellcheck source=selftests/virt_guest.sh
. "$LIB_TOP/selftests/virt_guest.sh"
MOVES=${NVO3_MOVES:-10}
SPEED_MIB=32
TEST_LIMIT=$((180 + MOVES * 20))

GUEST=vm1
ADDR=10.9.0.11

life() {
	virt_vn
	run_cmd ctl vm create vm1 --tenant alice --vn blue --server h1 --memory 128 --disk 16
	boots
	busywait 60 writes_more 0
}

rounds() {	# fails if it has lost anything
	guest_get $ADDR writes | awk '{ print $1 + 0 } $2 != 0 { print "pages lost:", $2 + 0; exit 1 }'
}

writes_more() {	# THAN ROUNDS
	local n

	n=$(rounds) && ((n > $1))
}

moves() {
	local n from=h1 to=h2 before

	boots
	for n in $(seq "$MOVES"); do
		before=$(rounds)
		# A slow network: while it is copied it writes for seconds
		virsh_on "$from" migrate-setspeed nvo3-vm1 "$SPEED_MIB"
		ctl vm mobility vm1 --server "$to" >/dev/null
		domain_is "$to" vm1 running
		same_boot
		busywait 60 writes_more "$((before + 500))" ||
			fail "move $n: $(rounds), and it was $before"
		read -r from to <<<"$to $from"
	done
	echo "$MOVES moves, $(rounds) rounds; $(ctl -j moves | jq -c '.items[0] | {kind, blackout}')"
	virsh_on "$from" domjobinfo nvo3-vm1 --completed | grep -E 'Downtime w|Time elapsed w|Memory processed'
}

# The memory of an emulator before 9.0 is copied while the guest stands still, and that is said
told_so() {
	local version

	version=$(virsh_on h1 version | sed -n 's/^Running hypervisor: QEMU //p')
	echo "QEMU $version"
	if ((${version%%.*} < 9)); then
		bg_log nvo3d-h1 | grep -q "nvo3-vm1 stands still until it is there"
	else
		bg_log nvo3d-h1 | fails grep "stands still"
	fi
}

gone() {
	run_cmd ctl vm delete vm1
	virt_nothing_left vm1
}

plan 5
test_run "two hosts, each with a libvirtd" virt_up
test_run "a VM boots, and writes to its memory all the time" life
test_run "$MOVES moves, there and back, and not a page is lost" moves
test_run "whether it stood still was said" told_so
test_run "it is deleted, and nothing is left" gone
