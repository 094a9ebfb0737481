# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# One VM of the driver netns on the hosts of virt_lab.sh: what is done with it, and in each step of
# that the end of who does it. Sourced after virt_lab.sh and virt_faults.sh; the script says how a
# host ends and comes back:
#
#   dead HOST     what was armed has ended it
#   back HOST     it is there again, and vCenter knows
#   guests        how many there are on both hosts: web servers in a VM's place
#   places        how many places VMs have

ADDR=10.9.0.11
POINTS=${POINTS-task-begun task-step task-ended}
PASSAGES=${NVO3_PASSAGES:-${PASSAGES-20}}

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

# Of a host that is a namespace
guests_in() {	# HOST
	local place n=0

	for place in $(virt_in "$1" ls /run/netns); do
		n=$((n + $(virt_in "$1" ip netns pids "$place" | wc -l)))
	done
	echo "$n"
}

places_in() {	# HOST
	virt_in "$1" ls /run/netns | wc -l
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

ended() {	# the last move has
	[[ $(ctl -j moves | jq -r '(if type == "array" then . else .items end)[0].state') != running ]]
}

# HOST FROM: there it runs, or where it was, if the move was given up
moved() {
	busywait 90 ended
	if is_where "$1"; then one_that_runs "$1"; else one_that_runs "$2"; fi
}

# --- operations, and what brings back what was before

create() {
	run_cmd ctl vm create vm1 --no-wait --tenant alice --vn blue --server h1 --ip $ADDR/24 \
		--mac 02:00:00:00:00:0b --disk 16
}

make_it() {
	create
	one_that_runs h1
}

delete_it() {
	run_cmd ctl vm delete vm1
	none_left
}

start_it() {
	run_cmd ctl vm start vm1
	one_that_runs h1
}

stop_it() {
	run_cmd ctl vm stop vm1
	one_that_stands h1
}

bring_it_to() {	# HOST: wherever it is
	local other=h1

	[[ $1 == h2 ]] || other=h2
	busywait 90 ended
	if is_where $other; then
		one_that_runs $other
		run_cmd ctl vm migrate vm1 --server "$1"
	fi
	one_that_runs "$1"
}

# --- ends in them

# An end in each passage of each point, until one is not passed any more. OPERATION... begins it,
# the function CHECK tells its end, and AGAIN brings back what was before.
KILLS=0
kill_in() {	# HOST CHECK AGAIN OPERATION...
	local host=$1 check=$2 again=$3 point n

	shift 3
	for point in $POINTS; do
		for ((n = 1; n <= PASSAGES; n++)); do
			echo "--- $point, passage $n, in: $*"
			arm "$host" "$point" "$n"
			"$@"
			$check meanwhile "$host" || {
				run_cmd back "$host"
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
	disarm "$host"
	echo "$KILLS kills"
	((KILLS > 1))
}

# With "meanwhile HOST": until the end of the operation, or of who does it; false if that is dead.
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

check_arrived() {
	if [[ -n ${1-} ]]; then until_either "$2" ended; else moved h2 h1; fi
}

check_departed() {
	if [[ -n ${1-} ]]; then until_either "$2" ended; else moved h1 h2; fi
}

runs_idle() {
	vm_is vm1 running && idle
}

stands_idle() {
	vm_is vm1 stopped && idle
}

# --- tests

creation() {
	kill_in h1 check_created delete_it create
}

stop_and_start() {
	make_it
	kill_in h1 check_stopped start_it ctl vm stop vm1 --no-wait
	stop_it
	kill_in h1 check_created stop_it ctl vm start vm1 --no-wait
	start_it
}
