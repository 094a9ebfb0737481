# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Numbered frames from a VM of the lab, and taps on hosts: selftests/bin/seq_probe.c. Sourced after lab.sh.

# A VM where such frames end: nobody there says that the ports are closed, and no neighbour is asked for.
seq_sink() {	# NAMESPACE NEIGHBOUR MAC
	lab_in "$1" nft -f - <<-END
		table inet sink {
			chain in {
				type filter hook input priority 0
				udp dport 1000-1002 drop
			}
		}
	END
	lab_in "$1" ip neigh replace "$2" lladdr "$3" dev eth0 nud permanent
}

seq_taps() {	# HOST...
	local host

	for host; do
		rm -f "$LAB/tap-$host"
		bg "tap-$host" nsenter --net="/run/netns/$host" seq_probe tap "$LAB/tap-$host"
		busywait 10 test -e "$LAB/tap-$host"
	done
}

seq_taps_end() {	# HOST...
	local host

	for host; do
		bg_stop "tap-$host"
		bg_log "tap-$host"
		[[ ! -s $LIB_TMP/tap-$host.log ]] || fail "the tap on $host lost frames"
	done
}

seq_send() {	# NAMESPACE ADDR HERTZ [PORT]...: UDP to the ports by turns, echo requests without
	bg "send-$1" nsenter --net="/run/netns/$1" seq_probe send "$2" "${@:3}"
}

# seq_sent NAMESPACE: no more from there
seq_sent() {
	bg_stop "send-$1"
	bg_log "send-$1"
}

seq_came() {	# NAMESPACE: how many frames of any kind
	ip -n "$1" -j -s link show dev eth0 | jq '.[0].stats64.rx.packets'
}

# What was on its way has come.
seq_quiet() {	# NAMESPACE...
	local ns before=() after=()

	for ns; do
		before+=("$(seq_came "$ns")")
	done
	read -r -t 0.3 -u "$LIB_NEVER" || true
	for ns; do
		after+=("$(seq_came "$ns")")
	done
	[[ ${before[*]} == "${after[*]}" ]]
}

# seq_whole: from one host to the other nothing was lost, nothing came twice or out of order.
seq_whole() {	# SENDER'S-HOST RECEIVER'S-HOST
	python3 "$LIB_TOP/selftests/system/seq_whole.py" "$LAB/tap-$1" "$LAB/tap-$2"
}
