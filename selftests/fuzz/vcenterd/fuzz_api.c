// SPDX-License-Identifier: GPL-2.0
/* Bodies of the API's requests, and VMs, VNs and offers as peers tell of them. */
#include <stdint.h>
#include <stdlib.h>

#include "../fuzz.h"
#include "vcenterd/dc_offer.h"
#include "vcenterd/inventory.h"
#include "lib/json.h"
#include "lib/mem.h"
#include "lib/msg.h"
#include "vcenterd/profile.h"
#include "vcenterd/profile_spec.h"
#include "vcenterd/vm_spec.h"

static struct inventory *inventory(void)
{
	static struct inventory *inv;
	struct vn vn = { .uuid = { { 1 } }, .name = "blue", .vni = 100 };

	if (inv)
		return inv;
	inv = inventory_new("dc1");
	inventory_vn_add(inv, &vn, NULL);
	return inv;
}

static void json_body(const uint8_t *data, size_t size)
{
	json_t *body = json_loadb((const char *)data, size, 0, NULL);
	Nvo3__Profile *profile;
	struct vm_spec spec;
	struct err err;

	if (!body)
		return;
	if (json_is_object(body) && !vm_spec_parse(inventory(), body, &spec, &err))
		vm_free(spec.vm);
	profile = mem_zalloc(sizeof(*profile));
	nvo3__profile__init(profile);
	if (json_is_object(body) && !profile_spec_parse(profile, body, true, &err))
		json_decref(profile_spec_view(profile));
	msg_free(profile);
	json_decref(body);
}

static void message(const uint8_t *data, size_t size)
{
	Nvo3__VmProfile *vm = nvo3__vm_profile__unpack(NULL, size, data);
	Nvo3__VnInfo *info = nvo3__vn_info__unpack(NULL, size, data);
	Nvo3__Profile *profile = nvo3__profile__unpack(NULL, size, data);
	struct msg msg = { .body = data, .len = size };
	struct dc_offer offer;
	struct vn vn;
	struct err err;
	int ret;

	dc_offer_from_msg(&msg, &offer);
	if (vm)
		free(vm_from_msg(inventory(), vm, &ret, &err));
	if (info)
		vn_from_msg(info, &vn, &err);
	if (profile && !profile_check(profile, &err))
		json_decref(profile_spec_view(profile));
	msg_free(vm);
	msg_free(info);
	msg_free(profile);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size && *data == '{')
		json_body(data, size);
	else
		message(data, size);
	return 0;
}
