# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# libvirtd is killed in the steps of what a vServer of virt_lab.sh does with its one VM: nvo3d stands
# still at a step, libvirtd dies, nvo3d goes on and finds it gone, and it is started again. Then
# vCenter and both libvirtd's agree: one VM, in one place, or none. Sourced after virt_lab.sh and
# virt_faults.sh.

# shellcheck disable=SC2034 # of lib.sh
TEST_LIMIT=${NVO3_LIMIT:-300}
POINTS="task-begun task-step task-ended"
PASSAGES=${NVO3_PASSAGES:-2}

domains() {	# HOST
	virsh_on "$1" list --all --name | grep -c nvo3-vm1
}

# vCenter, and what libvirt has of it on both hosts
agree() {
	local state server doing domain

	read -r state server doing < <(ctl -j vm show vm1 2>/dev/null |
		jq -r '[.state, .server, .doing // "none"] | join(" ")')
	if [[ -z $state ]]; then
		[[ $(domains h1) == 0 && $(domains h2) == 0 ]]
		return
	fi
	domain=$(virsh_on "$server" domstate nvo3-vm1)
	echo "$state on $server, doing $doing; domain: $domain"
	[[ $doing == none && $(($(domains h1) + $(domains h2))) == 1 ]] || return
	case $state in
	running) [[ $domain == running ]] ;;
	suspended) [[ $domain == paused ]] ;;
	stopped | failed) [[ $domain == "shut off" ]] ;;
	*) false ;;
	esac
}

stands_still() {	# HOST
	[[ $(ps -o state= -p "$(<"$LIB_TMP/nvo3d-$1.pid")") == T ]]
}

lost_since() {	# HOST LINES: nvo3d has noticed
	tail -n "+$(($2 + 1))" "$LIB_TMP/nvo3d-$1.log" | grep -q "the connection is lost"
}

no_move() {
	[[ $(ctl -j moves | jq -r '[.items[] | select(.state == "running")] | length') == 0 ]]
}

# Wait for the step, or for the end: false if it is not passed
at_step() {	# HOST
	local deadline=$((SECONDS + 60 * ${NVO3_SLOW:-1}))

	until stands_still "$1"; do
		agree >/dev/null 2>&1 && no_move && return 1
		((SECONDS < deadline)) || fail "neither at the step nor done"
		read -r -t 0.1 -u "$LIB_NEVER" || true
	done
}

KILLS=0
kill_in() {	# HOST AGAIN OPERATION...
	local host=$1 again=$2 point n lines

	shift 2
	for point in $POINTS; do
		for ((n = 1; n <= PASSAGES; n++)); do
			echo "--- $point, passage $n, in: $*"
			arm "$host" "$point" "$n" STOP
			"$@"
			at_step "$host" || break
			lines=$(wc -l <"$LIB_TMP/nvo3d-$host.log")
			bg_stop "libvirtd-$host" KILL
			kill -CONT "$(<"$LIB_TMP/nvo3d-$host.pid")"
			busywait 30 lost_since "$host" "$lines"
			virt_libvirtd "$host"
			((++KILLS))
			busywait 90 agree
			$again
		done
		disarm "$host"
		busywait 60 agree
		$again
	done
	echo "$KILLS kills"
	((KILLS > 2))
}

create() {
	run_cmd ctl vm create vm1 --no-wait --tenant alice --vn blue --server h1 --ip 10.9.0.11/24 \
		--mac 02:00:00:00:00:0b --memory 128 --disk 16
}

# Whatever became of it; the next one begins anew
gone() {
	ctl -j vm show vm1 >/dev/null 2>&1 && run_cmd ctl vm delete vm1
	busywait 30 agree
}

runs() {
	ctl -j vm show vm1 >/dev/null 2>&1 || create
	busywait 60 agree
	if vm_is vm1 suspended; then
		run_cmd ctl vm resume vm1
	elif ! vm_is vm1 running; then
		run_cmd ctl vm start vm1
	fi
	busywait 60 vm_is vm1 running
	busywait 30 agree
}

stands() {
	vm_is vm1 stopped || run_cmd ctl vm stop vm1
	busywait 30 agree
}

paused() {
	vm_is vm1 suspended || run_cmd ctl vm suspend vm1
	busywait 30 agree
}

at_home() {
	runs
	[[ $(ctl -j vm show vm1 | jq -r .server) == h1 ]] ||
		run_cmd ctl vm mobility vm1 --server h1
	runs
}

departure() {	# VERB
	at_home
	kill_in h1 at_home ctl vm "$1" vm1 --server h2 --no-wait
}

arrival() {	# VERB
	at_home
	kill_in h2 at_home ctl vm "$1" vm1 --server h2 --no-wait
}

take_down() {
	gone
	virt_nothing_left vm1
}
