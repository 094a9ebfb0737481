# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# One guest on the hosts of virt_lab.sh, after which this is sourced: it boots, is reached, and goes
# from one host to the other. GUEST is the VM's name, ADDR its address; virt_rig.sh has others who
# talk to it.

boots() {
	busywait 200 guest_get "$ADDR" boot
	guest_get "$ADDR" boot >"$LIB_TMP/boot"
}

same_boot() {	# It is reached, and has not been started anew since
	busywait 60 guest_get "$ADDR" boot
	[[ $(guest_get "$ADDR" boot) == "$(<"$LIB_TMP/boot")" ]] || {
		guest_told
		fail "the guest has been started anew"
	}
}

# What may say why it is another one: what its console has had, also while nobody was there
guest_told() {
	local h

	for h in $VIRT_HOSTS; do
		find "$VIRT/$h/state/vms" -name console.log -print -exec tail -n 60 {} +
		tail -n 20 "$VIRT/$h/log/qemu/nvo3-$GUEST.log"
		bg_log "nvo3d-$h" | tail -n 20
	done | tr -d '\r'
} 2>&1

# --- its console, from one host to the next: what is written to CONSOLE_IN is typed there; who is
# started between begin and end has that open too

console_run() {
	exec nvo3ctl --socket "$VIRT/vcenter/api.sock" vm console "$GUEST" <"$LIB_TMP/console.in"
}

console_begin() {
	rm -f "$LIB_TMP/console.in"
	mkfifo "$LIB_TMP/console.in"
	bg console console_run
	exec {CONSOLE_IN}>"$LIB_TMP/console.in"
}

console_end() {
	exec {CONSOLE_IN}>&-
	rm "$LIB_TMP/console.in"
	busywait 20 lib_gone "$(<"$LIB_TMP/console.pid")" || fail "$(bg_log console)"
}

# What it was told by DHCP has a line each time, of which the first and the last begin so. A guest
# that is slow has renewed its lease before it is asked.
told_first() {	# LINE
	[[ $(guest_get "$ADDR" told | head -n 1) == "$1"* ]] || fail "$(guest_get "$ADDR" told)"
}

told() {	# LINE
	[[ $(guest_get "$ADDR" told | tail -n 1) == "$1"* ]]
}

told_more() {	# LINES
	(($(guest_get "$ADDR" told | wc -l) > $1))
}

cpus_are() {	# HOST NUMBER
	[[ $(virsh_on "$1" dominfo "nvo3-$GUEST" | awk '$1 == "CPU(s):" { print $2 }') == "$2" ]]
}

nics_are() {	# HOST NUMBER
	[[ $(virsh_on "$1" domiflist "nvo3-$GUEST" | grep -c ethernet) == "$2" ]]
}

guest_tap() {	# HOST: state of its port, and whose that is
	local dev

	dev=$(virsh_on "$1" domiflist "nvo3-$GUEST" | awk '$2 == "ethernet" { print $1 }')
	ip -n "$VIRT_NS-$1" -j link show dev "$dev" | jq -r '.[0] | "\(.operstate) \(.master)"'
}

port_is_active() {	# HOST
	assert_eq "$(guest_tap "$1")" "UP br0" "the guest's port"
}

# --- who talks to it while it moves: pings every 50 ms, and a download
#
# curl looks at its rate after it has read what there is. So there is never much.
TALK_RMEM="4096 32768 32768"

talk_begin() {
	in_ns "$VIRT_NS-mid" sh -c "echo $TALK_RMEM >/proc/sys/net/ipv4/tcp_rmem"
	bg pings netns_run "$VIRT_NS-mid" ping -n -i 0.05 "$ADDR"
	bg download netns_run "$VIRT_NS-mid" curl -sSf --limit-rate 100k -w '%{http_code}, %{size_download} bytes in %{time_total} s\n' \
		-o "$LIB_TMP/data" "http://$ADDR/data"
	busywait 20 test -s "$LIB_TMP/data"
}

talk_goes_on() {	# the download was open while the guest moved
	lib_gone "$(<"$LIB_TMP/download.pid")" || return 0
	fail "the download has ended: $(bg_log download)"
}

talk_end() {	# prints the sum of what was downloaded, and what ping says at its end
	busywait 120 lib_gone "$(<"$LIB_TMP/download.pid")" ||
		fail "$(ls -l "$LIB_TMP/data"; ss -N "$VIRT_NS-mid" -tin)" >&2
	bg_stop pings INT
	md5sum <"$LIB_TMP/data"
	tail -n 3 "$LIB_TMP/pings.log"
}

# --- moves

# The guest goes on where it was, with its memory and its disk, and an open download with it.
live() {	# FROM TO
	local from=$1 to=$2 lost asked

	boots
	talk_begin
	console_begin
	run_cmd ctl vm mobility "$GUEST" --server "$to"
	talk_goes_on
	domain_is "$to" "$GUEST" running
	same_boot
	console_end
	assert_eq "$(guest_get "$ADDR" cgi-bin/disk)" "$(<"$LIB_TMP/boot")" "its disk"
	asked=$(guest_get "$ADDR" told | wc -l)
	talk_end >"$LIB_TMP/talk"
	cat "$LIB_TMP/talk"
	assert_eq "$(head -n 1 "$LIB_TMP/talk")" "$(guest_get "$ADDR" sum)" "the download"
	lost=$(grep -o '[0-9]* packets transmitted, [0-9]* received' "$LIB_TMP/talk")
	echo "$lost, one each 50 ms; $(ctl -j moves | jq -c '.items[0] | {kind, blackout}')"
	virsh_on "$to" domjobinfo "nvo3-$GUEST" --completed | grep -i downtime || true
	# All of it has gone over: the disk of 16 MiB, and what else there is
	ctl -j moves | jq -ce '.items[0].image | select(.done == .total and .total >= 16 * 1048576)' ||
		fail "$(ctl -j moves | jq -c '.items[0].image')"
	fails virsh_on "$from" dominfo "nvo3-$GUEST"
	port_is_active "$to"
	# It asks again after half of its lease, and is told by who knows it now
	busywait 60 told_more "$asked"
	told "renew $ADDR/24 "
}

nowhere_else() {	# FROM TO
	fails virsh_on "$1" dominfo "nvo3-$GUEST"
	assert_eq "$(ls "$VIRT/$1/state/vms")" "" "files on $1"
	assert_eq "$(virt_taps "$1")" "" "taps on $1"
	assert_eq "$(find "$VIRT/$2/state/vms" -name 'saved*')" "" "memories on $2"
}

# FROM TO VERB...: it boots there, with its disk, and is nowhere else.
goes() {
	local from=$1 to=$2 last

	shift 2
	boots
	last=$(<"$LIB_TMP/boot")
	run_cmd ctl vm "$@" "$GUEST" --server "$to"
	domain_is "$to" "$GUEST" running
	boots
	[[ $(<"$LIB_TMP/boot") != "$last" ]] || fail "it was not started anew"
	assert_eq "$(guest_get "$ADDR" before)" "$last" "what its disk had"
	nowhere_else "$from" "$to"
}

last_move() {	# FILTER of jq
	ctl -j moves | jq -r ".items[0] | $1"
}

# It stands still meanwhile, and goes on where it was: the same boot, and an open download with it.
keeps() {	# FROM TO
	local from=$1 to=$2

	boots
	rm -f "$LIB_TMP/data"
	talk_begin
	run_cmd ctl vm migrate "$GUEST" --server "$to"
	talk_goes_on
	domain_is "$to" "$GUEST" running
	same_boot
	assert_eq "$(guest_get "$ADDR" cgi-bin/disk)" "$(<"$LIB_TMP/boot")" "its disk"
	talk_end >"$LIB_TMP/talk"
	cat "$LIB_TMP/talk"
	assert_eq "$(head -n 1 "$LIB_TMP/talk")" "$(guest_get "$ADDR" sum)" "the download"
	echo "boot $(<"$LIB_TMP/boot") on both; $(last_move '{memory, image, blackout} | tojson')"
	assert_eq "$(last_move .memory)" keep "its memory"
	# the disk of 16 MiB, and not less than what a kernel needs to run
	(($(last_move .image.total) > 20 << 20)) || fail "no memory was copied"
	nowhere_else "$from" "$to"
}
