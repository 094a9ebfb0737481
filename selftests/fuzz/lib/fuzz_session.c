// SPDX-License-Identifier: GPL-2.0
/*
 * What a peer sends before anybody knows who it is: frames, envelopes, HELLO; and every body by
 * its type.
 */
#include <stdint.h>
#include <stdlib.h>

#include "../fuzz.h"
#include "lib/frame.h"
#include "lib/map_columns.h"
#include "lib/msg.h"
#include "proto/association.pb-c.h"
#include "proto/control.pb-c.h"
#include "proto/federation.pb-c.h"
#include "proto/image.pb-c.h"
#include "proto/management.pb-c.h"
#include "proto/peering.pb-c.h"
#include "proto/placement.pb-c.h"

static const ProtobufCMessageDescriptor *const bodies[] = {
	&nvo3__hello__descriptor, &nvo3__keepalive__descriptor, &nvo3__alert__descriptor,
	&nvo3__server_register__descriptor, &nvo3__vm_register__descriptor,
	&nvo3__vm_update__descriptor, &nvo3__vm_create__descriptor,
	&nvo3__relocate_dest__descriptor, &nvo3__vn_set__descriptor, &nvo3__place__descriptor,
	&nvo3__profile_set__descriptor, &nvo3__move_reserve__descriptor,
	&nvo3__nve_register__descriptor, &nvo3__vn_join__descriptor,
	&nvo3__map_advertise__descriptor, &nvo3__map_update__descriptor,
	&nvo3__profile_update__descriptor, &nvo3__tsi_sync__descriptor,
	&nvo3__fed_update__descriptor, &nvo3__map_forget__descriptor,
};

static void columns(const Nvo3__MapUpdate *update)
{
	Nvo3__MapUpdate rows;
	struct err err;
	uint8_t *again;
	void *room;
	size_t len;

	if (map_columns_spread(update, &rows, &room, &err))
		return;
	again = msg_encode(&rows.base, &len);
	free(again);
	free(room);
}

static void body(const Nvo3__Envelope *env)
{
	struct msg msg = { .type = env->type, .body = env->body.data, .len = env->body.len };
	const ProtobufCMessageDescriptor *desc = bodies[env->type % (sizeof(bodies) /
								     sizeof(bodies[0]))];
	ProtobufCMessage *message;
	struct err err;
	uint8_t *again;
	size_t len;

	message = msg_decode(&msg, desc, &err);
	if (!message)
		return;
	again = msg_encode(message, &len);
	free(again);
	if (desc == &nvo3__map_update__descriptor)
		columns((const Nvo3__MapUpdate *)message);
	msg_free(message);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *payload;
	Nvo3__Envelope *env;
	uint32_t len;

	while (frame_next(data, size, FRAME_MAX, &payload, &len) == 1) {
		env = nvo3__envelope__unpack(NULL, len, payload);
		if (env) {
			body(env);
			nvo3__envelope__free_unpacked(env, NULL);
		}
		size -= payload + len - data;
		data = payload + len;
	}
	return 0;
}
