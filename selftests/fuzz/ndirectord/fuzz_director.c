// SPDX-License-Identifier: GPL-2.0
/*
 * What NVEs, vCenters and peers say to a director, by its real handlers: a list of messages, each
 * with a byte
 * for who says it, two for its type, two for its length, and its body.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../fuzz.h"
#include "lib/chan_priv.h"
#include "lib/log.h"
#include "ndirectord/director.h"

enum { NVE1, NVE2, CENTER, PEER, WHO };

static struct director d;
static struct chan chans[WHO];		/* connected to nobody: what is sent goes nowhere */
static char store_path[64];

static void remove_store(void)
{
	char path[80];

	unlink(store_path);
	snprintf(path, sizeof(path), "%s-wal", store_path);
	unlink(path);
	snprintf(path, sizeof(path), "%s-shm", store_path);
	unlink(path);
}

static void open_store(void)
{
	char url[80];
	struct err err;

	snprintf(store_path, sizeof(store_path), "%s/fuzz-director-%d.db",
		 access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm", getpid());
	snprintf(url, sizeof(url), "sqlite:%s", store_path);
	d.store = store_open(url, "fuzz", &err);
	if (!d.store)
		abort();
	atexit(remove_store);
}

static void chan_init(struct chan *chan, enum role role, const char *name)
{
	memset(chan, 0, sizeof(*chan));
	chan->loop = d.loop;
	chan->ops = &director_ops;
	chan->peer.role = role;
	chan->linger_fd = -1;
	snprintf(chan->peer.dc, sizeof(chan->peer.dc), role == ROLE_DIRECTOR ? "dc2" : "dc1");
	snprintf(chan->peer.name, sizeof(chan->peer.name), "%s", name);
	identity_format(&chan->peer, chan->name, sizeof(chan->name));
}

static void begin(void)
{
	if (!d.store) {
		log_init("fuzz", -1);
		d.loop = loop_new();
		open_store();
	}
	snprintf(d.self.dc, sizeof(d.self.dc), "dc1");
	d.dups = (struct dup_limits){ .moves = 3, .window_ms = 1000 };
	d.events = events_new();
	db_init(&d.db, "dc1", 1);
	tell_init(&d.tell, d.loop, 10000);
	chan_init(&chans[NVE1], ROLE_NVE, "host1");
	chan_init(&chans[NVE2], ROLE_NVE, "host2");
	chan_init(&chans[CENTER], ROLE_VCENTER, "vc");
	chan_init(&chans[PEER], ROLE_DIRECTOR, "d");
	nve_session_up(&d, &chans[NVE1]);
	nve_session_up(&d, &chans[NVE2]);
	center_up(&d, &chans[CENTER]);
}

static void end(void)
{
	d.stopping = true;
	nve_session_down(&d, &chans[NVE1], "end");
	nve_session_down(&d, &chans[NVE2], "end");
	center_down(&d, &chans[CENTER]);
	fed_server_down(&d, &chans[PEER]);
	tell_uninit(&d.tell);
	db_uninit(&d.db);
	events_free(d.events);
	d.stopping = false;
}

static void say(unsigned int who, const struct msg *msg)
{
	if (who == CENTER)
		center_message(&d, &chans[who], msg);
	else if (who == PEER)
		fed_server_message(&d, &chans[who], msg);
	else
		nve_session_message(&d, &chans[who], msg);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct msg msg = { .id = 1 };
	unsigned int who;

	begin();
	while (size >= 5) {
		who = data[0] % WHO;
		msg.type = data[1] << 8 | data[2];
		msg.len = data[3] << 8 | data[4];
		msg.body = data + 5;
		if (msg.len > size - 5)
			msg.len = size - 5;
		data += 5 + msg.len;
		size -= 5 + msg.len;
		say(who, &msg);
	}
	end();
	return 0;
}
