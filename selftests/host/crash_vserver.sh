#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# limit: 600
# The vServer, as it is built for use, is killed at every step of making, stopping and starting a
# VM, and of taking one in, and started again: it or vCenter goes on, or all is as before. Never
# are there two VMs, and never none. V1, V9, V12; the driver is netns.
#
#   mid  vcenterd, ndirectord, and who talks to the VM
#   h1   nvo3d (vServer) with faults.so, nvo3d_bridge (NVE)
#   h2   the same
. "$(dirname "$0")/../lib.sh"
# shellcheck source=selftests/virt_lab.sh
. "$LIB_TOP/selftests/virt_lab.sh"
# shellcheck source=selftests/virt_faults.sh
. "$LIB_TOP/selftests/virt_faults.sh"
TEST_LIMIT=300

ADDR=10.9.0.11
POINTS="task-begun task-step task-ended"

# In place of virt_lab.sh's: without libvirt, and each host sees only its own places of VMs.
virt_configure() {	# HOST NUMBER
	mkdir -p "$VIRT/$1/state"
	cat >"$VIRT/$1/enter" <<-EOT
		hostname $1
		mount -t tmpfs netns /run/netns
		echo \$\$ >$VIRT/$1/ns.pid
		exec sleep infinity
	EOT
}

eval "nve_conf() $(declare -f virt_conf_host | sed 1d)"

virt_conf_host() {	# HOST NUMBER
	nve_conf "$1" "$2"
	cat >"$VIRT/$1/vserver.conf" <<-EOT
		$(virt_common "$1")
		state = "$VIRT/$1/state";
		vserver: {
		    driver = "netns";
		    nve = "unix:$VIRT/$1/assoc.sock";
		    vcenters = [ "10.0.0.9:6641" ];
		    images = "10.0.0.$2:6660";
		    cpus = 8; memory_mib = 4096; disk_mib = 1024; max_vms = 8;
		};
	EOT
}

# --- what is there

dead() {	# HOST
	lib_gone "$(<"$LIB_TMP/nvo3d-$1.pid")"
}

# Guests on both hosts: web servers in a VM's place
guests() {
	local h place n=0

	for h in $VIRT_HOSTS; do
		for place in $(virt_in "$h" ls /run/netns); do
			n=$((n + $(virt_in "$h" ip netns pids "$place" | wc -l)))
		done
	done
	echo "$n"
}

places() {	# that VMs have on both hosts
	local h n=0

	for h in $VIRT_HOSTS; do
		n=$((n + $(virt_in "$h" ls /run/netns | wc -l)))
	done
	echo "$n"
}

answers() {
	in_ns "$VIRT_NS-mid" curl -s --max-time 2 -o /dev/null "http://$ADDR/"
}

vm_gone() {
	fails_with "there is no VM vm1" ctl vm show vm1
}

idle() {	# nothing is being done with the VM
	[[ $(ctl -j vm show vm1 | jq -r '.doing // "none"') == none ]]
}

is_where() {	# HOST
	[[ $(ctl -j vm show vm1 | jq -r .server) == "$1" ]]
}

one_that_runs() {	# HOST
	busywait 60 vm_is vm1 running
	busywait 60 idle
	is_where "$1"
	busywait 30 answers
	assert_eq "$(guests)" 1 "guests"
	assert_eq "$(places)" 1 "places"
}

one_that_stands() {	# HOST
	busywait 60 vm_is vm1 stopped
	busywait 60 idle
	is_where "$1"
	assert_eq "$(guests)" 0 "guests"
	assert_eq "$(places)" 1 "places"
}

none_left() {
	busywait 60 vm_gone
	busywait 20 no_places
}

no_places() {
	[[ $(places) == 0 ]]
}

# --- an operation, and the kills in it

create() {
	run_cmd ctl vm create vm1 --no-wait --tenant alice --vn blue --server h1 --ip $ADDR/24 \
		--mac 02:00:00:00:00:0b --disk 16
}

ended() {	# the last move has
	[[ $(ctl -j moves | jq -r '(if type == "array" then . else .items end)[0].state') != running ]]
}

moved() {	# HOST: there it runs, or where it was, if the move was given up
	busywait 90 ended
	if is_where "$1"; then one_that_runs "$1"; else one_that_runs h1; fi
}

# A kill in each passage of each point, until one is not passed any more. OPERATION... begins it,
# the function CHECK tells its end, and AGAIN brings back what was before.
KILLS=0
kill_in() {	# HOST CHECK AGAIN OPERATION...
	local host=$1 check=$2 again=$3 point n

	shift 3
	for point in $POINTS; do
		for ((n = 1; n < 20; n++)); do
			echo "--- $point, passage $n, in: $*"
			arm "$host" "$point" "$n"
			"$@"
			$check meanwhile "$host" || {
				run_cmd virt_nvo3d "$host"
				busywait 20 virt_servers_up
				((++KILLS))
				$check
				$again
				continue
			}
			disarm "$host"
			$again
			break
		done
	done
	echo "$KILLS kills"
	((KILLS > 2))
}

# With "meanwhile HOST": until the end of the operation, or of nvo3d; false if that is dead.
until_either() {	# HOST COMMAND...
	local host=$1 deadline=$((SECONDS + 90))

	shift
	until dead "$host"; do
		"$@" >/dev/null 2>&1 && return 0
		((SECONDS < deadline)) || fail "neither has ended nor died: $*"
		read -r -t 0.1 -u "$LIB_NEVER" || true
	done
	return 1
}

check_created() {
	if [[ -n ${1-} ]]; then until_either "$2" runs_idle; else one_that_runs h1; fi
}

check_stopped() {
	if [[ -n ${1-} ]]; then until_either "$2" stands_idle; else one_that_stands h1; fi
}

check_moved() {
	if [[ -n ${1-} ]]; then until_either "$2" ended; else moved h2; fi
}

runs_idle() {
	vm_is vm1 running && idle
}

stands_idle() {
	vm_is vm1 stopped && idle
}

delete_it() {
	run_cmd ctl vm delete vm1
	none_left
}

start_it() {
	run_cmd ctl vm start vm1
	one_that_runs h1
}

make_it() {
	create
	one_that_runs h1
}

# Wherever it is
bring_it_back() {
	busywait 90 ended
	if is_where h2; then
		one_that_runs h2
		run_cmd ctl vm migrate vm1 --server h1
	fi
	one_that_runs h1
}

bring_up() {
	mkdir -p "$VIRT"
	virt_network
	virt_host h1 1
	virt_host h2 2
	virt_daemons
	run_cmd ctl vn create blue --vni 100
}

creation() {
	kill_in h1 check_created delete_it create
}

stop_and_start() {
	make_it
	kill_in h1 check_stopped start_it ctl vm stop vm1 --no-wait
	run_cmd ctl vm stop vm1
	one_that_stands h1
	kill_in h1 check_created stop_it ctl vm start vm1 --no-wait
	start_it
}

stop_it() {
	run_cmd ctl vm stop vm1
	one_that_stands h1
}

arrival() {
	kill_in h2 check_moved bring_it_back ctl vm migrate vm1 --server h2 --no-wait
}

take_down() {
	local h

	delete_it
	assert_eq "$(guests)" 0 "guests"
	assert_eq "$(places)" 0 "places"
	for h in $VIRT_HOSTS; do
		bg_stop "nvo3d-$h"
		assert_eq "$(virt_in "$h" ip -o link show type veth | grep -c ' v[0-9a-f]\{8\}@')" 0 \
			"taps of $h"
	done
}

plan 5
test_run "two hosts" bring_up
test_run "V1: killed in each step of a creation, it is made" creation
test_run "V12: in each step of a stop and of a start" stop_and_start
test_run "V9: the destination, in each step of a move" arrival
test_run "nothing is left" take_down
