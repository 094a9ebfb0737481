/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Messages in envelopes, without any I/O. See proto/common.proto.
 */
#ifndef MSG_H
#define MSG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <protobuf-c/protobuf-c.h>
#include "addr.h"
#include "errs.h"
#include "uuid.h"
#include "proto/common.pb-c.h"

#define MSG(name)	NVO3__MSG_TYPE__MSG_##name
#define CODE(name)	NVO3__CODE__CODE_##name

#define PROTO_MAJOR	1
#define PROTO_MINOR	0

/* Words of HELLO: what goes beyond the version */
#define CAN_ON_DEMAND	"on-demand"	/* MAP_QUERY, MAP_FORGET, VN_JOIN with interest */
#define CAN_MAP_DIGEST	"map-digest"	/* MAP_DIGEST, MAP_RESEND, ALERT from an NVE */
#define CAN_VN_LIST	"vn-list"	/* VN_LIST, to a relay */
#define CAN_MAP_COLUMNS	"map-columns"	/* columns in MAP_UPDATE */
#define CAN_NVE_SEEN	"nve-seen"	/* NVE_SEEN, both ways */
#define CAN_PEER_PROFILES	"peer-profiles"	/* PEER_PROFILE_SET, between vCenters */

#define VN_UNKNOWN_MAX	3		/* relay, in VnInfo */
#define VN_ARP_MAX	1		/* answer, likewise */
#define VN_ARP_UNKNOWN_MAX	2	/* drop */

/* A received request (id not 0) or event (id 0); borrowed for the callback. */
struct msg {
	uint32_t type;
	uint64_t id;
	const uint8_t *body;
	size_t len;
};

const char *code_name(uint32_t code);
const char *msg_name(uint32_t type);	/* "VM_CREATE"; "type 999" if unknown */

/*
 * Decode the body as @desc: e.g. msg_decode(m, &nvo3__vm_create__descriptor, err). NULL with a
 * sentence if it does not decode. Free with msg_free().
 */
void *msg_decode(const struct msg *msg, const ProtobufCMessageDescriptor *desc, struct err *err);
void msg_free(void *message);

/* Encode; malloc()ed, never NULL (aborts when out of memory, like all of lib). */
uint8_t *msg_encode(const ProtobufCMessage *message, size_t *len);

/* bytes fields: checked copies out (false: wrong length), borrowed views in. */
bool msg_get_uuid(const ProtobufCBinaryData *b, struct uuid *ret);
bool msg_get_mac(const ProtobufCBinaryData *b, struct mac_addr *ret);
bool msg_get_ip(const ProtobufCBinaryData *b, struct ip_addr *ret);
ProtobufCBinaryData msg_put_uuid(const struct uuid *uuid);
ProtobufCBinaryData msg_put_mac(const struct mac_addr *mac);
ProtobufCBinaryData msg_put_ip(const struct ip_addr *ip);

#endif /* MSG_H */
