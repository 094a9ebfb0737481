/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A server that is measured: how to speak to it.
 */
#ifndef CONTROL_PEER_H
#define CONTROL_PEER_H

#include "link.h"

#define WRITERS		3
#define SESSIONS_MAX	16000

struct peer {
	const char *name;
	const char *alpn;
	const struct speech *listener;	/* a session that is told; it is up when it would be told */
	/* The writers: what they are called and speak, from [0]; NULL after the last */
	const struct speech *writers[WRITERS];
	const char *roles[WRITERS], *names[WRITERS];
	/*
	 * Addresses @first to @first + @count - 1 get the content of the round's generation. What
	 * has to be done first is done by callbacks. @create: they have not been there before.
	 * NULL: nobody writes.
	 */
	void (*write)(uint32_t first, uint32_t count, bool create);
	bool (*written)(void *unused);	/* it has said that all of it is written */
	bool acks;			/* its sessions say that they have it */
	bool tickets;			/* it resumes TLS sessions */
};

extern struct link writers[WRITERS];
extern struct link *sessions;
extern unsigned int n_sessions;
extern const struct peer peer_nvo3, peer_nves, peer_ovsdb, peer_bgp, peer_etcd, peer_floor;

/* Another command than those that all have: its JSON to standard output, false if unknown. */
bool nvo3_command(int argc, char **argv);
bool nves_command(int argc, char **argv);
bool etcd_command(int argc, char **argv);

#endif /* CONTROL_PEER_H */
