// SPDX-License-Identifier: GPL-2.0
/* What there is: all objects of the NVE, and all devices */
#include <err.h>
#include <linux/genetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nl.h"
#include "no_memory.h"
#include "nvo3_nl.h"
#include "nvo3_req.h"
#include "rtnl.h"

static struct record *keep(struct state *s, const void *data, size_t len)
{
	struct record *r = &s->records[s->n++];

	if (s->n == sizeof(s->records) / sizeof(s->records[0]))
		errx(1, "more objects than this program expects");
	r->len = len;
	r->data = malloc(len);
	if (!r->data)
		err(1, "malloc");
	memcpy(r->data, data, len);
	return r;
}

/* It may be another one of the same name. */
static void hide_nve(struct record *r)
{
	const struct nlattr *a = NULL;

	while ((a = nlattr_next(r->data + GENL_HDRLEN, r->len - GENL_HDRLEN, a)))
		if (nlattr_type(a) == NVO3_A_IFINDEX)
			memset((void *)nlattr_data(a), 0, nlattr_len(a));
}

static int compare_paths(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct nvo3_path));
}

/* The order of paths is that of the remotes' numbers, and says nothing. */
static int keep_message(const struct nlmsghdr *nlh, void *data)
{
	const struct genlmsghdr *genlh = NLMSG_DATA(nlh);
	struct nvo3_event event = { };

	if (genlh->cmd != NVO3_CMD_MAP_GET) {
		hide_nve(keep(data, genlh, NLMSG_PAYLOAD(nlh, 0)));
		return 0;
	}
	if (nvo3_event_parse(&event, nlh, &why))
		return -EBADMSG;
	qsort(event.map.paths, event.map.npaths, sizeof(event.map.paths[0]), compare_paths);
	keep(data, &event.map, sizeof(event.map));
	return 0;
}

static int compare_records(const void *x, const void *y)
{
	const struct record *a = x, *b = y;
	int r = memcmp(a->data, b->data, a->len < b->len ? a->len : b->len);

	return r ?: (a->len > b->len) - (a->len < b->len);
}

static void keep_links(struct state *s)
{
	_cleanup_free_ struct link_info *links = NULL;
	char text[200];
	size_t n, i;

	if (link_list(rt, NULL, &links, &n, &why))
		errx(1, "links: %s", why.text);
	for (i = 0; i < n; i++) {
		snprintf(text, sizeof(text), "%s %s of %s up %d ttl %u", links[i].name,
			 links[i].kind, !links[i].master ? "nobody" : links[i].master == nve ?
			 "nve" : "nve9", links[i].up, links[i].nve.ttl);
		keep(s, text, strlen(text));
	}
}

/* A table that has grown for what was then refused stays so, and nobody promised otherwise. */
static void keep_nve(struct state *s)
{
	struct nvo3_nve got;

	if (kernel_nve_get(k, nve, &got, &why))
		errx(1, "the NVE: %s", why.text);
	got.ifindex = 0;
	got.table_slots = 0;
	got.table_bytes = 0;
	keep(s, &got, sizeof(got));
}

/* Sorted: what comes again may come under another number. */
void state_read(struct state *s)
{
	static const uint8_t cmds[] = {
		NVO3_CMD_VN_GET, NVO3_CMD_MEMBER_GET, NVO3_CMD_PORT_GET, NVO3_CMD_MAP_GET,
		NVO3_CMD_REMOTE_GET, NVO3_CMD_PROFILE_GET,
	};
	NLBUF_MEM(mem, NLBUF_SMALL);
	struct nlbuf b;
	size_t i;

	while (s->n)
		free(s->records[--s->n].data);
	for (i = 0; i < sizeof(cmds); i++) {
		req_init(k, &b, mem, sizeof(mem), cmds[i], NLM_F_DUMP, nve);
		if (nlsock_dump(k->sock, &b, keep_message, s, &why))
			errx(1, "a dump: %s", why.text);
	}
	keep_nve(s);
	keep_links(s);
	qsort(s->records, s->n, sizeof(s->records[0]), compare_records);
}

bool state_same(const struct state *a, const struct state *b)
{
	size_t i;

	for (i = 0; i < a->n && i < b->n; i++)
		if (compare_records(&a->records[i], &b->records[i]))
			return false;
	return a->n == b->n;
}

