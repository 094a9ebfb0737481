/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two data centres in one process: two real vCenters with real sessions, API and stores, and
 * around them nDirectors and vServers that do as they are told. Everything turns in one loop.
 */
#ifndef LAB_H
#define LAB_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <utlist.h>

#include "lib/chan.h"
#include "lib/json.h"
#include "lib/mem.h"
#include "proto/management.pb-c.h"
#include "vcenter.h"

#define LAB_DEADLINE_MS	60000
#define LAB_DCS		2
#define LAB_SERVERS	2	/* of each DC: host1, host2 in dc1, host3, host4 in dc2 */

struct lab;

/* A VM at a vServer. */
struct fake_vm {
	struct uuid uuid;
	struct uuid move;	/* zero: none */
	bool running, suspended;
	bool was_running;	/* offered to another server */
	bool offered;
	bool pulled;		/* here for the move, not ours yet */
	bool rough;		/* and of a VM that ran: only a first copy */
	uint64_t saved;		/* bytes of its memory that lie here */
	Nvo3__VmProfile *profile;
	struct fake_vm *prev, *next;
};

/* A placement at an nDirector. */
struct fake_place {
	struct uuid vn;
	struct mac_addr mac;
	uint64_t epoch;
	char nve[96];
	struct uuid profile;
	size_t n_ips;
	struct fake_place *prev, *next;
};

struct fake_server {
	struct lab *lab;
	char dc[16], name[24];
	struct tls *tls;
	struct chan *chan;
	bool registered;
	struct fake_vm *vms;
	uint32_t forgotten;	/* VMs that it was told to forget */
	uint32_t alerts;
	char alert[192];	/* the last one: "KIND SUBJECT: TEXT" */
	uint32_t updates;	/* VM_UPDATEs that came, */
	struct uuid profile;	/* and of the last interface in the last one */
	size_t n_ips;
	bool old;		/* overlooks changes that it does not know */
	/* NULL, or what else it knows */
	bool (*more)(struct fake_server *s, const struct msg *msg);
	bool keeps;		/* the memory of a VM that is moved */
	bool gateway;
	uint64_t rtt_us;	/* what it measures; 0: there is no reply */
	uint32_t measured;	/* RTT_MEASUREs that came */
	uint32_t max_vms;
};

struct fake_director {
	struct lab *lab;
	struct tls *tls;
	struct chan_server *listen;
	struct chan *chan;	/* the last session that said something */
	struct fake_place *places;
	uint64_t counter;
	uint32_t vns;		/* VN_SETs that came */
	uint32_t profiles;	/* PROFILE_SETs that came, */
	uint64_t profile_version;	/* and of the last one */
	size_t profile_rules;
	uint32_t grants, profiles_gone;
	uint32_t deaths;	/* NVE_DEADs that came, */
	char dead[96];		/* and the NVE of the last one */
};

struct lab {
	char dir[64];
	uint16_t port;
	struct loop *loop;
	struct loop_timer *tick;
	struct vcenter *vc[LAB_DCS];
	struct vcenter *old[256];	/* stopped; answers may still be on their way to them */
	int n_old;
	struct fake_director director[LAB_DCS];
	struct fake_server server[LAB_DCS * LAB_SERVERS];

	uint64_t silent, last_out;	/* ns, what a source of a move says */

	/* what goes wrong */
	uint32_t mute;			/* requests of this type are carried out, not answered */
	uint32_t refuse;		/* requests of this type are refused */
	uint32_t keep;			/* those of this type are answered by the test itself: */
	uint64_t kept;			/* the last one of them */
	/* Once: the session ends instead of the answer, behind what was asked, or before it */
	uint32_t cut, lose;
	int count;			/* requests that the fakes have handled */
	int crash_at, crash_who;	/* at that count: bit 0 dc1, bit 1 dc2 */
	bool crash;			/* it is due */
};

/* Turn the loop until @cond holds; the test fails if it does not within the deadline. */
#define LAB_WAIT(lab, cond)							\
	do {									\
		uint64_t lab_end = loop_now_ms() + LAB_DEADLINE_MS;		\
										\
		while (!(cond)) {						\
			if (loop_now_ms() > lab_end)				\
				fail_msg("waited in vain for %s", #cond);	\
			lab_turn(lab);						\
		}								\
	} while (0)

#endif
