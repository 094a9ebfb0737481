#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The lab: two data centres in network namespaces of one machine. Sourced by the demo and by
# the end-to-end tests; needs root, the module and the programs of build/bin.
#
#        dc1  10.1.0.0/24 fd00:1::/64           dc2  10.2.0.0/24 fd00:2::/64
#   vcenter1 .2   director1 .3             vcenter2 .2   director2 .3
#   host1   .11   host2    .12             host3   .13   host4    .14
#          \       |       /                      \       |       /
#         [ bridge in dc1-net ] .1 -- router -- .1 [ bridge in dc2-net ]
#                              LAB_DELAY each way
#
# LAB_GATEWAYS are hosts that measure how far somebody outside is.
#
# Each name is a network namespace. A host's NVE has both addresses as locators. With a store of several in LAB_STORE1
# (etcd:...) dc1 has director3 (.4), too, of which one works and the other stands by.

: "${LAB_TOP:?set LAB_TOP to the top of the repository}"
LAB=${LAB:-/tmp/nvo3-lab}
LAB_DELAY=${LAB_DELAY:-5ms}
LAB_BIN=${LAB_BIN:-$LAB_TOP/build/bin}
LAB_HOSTS="host1 host2 host3 host4"
LAB_STORE1=${LAB_STORE1-}
LAB_GATEWAYS=${LAB_GATEWAYS-}
LAB_NODES="director1 director2 ${LAB_STORE1:+director3 }vcenter1 vcenter2 $LAB_HOSTS"
PATH=$LAB_BIN:$PATH

lab_dc() {	# NAME -> number of its data centre
	case $1 in
	vcenter1 | director1 | director3 | host1 | host2) echo 1 ;;
	*) echo 2 ;;
	esac
}

lab_addr() {	# NAME -> last part of its addresses
	case $1 in
	vcenter?) echo 2 ;;
	director3) echo 4 ;;
	director?) echo 3 ;;
	host?) echo "1${1#host}" ;;
	esac
}

lab_ip() {
	echo "10.$(lab_dc "$1").0.$(lab_addr "$1")"
}

# Run in the network namespace only: a mount namespace of its own (ip netns exec) would
# hide the VMs' namespaces that nvo3d makes.
lab_in() {
	local ns=$1
	shift
	nsenter --net="/run/netns/$ns" "$@"
}

lab_until() {	# SECONDS WHAT COMMAND... : wait for a condition, not for time
	local deadline=$((SECONDS + $1)) what=$2
	shift 2
	until "$@" >/dev/null 2>&1; do
		if ((SECONDS >= deadline)); then
			echo "gave up waiting for $what" >&2
			return 1
		fi
		sleep 0.1
	done
}

# The lines below are for "ip -b -": a process for each would take most of the time.
lab_links() {	# all namespaces, and the links between them
	local name dc
	for name in router dc1-net dc2-net $LAB_NODES; do
		echo "netns add $name"
	done
	for dc in 1 2; do
		echo "link add dc$dc netns router type veth peer name uplink netns dc$dc-net"
	done
	for name in $LAB_NODES; do
		dc=$(lab_dc "$name")
		echo "link add eth0 netns $name type veth peer name $name netns dc$dc-net"
	done
}

lab_router() {
	local dc
	echo "link set lo up"
	for dc in 1 2; do
		echo "addr add 10.$dc.0.1/24 dev dc$dc"
		echo "addr add fd00:$dc::1/64 dev dc$dc nodad"
		echo "link set dc$dc up"
	done
}

lab_bridge() {	# DC
	local name
	echo "link add br0 up type bridge"
	echo "link set uplink master br0 up"
	for name in $LAB_NODES; do
		[[ $(lab_dc "$name") != "$1" ]] || echo "link set $name master br0 up"
	done
}

lab_node() {	# NAME: its addresses, and the way to the other data centre
	local dc host
	dc=$(lab_dc "$1")
	host=$(lab_addr "$1")
	cat <<-EOF
		link set lo up
		addr add 10.$dc.0.$host/24 dev eth0
		addr add fd00:$dc::$host/64 dev eth0 nodad
		link set eth0 up
		route add default via 10.$dc.0.1
		route add default via fd00:$dc::1
	EOF
}

lab_underlay_up() {
	local dc name
	lab_links | ip -b -
	lab_router | ip -n router -b -
	lab_in router sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	for dc in 1 2; do
		lab_bridge $dc | ip -n "dc$dc-net" -b -
		lab_in router tc qdisc add dev "dc$dc" root netem delay "$LAB_DELAY"
	done
	for name in $LAB_NODES; do
		lab_node "$name" | ip -n "$name" -b -
	done
}

lab_cut() {	# cut the line between the data centres
	ip -n router link set dc2 down
}

lab_heal() {
	ip -n router link set dc2 up
}

lab_certificate() {	# NAME: a new one; an old one goes
	local dc who=$1
	dc=$(lab_dc "$who")
	rm -f "$LAB/pki/$who".{pem,key}
	case $who in
	host?) nvo3ctl pki issue "$LAB/pki" "$who" --san "nvo3://dc$dc/vserver/$who" \
		--san "nvo3://dc$dc/nve/$who" ;;
	*) nvo3ctl pki issue "$LAB/pki" "$who" --san "nvo3://dc$dc/${who%?}/$who" ;;
	esac >/dev/null
}

lab_pki() {
	local name
	nvo3ctl pki init "$LAB/pki" >/dev/null
	for name in $LAB_NODES; do
		lab_certificate "$name"
	done
	nvo3ctl pki issue "$LAB/pki" operator --san "nvo3://dc1/operator/admin" >/dev/null
}

lab_directors() {	# DC: where its nDirectors listen, as a list of a configuration
	local name list=''
	for name in $LAB_NODES; do
		if [[ $name == director? && $(lab_dc "$name") == "$1" ]]; then
			list+=", \"$(lab_ip "$name"):6651\""
		fi
	done
	echo "[ ${list#, } ]"
}

lab_conf_common() {	# NAME
	cat <<-EOF
		dc = "dc$(lab_dc "$1")";
		name = "$1";
		tls: { ca = "$LAB/pki/ca.pem"; cert = "$LAB/pki/$1.pem"; key = "$LAB/pki/$1.key"; };
	EOF
}

lab_conf_vcenter() {	# NAME
	local dc=${1#vcenter}
	cat <<-EOF
		$(lab_conf_common "$1")
		store = "sqlite:$LAB/$1/vcenterd.db";
		listen = "10.$dc.0.2:6641";
		api = "10.$dc.0.2:6640";
		socket = "$LAB/$1/api.sock";
		directors = $(lab_directors "$dc");
		peers = ( { dc = "dc$((3 - dc))"; addrs = [ "10.$((3 - dc)).0.2:6641" ]; } );
	EOF
}

lab_conf_director() {	# NAME
	local dc ip store=sqlite:$LAB/$1/ndirectord.db
	dc=$(lab_dc "$1")
	ip=$(lab_ip "$1")
	[[ $dc != 1 || -z $LAB_STORE1 ]] || store=$LAB_STORE1
	cat <<-EOF
		$(lab_conf_common "$1")
		dc_id = $dc;
		store = "$store";
		listen = "$ip:6651";
		api = "$ip:6650";
		socket = "$LAB/$1/api.sock";
		peers = ( { dc = "dc$((3 - dc))"; addrs = $(lab_directors $((3 - dc))); } );
	EOF
}

lab_conf_host() {	# NAME
	local ip dc gateway=false
	[[ " $LAB_GATEWAYS " != *" $1 "* ]] || gateway=true
	ip=$(lab_ip "$1")
	dc=$(lab_dc "$1")
	cat <<-EOF
		$(lab_conf_common "$1")
		state = "$LAB/$1";
		nve: {
		    dev = "nve0";
		    local = "$ip";
		    local6 = "fd00:$dc::$(lab_addr "$1")";
		    listen = "unix:$LAB/$1/assoc.sock";
		    directors = $(lab_directors "$dc");
		};
		vserver: {
		    driver = "netns";
		    nve = "unix:$LAB/$1/assoc.sock";
		    vcenters = [ "10.$dc.0.2:6641" ];
		    images = "$ip:6660";
		    gateway = $gateway;
		    cpus = 8; memory_mib = 8192; disk_mib = 512; max_vms = 8;
		};
	EOF
}

lab_program() {	# NAME -> its program
	case $1 in
	vcenter?) echo vcenterd ;;
	director?) echo ndirectord ;;
	host?) echo nvo3d ;;
	esac
}

lab_launch() {	# NAME: start its daemon; one of LAB_NEWER as a newer minor version (for tests)
	local name=$1 newer=''
	[[ " ${LAB_NEWER-} " != *" $name "* ]] || newer=$LAB_TOP/build/selftests/newer.so
	setsid nsenter --net="/run/netns/$name" ${newer:+env "LD_PRELOAD=$newer"} "$LAB_BIN/$(lab_program "$name")" \
		-c "$LAB/$name.conf" >>"$LAB/$name.log" 2>&1 </dev/null &
	echo $! >"$LAB/$name.pid"
}

# What a daemon says when it is up; of two nDirectors one does something.
LAB_READY=': ready$\|standing by'

lab_ready() {	# NAME SEEN: it has said so once more than SEEN times
	lab_until 60 "the daemon of $1" lab_said "$1" "$LAB_READY" "$2"
}

lab_start() {	# NAME: start its daemon and wait until it says that it is ready
	local seen
	seen=$(grep -c "$LAB_READY" "$LAB/$1.log" 2>/dev/null)
	lab_launch "$1"
	lab_ready "$1" "${seen:-0}"
}

lab_said() {	# NAME TEXT COUNT: its log has the text more than COUNT times
	(($(grep -c "$2" "$LAB/$1.log") > $3))
}

lab_gone() {	# PID: it does not run (a zombie that nobody reaps counts as gone)
	! grep -q '^State:[[:space:]]*[^Z]' "/proc/$1/status" 2>/dev/null
}

lab_signal() {	# NAME SIGNAL: and wait until the daemon is gone
	local pid
	pid=$(cat "$LAB/$1.pid")
	kill "-$2" "$pid"
	lab_until 10 "the end of $1" lab_gone "$pid"
}

lab_up() {	# namespaces, certificates, configuration, daemons
	local name
	mkdir -p "$LAB"
	chmod 700 "$LAB"
	lab_underlay_up
	lab_pki
	for name in $LAB_NODES; do
		mkdir -p "$LAB/$name"
		"lab_conf_${name%?}" "$name" >"$LAB/$name.conf"
	done
	for name in $LAB_NODES; do
		lab_launch "$name"
	done
	for name in $LAB_NODES; do
		lab_ready "$name" 0 || return 1
	done
	lab_until 60 "the servers at vcenter1" lab_servers_up 1 &&
		lab_until 60 "the servers at vcenter2" lab_servers_up 2 &&
		lab_until 60 "the session between the data centres" lab_peers_up
}

lab_servers_up() {	# DC
	(($(ctl "$1" -j server list | grep -Eo '"up": ?true' | wc -l) == 2))
}

lab_peers_up() {
	local dc
	for dc in 1 2; do
		ctl $dc -j status && dctl $dc status || return 1
	done >"$LAB/status" && ! grep -Eq '"up": ?false' "$LAB/status"
}

lab_works() {	# NAME: of an nDirector, and it does not stand by; one that is stopped says nothing
	curl -sf -m 10 --unix-socket "$LAB/$1/api.sock" http://localhost/api/v1/status >/dev/null
}

lab_director() {	# DC: the one that works
	if [[ $1 == 1 && -n $LAB_STORE1 ]] && lab_works director3; then
		echo director3
	else
		echo "director$1"
	fi
}

# nvo3ctl at the vCenter and nDirector of data centre DC.
ctl() {
	local dc=$1
	shift
	nvo3ctl --socket "$LAB/vcenter$dc/api.sock" \
		--director-socket "$LAB/$(lab_director "$dc")/api.sock" "$@"
}

dctl() {	# DC PATH: the nDirector's API, as JSON
	curl -sf --unix-socket "$LAB/$(lab_director "$1")/api.sock" "http://localhost/api/v1/$2"
}

vm_id() {	# DC NAME
	ctl "$1" -j vm show "$2" | python3 -c 'import json,sys; print(json.load(sys.stdin)["id"])'
}

vm_netns() {	# UUID: the network namespace that is the VM
	ip netns list | awk -v id="${1:0:8}" 'index($1, id) { print $1; exit }'
}

lab_down() {
	local name pid ns
	for name in $LAB_NODES; do
		[[ -f $LAB/$name.pid ]] || continue
		pid=$(cat "$LAB/$name.pid")
		kill "$pid" 2>/dev/null || :
		lab_until 10 "the end of $name" lab_gone "$pid" || kill -9 "$pid"
	done
	for ns in $(ip netns list | awk '{ print $1 }'); do
		for pid in $(ip netns pids "$ns"); do
			kill -9 "$pid" 2>/dev/null || :
		done
		ip netns del "$ns"
	done
	rm -rf "$LAB"
}

vn_known() {	# DC NAME: its vCenter has that VN
	ctl "$1" vn list | grep -qw "$2"
}
