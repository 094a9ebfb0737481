/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fields of each object: one table drives both directions of nvo3_nl.c, so
 * that what is put and what is parsed cannot drift apart.
 */
#ifndef NVO3_LIB_NVO3_FIELDS_H
#define NVO3_LIB_NVO3_FIELDS_H

#include <stdint.h>

/* IP4 and IP6 are two attributes of one struct ip_addr; BE16 is in host order in the struct */
enum field_kind {
	FIELD_U8, FIELD_U16, FIELD_U32, FIELD_U64, FIELD_BE16, FIELD_MAC, FIELD_IP4, FIELD_IP6,
	FIELD_STATS, FIELD_BYTES,
};

struct field {
	uint8_t type;
	uint8_t kind;
	uint16_t offset;
	uint32_t min, max;	/* max 0: any value */
	const char *name;
};

struct object {
	const char *name;
	uint8_t type;		/* of its nest */
	uint8_t nfields;
	uint16_t has;		/* offset of the bits */
	uint32_t needs;		/* attributes that every message has */
	uint32_t needs_one;	/* and at least one of these */
	const struct field *fields;
};

extern const struct object stats_object, nve_object, vn_object, member_object, port_object,
	map_object, path_object, remote_object, miss_object, allow_object, profile_object,
	rule_object, digest_object, guest_object;

/* Of a command's requests, replies and notifications; NULL for an unknown one */
const struct object *object_of_cmd(uint8_t cmd);

#endif
