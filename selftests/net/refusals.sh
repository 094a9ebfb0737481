#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# bits: 32
# limit: 300
# What the kernel refuses, with which sentence, and that it changes nothing.
#
#	[h1: nve0 (VN 100: p1, p2 VLAN 10; p3 without a port), nve1 (q1), x1 without a master]
#
. "$(dirname "$0")/overlay.sh"
here=$(cd "$(dirname "$0")" && pwd)

raw() {
	in_ns h1 python3 -B "$here/refusals.py" "$1"
}

enslave_refused() {	# DEV SENTENCE
	fails_with "$2" ip -n h1 link set "$1" master nve0
}

bad_slaves() {
	enslave_refused lo "lo is a loopback device"
	enslave_refused tun1 "tun1 is not an Ethernet device"
	enslave_refused nve1 "nve1 is an NVE itself"
	# One that has a macvlan on it gives its frames there.
	enslave_refused x2 "the frames of x2 go to another device already"
}

links() {
	fails_with "relay" nvo3 -n h1 nve set dev nve0 relay maybe
	fails_with "UDP port 4789 of this namespace belongs to nve0" \
		ip -n h1 link add nve2 type nvo3
	fails_with "224.0.0.1 is a multicast address" \
		nvo3 -n h1 nve add dev nve2 dstport 5000 local 224.0.0.1
	fails_with "is a loopback address" \
		nvo3 -n h1 nve add dev nve2 dstport 5000 local6 ::1
	fails_with "the UDP port of nve0 cannot be changed" \
		nvo3 -n h1 nve set dev nve0 dstport 5000
	nvo3 -n h1 member add dev nve0 vni 200 nve 192.0.2.9
	fails_with "192.0.2.9 is the address of another NVE" \
		nvo3 -n h1 nve set dev nve0 local 192.0.2.9
	nvo3 -n h1 member del dev nve0 vni 200 nve 192.0.2.9
}

# Somebody else has the port: the device does not come up.
port_in_use() {
	nvo3 -n h1 nve add dev nve3 dstport 6000
	bg squatter netns_run h1 socat -u UDP-RECV:6000 -
	busywait 30 in_ns h1 grep -q ':1770 ' /proc/net/udp
	fails_with "Address already in use" ip -n h1 link set nve3 up
	bg_stop squatter
	run_cmd ip -n h1 link set nve3 up
	run_cmd ip -n h1 link del nve3
}

# An NVE with slaves stays where it is.
no_move() {
	fails ip -n h1 link set nve0 netns h2
	fails_with '"nve0" does not exist' nvo3 -n h2 vn show dev nve0
}

unprivileged() {
	fails_with "Operation not permitted" in_ns h1 setpriv --reuid 65534 --clear-groups \
		--bounding-set=-all --inh-caps=-all "$(command -v nvo3)" vn add dev nve0 vni 300
	fails_with "Operation not permitted" in_ns h1 setpriv --reuid 65534 --clear-groups \
		--bounding-set=-all --inh-caps=-all "$(command -v nvo3)" map show dev nve0
	fails in_ns h1 setpriv --reuid 65534 --clear-groups --bounding-set=-all --inh-caps=-all \
		timeout 20 "$(command -v nvo3)" monitor
}

# Root of a user namespace manages what is its own, and not the underlay of a device
# that was lent to it.
user_namespace() {
	local pid

	bg user unshare --user --map-root-user --net sleep 1000
	pid=$(<"$LIB_TMP/user.pid")
	busywait 30 is_in_user_namespace "$pid"
	nvo3 -n h1 nve add dev lent dstport 7000
	ip -n h1 link set lent netns "$pid"
	as_user "$pid" nvo3 nve add dev own dstport 7000
	run_cmd as_user "$pid" nvo3 vn add dev own vni 1
	fails_with "the underlay of lent belongs to a user namespace above" \
		as_user "$pid" nvo3 vn add dev lent vni 1
	fails_with "the underlay of lent belongs to a user namespace above" \
		as_user "$pid" nvo3 vn show dev lent
	fails_with "the underlay of lent belongs to a user namespace above" \
		as_user "$pid" nvo3 nve set dev lent csum off
	bg_stop user KILL
}

as_user() {
	local pid=$1

	shift
	nsenter --target "$pid" --user --net --preserve-credentials "$@"
}

is_in_user_namespace() {
	[[ $(readlink "/proc/$1/ns/user") != "$(readlink /proc/self/ns/user)" &&
	   $(</proc/"$1"/comm) == sleep ]]
}

module_load
underlay_add
host_add 1 2
nve_add 1
addr_add h1 ul0 192.0.2.101/24 2001:db8::101/64
nvo3 -n h1 nve add dev nve1 dstport 4790
modprobe -a tun macvlan
for dev in p1 p2 p3 q1 x1 x2; do
	echo "link add $dev up type veth peer name $dev-peer"
done >"$LIB_TMP/links"
cat >>"$LIB_TMP/links" <<-END
	link set p1 master nve0
	link set p2 master nve0
	link set p3 master nve0
	link set q1 master nve1
	tuntap add tun1 mode tun
	link add link x2 mv1 type macvlan mode bridge
END
ip -n h1 -b "$LIB_TMP/links"
nvo3 -n h1 -b - <<-END
	vn add dev nve0 vni 100
	vn add dev nve0 vni 200
	port add dev p1 vni 100 mac $(mac 1)
	port add dev p2 vlan 10 vni 100 mac $(mac 2)
END

plan 21
test_run "requests as such" raw request
test_run "VNs" raw vn
test_run "members" raw member
test_run "ports" raw port
test_run "mappings" raw map
test_run "mappings of IP addresses" raw ip_map
test_run "claims: epochs and limits" raw claims
test_run "batches: all or nothing" raw batches
test_run "remotes" raw remote
test_run "addresses without a mapping" raw miss
test_run "profiles" raw profile
test_run "rules of profiles" raw rules
test_run "digests" raw digest
test_run "what is idle" raw idle
test_run "answers to guests" raw guest
test_run "devices that cannot be slaves" bad_slaves
test_run "links" links
test_run "a UDP port in use" port_in_use
test_run "an NVE with slaves does not move" no_move
test_run "no capability" unprivileged
test_run "user namespaces" user_namespace
