// SPDX-License-Identifier: GPL-2.0

#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <stdio.h>
#include <sys/ioctl.h>

#include "cleanup.h"
#include "tap.h"

int tap_make(const char *name, struct err *err)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR };
	_cleanup_close_ int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return err_sys(err, errno, "cannot open /dev/net/tun");
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	/* A guest has it open: then it is there, and stays */
	if (ioctl(fd, TUNSETIFF, &ifr))
		return errno == EBUSY ? 0 : err_sys(err, errno, "cannot make tap %s", name);
	if (ioctl(fd, TUNSETPERSIST, 1))
		return err_sys(err, errno, "cannot keep tap %s", name);
	return 0;
}
