// SPDX-License-Identifier: GPL-2.0
/*
 * Makes of a program of ours one of the next minor version; to be preloaded (LD_PRELOAD).
 *
 * Each message that it packs has a field that nobody knows, and so has each one inside it, those
 * that it stores as those that it says. Its HELLO has the next minor version and one capability
 * more. Behind its HELLO come an event and a request of types that nobody knows.
 *
 * NEWER_MAJOR: its HELLO has the next major version instead.
 */
#include <dlfcn.h>
#include <event2/buffer.h>
#include <protobuf-c/protobuf-c.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "proto/common.pb-c.h"

#define EVENT		9998
#define REQUEST		9999
#define REQUEST_ID	(1ull << 60)		/* no number of a request that is open */
#define CAPABILITIES	33

static uint8_t text[] = "\004news";
static ProtobufCMessageUnknownField news = {
	.tag = 3999, .wire_type = PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED, .len = 5, .data = text,
};

/* The frame of a HELLO that is about to be sent */
static _Thread_local struct {
	const void *data;
	size_t len;
} hello_frame;

static void *next_of(const char *name)
{
	void *function = dlsym(RTLD_NEXT, name);

	if (!function)
		abort();
	return function;
}

static void walk(ProtobufCMessage *m, void (*visit)(ProtobufCMessage *m))
{
	const ProtobufCMessageDescriptor *desc = m->descriptor;
	const ProtobufCFieldDescriptor *f;
	ProtobufCMessage **list;
	size_t n;

	for (f = desc->fields; f < desc->fields + desc->n_fields; f++) {
		if (f->type != PROTOBUF_C_TYPE_MESSAGE)
			continue;
		list = (ProtobufCMessage **)((char *)m + f->offset);
		n = 1;
		if (f->label == PROTOBUF_C_LABEL_REPEATED) {
			n = *(size_t *)((char *)m + f->quantifier_offset);
			list = *(ProtobufCMessage ***)list;
		}
		for (size_t i = 0; i < n; i++)
			if (list[i])
				walk(list[i], visit);
	}
	visit(m);
}

static void put_on(ProtobufCMessage *m)
{
	if (m->n_unknown_fields)
		return;
	m->n_unknown_fields = 1;
	m->unknown_fields = &news;
}

static void take_off(ProtobufCMessage *m)
{
	if (m->unknown_fields != &news)
		return;
	m->n_unknown_fields = 0;
	m->unknown_fields = NULL;
}

/* What is packed in place of @m */
static ProtobufCMessage *renewed(const ProtobufCMessage *m)
{
	static _Thread_local char *can[CAPABILITIES];
	static _Thread_local Nvo3__Hello hello;

	if (strcmp(m->descriptor->name, "nvo3.Hello"))
		return (ProtobufCMessage *)m;
	hello = *(const Nvo3__Hello *)m;
	if (getenv("NEWER_MAJOR"))
		hello.major++;
	else
		hello.minor++;
	if (hello.n_capabilities < CAPABILITIES) {
		if (hello.n_capabilities)
			memcpy(can, hello.capabilities, hello.n_capabilities * sizeof(*can));
		can[hello.n_capabilities++] = "newer";
		hello.capabilities = can;
	}
	return &hello.base;
}

static void is_hello(const ProtobufCMessage *m, const void *data, size_t len)
{
	const Nvo3__Envelope *env = (const Nvo3__Envelope *)m;

	if (strcmp(m->descriptor->name, "nvo3.Envelope") || env->reply ||
	    env->type != NVO3__MSG_TYPE__MSG_HELLO)
		return;
	hello_frame.data = data;
	hello_frame.len = len;
}

size_t protobuf_c_message_get_packed_size(const ProtobufCMessage *message)
{
	size_t (*next)(const ProtobufCMessage *m) = next_of(__func__);
	ProtobufCMessage *m = renewed(message);
	size_t len;

	walk(m, put_on);
	len = next(m);
	walk(m, take_off);
	return len;
}

size_t protobuf_c_message_pack(const ProtobufCMessage *message, uint8_t *out)
{
	size_t (*next)(const ProtobufCMessage *m, uint8_t *out) = next_of(__func__);
	ProtobufCMessage *m = renewed(message);
	size_t len;

	walk(m, put_on);
	len = next(m, out);
	walk(m, take_off);
	is_hello(m, out, len);
	return len;
}

static void add_frame(struct evbuffer *buf, const Nvo3__Envelope *env)
{
	int (*next)(struct evbuffer *buf, const void *data, size_t len) = next_of("evbuffer_add");
	uint8_t frame[128] = { 0 };
	size_t len = protobuf_c_message_pack(&env->base, frame + 4);

	frame[3] = len;
	next(buf, frame, 4 + len);
}

int evbuffer_add(struct evbuffer *buf, const void *data, size_t len)
{
	int (*next)(struct evbuffer *buf, const void *data, size_t len) = next_of(__func__);
	Nvo3__Envelope event = NVO3__ENVELOPE__INIT, request = NVO3__ENVELOPE__INIT;
	int ret = next(buf, data, len);

	if (ret || !data || data != hello_frame.data || len != hello_frame.len)
		return ret;
	hello_frame.data = NULL;
	event.type = EVENT;
	request.type = REQUEST;
	request.id = REQUEST_ID;
	add_frame(buf, &event);
	add_frame(buf, &request);
	return 0;
}
