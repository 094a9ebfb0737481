#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.12, long 6.1
# limit: 400
# nvo3d's BFD beside FRR's: sessions over both families, a link that is cut, packets from too far
# away, either end switched off, killed and started again. h3 has no BFD.
#
#	[vm1] -- p1 [h1: nve0, nvo3d] ==== [ul] ==== [h2: bfdd]
#	                                       \==== [h3]
#
# MAC 2 is behind h2 and h3 by IPv4, MAC 3 by IPv6. Silence of 2.5 s is failure: an emulated
# machine may stand still for one.
. "$(dirname "$0")/overlay.sh"
FRR=$(mktemp -d /tmp/frr.XXXXXX)

agent_conf() {	# OPTION...
	cat <<-END
		dc = "dc1"; name = "host1"; state = "$LIB_TMP/host1";
		tls: { ca = "$LIB_TMP/pki/ca.pem"; cert = "$LIB_TMP/pki/host1.pem";
		       key = "$LIB_TMP/pki/host1.key"; };
		nve: {
		    dev = "nve0"; local = "192.0.2.1"; local6 = "2001:db8::1";
		    listen = "unix:$LIB_TMP/assoc.sock"; directors = [ "192.0.2.9:6651" ];
		    bfd: { enabled = true; tx_ms = 500; rx_ms = 500; multiplier = 5; $* };
		};
	END
}

agent_start() {	# OPTION...
	agent_conf "$@" >"$LIB_TMP/nvo3d.conf"
	bg agent netns_run h1 nvo3d -c "$LIB_TMP/nvo3d.conf"
	busywait 60 agent_says "nvo3d: ready"
}

agent_says() {
	grep -F "$1" "$LIB_TMP/agent.log"
}

frr_start() {
	cat >"$FRR/bfdd.conf" <<-END
		bfd
		 profile nve
		  transmit-interval 500
		  receive-interval 500
		  detect-multiplier 5
		 exit
		 peer 192.0.2.1 local-address 192.0.2.2
		  profile nve
		 exit
		 peer 2001:db8::1 local-address 2001:db8::2
		  profile nve
		 exit
		exit
	END
	chown -R frr:frr "$FRR"
	chmod 755 "$FRR"
	bg bfdd netns_run h2 /usr/lib/frr/bfdd -f "$FRR/bfdd.conf" --vty_socket "$FRR" -P 0 \
		-i "$FRR/bfdd.pid" --bfdctl "$FRR/bfdd.sock" -z "$FRR/zserv" --log stdout
	busywait 60 test -S "$FRR/bfdd.vty"
}

frr() {	# COMMAND...
	local words=()

	for word; do
		words+=(-c "$word")
	done
	vtysh --vty_socket "$FRR" -d bfdd "${words[@]}"
}

frr_has() {	# COUNT FILTER: so many peers for which it holds
	frr "show bfd peers json" >"$LIB_TMP/peers"
	cat "$LIB_TMP/peers"
	jq -e "[.[] | select($2)] | length == $1" "$LIB_TMP/peers"
}

remote_is() {	# ADDR STATE
	nvo3 -n h1 remote show dev nve0 | grep "nve $1 .* state $2 "
}

both_are() {	# STATE
	remote_is 192.0.2.2 "$1" && remote_is 2001:db8::2 "$1"
}

# A datagram each of 100 flows to MAC 2 and 3.
flows() {
	in_ns vm1 /usr/bin/python3 - <<-END
		import socket
		s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		s.bind(("", 40000))
		for port in range(1001, 1101):
		    s.sendto(b"", ("10.0.0.2", port))
		    s.sendto(b"", ("10.0.0.3", port))
	END
}

# arrive NAME COUNT ADDR...: so many frames to each. More, as long as it is not so: some are lost
# while a neighbor is asked for its address.
arrive() {
	local name=$1 count=$2 addr

	shift 2
	flows
	for addr; do
		capture_has "$name" "$count" "dst host $addr" || return 1
	done
}

# both_paths NAME: flows of each family go to h2 and to h3.
both_paths() {
	capture_start "$1" ul ul1 'udp dst port 4789'
	busywait 60 arrive "$1" 20 192.0.2.2 192.0.2.3 2001:db8::2 2001:db8::3
	capture_stop "$1"
}

# only_h3 NAME: all flows go there.
only_h3() {
	capture_start "$1" ul ul1 'udp dst port 4789'
	busywait 60 arrive "$1" 100 192.0.2.3 2001:db8::3
	capture_stop "$1"
	fails capture_has "$1" 1 'dst host 192.0.2.2 or dst host 2001:db8::2'
}

come_up() {
	busywait 60 frr_has 2 '.status == "up"'
	agent_says "BFD to 192.0.2.2 is up"
	agent_says "BFD to 2001:db8::2 is up"
	# What each wants is known to the other once the polls are answered.
	busywait 30 frr_has 2 '."remote-transmit-interval" == 500 and ."remote-detect-multiplier" == 5'
	both_are up
	remote_is 192.0.2.3 up
	both_paths before
}

cut() {
	local began=$EPOCHREALTIME took

	run_cmd ip -n ul link set ul2 down
	busywait 20 both_are down
	took=$((${EPOCHREALTIME/./} - ${began/./}))
	echo "both down after $((took / 1000)) ms"
	# 2.5 s since the last packet, one of which came in each half second. That it takes no longer is
	# for the unit tests to say: here a look alone may take seconds.
	assert_ge "$took" 1500000 "microseconds"
	agent_says "BFD to 192.0.2.2 is down: nothing heard in the detection time"
	agent_says "BFD to 2001:db8::2 is down: nothing heard in the detection time"
	# Who has no BFD is none of its business.
	remote_is 192.0.2.3 up
	only_h3 cut
}

heal() {
	run_cmd ip -n ul link set ul2 up
	busywait 60 both_are up
	busywait 60 frr_has 2 '.status == "up"'
	both_paths healed
}

# Down, of the neighbor's address, as it would be right from the next hop.
from_afar() {
	local failures

	failures=$(grep -c 'is down' "$LIB_TMP/agent.log")
	in_ns h2 /usr/bin/python3 - <<-END
		import socket, struct
		p = bytes([0x21, 0x40, 5, 24]) + struct.pack("!5I", 99, 0, 500000, 500000, 0)
		s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		s.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, 254)
		s.bind(("192.0.2.2", 50000))
		s.sendto(p, ("192.0.2.1", 3784))
		s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
		s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, 254)
		s.bind(("2001:db8::2", 50000))
		s.sendto(p, ("2001:db8::1", 3784))
	END
	busywait 20 agent_says "refused a BFD packet from 192.0.2.2: its TTL is not 255"
	both_are up
	frr_has 2 '.status == "up"'
	assert_eq "$(grep -c 'is down' "$LIB_TMP/agent.log")" "$failures" "sessions that failed so far"
}

switched_off_there() {
	frr "conf t" "bfd" "peer 192.0.2.1 local-address 192.0.2.2" "shutdown"
	busywait 20 agent_says "BFD to 192.0.2.2 is down: the neighbor has switched it off"
	both_are up
	frr "conf t" "bfd" "peer 192.0.2.1 local-address 192.0.2.2" "no shutdown"
	busywait 60 frr_has 2 '.status == "up"'
}

switched_off_here() {
	bg_stop agent
	busywait 20 frr_has 2 '.status == "down" and ."remote-diagnostic" == "administratively down"'
	both_are up
	both_paths stopped
	agent_start
	busywait 60 frr_has 2 '.status == "up"'
	both_are up
}

killed() {
	bg_stop agent KILL
	both_are up
	both_paths killed
	# To its neighbor that is silence.
	busywait 30 frr_has 2 '.status == "down"'
	agent_start
	busywait 60 frr_has 2 '.status == "up"'
	both_are up
}

killed_when_down() {
	run_cmd ip -n ul link set ul2 down
	busywait 20 both_are down
	bg_stop agent KILL
	both_are down
	only_h3 killed-down
	agent_start
	agent_says "192.0.2.2 was down before this program: it stays so until BFD is up"
	both_are down
	run_cmd ip -n ul link set ul2 up
	busywait 60 both_are up
}

multihop() {
	run_cmd ip -n ul link set ul2 up
	bg_stop agent
	frr "conf t" "bfd" "no peer 192.0.2.1 local-address 192.0.2.2" \
		"no peer 2001:db8::1 local-address 2001:db8::2" \
		"peer 192.0.2.1 multihop local-address 192.0.2.2" "profile nve" "exit" \
		"peer 2001:db8::1 multihop local-address 2001:db8::2" "profile nve" "exit"
	agent_start "multihop = true;"
	busywait 60 frr_has 2 '.multihop and .status == "up"'
	both_are up
	run_cmd ip -n ul link set ul2 down
	busywait 20 both_are down
	run_cmd ip -n ul link set ul2 up
	busywait 60 both_are up
}

stop() {
	bg_stop agent
	bg_stop bfdd
	rm -r "$FRR"
	run_cmd nvo3 -n h1 nve del dev nve0
}

module_load
underlay_add
host_add 1 2 3
# It is nvo3d that makes it.
# shellcheck disable=SC2034,SC2154 # overlay.sh has it
HAS_NVE[h1]=1
nvo3ctl pki init "$LIB_TMP/pki" >/dev/null
nvo3ctl pki issue "$LIB_TMP/pki" host1 --san nvo3://dc1/nve/host1 >/dev/null
frr_start
agent_start
vm_add 1 h1
for n in 2 3; do
	ip -n vm1 neigh add 10.0.0.$n lladdr "$(mac $n)" dev eth0
done
nvo3 -n h1 -b - <<-END
	vn add dev nve0 vni 100
	port add dev p1 vni 100 mac $(mac 1)
	map add dev nve0 vni 100 mac $(mac 2) nve 192.0.2.2,192.0.2.3
	map add dev nve0 vni 100 mac $(mac 3) nve 2001:db8::2,2001:db8::3
END

plan 9
test_run "sessions come up both ways, by IPv4 and IPv6" come_up
test_run "a link that is cut: frames take the other path" cut
test_run "a link that is back: frames take both paths" heal
test_run "a packet from farther away than the next hop is refused" from_afar
test_run "a neighbor that switches BFD off has not failed" switched_off_there
test_run "an agent that ends is no failure, and frames pass" switched_off_here
test_run "kill -9 of the agent leaves frames their paths" killed
test_run "kill -9 while a path is down leaves it so, until BFD is up" killed_when_down
test_run "multihop" multihop
stop
