/* SPDX-License-Identifier: GPL-2.0 */
/* Asks vCenters as their nDirectors do, for a tenant whom they have authenticated. */
#ifndef LAB_TENANT_H
#define LAB_TENANT_H

#include "lab_move.h"

static uint8_t move_id[16] = { 0x11, 0x22 };

#define ID "11220000-0000-0000-0000-000000000000"
#define MOVE "/moves/" ID

struct wish_reply {
	bool here;
	uint32_t code;
	char text[256], dc[32];
};

static inline void wish_answered(uint32_t code, const char *text, const struct msg *body,
				 void *arg)
{
	Nvo3__TenantReplicateReply *reply;
	struct wish_reply *r = arg;

	r->here = true;
	r->code = code;
	snprintf(r->text, sizeof(r->text), "%s", text);
	if (code != CODE(OK))
		return;
	reply = msg_decode(body, &nvo3__tenant_replicate_reply__descriptor, NULL);
	assert_non_null(reply);
	snprintf(r->dc, sizeof(r->dc), "%s", reply->dc);
	msg_free(reply);
}

/* As the nDirector of @dc would ask; @location or @client is given. */
static inline void wish_begin(struct lab *lab, int dc, const char *tenant, const char *vm,
			      const char *location, const char *client, struct wish_reply *r)
{
	Nvo3__TenantReplicate req = NVO3__TENANT_REPLICATE__INIT;
	struct ip_addr addr;

	*r = (struct wish_reply){ false };
	req.tenant = (char *)tenant;
	req.vm = (char *)vm;
	if (location)
		req.location = (char *)location;
	if (client) {
		assert_int_equal(ip_addr_parse(&addr, client, NULL), 0);
		req.client = msg_put_ip(&addr);
	}
	req.move = (ProtobufCBinaryData){ 16, move_id };
	chan_request(lab->director[dc].chan, MSG(TENANT_REPLICATE), &req.base, 0, wish_answered,
		     r);
}

static inline struct wish_reply wish(struct lab *lab, int dc, const char *tenant, const char *vm,
				     const char *location)
{
	struct wish_reply r;

	wish_begin(lab, dc, tenant, vm, location, NULL, &r);
	LAB_WAIT(lab, r.here);
	return r;
}

static inline void expect(struct wish_reply r, uint32_t code, const char *text)
{
	if (r.code != code || !strstr(r.text, text))
		fail_msg("%u \"%s\", not %u \"%s\"", r.code, r.text, code, text);
}

#endif
