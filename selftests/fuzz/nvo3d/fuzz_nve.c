// SPDX-License-Identifier: GPL-2.0
/* What a director and a vServer tell an NVE: changes of mappings, VNs, profiles, interfaces. */
#include <stdint.h>
#include <stdlib.h>

#include "../fuzz.h"
#include "lib/msg.h"
#include "nvo3d/nve/model.h"
#include "nvo3d/nve/policy_msg.h"
#include "nvo3d/nve/tsi.h"
#include "proto/control.pb-c.h"
#include "nvo3d/vserver/profile.h"

static void tsi(const uint8_t *data, size_t size)
{
	Nvo3__Tsi *msg = nvo3__tsi__unpack(NULL, size, data), back;
	Nvo3__IpPrefix ips[TSI_IPS_MAX], *pointers[TSI_IPS_MAX];
	struct err err;
	struct tsi t;

	if (msg && tsi_from_msg(msg, &t, &err) == CODE(OK))
		tsi_to_msg(&t, &back, ips, pointers);
	msg_free(msg);
}

static void profile(const uint8_t *data, size_t size)
{
	Nvo3__Profile *msg = nvo3__profile__unpack(NULL, size, data);
	struct nvo3_profile profile;
	struct nvo3_rule *rules;
	struct err err;

	if (msg && !policy_from_msg(msg, &profile, &rules, &err))
		free(rules);
	msg_free(msg);
}

static void vm(const uint8_t *data, size_t size)
{
	Nvo3__VmProfile *msg = nvo3__vm_profile__unpack(NULL, size, data);
	struct err err;

	if (msg && profile_check(msg, &err) == CODE(OK))
		profile_same(msg, msg);
	msg_free(msg);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	switch (*data % 3) {
	case 0:
		tsi(data + 1, size - 1);
		break;
	case 1:
		profile(data + 1, size - 1);
		break;
	default:
		vm(data + 1, size - 1);
	}
	return 0;
}
