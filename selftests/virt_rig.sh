# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The hosts of virt_lab.sh, whose NVEs have the module: this machine's kernel has none, so each NVE
# is a rig guest, and vServer and NVE are two machines that speak over TLS. Sourced after virt_lab.sh
# and virt_guest.sh.
#
#   h1, here: libvirtd, nvo3d (vServer)                        h1's rig: nvo3d (NVE)
#     guest -- tap vXXXXXXXX -- bridge wXXXXXXXX -- tap rXXXXXXXX = NIC vXXXXXXXX -- nve0
#     br0 .1 ------------------------------------------- tap ctl = NIC eth0 .11
#      |
#     br0 of mid .9 (vcenterd, ndirectord) -- h2, the same (.2, .12)
#      |
#     tap h3 = NIC eth0 .13 of the rig h3: nvo3d with both roles, and the VM client, which is a
#     namespace there
#
# XXXXXXXX are the first digits of the interface's UUID: it has one of TSIS, so that the rig has a
# NIC for it, called as the vServer calls the port.

VIRT_OTHERS=h3
TSIS="5a000001-0000-4000-8000-000000000001 5a000002-0000-4000-8000-000000000002"
RIG_MTU=1430	# what the vServer gives its taps

# shellcheck source=selftests/rig_ask.sh
. "$LIB_TOP/selftests/rig_ask.sh"

in_rig() {	# HOST WORDS of a command
	local h=$1

	shift
	rig_ask "$VIRT/$h.rig" "$@"
}

# --- as virt_lab.sh wants it

virt_locator() {	# HOST NUMBER
	echo "10.0.0.1$2"
}

virt_assoc() {	# HOST NUMBER
	echo "10.0.0.1$2:6661"
}

# --- wires

# The vServer makes a tap and removes it; here it is put at the end of its wire.
wires_keep() {	# HOST
	local ns=$VIRT_NS-$1 line

	ip -n "$ns" -o monitor link | while read -r line; do
		echo "$line"
		[[ $line =~ ^[0-9]+:\ v([0-9a-f]{8}): && $line != *" master "* ]] || continue
		ip -n "$ns" link set "v${BASH_REMATCH[1]}" master "w${BASH_REMATCH[1]}" || true
	done
}

wires_add() {	# HOST
	local ns=$VIRT_NS-$1 tsi

	bg "wires-$1" wires_keep "$1"
	busywait 10 wires_are_kept "$1"
	ip -n "$ns" tuntap add dev ctl mode tap
	ip -n "$ns" link set ctl master br0 up
	for tsi in $TSIS; do
		ip -n "$ns" link add "w${tsi:0:8}" up type bridge ageing_time 0 mcast_snooping 0
		ip -n "$ns" tuntap add dev "r${tsi:0:8}" mode tap
		ip -n "$ns" link set "r${tsi:0:8}" master "w${tsi:0:8}" up
	done
}

# It has noticed something
wires_are_kept() {	# HOST
	ip -n "$VIRT_NS-$1" link add seen type bridge
	ip -n "$VIRT_NS-$1" link del seen
	grep -q seen "$LIB_TMP/wires-$1.log"
}

# --- rigs

# What runs in it. At its end the kernel has nothing that was a guest's.
rig_machine() {	# HOST NUMBER PORT...
	local dir=$VIRT/$1.rig conf=$VIRT/$1/nve.conf port n=0

	cat <<-EOT
		PATH=$LIB_TOP/build/bin:\$PATH
		modprobe -a virtio_net nvo3
		ip link set eth0 address 02:00:0a:00:00:1$2
		ip address add 10.0.0.1$2/24 dev eth0
		ip link set eth0 up
	EOT
	for port in "${@:3}"; do
		echo "ip link set eth$((++n)) name $port mtu $RIG_MTU up"
	done
	cat <<-EOT
		nvo3d -c $conf &
		nvo3d=\$!
		$(rig_answers "$dir")
		kill \$nvo3d
		wait \$nvo3d
		ip link del nve0
		rmmod nvo3
	EOT
}

# NAMESPACE TAP...: where its NICs' other ends are
rig_run() {	# HOST MIB NAMESPACE TAP...
	local h=$1 mem=$2 ns=$3 tap options=() status=0

	for tap in "${@:4}"; do
		options+=(--tap "$tap")
	done
	netns_run "$ns" "$LIB_TOP/tools/vm/run" --kernel 6.12 --ko "$RIG_KO" --mem "$mem" --smp 1 \
		--timeout 900 "${options[@]}" --exchange "$VIRT/$h.rig" \
		-- bash "$VIRT/$h.machine" || status=$?
	echo "$status" >"$VIRT/$h.ended"
}

rig_on_host() {	# HOST NUMBER
	local tsi ports=() taps=()

	for tsi in $TSIS; do
		ports+=("v${tsi:0:8}")
		taps+=("r${tsi:0:8}")
	done
	wires_add "$1"
	rig_machine "$1" "$2" "${ports[@]}" >"$VIRT/$1.machine"
	bg "rig-$1" rig_run "$1" 384 "$VIRT_NS-$1" ctl "${taps[@]}"
}

rig_alone() {	# HOST NUMBER: both roles in it
	mkdir -p "$VIRT/$1"
	cat >"$VIRT/$1/nve.conf" <<-EOT
		$(virt_common "$1")
		state = "$VIRT/$1/state";
		nve: {
		    dev = "nve0";
		    local = "10.0.0.1$2";
		    listen = "unix:/run/nvo3/assoc.sock";
		    directors = [ "10.0.0.9:6651" ];
		};
		vserver: {
		    driver = "netns";
		    nve = "unix:/run/nvo3/assoc.sock";
		    vcenters = [ "10.0.0.9:6641" ];
		    images = "10.0.0.1$2:6660";
		    cpus = 8; memory_mib = 4096; disk_mib = 1024; max_vms = 8;
		};
	EOT
	ip -n "$VIRT_NS-mid" tuntap add dev "$1" mode tap
	ip -n "$VIRT_NS-mid" link set "$1" master br0 up
	rig_machine "$1" "$2" >"$VIRT/$1.machine"
	bg "rig-$1" rig_run "$1" 512 "$VIRT_NS-mid" "$1"
}

rig_ready() {	# HOST
	grep -q 'nvo3d: ready' "$LIB_TMP/rig-$1.log"
}

rigs_up() {
	local h n=0

	RIG_KO=${RIG_KO:-$("$LIB_TOP/tools/build/module" 6.12 debug)}
	mkdir -p "$VIRT"
	virt_guest "$(virt_kernel)"
	virt_network
	virt_mid
	for h in $VIRT_HOSTS; do
		virt_host "$h" "$((++n))"
		virt_conf_host "$h" "$n"
		rig_on_host "$h" "$n"
	done
	rig_alone h3 3
	for h in $VIRT_HOSTS; do
		virt_libvirtd "$h"
	done
	for h in $VIRT_HOSTS $VIRT_OTHERS; do
		busywait 240 rig_ready "$h" || fail "$(bg_log "rig-$h")"
	done
	for h in $VIRT_HOSTS; do
		virt_nvo3d "$h"
	done
	busywait 60 virt_servers_up
}

# They end well, and their kernels have not complained.
rigs_down() {
	local h

	for h in $VIRT_HOSTS $VIRT_OTHERS; do
		rig_end "$VIRT/$h.rig"
	done
	for h in $VIRT_HOSTS $VIRT_OTHERS; do
		busywait 60 test -s "$VIRT/$h.ended"
		assert_eq "$(<"$VIRT/$h.ended")" 0 "the end of $h's rig: $(bg_log "rig-$h")"
	done
}

# --- who talks to the guest: the VM client of h3

client_make() {	# ADDR/LEN
	curl -sf --unix-socket "$VIRT/vcenter/api.sock" http://localhost/api/v1/vms --json \
		"{\"name\":\"client\",\"tenant\":\"alice\",\"server\":\"h3\",
		\"nics\":[{\"vn\":\"blue\",\"ip\":\"$1\",\"dhcp\":false}]}"
	busywait 60 vm_is client running
	in_rig h3 "ls /run/netns" >"$VIRT/client"
	in_client "sh -c 'echo $TALK_RMEM >/proc/sys/net/ipv4/tcp_rmem'"
}

in_client() {	# WORDS of a command
	in_rig h3 "nsenter --net=/run/netns/$(<"$VIRT/client") $*"
}

guest_get() {	# ADDR PATH
	in_client "curl -sf --max-time 10 http://$1/$2"
}

# What the kernel of a host's NVE has of guests, PORT STATE each
rig_ports() {	# HOST
	in_rig "$1" nvo3 -j port show | jq -r '.[] | "\(.dev) \(.state)"'
}

port_is_active() {	# HOST
	assert_eq "$(rig_ports "$1")" "v${TSIS:0:8} active" "ports of $1"
}

talk_begin() {
	local in_it

	in_it="nsenter --net=/run/netns/$(<"$VIRT/client")"
	in_rig h3 "rm -f /run/talk.*"
	in_rig h3 "{ $in_it ping -q -n -i 0.05 $ADDR >/run/talk.pings 2>&1 & echo \$! >/run/talk.pid; wait;" \
		": >/run/talk.over; } &"
	in_rig h3 "{ $in_it curl -sf --limit-rate 60k -o /run/talk.data http://$ADDR/data;" \
		"echo \$? >/run/talk.rc; } >/dev/null 2>&1 &"
	busywait 120 in_rig h3 test -s /run/talk.data
}

talk_goes_on() {
	fails in_rig h3 test -e /run/talk.rc
}

talk_end() {
	busywait 120 in_rig h3 test -e /run/talk.rc
	in_rig h3 "kill -INT \$(cat /run/talk.pid)"
	busywait 60 in_rig h3 test -e /run/talk.over
	in_rig h3 "md5sum </run/talk.data; tail -n 3 /run/talk.pings"
}

# --- what the kernels have counted

# Frames that went out as packets of the underlay, and those that came so
rig_count() {	# HOST encap|decap
	in_rig "$1" nvo3 -j -s vn show | jq "[.[].stats.$2_packets] | add // 0"
}

rig_redirected() {	# HOST: late frames, sent on
	in_rig "$1" nvo3 -j -s nve show | jq '.[0].redirected // 0'
}

rig_is_empty() {	# HOST
	in_rig "$1" "for what in port map vn; do nvo3 -j \$what show; done" | tee "$LIB_TMP/left" |
		jq -se 'add | length == 0' >/dev/null || {
		cat "$LIB_TMP/left"
		return 1
	}
}
