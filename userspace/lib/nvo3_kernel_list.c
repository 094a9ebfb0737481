// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "errs.h"
#include "nl.h"
#include "nvo3_nl.h"
#include "nvo3_req.h"

/* Dumps of a table that never rests; after these the caller must know */
#define LIST_TRIES 5

struct list {
	char *items;
	size_t n, cap;
	size_t size;		/* of an item, the first bytes of the event's object */
	uint8_t cmd;
	struct err *err;
};

static int list_grow(struct list *l)
{
	size_t cap = l->cap ? l->cap * 2 : 64;
	char *items = reallocarray(l->items, cap, l->size);

	if (!items)
		return err_set(l->err, ENOMEM, "out of memory after %zu objects", l->n);
	l->items = items;
	l->cap = cap;
	return 0;
}

static int take_item(const struct nlmsghdr *nlh, void *data)
{
	struct list *l = data;
	struct nvo3_event e;
	int r = nvo3_event_parse(&e, nlh, l->err);

	if (!r && e.cmd != l->cmd)
		r = err_set(l->err, EBADMSG, "the kernel did not answer what was asked");
	if (!r && l->n == l->cap)
		r = list_grow(l);
	if (r < 0)
		return r;
	memcpy(l->items + l->n++ * l->size, &e.nve, l->size);
	return 0;
}

static int dump(struct nvo3_kernel *k, uint32_t nve, const struct nvo3_event *filter,
		struct list *l, struct err *err)
{
	NLBUF_MEM(mem, NLBUF_SMALL);
	struct nlbuf b;

	l->n = 0;
	req_init(k, &b, mem, sizeof(mem), filter->cmd, 0, nve);
	if (filter->nve.has)
		nvo3_event_put(&b, filter);
	return nlsock_dump(k->sock, &b, take_item, l, err);
}

static int list(struct nvo3_kernel *k, uint32_t nve, const struct nvo3_event *filter, size_t size,
		void *ret, size_t *ret_n, bool *ret_intr, struct err *err)
{
	struct list l = { .size = size, .cmd = filter->cmd, .err = err };
	int r, tries = 0;

	do {
		r = dump(k, nve, filter, &l, err);
	} while (r == -EINTR && ++tries < LIST_TRIES);
	if (r < 0 && !(r == -EINTR && ret_intr)) {
		free(l.items);
		return r;
	}
	if (ret_intr)
		*ret_intr = r == -EINTR;
	if (!l.n) {
		free(l.items);
		l.items = NULL;
	}
	*(void **)ret = l.items;
	*ret_n = l.n;
	return 0;
}

int kernel_nve_list(struct nvo3_kernel *k, struct nvo3_nve **ret, size_t *ret_n, bool *ret_intr,
		    struct err *err)
{
	const struct nvo3_event filter = { .cmd = NVO3_CMD_NVE_GET };

	return list(k, 0, &filter, sizeof(**ret), ret, ret_n, ret_intr, err);
}

int kernel_vn_list(struct nvo3_kernel *k, uint32_t nve, struct nvo3_vn **ret, size_t *ret_n,
		   bool *ret_intr, struct err *err)
{
	const struct nvo3_event filter = { .cmd = NVO3_CMD_VN_GET };

	return list(k, nve, &filter, sizeof(**ret), ret, ret_n, ret_intr, err);
}

int kernel_member_list(struct nvo3_kernel *k, uint32_t nve, uint32_t vni, struct nvo3_member **ret,
		       size_t *ret_n, bool *ret_intr, struct err *err)
{
	const struct nvo3_event filter = {
		.cmd = NVO3_CMD_MEMBER_GET,
		.member = { .vni = vni, .has = vni ? NVO3_HAS(MEMBER_VNI) : 0 },
	};

	return list(k, nve, &filter, sizeof(**ret), ret, ret_n, ret_intr, err);
}

int kernel_port_list(struct nvo3_kernel *k, uint32_t nve, struct nvo3_port **ret, size_t *ret_n,
		     bool *ret_intr, struct err *err)
{
	const struct nvo3_event filter = { .cmd = NVO3_CMD_PORT_GET };

	return list(k, nve, &filter, sizeof(**ret), ret, ret_n, ret_intr, err);
}

int kernel_map_list(struct nvo3_kernel *k, uint32_t nve, const struct nvo3_map *filter,
		    struct nvo3_map **ret, size_t *ret_n, bool *ret_intr, struct err *err)
{
	struct nvo3_event req = { .cmd = NVO3_CMD_MAP_GET };

	if (filter)
		req.map = *filter;
	if (req.map.vni)
		req.map.has |= NVO3_HAS(MAP_VNI);
	return list(k, nve, &req, sizeof(**ret), ret, ret_n, ret_intr, err);
}

struct walk {
	void (*each)(const struct nvo3_map *map, void *arg);
	void *arg;
	struct err *err;
};

static int walk_item(const struct nlmsghdr *nlh, void *data)
{
	struct walk *w = data;
	struct nvo3_event e;
	int r = nvo3_event_parse(&e, nlh, w->err);

	if (!r && e.cmd != NVO3_CMD_MAP_GET)
		r = err_set(w->err, EBADMSG, "the kernel did not answer what was asked");
	if (!r)
		w->each(&e.map, w->arg);
	return r;
}

int kernel_map_walk(struct nvo3_kernel *k, uint32_t nve, const struct nvo3_map *filter,
		    void (*each)(const struct nvo3_map *map, void *arg), void *arg,
		    struct err *err)
{
	struct nvo3_event req = { .cmd = NVO3_CMD_MAP_GET, .map = *filter };
	struct walk w = { each, arg, err };
	NLBUF_MEM(mem, NLBUF_SMALL);
	struct nlbuf b;

	if (req.map.vni)
		req.map.has |= NVO3_HAS(MAP_VNI);
	req_init(k, &b, mem, sizeof(mem), req.cmd, 0, nve);
	if (req.map.has)
		nvo3_event_put(&b, &req);
	return nlsock_dump(k->sock, &b, walk_item, &w, err);
}

int kernel_idle_list(struct nvo3_kernel *k, uint32_t nve, uint32_t vni, struct nvo3_map **ret,
		     size_t *ret_n, bool *ret_intr, struct err *err)
{
	const struct nvo3_event req = {
		.cmd = NVO3_CMD_IDLE_GET, .map = { .vni = vni, .has = NVO3_HAS(MAP_VNI) },
	};

	return list(k, nve, &req, sizeof(**ret), ret, ret_n, ret_intr, err);
}

int kernel_remote_list(struct nvo3_kernel *k, uint32_t nve, struct nvo3_remote **ret,
		       size_t *ret_n, bool *ret_intr, struct err *err)
{
	const struct nvo3_event filter = { .cmd = NVO3_CMD_REMOTE_GET };

	return list(k, nve, &filter, sizeof(**ret), ret, ret_n, ret_intr, err);
}

int kernel_miss_list(struct nvo3_kernel *k, uint32_t nve, uint32_t vni, struct nvo3_miss **ret,
		     size_t *ret_n, bool *ret_intr, struct err *err)
{
	const struct nvo3_event filter = {
		.cmd = NVO3_CMD_MISS_GET,
		.miss = { .vni = vni, .has = vni ? NVO3_HAS(MISS_VNI) : 0 },
	};

	return list(k, nve, &filter, sizeof(**ret), ret, ret_n, ret_intr, err);
}
