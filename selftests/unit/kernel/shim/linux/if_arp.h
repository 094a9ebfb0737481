/* SPDX-License-Identifier: GPL-2.0 */
#include "../shim.h"
#define ARPHRD_ETHER	1
#define ARPOP_REQUEST	1
#define ARPOP_REPLY	2
