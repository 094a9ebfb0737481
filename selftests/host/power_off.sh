#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# limit: 900
# long: 7200 NVO3_PASSAGES=20
# A host loses its power: at rest, and in the steps of what is done with a VM there. What it had
# not brought to its disk is gone, and so are its guests. When it is back, the operation is resumed
# or rolled back, and what ran runs: never two VMs, and never none. V1, V9, V12; the driver is netns.
# Without NVO3_PASSAGES only in some steps.
#
#   mid  vcenterd, ndirectord, who talks to the VM, and a tap:
#   h1   a virtual machine with a disk: nvo3d (vServer) with faults.so, nvo3d_bridge (NVE). When
#        nvo3d is killed the machine is switched off, at once and without a sync
#   h2   a namespace, as in crash_vserver.sh
POINTS=${NVO3_PASSAGES:+task-begun task-step task-ended}
POINTS=${POINTS:-task-step}
PASSAGES=2
. "$(dirname "$0")/../lib.sh"
# shellcheck source=selftests/virt_lab.sh
. "$LIB_TOP/selftests/virt_lab.sh"
# shellcheck source=selftests/virt_faults.sh
. "$LIB_TOP/selftests/virt_faults.sh"
# shellcheck source=selftests/virt_kills.sh
. "$LIB_TOP/selftests/virt_kills.sh"
# shellcheck source=selftests/rig_ask.sh
. "$LIB_TOP/selftests/rig_ask.sh"
TEST_LIMIT=${NVO3_LIMIT:-400}
EXCHANGE=$VIRT/h1.exchange

# --- the machine

# What runs in it. The disk has the place of h1's folder, so that all is where the configuration
# says; what was asked for with in_h1 is done in a shell of its own.
machine() {
	cat <<-EOT
		PATH=$LIB_TOP/build/bin:\$PATH
		cp $VIRT/h1/*.conf /run/
		modprobe -a virtio_net virtio_blk ext4
		mount /dev/vda $VIRT/h1
		mkdir -p $VIRT/h1/state
		ip link add br0 up type bridge
		ip link set eth0 up master br0
		ip address add 10.0.0.1/24 dev br0
		truncate -s 1M /run/faults
		$LIB_TOP/build/selftests/nvo3d_bridge -c /run/nve.conf &
		{
			LD_PRELOAD=$LIB_TOP/build/selftests/faults.so NVO3_FAULTS=/run/faults \\
				nvo3d -c /run/vserver.conf
			echo b >/proc/sysrq-trigger
		} &
		places() { ls /run/netns; }
		guests() { for p in \$(places); do ip netns pids "\$p"; done; }
		$(rig_answers "$EXCHANGE")
	EOT
}

in_h1() {	# WORDS of a command
	rig_ask "$EXCHANGE" "$@"
}

power_on() {
	rm -rf "$EXCHANGE"
	bg h1 netns_run "$VIRT_NS-mid" "$LIB_TOP/tools/vm/run" --kernel 6.12 --mem 512 --smp 1 \
		--timeout 7200 --tap h1 --disk "$VIRT/h1.disk" --exchange "$EXCHANGE" \
		-- bash "$VIRT/h1.machine"
	busywait 120 both_ready
}

both_ready() {
	[[ $(grep -c 'nvo3d: ready' "$LIB_TMP/h1.log") == 2 ]]
}

off() {
	lib_gone "$(<"$LIB_TMP/h1.pid")"
}

emulator() {
	pgrep -P "$(pgrep -P "$(<"$LIB_TMP/h1.pid")" timeout)" qemu
}

power_off() {
	kill -KILL "$(emulator)"
	busywait 20 off
}

# --- as virt_kills.sh wants it

eval "arm_in() $(declare -f arm | sed 1d)"

arm() {	# HOST POINT PASSAGE
	if [[ $1 == h2 ]]; then
		arm_in "$@"
		return
	fi
	fault_record "$2" "$3" KILL >"$EXCHANGE/record"
	in_h1 dd "if=$EXCHANGE/record" of=/run/faults bs=40 seek=4 conv=notrunc status=none
}

dead() {	# HOST
	off
}

back() {	# HOST
	power_on
	busywait 60 virt_servers_up
}

guests() {
	echo $(($(in_h1 guests | wc -l) + $(guests_in h2)))
}

places() {
	echo $(($(in_h1 places | wc -l) + $(places_in h2)))
}

# --- the tests

bring_up() {
	mkdir -p "$VIRT"
	virt_network
	ip -n "$VIRT_NS-mid" link del h1
	ip -n "$VIRT_NS-mid" tuntap add dev h1 mode tap
	ip -n "$VIRT_NS-mid" link set h1 master br0 up
	virt_host h2 2
	mkdir -p "$VIRT/h1"
	virt_mid
	virt_host_daemons h2 2
	virt_conf_host h1 1
	truncate -s 256M "$VIRT/h1.disk"
	mkfs.ext4 -q "$VIRT/h1.disk"
	machine >"$VIRT/h1.machine"
	power_on
	busywait 60 virt_servers_up
	run_cmd ctl vn create blue --vni 100
}

at_rest() {
	make_it
	run_cmd power_off
	back h1
	one_that_runs h1
	stop_it
	run_cmd power_off
	back h1
	one_that_stands h1
	delete_it
}

departure() {
	kill_in h1 check_arrived "bring_it_to h1" ctl vm migrate vm1 --server h2 --no-wait
}

arrival() {
	bring_it_to h2
	kill_in h1 check_departed "bring_it_to h2" ctl vm migrate vm1 --server h1 --no-wait
}

take_down() {
	delete_it
	assert_eq "$(guests)" 0 "guests"
	assert_eq "$(in_h1 ls "$VIRT/h1/state/vms")" "" "files"
}

plan 7
test_run "two hosts, one of which is a machine" bring_up
test_run "the power is lost at rest: what ran runs, what stood stands" at_rest
test_run "V1: in the steps of a creation" creation
test_run "V12: of a stop and of a start" stop_and_start
test_run "V9: of a move, at its source" departure
test_run "V9: and at its destination" arrival
test_run "nothing is left" take_down
