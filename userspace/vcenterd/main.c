// SPDX-License-Identifier: GPL-2.0
/* The management plane of one data centre. */
#include <errno.h>
#include "lib/daemon.h"
#include "lib/log.h"
#include "vcenter.h"

static int run(struct vcenter *vc, struct err *err)
{
	struct loop *loop = loop_new();
	int ret;

	if (!loop)
		return err_set(err, ENOMEM, "no event loop");
	ret = daemon_signals(loop, err);
	if (!ret)
		ret = vcenter_start(vc, loop, err);
	if (!ret) {
		daemon_ready("vcenterd");
		ret = loop_run(loop);
		if (ret)
			err_sys(err, ret, "the event loop ended");
	}
	vcenter_stop(vc);
	loop_free(loop);
	return ret;
}

int main(int argc, char **argv)
{
	struct daemon_options options;
	struct vcenter vc = { 0 };
	struct err err;
	int ret;

	daemon_start(argc, argv, "vcenterd", "management plane of one data centre", &options);
	ret = config_load(options.conf, &vc.conf, &err);
	if (!ret && !options.check)
		ret = run(&vc, &err);
	if (ret)
		log_err("%s", err.text);
	config_free(&vc.conf);
	return ret ? 1 : 0;
}
