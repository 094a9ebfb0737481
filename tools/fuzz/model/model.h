/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What has to become of a frame, by the documentation (dataplane.rst, nvo3(8)) and the RFCs:
 * lists looked through from their beginning, one frame at a time, nothing remembered.
 */
#ifndef _MODEL_MODEL_H
#define _MODEL_MODEL_H

#include "frames.h"

#define COPIES	(PORTS + MEMBERS)

/* What is read of an inner frame. */
struct facts {
	const uint8_t *data;
	uint32_t len;
	uint32_t type;		/* Ethernet's, 0: a length */
	int family;		/* of IP, 0: none */
	int proto;
	struct address src, dst;
	uint32_t l4;		/* where the transport header begins */
	bool bad;		/* cut short, contradictory or hidden too deep */
	bool arp;
	bool first, later;	/* fragments */
	bool has_ports, has_icmp;
	int sport, dport, icmp;
	uint8_t ds, ttl;
	bool df;
};

void facts_read(struct facts *facts, const uint8_t *data, uint32_t len);

/* One frame that leaves: by a port, or to one of several remotes. */
struct copy {
	int port;			/* -1: to a remote */
	int n_remotes, remotes[PATHS];
	uint32_t vni;			/* there */
	uint8_t tos, ttl;
	bool df;
};

struct fate {
	struct bytes frame;		/* the inner frame, as it leaves */
	int n;
	struct copy copies[COPIES];
	int n_drops;
	uint8_t drops[COPIES];		/* enum nvo3_drop */
	int vn;				/* -1: unknown */
};

void model_judge(const struct world *w, const struct frame *frame, struct fate *fate);

/* Where in the frame an inner TCP segment with payload begins, 0: there is none. */
uint16_t model_tcp(const struct world *w, const struct frame *frame);

/* profile.c: does the port's profile deny it? */
int model_profile(const struct world *w, const struct port *port, int dir, const struct facts *f);

/* speak.c: NVO3_DROP_NONE, or which part of what a port's tenant system says is a lie. */
int model_speak(const struct port *port, const struct facts *f);

/* model.c */
const struct map *model_map(const struct world *w, int vn, const uint8_t *mac);

#endif /* _MODEL_MODEL_H */
