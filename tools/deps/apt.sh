# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# An apt of our own, for packages that are unpacked and not installed: the machine's own package
# state is neither used nor changed. Sourced.

apt_own() {	# FOLDER ARCHITECTURE [SOURCES, a file; else the machine's]
	local dir=$1 arch=$2

	mkdir -p "$dir/state/lists/partial" "$dir/cache/archives/partial"
	: >"$dir/status"
	cat >"$dir/conf" <<-END
		APT::Architecture "$arch";
		APT::Architectures { "$arch"; };
		APT::Sandbox::User "root";
		Dir::State "$dir/state";
		Dir::State::status "$dir/status";
		Dir::Cache "$dir/cache";
	END
	[[ -z ${3-} ]] || cat >>"$dir/conf" <<-END
		Dir::Etc::sourcelist "$3";
		Dir::Etc::sourceparts "/dev/null";
	END
	export APT_CONFIG=$dir/conf
	# A mirror may lack one list of several for an hour: whether what there is suffices, the
	# next commands say.
	apt-get -q update || true
}
