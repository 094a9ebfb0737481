/* SPDX-License-Identifier: GPL-2.0 */
/* In the place of dc2's vCenter: one that says what the test wants to its root. */
#ifndef FAKE_CHILD_H
#define FAKE_CHILD_H

#include "lab_api.h"
#include "lib/msg.h"
#include "proto/peering.pb-c.h"

struct fake_child {
	struct tls *tls;
	struct chan_server *listen;
	bool mute_ask, mute_api;	/* these are not answered */
	uint32_t known;
	Nvo3__DcSums entitled, total;
	uint32_t servers, up;
	const char *text;
	uint32_t status;		/* of each request, */
	const char *answer;		/* and what it is told, */
	unsigned int parts;		/* behind so many parts of half a MiB */
	unsigned int asks, apis;	/* so many came */
	char target[64];		/* of the last one */
};

static struct fake_child child;

static inline void child_ask(struct chan *chan, const struct msg *msg)
{
	Nvo3__PeerPlaceAskReply reply = NVO3__PEER_PLACE_ASK_REPLY__INIT;
	Nvo3__DcFigures figures = NVO3__DC_FIGURES__INIT;

	child.asks++;
	if (child.mute_ask)
		return;
	figures.servers = child.servers;
	figures.servers_up = child.up;
	figures.entitled = &child.entitled;
	figures.total = &child.total;
	reply.known = child.known;
	reply.server = (char *)"host9";
	reply.text = (char *)child.text;
	reply.figures = &figures;
	chan_reply(chan, msg->id, CODE(OK), NULL, &reply.base);
}

static inline void child_parts(struct chan *chan, uint64_t id)
{
	Nvo3__PeerApiPart part = NVO3__PEER_API_PART__INIT;
	size_t len = 512 << 10;
	char *data = mem_zalloc(len);

	memset(data, ' ', len);
	part.id = id;
	part.data = (ProtobufCBinaryData){ len, (uint8_t *)data };
	for (unsigned int i = 0; i < child.parts; i++)
		chan_event(chan, MSG(PEER_API_PART), &part.base);
	free(data);
}

static inline void child_api(struct chan *chan, const struct msg *msg)
{
	Nvo3__PeerApi *req = msg_decode(msg, &nvo3__peer_api__descriptor, NULL);
	Nvo3__PeerApiReply reply = NVO3__PEER_API_REPLY__INIT;

	child.apis++;
	snprintf(child.target, sizeof(child.target), "%s", req->target);
	if (!child.mute_api) {
		child_parts(chan, req->id);
		reply.status = child.status;
		reply.data = (ProtobufCBinaryData){ strlen(child.answer),
						    (uint8_t *)child.answer };
		chan_reply(chan, msg->id, CODE(OK), NULL, &reply.base);
	}
	msg_free(req);
}

static inline bool child_message(struct chan *chan, const struct msg *msg, void *arg)
{
	Nvo3__VmLookupReply unknown = NVO3__VM_LOOKUP_REPLY__INIT;

	if (msg->type == MSG(PEER_PLACE_ASK))
		child_ask(chan, msg);
	else if (msg->type == MSG(PEER_API))
		child_api(chan, msg);
	else if (msg->type == MSG(PEER_LOOKUP))
		chan_reply(chan, msg->id, CODE(OK), NULL, &unknown.base);
	else
		chan_reply(chan, msg->id, CODE(OK), NULL, NULL);
	return true;
}

/* Instead of the real one, which ends */
static inline void child_start(struct lab *lab)
{
	static const struct chan_ops ops = { .message = child_message };
	char ca[96], cert[96], key[96], addr[32];
	struct err err;

	lab_vcenter_stop(lab, 1);
	LAB_WAIT(lab, !lab->vc[0]->peers[0].up);
	snprintf(ca, sizeof(ca), "%s/ca.pem", lab->dir);
	snprintf(cert, sizeof(cert), "%s/vc2.pem", lab->dir);
	snprintf(key, sizeof(key), "%s/vc2.key", lab->dir);
	snprintf(addr, sizeof(addr), "127.0.0.1:%d", lab->port + 1);
	child = (struct fake_child){ .servers = 2, .up = 2, .text = "", .answer = "{}",
				     .status = 200 };
	nvo3__dc_sums__init(&child.entitled);
	nvo3__dc_sums__init(&child.total);
	child.total.memory_mib = 1 << 20;
	child.tls = tls_new(ca, cert, key, &err);
	if (!child.tls)
		fail_msg("%s", err.text);
	child.listen = chan_listen(lab->loop, child.tls, addr, ROLE_BIT(ROLE_VCENTER), &ops, NULL,
				   &err);
	if (!child.listen)
		fail_msg("%s", err.text);
	LAB_WAIT(lab, lab->vc[0]->peers[0].up);
}

static inline void child_stop(struct lab *lab)
{
	chan_server_free(child.listen);
	tls_free(child.tls);
	LAB_WAIT(lab, !lab->vc[0]->peers[0].up);
}

#endif
