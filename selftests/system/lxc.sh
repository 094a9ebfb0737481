#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# limit: 600
# Containers as VMs: domains of libvirt's LXC driver on two hosts, each with an NVE on the module. What
# an emulated machine boots in a minute they do in seconds; all of a VM's life is tried on them.
#
#   mid .9            h1 .1                              h2 .2
#   vcenterd          libvirtd, two nvo3d (vServer, NVE): nve0
#   ndirectord        vm1, whose files are a tree        vm2, whose files are its host's
#
# A container's eth0 is in a network namespace that its vServer made, which libvirt lends it.

# What virt_lab.sh waits for takes longer here than on the machine.
export NVO3_SLOW=${NVO3_SLOW:-4}
. "$(dirname "$0")/../lib.sh"
VIRT_URI=lxc:///system VIRT_NVE=nvo3d VIRT_QEMU=own
# libvirt (9.0) stops containers with the freezer of cgroup v1, and does all else with cgroup v2. Drivers
# that nobody asks for need not be loaded.
# shellcheck disable=SC2016,SC2034 # virt_lab.sh writes it down
VIRT_ENTER='
mkdir -p /sys/fs/cgroup/freezer
mount -t cgroup -o freezer freezer /sys/fs/cgroup/freezer
drivers=/usr/lib/x86_64-linux-gnu/libvirt/connection-driver
mkdir -p /run/libvirt/drivers
cp $drivers/libvirt_driver_lxc.so /run/libvirt/drivers
mount --bind /run/libvirt/drivers $drivers
'
# shellcheck source=selftests/virt_lab.sh
. "$LIB_TOP/selftests/virt_lab.sh"
TEST_LIMIT=$((40 * NVO3_SLOW))
VM1=10.9.0.11

# --- what the containers run

# The first process. In /mnt is what its web server shows: a number of this start, some data, what its
# disk had before, which has that number then, and what it was told by DHCP.
init() {
	cat <<-'EOT'
		#!/bin/busybox sh
		b=/bin/busybox here=${0%/*}
		trap 'exit 0' TERM
		trap '$b reboot -f' HUP
		$b mount -t tmpfs tmpfs /mnt
		$b mkdir /mnt/cgi-bin
		$b cp "$here/links" /mnt/cgi-bin/
		$b cp /proc/sys/kernel/random/uuid /mnt/boot
		$b head -c 100000 /dev/urandom >/mnt/data
		$b md5sum </mnt/data >/mnt/sum
		$b head -c 36 /dev/vda | $b tr -d '\0' >/mnt/before
		$b dd if=/mnt/boot of=/dev/vda conv=fsync,notrunc 2>/dev/null
		$b httpd -p 80 -h /mnt
		$b udhcpc -f -i eth0 -s "$here/told" -O mtu -t 1000 -T 1 &
		while :; do
			$b sleep 1000 &
			wait $!
		done
	EOT
}

told_script() {
	cat <<-'EOT'
		#!/bin/busybox sh
		case $1 in
		bound | renew) ;;
		*) exit ;;
		esac
		/bin/busybox ifconfig "$interface" "$ip" netmask "$subnet" mtu "$mtu" up
		echo "$1 $ip/$mask $router $dns $domain $lease $mtu" >>/mnt/told
	EOT
}

links_script() {
	cat <<-'EOT'
		#!/bin/busybox sh
		echo
		/bin/busybox ip -o link
	EOT
}

tree() {
	local tree=$VIRT/tree

	mkdir -p "$tree"/{bin,dev,proc,sys,mnt}
	cp /bin/busybox "$tree/bin/"
	init >"$tree/init"
	told_script >"$tree/told"
	links_script >"$tree/links"
	chmod +x "$tree"/{init,told,links}
}

virt_conf_driver() {	# HOST: the files of its containers are a tree, or its own
	local files="init = \"$VIRT/tree/init\";"

	[[ $1 != h1 ]] || files="template = \"$VIRT/tree\"; init = \"/init\";"
	cat <<-EOT
		driver = "libvirt";
		libvirt: {
		    uri = "lxc+unix:///system?socket=$VIRT/$1/run/libvirt-sock";
		    type = "lxc";
		    $files
		    max_memory = 128;
		    shutdown = 5;
		};
	EOT
}

bring_up() {
	local h

	modprobe nvo3
	mkdir -p "$VIRT"
	tree
	for h in $VIRT_HOSTS; do
		mkdir -p "$VIRT/$h/etc"
		echo 'security_driver = "none"' >"$VIRT/$h/etc/lxc.conf"
	done
	virt_hosts_up
}

# --- looking at them

id_of() {	# VM
	ctl -j vm show "$1" | jq -r .id
}

place() {	# HOST VM: the network namespace that is its
	echo "nvo3-$1-$(head -c 8 "$LIB_TMP/$2.id")"
}

in_place() {	# HOST VM COMMAND...
	virt_in "$1" netns_run "$(place "$1" "$2")" "${@:3}"
}

get() {	# PATH: of vm1, by vm2
	in_place h2 vm2 curl -sf --max-time 5 "http://$VM1/$1"
}

boots() {	# and has not been what it was
	local last=''

	[[ ! -e $LIB_TMP/boot ]] || last=$(<"$LIB_TMP/boot")
	busywait 60 another_boot "$last"
	get boot >"$LIB_TMP/boot"
}

another_boot() {	# LAST
	local boot

	boot=$(get boot) && [[ -n $boot && $boot != "$1" ]]
}

same_boot() {
	busywait 30 get boot
	assert_eq "$(get boot)" "$(<"$LIB_TMP/boot")" "the container's start"
}

port() {	# of vm1 on h1: its device and that one's index
	ip -n "$VIRT_NS-h1" -o link show type veth | awk '$2 !~ /^uplink/ { print $2, $1 }'
}

port_is() {	# STATE: what the module says of vm1's
	in_ns "$VIRT_NS-h1" nvo3 port show | grep -q "state $1"
}

# --- tests

created() {
	local vm

	virt_vn
	run_cmd ctl vm create vm1 --tenant alice --vn blue --server h1 --memory 64 --disk 16
	run_cmd ctl vm create vm2 --tenant alice --vn blue --server h2 --memory 64 --disk 16
	for vm in vm1 vm2; do
		id_of $vm >"$LIB_TMP/$vm.id"
	done
	domain_is h1 vm1 running
	boots
	get told | grep "^bound $VM1/24 10.9.0.100 10.9.0.100 blue.example 60 1"
	run_cmd in_place h2 vm2 ping -c 1 -W 10 $VM1
	assert_eq "$(get data | md5sum)" "$(get sum)" "what came through the overlay"
	assert_eq "$(get before)" "" "what a new disk has"
	in_place h2 vm2 curl -sf http://127.0.0.1/told | grep "^bound 10.9.0.12/24"
}

stands_still() {
	run_cmd ctl vm suspend vm1
	domain_is h1 vm1 paused
	fails get boot
	run_cmd ctl vm resume vm1
	same_boot
}

reboots() {
	run_cmd ctl vm reboot vm1
	boots
	vm_is vm1 running
	domain_is h1 vm1 running
}

# The same port, in the same place.
stopped_and_started() {
	local before

	before=$(port)
	port_is active
	run_cmd ctl vm stop vm1
	domain_is h1 vm1 "shut off"
	port_is associated
	fails get boot
	in_place h1 vm1 ip -br link show dev eth0
	run_cmd ctl vm start vm1
	boots
	assert_eq "$(port)" "$before" "its port"
	port_is active
}

others() {
	run_cmd virsh_on h1 suspend nvo3-vm1
	busywait 30 vm_is vm1 suspended
	run_cmd virsh_on h1 resume nvo3-vm1
	busywait 30 vm_is vm1 running
	same_boot
	run_cmd virsh_on h1 destroy nvo3-vm1
	busywait 30 vm_is vm1 stopped
	port_is associated
	run_cmd virsh_on h1 start nvo3-vm1
	busywait 30 vm_is vm1 running
	boots
}

used() {	# BYTES
	ctl -j vm show vm1 | jq -c .use >"$LIB_TMP/use"
	cat "$LIB_TMP/use"
	[[ -n $(jq "select(.cpu_ms > 0 and .memory_kib > 100 and .net_out > $1 and .net_in > 1000)" \
		"$LIB_TMP/use") ]]
}

cgroup() {	# FILE: of vm1's
	cat /sys/fs/cgroup/machine/*nvo3-vm1.libvirt-lxc/"$1"
}

has_link() {	# MAC: as it sees it itself
	get cgi-bin/links | grep "eth1.*$1"
}

# What it can have is a limit of its host's; an interface is there as soon as its port.
changed() {
	assert_eq "$(cgroup memory.max) $(cgroup cpu.max)" "$((64 << 20)) 100000 100000" "its limits"
	run_cmd ctl vm set vm1 --memory 96 --cpus 2
	assert_eq "$(cgroup memory.max) $(cgroup cpu.max)" "$((96 << 20)) 200000 100000" "its limits"
	fails_with "max_memory" ctl vm set vm1 --memory 256
	assert_eq "$(cgroup memory.max)" "$((96 << 20))" "its limit"
	run_cmd ctl vm set vm1 --plug "vn=blue,mac=02:00:00:00:00:0d,ip=10.9.0.13/24"
	run_cmd has_link 02:00:00:00:00:0d
	run_cmd ctl vm set vm1 --unplug 02:00:00:00:00:0d
	fails has_link 02:00:00:00:00:0d
	same_boot
}

# Its processes cannot go; its disk can.
moved() {
	local last

	fails_with "are containers" ctl vm mobility vm1 --server h2
	same_boot
	last=$(<"$LIB_TMP/boot")
	run_cmd ctl vm migrate vm1 --server h2
	boots
	assert_eq "$(get before)" "$last" "what its disk had"
	domain_is h2 vm1 running
	left h1
}

left() {	# HOST: nothing of vm1, which was the only one
	fails virsh_on "$1" dominfo nvo3-vm1
	assert_eq "$(ip -n "$VIRT_NS-$1" -o link show type veth | grep -v uplink)" "" "veths on $1"
	assert_eq "$(ls "$VIRT/$1/state/vms")" "" "files on $1"
	assert_eq "$(compgen -G "/run/netns/nvo3-$1-*")" "" "namespaces on $1"
}

gone() {
	run_cmd ctl vm delete vm1
	run_cmd ctl vm delete vm2
	left h2
	assert_eq "$(virt_in h2 find /sys/fs/cgroup -name '*.libvirt-lxc')" "" "cgroups"
}

plan 12
test_run "two hosts, each with a libvirtd and an NVE on the module" bring_up
test_run "two containers get their addresses and reach each other through the overlay" created
test_run "one stands still, and goes on" stands_still
test_run "it reboots" reboots
test_run "it is stopped and started, and finds its port" stopped_and_started
test_run "what virsh does to it is seen" others
test_run "what it uses is told" busywait 30 used 100000
test_run "processors, memory and an interface come and go while it runs" changed
test_run "nvo3d is killed and comes back: the container has not noticed" nvo3d_dies
test_run "libvirtd is killed and comes back: the container has not noticed" libvirtd_dies
test_run "it cannot move while it runs, and is relocated with its disk" moved
test_run "they are deleted, and nothing is left" gone
