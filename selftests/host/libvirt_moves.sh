#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# limit: 900
# Guests in QEMU on two libvirtd's: they change while they run, and go to the other host with what
# is on their disks: saved and restored, so that they go on where they were, shut down and booted,
# or replicated (copied while they run).
. "$(dirname "$0")/../lib.sh"
# shellcheck source=selftests/virt_lab.sh
. "$LIB_TOP/selftests/virt_lab.sh"
# shellcheck source=selftests/virt_guest.sh
. "$LIB_TOP/selftests/virt_guest.sh"
TEST_LIMIT=240

GUEST=vm2
ADDR=10.9.0.12

made() {
	virt_vn
	run_cmd ctl vm create vm2 --tenant alice --vn blue --server h1 --mac 02:00:00:00:00:0c \
		--ip $ADDR/24 --cpus 1 --memory 128 --disk 16
	boots
	assert_eq "$(guest_get $ADDR before)" "" "what a new disk has"
}

# Without a pause: it is the boot that it was. What it cannot have is refused, and nothing changes.
changed() {
	run_cmd ctl vm set vm2 --cpus 2
	busywait 30 cpus_are h1 2
	fails_with "cpus" ctl vm set vm2 --cpus 5
	run_cmd cpus_are h1 2
	run_cmd ctl vm set vm2 --plug "vn=blue,mac=02:00:00:00:00:0d,ip=10.9.0.13/24"
	busywait 30 nics_are h1 2
	run_cmd ctl vm set vm2 --unplug 02:00:00:00:00:0d
	busywait 30 nics_are h1 1
	assert_eq "$(guest_get $ADDR boot)" "$(<"$LIB_TMP/boot")" "the guest's boot"
}

disk_has() {	# MIB
	[[ $(guest_get $ADDR cgi-bin/size) == $(($1 * 2048)) ]]
}

# The guest sees it in the boot that it was. Less is refused, and it is the larger one that goes along.
grown() {
	run_cmd disk_has 16
	run_cmd ctl vm set vm2 --disk 24
	busywait 30 disk_has 24
	assert_eq "$(stat -c %s "$VIRT"/h1/state/vms/*/www/image)" $((24 << 20)) "the image"
	fails_with "would be lost" ctl vm set vm2 --disk 20
	fails_with "disk" ctl vm set vm2 --disk 1000000
	run_cmd disk_has 24
	assert_eq "$(guest_get $ADDR boot)" "$(<"$LIB_TMP/boot")" "the guest's boot"
}

regrouped() {
	run_cmd ctl vm set vm2 --group web
	assert_eq "$(ctl -j vm show vm2 | jq -r .group)" web "its group"
	run_cmd ctl vm set vm2 --no-group
	assert_eq "$(ctl -j vm show vm2 | jq -r .group)" "" "its group"
}

sizes_stay() {	# HOST: as they were changed
	run_cmd cpus_are "$1" 2
	run_cmd disk_has 24
}

relocated() {	# FROM TO VERB...
	goes "$@"
	sizes_stay "$2"
}

kept() {	# FROM TO
	keeps "$@"
	sizes_stay "$2"
}

stands_still() {	# FROM TO
	boots
	run_cmd ctl vm suspend vm2
	run_cmd ctl vm migrate vm2 --server "$2"
	vm_is vm2 suspended || fail "it does not stand still"
	domain_is "$2" vm2 paused
	fails guest_get $ADDR boot
	nowhere_else "$1" "$2"
	run_cmd ctl vm resume vm2
	same_boot
	assert_eq "$(guest_get $ADDR cgi-bin/disk)" "$(<"$LIB_TMP/boot")" "its disk"
}

# The destination has nobody who could restore it: at the source it goes on as if nothing had been.
stays() {	# FROM TO
	boots
	bg_stop "libvirtd-$2" KILL
	fails ctl vm migrate vm2 --server "$2"
	same_boot
	assert_eq "$(last_move .state)" aborted "the move"
	domain_is "$1" vm2 running
	assert_eq "$(find "$VIRT/$1/state/vms" -name 'saved*')" "" "memories on $1"
	virt_libvirtd "$2"
	busywait 60 nothing_on "$2"
}

nothing_on() {	# HOST
	[[ -z $(ls "$VIRT/$1/state/vms") && -z $(virsh_on "$1" list --all --name) ]]
}

gone() {
	run_cmd ctl vm delete vm2
	virt_nothing_left vm2
}

plan 11
test_run "two hosts, each with a libvirtd" virt_up
test_run "a VM boots" made
test_run "processors and an interface come and go while it runs" changed
test_run "its disk grows while it runs" grown
test_run "it comes to another group and leaves it" regrouped
test_run "it is relocated with its memory: it goes on where it was" kept h1 h2
test_run "suspended it goes back, and stays so" stands_still h2 h1
test_run "it cannot be restored there, and stays" stays h1 h2
test_run "it is relocated with its disk alone" relocated h1 h2 migrate --memory drop
test_run "it is replicated back" relocated h2 h1 replicate
test_run "it is deleted, and nothing is left" gone
