/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A tenant system interface and its states (RFC 8394 section 4): initial, associated
 * (resources in place, silent), activated (forwarding, advertised). Pure: given what is there
 * and what is asked, tell what has to be done.
 */
#ifndef NVO3D_NVE_TSI_H
#define NVO3D_NVE_TSI_H

#include <net/if.h>
#include <stdint.h>

#include "addr.h"
#include "errs.h"
#include "proto/association.pb-c.h"
#include "uuid.h"

#define TSI_IPS_MAX 16

enum tsi_state {
	TSI_INIT,
	TSI_ASSOCIATED,
	TSI_ACTIVATED,
};

struct tsi {
	struct uuid id;
	struct uuid vn;
	char dev[IFNAMSIZ];
	uint16_t vid;			/* 0 untagged, or as its profile says */
	uint16_t given_vid;		/* that its profile says, 0 nothing; not in the store */
	struct mac_addr mac;
	struct ip_prefix ips[TSI_IPS_MAX];
	int n_ips;
	uint64_t epoch;
	uint32_t hold_s;		/* see hold.h */
	struct uuid profile;		/* zero: none */
	bool dhcp;			/* its guest is told what it has */
	enum tsi_state state;
};

enum tsi_event {
	TSI_ASSOCIATE,
	TSI_ACTIVATE,
	TSI_DEACTIVATE,
	TSI_DEASSOCIATE,
};

/* What to do, in this order */
enum tsi_action {
	TSI_DISABLE = 1,	/* silent and withdrawn */
	TSI_UNBIND = 2,		/* give the resources back */
	TSI_BIND = 4,		/* take the resources */
	TSI_UPDATE = 8,		/* take over addresses, profile and epoch */
	TSI_ENABLE = 16,	/* forward and advertise with the epoch asked for */
};

const char *tsi_state_name(enum tsi_state state);

/*
 * @have: what is known under this id, NULL if nothing is. @want: for TSI_ASSOCIATE all of it,
 * for TSI_ACTIVATE its epoch. Value is a CODE(); when it is OK, *ret_actions is what to do,
 * and nothing means that it is so already.
 */
uint32_t tsi_decide(const struct tsi *have, enum tsi_event event, const struct tsi *want,
		    unsigned int *ret_actions, struct err *err);

/* CODE(OK), or CODE(BAD_MESSAGE) with a sentence that names the field */
uint32_t tsi_from_msg(const Nvo3__Tsi *msg, struct tsi *ret, struct err *err);
/* Pack for a message or a store: *ret borrows from @tsi and @ips, which has n_ips places */
void tsi_to_msg(const struct tsi *tsi, Nvo3__Tsi *ret, Nvo3__IpPrefix *ips,
		Nvo3__IpPrefix **pointers);

#endif
