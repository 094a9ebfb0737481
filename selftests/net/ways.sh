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

# Hosts anew, whatever a test that failed has left behind.
lay_anew() {
	local ns

	for ns in $(<"$LIB_TMP/namespaces"); do
		[[ $ns == branches ]] || ns_del "$ns"
	done
	# shellcheck disable=SC2119
	two_hosts
	warm_up
	echo "$LIB_FAILED" >"$LIB_TMP/laid"
}

# apart TEST: on hosts that no failed test has touched.
apart() {
	[[ -e $LIB_TMP/laid && $(<"$LIB_TMP/laid") == "$LIB_FAILED" ]] || lay_anew
	"$@"
	in_ns h1 nft flush ruleset
	ip -n h1 xfrm policy deleteall
}

declare -A WAYS HAD GREW

# ways HOST: WAYS gets the counters, "tx fast", "rx netfilter" and so on. (No jq: starting it
# takes half a second in the rig.)
ways() {
	local json pair pairs way

	json=$(nvo3 -n "$1" -j -s nve show dev nve0)
	WAYS=()
	for way in tx rx; do
		[[ $json =~ \"${way}_fast\":([0-9]+) ]] || fail "no ways in: $json"
		WAYS[$way fast]=${BASH_REMATCH[1]}
		[[ $json =~ \"${way}_bypass\":\{([^}]*)\} ]] || fail "no bypass in: $json"
		IFS=, read -ra pairs <<<"${BASH_REMATCH[1]//\"/}"
		for pair in "${pairs[@]}"; do
			WAYS[$way ${pair%%:*}]=${pair#*:}
		done
	done
}

# ways_mark HOST: from here on ways_since counts.
ways_mark() {
	local way

	ways "$1"
	HAD=()
	for way in "${!WAYS[@]}"; do
		HAD[$way]=${WAYS[$way]}
	done
}

# ways_since HOST: GREW gets what has grown since the mark, and by how much.
ways_since() {
	local way grown

	ways "$1"
	GREW=()
	for way in "${!WAYS[@]}"; do
		grown=$((${WAYS[$way]} - ${HAD[$way]:-0}))
		((grown == 0)) || GREW[$way]=$grown
	done
	echo "$1:" "${GREW[@]@K}"
}

# went HOST WAY...: nothing but these has grown since the mark, and each has:
# "tx=fast", "rx=netfilter".
went() {
	local way

	ways_since "$1"
	shift
	for way; do
		[[ ${GREW[${way/=/ }]-} ]] || fail "nothing went $way"
		unset "GREW[${way/=/ }]"
	done
	((${#GREW[@]} == 0)) || fail "but also: ${!GREW[*]}"
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
	local host=$1 vm=$2 addr=$3

	ways_mark "$host"
	in_ns "$vm" ping -c 1 -W 2 "$addr" >/dev/null || true
	ways_since "$host"
	[[ ${#GREW[@]} == 2 && ${GREW[tx fast]-} && ${GREW[rx fast]-} ]]
}

# warm_up: until both families go fast on both hosts.
warm_up() {
	busywait 60 fast_both h1 vm1 10.0.0.2
	busywait 60 fast_both h1 vm3 10.0.0.4
	busywait 60 fast_both h2 vm2 10.0.0.1
	busywait 60 fast_both h2 vm4 10.0.0.3
}
