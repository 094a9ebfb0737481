# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Which way did tunnel packets take? For the tests of the fast way; sources
# overlay.sh. Two hosts with an NVE each, four tenant systems, VN 100 over IPv4 and VN
# 200 over IPv6:
#
#	[vm1] [vm3] -- [h1: nve0] ==== underlay ==== [h2: nve0] -- [vm2] [vm4]
#
. "$(dirname "${BASH_SOURCE[0]}")/overlay.sh"

# host_vns HOST OTHER-HOST VM4 ITS-PEER VM6 ITS-PEER: VN 100 and VN 200 of a host
host_vns() {
	nvo3 -n "h$1" -b - <<-END
		vn add dev nve0 vni 100
		vn add dev nve0 vni 200
		member add dev nve0 vni 100 nve 192.0.2.$2
		member add dev nve0 vni 200 nve 2001:db8::$2
		port add dev p$3 vni 100 mac $(mac "$3")
		port add dev p$5 vni 200 mac $(mac "$5")
		map add dev nve0 vni 100 mac $(mac "$4") nve 192.0.2.$2
		map add dev nve0 vni 200 mac $(mac "$6") nve 2001:db8::$2
	END
}

# two_hosts [NVE-WORD]...
# shellcheck disable=SC2120 # words are for scripts with settings of their own
two_hosts() {
	module_load
	underlay_add
	host_add 1 2
	nve_add 1 "$@"
	nve_add 2 "$@"
	vm_add 1 h1
	vm_add 3 h1
	vm_add 2 h2
	vm_add 4 h2
	host_vns 1 2 1 2 3 4
	host_vns 2 1 2 1 4 3
	know 1 2
	know 2 1
	know 3 4
	know 4 3
}

# know VM OTHER: it need not ask for the other, nor for routers, so that pings are alone.
know() {
	in_ns "vm$1" sysctl -qw net.ipv6.conf.eth0.router_solicitations=0
	ip -n "vm$1" -b - <<-END
		neigh replace 10.0.0.$2 lladdr $(mac "$2") dev eth0
		neigh replace fd00::$2 lladdr $(mac "$2") dev eth0
	END
}

# anew TEST: on hosts of its own, whatever the one before has left behind.
anew() {
	local ns

	for ns in $(<"$LIB_TMP/namespaces"); do
		[[ $ns == branches ]] || ns_del "$ns"
	done
	# shellcheck disable=SC2119
	two_hosts
	warm_up
	"$@"
}

# ways HOST: "tx fast N", "rx netfilter N" and so on, a line each, and "compat N".
ways() {
	nvo3 -n "$1" -j -s nve show dev nve0 | jq -r '.[0] |
		(({fast: .ways.tx_fast} + .tx_bypass) | to_entries[] | "tx \(.key) \(.value)"),
		(({fast: .ways.rx_fast} + .rx_bypass) | to_entries[] | "rx \(.key) \(.value)"),
		"compat \(.ways.rx_compat)"'
}

# ways_mark HOST: from here on ways_since counts.
ways_mark() {
	ways "$1" >"$LIB_TMP/ways.$1"
}

# ways_since HOST: what has grown, "tx fast 3".
ways_since() {
	ways "$1" | awk 'NR == FNR { had[$1 " " $2] = $3; next }
		$1 == "compat" { next }
		$3 > had[$1 " " $2] { print $1, $2, $3 - had[$1 " " $2] }' "$LIB_TMP/ways.$1" -
}

# went HOST WAY...: nothing but these has grown since the mark, and each has:
# "tx=fast", "rx=netfilter".
went() {
	local host=$1 grown way

	shift
	grown=$(ways_since "$host")
	echo "$host:" ${grown:+"$grown"}
	for way; do
		grep -q "^${way/=/ } " <<<"$grown" || fail "nothing went $way"
		grown=$(grep -v "^${way/=/ } " <<<"$grown" || true)
	done
	[[ -z $grown ]] || fail "but also: $grown"
}

# ping_goes HOST TX RX VM ADDR [PING-OPTION]...: one ping, and all of it went like that.
ping_goes() {
	local host=$1 tx=$2 rx=$3

	shift 3
	ways_mark "$host"
	ping_ok "$@"
	went "$host" "tx=$tx" "rx=$rx"
}

# The first packets ask neighbours and routing, and have the hooks put on.
fast_both() {
	local host=$1 vm=$2 addr=$3 since

	ways_mark "$host"
	in_ns "$vm" ping -c 1 -W 2 "$addr" >/dev/null || true
	since=$(ways_since "$host" | sort | tr '\n' ' ')
	[[ $since =~ ^'rx fast '[0-9]+' tx fast '[0-9]+' '$ ]] || { echo "$addr: $since" && false; }
}

# warm_up: until both families go fast on both hosts.
warm_up() {
	busywait 60 fast_both h1 vm1 10.0.0.2
	busywait 60 fast_both h1 vm3 10.0.0.4
	busywait 60 fast_both h2 vm2 10.0.0.1
	busywait 60 fast_both h2 vm4 10.0.0.3
}
