#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# limit: 900
# Guests in QEMU on two libvirtd's: they change while they run, and go to the other host with what
# is on their disks: saved and restored, so that they go on where they were, shut down and booted,
# or replicated (copied while they run).
. "$(dirname "$0")/../lib.sh"
# shellcheck source=selftests/virt_lab.sh
. "$LIB_TOP/selftests/virt_lab.sh"
TEST_LIMIT=240

ADDR=10.9.0.12

boots() {
	busywait 200 guest_get $ADDR boot
	guest_get $ADDR boot >"$LIB_TMP/boot"
}

made() {
	virt_vn
	run_cmd ctl vm create vm2 --tenant alice --vn blue --server h1 --mac 02:00:00:00:00:0c \
		--ip $ADDR/24 --cpus 1 --memory 128 --disk 16
	boots
	assert_eq "$(guest_get $ADDR before)" "" "what a new disk has"
}

cpus_are() {	# HOST NUMBER
	[[ $(virsh_on "$1" dominfo nvo3-vm2 | awk '$1 == "CPU(s):" { print $2 }') == "$2" ]]
}

nics_are() {	# HOST NUMBER
	[[ $(virsh_on "$1" domiflist nvo3-vm2 | grep -c ethernet) == "$2" ]]
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

nowhere_else() {	# FROM TO
	fails virsh_on "$1" dominfo nvo3-vm2
	assert_eq "$(ls "$VIRT/$1/state/vms")" "" "files on $1"
	assert_eq "$(ip -n "$VIRT_NS-$1" -o link show type tun)" "" "taps on $1"
	assert_eq "$(find "$VIRT/$2/state/vms" -name 'saved*')" "" "memories on $2"
	run_cmd cpus_are "$2" 2
}

# FROM TO VERB...: it boots there, with its disk, and is nowhere else.
goes() {
	local from=$1 to=$2 last

	shift 2
	boots
	last=$(<"$LIB_TMP/boot")
	run_cmd ctl vm "$@" vm2 --server "$to"
	domain_is "$to" vm2 running
	boots
	[[ $(<"$LIB_TMP/boot") != "$last" ]] || fail "it was not started anew"
	assert_eq "$(guest_get $ADDR before)" "$last" "what its disk had"
	nowhere_else "$from" "$to"
}

same_boot() {
	busywait 60 guest_get $ADDR boot
	assert_eq "$(guest_get $ADDR boot)" "$(<"$LIB_TMP/boot")" "the guest's boot"
	assert_eq "$(guest_get $ADDR cgi-bin/disk)" "$(<"$LIB_TMP/boot")" "its disk"
}

last_move() {	# FILTER of jq
	ctl -j moves | jq -r ".items[0] | $1"
}

# Two CPUs as it was given them while it ran, the same boot, and a download goes on through it.
keeps() {	# FROM TO
	local from=$1 to=$2

	boots
	rm -f "$LIB_TMP/data"
	bg download netns_run "$VIRT_NS-mid" curl -sf --limit-rate 300k -o "$LIB_TMP/data" "http://$ADDR/data"
	busywait 20 test -s "$LIB_TMP/data"
	run_cmd ctl vm migrate vm2 --server "$to"
	domain_is "$to" vm2 running
	same_boot
	busywait 120 lib_gone "$(<"$LIB_TMP/download.pid")" || fail "$(ls -l "$LIB_TMP/data"; ss -N "$VIRT_NS-mid" -tin)"
	assert_eq "$(md5sum <"$LIB_TMP/data")" "$(guest_get $ADDR sum)" "the download"
	echo "boot $(<"$LIB_TMP/boot") on both; $(last_move '{memory, image, blackout} | tojson')"
	assert_eq "$(last_move .memory)" keep "its memory"
	# the disk of 16 MiB, and not less than what a kernel needs to run
	(($(last_move .image.total) > 20 << 20)) || fail "no memory was copied"
	nowhere_else "$from" "$to"
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

plan 9
test_run "two hosts, each with a libvirtd" virt_up
test_run "a VM boots" made
test_run "processors and an interface come and go while it runs" changed
test_run "it is relocated with its memory: it goes on where it was" keeps h1 h2
test_run "suspended it goes back, and stays so" stands_still h2 h1
test_run "it cannot be restored there, and stays" stays h1 h2
test_run "it is relocated with its disk alone" goes h1 h2 migrate --memory drop
test_run "it is replicated back" goes h2 h1 replicate
test_run "it is deleted, and nothing is left" gone
