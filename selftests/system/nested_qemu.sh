#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: long 6.12
# limit: 3600
# rig: --mem 3072
# A guest of QEMU's on the module: an emulated machine in an emulated machine, which boots for minutes.
# Its tap is a port of the NVE, which gives it its address, and a VM of another host reads from it.
#
#   mid .9            h1 .1                              h2 .2
#   vcenterd          libvirtd, two nvo3d (vServer, NVE) two nvo3d
#   ndirectord        vm1, a domain with a kernel        vm2, a network namespace

# What virt_lab.sh waits for takes longer here than on the machine.
export NVO3_SLOW=${NVO3_SLOW:-4}
. "$(dirname "$0")/../lib.sh"
# shellcheck disable=SC2034 # for virt_lab.sh
VIRT_NVE=nvo3d VIRT_QEMU=own
# shellcheck source=selftests/virt_lab.sh
. "$LIB_TOP/selftests/virt_lab.sh"
TEST_LIMIT=3000
VM1=10.9.0.11
BOOT_S=$((2400 / NVO3_SLOW))

virt_conf_driver() {	# HOST NUMBER
	if [[ $1 == h1 ]]; then
		virt_conf_qemu "$@"
	else
		echo 'driver = "netns";'
	fi
}

bring_up() {
	modprobe -a nvo3 tun
	mkdir -p "$VIRT"
	virt_guest "$(virt_kernel)"
	virt_network
	virt_host h1 1
	virt_host h2 2
	virt_libvirtd h1
	virt_daemons
}

in_vm2() {	# COMMAND...
	virt_in h2 netns_run "nvo3-h2-$(<"$LIB_TMP/vm2.place")" "$@"
}

get() {	# PATH
	in_vm2 curl -sf --max-time 600 "http://$VM1/$1"
}

boots() {
	virt_vn
	ctl vm create vm2 --tenant bob --vn blue --server h2 --ip 10.9.0.12/24
	ctl -j vm show vm2 | jq -r '.id[:8]' >"$LIB_TMP/vm2.place"
	in_vm2 ip address replace 10.9.0.12/24 dev eth0
	run_cmd ctl vm create vm1 --tenant alice --vn blue --server h1 --memory 128 --disk 16 --no-wait
	busywait 150 vm_is vm1 running
	busywait $BOOT_S get boot
}

told() {	# by the agent of its NVE
	get told | tee "$LIB_TMP/told"
	grep "^bound $VM1/24 10.9.0.100 10.9.0.100 blue.example 60 1" "$LIB_TMP/told"
}

reached() {
	run_cmd in_vm2 ping -c 3 -i 1 -w 60 $VM1
	get data >"$LIB_TMP/data"
	assert_eq "$(stat -c %s "$LIB_TMP/data")" 4194304 "what was read"
	assert_eq "$(md5sum <"$LIB_TMP/data")" "$(get sum)" "what was read"
}

gone() {
	run_cmd ctl vm delete vm1
	run_cmd ctl vm delete vm2
	fails virsh_on h1 dominfo nvo3-vm1
	assert_eq "$(ip -n "$VIRT_NS-h1" -o link show type tun)" "" "taps"
	assert_eq "$(find "$VIRT"/h?/state/vms -mindepth 1)" "" "files"
}

plan 5
test_run "two hosts, one of them with a libvirtd" bring_up
test_run "a guest boots on a tap that is a port of the module" boots
test_run "it has been told its address there" told
test_run "a VM of the other host reaches it, and reads some megabytes" reached
test_run "it is deleted, and nothing is left" gone
