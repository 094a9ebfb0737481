/* SPDX-License-Identifier: GPL-2.0 */
/* Older kernels declare what newer ones have here in linux/netdevice.h. */
#include <linux/netdevice.h>
