/* SPDX-License-Identifier: GPL-2.0 */
#include "../shim.h"

#define VLAN_HLEN	4
#define VLAN_ETH_HLEN	18
