// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "mem.h"
#include "msg.h"

/* Enough for every name that one log line may hold */
#define UNKNOWN_NAMES 4

static const char *strip(const char *name, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(name, prefix, n) ? name : name + n;
}

static const char *enum_name(const ProtobufCEnumDescriptor *desc, uint32_t value,
			     const char *prefix, const char *what)
{
	static char names[UNKNOWN_NAMES][32];
	const ProtobufCEnumValue *v;
	static unsigned int next;
	char *name;

	v = value <= INT32_MAX ? protobuf_c_enum_descriptor_get_value(desc, value) : NULL;
	if (v)
		return strip(v->name, prefix);
	name = names[next++ % UNKNOWN_NAMES];
	snprintf(name, sizeof(names[0]), "%s %u", what, value);
	return name;
}

const char *code_name(uint32_t code)
{
	return enum_name(&nvo3__code__descriptor, code, "CODE_", "code");
}

const char *msg_name(uint32_t type)
{
	return enum_name(&nvo3__msg_type__descriptor, type, "MSG_", "type");
}

void *msg_decode(const struct msg *msg, const ProtobufCMessageDescriptor *desc, struct err *err)
{
	void *message = protobuf_c_message_unpack(desc, NULL, msg->len, msg->body);

	if (!message)
		err_set(err, EBADMSG, "the body of %s (%zu bytes) is not a %s",
			msg_name(msg->type), msg->len, desc->short_name);
	return message;
}

void msg_free(void *message)
{
	if (message)
		protobuf_c_message_free_unpacked(message, NULL);
}

uint8_t *msg_encode(const ProtobufCMessage *message, size_t *len)
{
	uint8_t *data;

	*len = protobuf_c_message_get_packed_size(message);
	data = mem_zalloc(*len);
	protobuf_c_message_pack(message, data);
	return data;
}

bool msg_get_uuid(const ProtobufCBinaryData *b, struct uuid *ret)
{
	if (b->len != sizeof(ret->b))
		return false;
	memcpy(ret->b, b->data, sizeof(ret->b));
	return true;
}

bool msg_get_mac(const ProtobufCBinaryData *b, struct mac_addr *ret)
{
	if (b->len != sizeof(ret->b))
		return false;
	memcpy(ret->b, b->data, sizeof(ret->b));
	return true;
}

bool msg_get_ip(const ProtobufCBinaryData *b, struct ip_addr *ret)
{
	if (b->len == 4)
		*ret = ip_addr_from(AF_INET, b->data);
	else if (b->len == 16)
		*ret = ip_addr_from(AF_INET6, b->data);
	else
		return false;
	return true;
}

static ProtobufCBinaryData view(const uint8_t *data, size_t len)
{
	return (ProtobufCBinaryData) { .len = len, .data = (uint8_t *)data };
}

ProtobufCBinaryData msg_put_uuid(const struct uuid *uuid)
{
	return view(uuid->b, sizeof(uuid->b));
}

ProtobufCBinaryData msg_put_mac(const struct mac_addr *mac)
{
	return view(mac->b, sizeof(mac->b));
}

ProtobufCBinaryData msg_put_ip(const struct ip_addr *ip)
{
	return view(ip->b, ip_addr_len(ip));
}
