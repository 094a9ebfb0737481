# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Hosts with a libvirtd each, and guests in QEMU, on this machine and without the module. Sourced
# after lib.sh; needs root. In the rig, with VIRT_NVE=nvo3d, the guests are on the module; other guests
# have a VIRT_URI, a virt_conf_driver and something for VIRT_ENTER of their own (system/lxc.sh).
#
#   mid       .9   vcenterd, ndirectord, and who talks to the guests (10.9.0.100)
#      |
#     br0 of mid: 10.0.0.0/24, and the guests' 10.9.0.0/24 on the same segment
#      |            |
#   h1 .1        h2 .2     libvirtd, nvo3d (vServer), nvo3d_bridge (NVE): its br0
#
# Each host has a network, mount and UTS namespace, so that each libvirtd has folders, a name and an
# identity of its own. Nothing of libvirt's networks is used, and no rule of a packet filter.

VIRT=$LIB_TMP/virt
VIRT_HOSTS="h1 h2"
VIRT_OTHERS=	# that are no namespaces of this machine; see virt_rig.sh
VIRT_NS=nvo3-$$
VIRT_URI=${VIRT_URI:-qemu:///system}
VIRT_NVE=${VIRT_NVE:-nvo3d_bridge}	# the program that is each host's NVE
# own: the machine's QEMU; newer: one that may copy the memory of a guest that runs, over it in the
# hosts' mount namespaces (tools/deps/qemu)
VIRT_QEMU=${VIRT_QEMU-newer}
VIRT_CMDLINE=${VIRT_CMDLINE-}		# more of what its kernel is told
VIRT_ENTER=${VIRT_ENTER-}		# commands in each host's mount namespace, before its libvirtd

# --- the guest: a kernel of Debian's, busybox, a web server

virt_kernel() {
	"$LIB_TOP/tools/deps/kernel-version" 6.12
}

virt_modules() {	# VERSION: what it takes, in loading order
	local module

	for module in virtio_pci virtio_net virtio_blk; do
		/sbin/modprobe --show-depends --set-version "$1" "$module"
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }'
}

# The guest asks for its address by DHCP. It writes what it is to its disk once, and serves that, what
# the disk had before, the disk's first block and its size in sectors, some megabytes, and what it was
# told: a line each time. Told "writes" by its kernel, it runs selftests/guest/writes.c.
virt_init() {
	cat <<-'EOT'
		#!/bin/busybox sh
		/bin/busybox --install -s /bin
		mount -t proc none /proc; mount -t sysfs none /sys; mount -t devtmpfs none /dev
		while read -r m; do insmod "/modules/$m"; done </modules/order
		mkdir -p /www/cgi-bin
		cat >/told <<-'END'
			#!/bin/sh
			case $1 in
			bound|renew) ;;
			*) exit ;;
			esac
			ifconfig "$interface" "$ip" netmask "$subnet" mtu "$mtu" up
			echo "$1 $ip/$mask $router $dns $domain $lease $mtu" >>/www/told
		END
		chmod +x /told
		grep -qw writes /proc/cmdline && guest_writes /www/writes &
		ifconfig lo 127.0.0.1 up
		ifconfig eth0 up
		cp /proc/sys/kernel/random/boot_id /www/boot
		dd if=/dev/urandom of=/www/data bs=64k count=64 2>/dev/null
		md5sum </www/data >/www/sum
		head -c 36 /dev/vda | tr -d '\0' >/www/before
		dd if=/www/boot of=/dev/vda conv=fsync,notrunc 2>/dev/null
		cat >/www/cgi-bin/disk <<-END
			#!/bin/busybox sh
			echo; dd if=/dev/vda bs=512 count=1 iflag=direct 2>/dev/null | head -n 1
		END
		cat >/www/cgi-bin/size <<-END
			#!/bin/busybox sh
			echo; cat /sys/block/vda/size
		END
		chmod +x /www/cgi-bin/*
		httpd -p 80 -h /www
		# In the background as soon as it was told
		udhcpc -i eth0 -s /told -O mtu -t 1000 -T 1
		exec setsid cttyhack sh
	EOT
}

virt_guest() {	# makes $VIRT/initrd
	local version=$1 tree=$VIRT/guest path name

	mkdir -p "$tree"/{bin,modules,dev,proc,sys,root}
	cp /bin/busybox "$(command -v guest_writes)" "$tree/bin/"
	virt_init >"$tree/init"
	chmod +x "$tree/init"
	virt_modules "$version" | while read -r path; do
		name=$(basename "$path" .xz)
		case $path in
		*.xz) xz -dc "$path" >"$tree/modules/$name" ;;
		*) cp "$path" "$tree/modules/$name" ;;
		esac
		echo "$name"
	done >"$tree/modules/order"
	(cd "$tree" && find . | cpio --quiet -o -H newc -R 0:0) >"$VIRT/initrd"
}

# --- namespaces

virt_network() {
	local h n=0

	ns_add "$VIRT_NS-mid"
	ip -n "$VIRT_NS-mid" link add br0 up type bridge
	ip -n "$VIRT_NS-mid" address add 10.0.0.9/24 dev br0
	ip -n "$VIRT_NS-mid" address add 10.9.0.100/24 dev br0
	for h in $VIRT_HOSTS; do
		((++n))
		ns_add "$VIRT_NS-$h"
		ip -n "$VIRT_NS-$h" link add br0 up type bridge
		link_add "$VIRT_NS-$h" uplink "$VIRT_NS-mid" "$h"
		ip -n "$VIRT_NS-$h" link set uplink master br0
		ip -n "$VIRT_NS-mid" link set "$h" master br0
		ip -n "$VIRT_NS-$h" address add "10.0.0.$n/24" dev br0
	done
}

# --- libvirtd

virt_qemu() {	# commands in a host's mount namespace
	[[ $VIRT_QEMU == own ]] || "$LIB_TOP/tools/deps/qemu" --mounts
}

virt_configure() {	# HOST NUMBER
	local dir=$VIRT/$1 qemu

	qemu=$(virt_qemu) || fail "there is no newer QEMU"
	mkdir -p "$dir"/{etc/qemu,lib,cache,log,run,state}
	# libvirtd wants them, though it is told to use neither
	{ grep -v ^libvirt-qemu: /etc/passwd; echo "libvirt-qemu:x:64055:64055::/:/bin/false"; } >"$dir/passwd"
	{ grep -v ^libvirt-qemu: /etc/group; echo "libvirt-qemu:x:64055:"; } >"$dir/group"
	cat >"$dir/etc/libvirtd.conf" <<-EOT
		host_uuid = "$(printf '00000000-0000-4000-8000-%012d' "$2")"
		listen_tls = 0
		listen_tcp = 1
		listen_addr = "10.0.0.$2"
		auth_tcp = "none"
		auth_unix_rw = "none"
		unix_sock_group = "root"
	EOT
	cat >"$dir/etc/qemu.conf" <<-EOT
		user = "root"
		group = "root"
		security_driver = "none"
		namespaces = []
		cgroup_controllers = []
		seccomp_sandbox = 0
		stdio_handler = "file"
		migration_host = "10.0.0.$2"
		migration_address = "10.0.0.$2"
	EOT
	cat >"$dir/enter" <<-EOT
		hostname $1
		mount --bind $dir/passwd /etc/passwd
		mount --bind $dir/group /etc/group
		mount --bind $dir/etc /etc/libvirt
		mount --bind $dir/lib /var/lib/libvirt
		mount --bind $dir/cache /var/cache/libvirt
		mount --bind $dir/log /var/log/libvirt
		mount --bind $dir/run /run/libvirt
		$qemu
		$VIRT_ENTER
		echo \$\$ >$dir/ns.pid
		exec sleep infinity
	EOT
}

# A process that keeps the host's namespaces.
virt_host() {	# HOST NUMBER
	mkdir -p /etc/libvirt /var/lib/libvirt /var/cache/libvirt /var/log/libvirt /run/libvirt
	virt_configure "$1" "$2"
	bg "ns-$1" nsenter --net="/run/netns/$VIRT_NS-$1" unshare --mount --uts --propagation private \
		bash -e "$VIRT/$1/enter"
	busywait 10 test -s "$VIRT/$1/ns.pid" || fail "$(bg_log "ns-$1")"
}

virt_in() {	# HOST COMMAND...
	local h=$1

	shift
	nsenter --target "$(<"$VIRT/$h/ns.pid")" --net --mount --uts "$@"
}

# For bg(): the same, in its place.
virt_exec() {	# HOST COMMAND...
	local h=$1

	shift
	exec nsenter --target "$(<"$VIRT/$h/ns.pid")" --net --mount --uts "$@"
}

virt_libvirtd() {	# HOST
	bg "libvirtd-$1" virt_exec "$1" libvirtd --listen --pid-file "$VIRT/$1/libvirtd.pid"
	busywait 20 virsh_on "$1" version
}

virsh_on() {	# HOST COMMAND...
	local h=$1

	shift
	virt_in "$h" virsh -q -c "$VIRT_URI" "$@"
}

# --- nvo3's daemons

virt_pki() {
	local h

	nvo3ctl pki init "$VIRT/pki"
	nvo3ctl pki issue "$VIRT/pki" vcenter --san nvo3://dc1/vcenter/vcenter
	nvo3ctl pki issue "$VIRT/pki" director --san nvo3://dc1/director/director
	for h in $VIRT_HOSTS $VIRT_OTHERS; do
		nvo3ctl pki issue "$VIRT/pki" "$h" --san "nvo3://dc1/vserver/$h" \
			--san "nvo3://dc1/nve/$h"
	done
}

virt_common() {	# NAME
	cat <<-EOT
		dc = "dc1";
		name = "$1";
		tls: { ca = "$VIRT/pki/ca.pem"; cert = "$VIRT/pki/$1.pem"; key = "$VIRT/pki/$1.key"; };
	EOT
}

virt_conf_mid() {
	mkdir -p "$VIRT"/{vcenter,director}
	cat >"$VIRT/vcenter.conf" <<-EOT
		$(virt_common vcenter)
		store = "sqlite:$VIRT/vcenter/vcenterd.db";
		listen = "10.0.0.9:6641";
		socket = "$VIRT/vcenter/api.sock";
		directors = [ "10.0.0.9:6651" ];
	EOT
	cat >"$VIRT/director.conf" <<-EOT
		$(virt_common director)
		dc_id = 1;
		store = "sqlite:$VIRT/director/ndirectord.db";
		listen = "10.0.0.9:6651";
		socket = "$VIRT/director/api.sock";
	EOT
}

# Which NVE a host has: nvo3d_bridge beside the vServer; virt_rig.sh has others.
virt_locator() {	# HOST NUMBER
	echo "10.0.0.$2"
}

virt_assoc() {	# HOST NUMBER: where it listens for the vServer
	echo "unix:$VIRT/$1/assoc.sock"
}

virt_nve() {	# HOST
	virt_daemon "nve-$1" virt_exec "$1" "$VIRT_NVE" -c "$VIRT/$1/nve.conf"
}

virt_conf_host() {	# HOST NUMBER
	cat >"$VIRT/$1/nve.conf" <<-EOT
		$(virt_common "$1")
		state = "$VIRT/$1/nve";
		nve: {
		    dev = "nve0";
		    local = "$(virt_locator "$1" "$2")";
		    listen = "$(virt_assoc "$1" "$2")";
		    directors = [ "10.0.0.9:6651" ];
		};
	EOT
	cat >"$VIRT/$1/vserver.conf" <<-EOT
		$(virt_common "$1")
		state = "$VIRT/$1/state";
		vserver: {
		    nve = "$(virt_assoc "$1" "$2")";
		    vcenters = [ "10.0.0.9:6641" ];
		    images = "10.0.0.$2:6660";
		    report = 1;
		    cpus = 8; memory_mib = 4096; disk_mib = 1024; max_vms = 8;
		    $(virt_conf_driver "$1" "$2")
		};
	EOT
}

virt_conf_driver() {
	virt_conf_qemu "$@"
}

virt_conf_qemu() {	# HOST NUMBER
	cat <<-EOT
		driver = "libvirt";
		libvirt: {
		    uri = "qemu+unix:///system?socket=$VIRT/$1/run/libvirt-sock";
		    type = "qemu";
		    migrate = "qemu+tcp://10.0.0.$2/system";
		    kernel = "/boot/vmlinuz-$(virt_kernel)";
		    initrd = "$VIRT/initrd";
		    cmdline = "console=ttyS0 quiet panic=-1 no_timer_check mitigations=off random.trust_cpu=on $VIRT_CMDLINE";
		    max_cpus = 2;
		    shutdown = 1;
		};
	EOT
}

# NAME COMMAND...: started, and ready.
virt_daemon() {
	local name=$1

	shift
	bg "$name" "$@"
	busywait 30 grep -q ': ready' "$LIB_TMP/$name.log" || fail "$(bg_log "$name")"
}

virt_nvo3d() {	# HOST
	virt_daemon "nvo3d-$1" virt_exec "$1" nvo3d -c "$VIRT/$1/vserver.conf"
}

virt_mid() {
	virt_pki
	virt_conf_mid
	virt_daemon director netns_run "$VIRT_NS-mid" ndirectord -c "$VIRT/director.conf"
	virt_daemon vcenter netns_run "$VIRT_NS-mid" vcenterd -c "$VIRT/vcenter.conf"
}

virt_host_daemons() {	# HOST NUMBER
	virt_conf_host "$1" "$2"
	virt_nve "$1"
	virt_nvo3d "$1"
}

virt_daemons() {
	local h n=0

	virt_mid
	for h in $VIRT_HOSTS; do
		virt_host_daemons "$h" "$((++n))"
	done
	busywait 30 virt_servers_up
}

virt_servers_up() {
	(($(ctl -j server list | grep -Eo '"up": ?true' | wc -l) ==
		$(wc -w <<<"$VIRT_HOSTS $VIRT_OTHERS")))
}

ctl() {
	nvo3ctl --socket "$VIRT/vcenter/api.sock" --director-socket "$VIRT/director/api.sock" "$@"
}

# --- all of it

virt_up() {
	mkdir -p "$VIRT"
	virt_guest "$(virt_kernel)"
	virt_hosts_up
}

virt_hosts_up() {
	local h n=0

	virt_network
	for h in $VIRT_HOSTS; do
		((++n))
		virt_host "$h" "$n"
		virt_libvirtd "$h"
	done
	virt_daemons
}

# Whatever lives in the hosts' namespaces was started here, the guests among it.
virt_down() {
	local h pid

	for h in mid $VIRT_HOSTS; do
		for pid in $(ip netns pids "$VIRT_NS-$h" 2>/dev/null); do
			kill -KILL "$pid" 2>/dev/null
		done
	done
	return 0
}

# shellcheck disable=SC2317 # called by the trap
virt_end() {
	local status=$?

	virt_down
	(exit $status)
	lib_end
}
trap virt_end EXIT

# --- guests

# The VN of all guests, each of which is told its address: from 10.9.0.11 on as they come.
virt_vn() {
	run_cmd ctl vn create blue --vni 100 --subnet 10.9.0.0/24 --gateway 10.9.0.100 --dns 10.9.0.100 \
		--range 10.9.0.11-10.9.0.99 --domain blue.example --lease 60
}

guest_get() {	# ADDR PATH
	in_ns "$VIRT_NS-mid" curl -sf --max-time 20 "http://$1/$2"
}

# HOST NAME STATE: what libvirt says.
domain_is() {
	[[ $(virsh_on "$1" domstate "nvo3-$2" 2>&1) == "$3" ]]
}

virt_taps() {	# HOST: of guests
	ip -n "$VIRT_NS-$1" -o link show type tun | grep ': v[0-9a-f]\{8\}:' || true
}

virt_nothing_left() {	# NAME: of a VM that has gone
	local h

	for h in $VIRT_HOSTS; do
		fails virsh_on "$h" dominfo "nvo3-$1"
		assert_eq "$(virt_taps "$h")" "" "taps on $h"
		assert_eq "$(ls "$VIRT/$h/state/vms")" "" "files on $h"
	done
}

vm_is() {	# NAME STATE
	[[ $(ctl -j vm show "$1" | jq -r .state) == "$2" ]]
}

# --- who dies beside the guest vm1 of h1 and comes back; same_boot() is the script's

# It finds the guest as it was.
nvo3d_dies() {
	bg_stop nvo3d-h1 KILL
	same_boot
	virt_nvo3d h1
	busywait 30 virt_servers_up
	vm_is vm1 running
	same_boot
}

# What happened to the guest meanwhile is seen when libvirtd is there again.
libvirtd_dies() {
	bg_stop libvirtd-h1 KILL
	same_boot
	vm_is vm1 running
	# What is asked meanwhile is done then
	run_cmd ctl vm suspend vm1 --no-wait
	fails vm_is vm1 suspended
	virt_libvirtd h1
	busywait 30 vm_is vm1 suspended
	run_cmd ctl vm resume vm1
	same_boot
}
