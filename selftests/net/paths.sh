#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12, long 6.1
# limit: 240
# Several ways to one destination: shares by weight, failover, and the same objects for
# the same ways. h2 has four addresses and only listens.
#
#	[vm1] -- p1 [h1: nve0] ==== [h2: 192.0.2.2, .3, .4, 2001:db8::2]
#
. "$(dirname "$0")/overlay.sh"

map() {
	run_cmd nvo3 -n h1 map "$1" dev nve0 vni 100 mac "$(mac "$2")" "${@:3}"
}

remote() {
	run_cmd nvo3 -n h1 remote set dev nve0 nve "$1" state "$2" "${@:3}"
}

# A datagram each of 300 flows to MAC 2, always the same flows.
flows() {
	in_ns vm1 /usr/bin/python3 - <<-END
		import socket
		s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		s.bind(("", 40000))
		for port in range(1001, 1301):
		    s.sendto(b"", ("10.0.0.2", port))
	END
}

# The inner port and the outer destination of each datagram that was captured.
paths_seen() {
	/usr/bin/python3 - "$LIB_TMP/out.pcap" <<-'END'
		import socket, struct, sys
		data = open(sys.argv[1], "rb").read()
		at = 24
		while at + 16 <= len(data):
		    size, = struct.unpack_from("<I", data, at + 8)
		    p = data[at + 16:at + 16 + size]
		    at += 16 + size
		    if p[12:14] == b"\x08\x00":
		        dst, udp = socket.inet_ntoa(p[30:34]), p[34:]
		    else:
		        dst, udp = socket.inet_ntop(socket.AF_INET6, p[38:54]), p[54:]
		    if len(udp) == 58 and udp[28:30] == b"\x08\x00":
		        print(struct.unpack_from("!H", udp, 52)[0], dst)
	END
}

# Each flow at least once; what waits for a neighbour in vain is sent again.
all_seen() {
	flows
	paths_seen | sort -u >"$1"
	(($(wc -l <"$1") >= 300))
}

# listen FILE: PORT ADDR of each flow, and it has kept to that path.
listen() {
	# Short ones, so that the buffer holds all of them at once.
	capture_start out h2 ul0 -s 200 'udp and (src 192.0.2.1 or src 2001:db8::1)'
	busywait 60 all_seen "$1"
	all_seen "$1"
	capture_stop out
	cut -d ' ' -f 2 "$1" | sort | uniq -c
	assert_eq "$(wc -l <"$1")" 300 "flows, each on one path"
}

# share FILE ADDR LEAST MOST
share() {
	local count

	count=$(grep -c " $2\$" "$1" || true)
	echo "$2: $count of 300 flows"
	((count >= $3 && count <= $4))
}

shares() {
	map replace 2 nve 192.0.2.2/1,192.0.2.3/2,2001:db8::2/3
	listen "$LIB_TMP/before"
	share "$LIB_TMP/before" 192.0.2.2 25 75
	share "$LIB_TMP/before" 192.0.2.3 70 130
	share "$LIB_TMP/before" 2001:db8::2 115 185
}

# Only the flows of the path that is down move, and they move back.
failover() {
	remote 2001:db8::2 down
	listen "$LIB_TMP/down"
	share "$LIB_TMP/down" 2001:db8::2 0 0
	share "$LIB_TMP/down" 192.0.2.2 65 135
	grep -v ' 2001' "$LIB_TMP/before" | comm -23 - "$LIB_TMP/down" >"$LIB_TMP/moved"
	assert_eq "$(wc -l <"$LIB_TMP/moved")" 0 "flows that moved without need"
	remote 2001:db8::2 up
	listen "$LIB_TMP/after"
	cmp "$LIB_TMP/before" "$LIB_TMP/after"
}

all_down() {
	remote 192.0.2.2 down
	remote 192.0.2.3 down
	remote 2001:db8::2 down
	dropped_for h1 remote-down 300 flows
	remote 192.0.2.3 up
	listen "$LIB_TMP/one"
	share "$LIB_TMP/one" 192.0.2.3 300 300
	remote 192.0.2.2 up
	remote 2001:db8::2 up
}

# A mapping of one way, and a member.
one_way() {
	map replace 2 nve 192.0.2.4
	remote 192.0.2.4 down
	dropped_for h1 remote-down 300 flows
	nvo3 -n h1 member add dev nve0 vni 100 nve 192.0.2.4
	dropped_for h1 remote-down 1 frame vm1 eth0 "ff:ff:ff:ff:ff:ff $(mac 1) 88b5 4500"
	nvo3 -n h1 member del dev nve0 vni 100 nve 192.0.2.4
	assert_eq "$(nvo3 -n h1 remote show dev nve0)" \
		"dev nve0 nve 192.0.2.4 encap vxlan dstport 4789 state down refs 1"
	remote 192.0.2.4 up
}

# Order does not matter, and the same ways are one group: the remotes count it once.
shared() {
	map replace 2 nve 192.0.2.2/5,192.0.2.3
	map add 20 nve 192.0.2.3,192.0.2.2/5
	map add 21 nve 192.0.2.2,192.0.2.3
	assert_eq "$(nvo3 -n h1 map get dev nve0 vni 100 mac "$(mac 20)")" \
		"dev nve0 vni 100 mac $(mac 20) nve 192.0.2.2/5,192.0.2.3/1 prov static"
	assert_eq "$(nvo3 -n h1 -j remote show dev nve0 | jq -c 'map(.refs)')" "[2,2]"
	# The same again is no error, another share is another place.
	fails_with "02:00:00:00:00:14 of VN 100 has a mapping" nvo3 -n h1 map add dev nve0 vni 100 \
		mac "$(mac 20)" nve 192.0.2.2/5,192.0.2.3
	map replace 20 nve 192.0.2.4
	map del 21
	assert_eq "$(nvo3 -n h1 -j remote show dev nve0 | jq -c 'map(.refs)')" "[1,1,1]"
	map del 20
	map replace 2 nve 192.0.2.2,192.0.2.3 encap geneve dstport 7000 remote-vni 9
	assert_eq "$(nvo3 -n h1 map get dev nve0 vni 100 mac "$(mac 2)")" \
		"dev nve0 vni 100 mac $(mac 2) nve 192.0.2.2/1,192.0.2.3/1 encap geneve dstport 7000 \
remote-vni 9 prov static"
	listen "$LIB_TMP/geneve"
}

refused() {
	fails_with "two paths lead to 192.0.2.2" nvo3 -n h1 map replace dev nve0 vni 100 \
		mac "$(mac 2)" nve 192.0.2.2/3,192.0.2.2
	fails_with "192.0.2.1 is an address of this NVE" nvo3 -n h1 map replace dev nve0 vni 100 \
		mac "$(mac 2)" nve 192.0.2.2,192.0.2.1
	fails_with '"nve" needs an IP address, or up to 4 of them' nvo3 -n h1 map replace \
		dev nve0 vni 100 mac "$(mac 2)" nve 1.0.0.1,1.0.0.2,1.0.0.3,1.0.0.4,1.0.0.5
	fails_with '"nve" needs an IP address, or up to 4 of them' nvo3 -n h1 map replace \
		dev nve0 vni 100 mac "$(mac 2)" nve 192.0.2.2/0,192.0.2.3
	fails_with "nothing on nve0 leads to 192.0.2.99" nvo3 -n h1 remote set dev nve0 \
		nve 192.0.2.99 state down
	# Nothing of it is left behind.
	map del 2
	assert_eq "$(nvo3 -n h1 remote show dev nve0)" ""
}

module_load
underlay_add
host_add 1 2
addr_add h2 ul0 192.0.2.3/24 192.0.2.4/24
nve_add 1
vm_add 1 h1
ip -n vm1 neigh add 10.0.0.2 lladdr "$(mac 2)" dev eth0
nvo3 -n h1 vn add dev nve0 vni 100
nvo3 -n h1 port add dev p1 vni 100 mac "$(mac 1)"

plan 6
test_run "each path has its share of the flows" shares
test_run "flows of a path that is down move, and no others" failover
test_run "all paths down" all_down
test_run "a single remote down" one_way
test_run "equal paths are shared" shared
test_run "what is refused leaves nothing" refused
