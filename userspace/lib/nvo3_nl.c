// SPDX-License-Identifier: GPL-2.0
#include "nvo3_nl.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/genetlink.h>
#include <stddef.h>
#include <string.h>

#include "errs.h"
#include "nlbuf.h"
#include "nvo3_fields.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
/* Of any nest here, with room to see one attribute beyond it as unknown */
#define TYPES_MAX 31

static const uint8_t sizes[] = {
	[FIELD_U8] = 1, [FIELD_U16] = 2, [FIELD_U32] = 4, [FIELD_U64] = 8, [FIELD_MAC] = 6,
};

static uint32_t has_bits(const struct object *o, const void *obj)
{
	return *(const uint32_t *)((const char *)obj + o->has);
}

static bool is_zero(const uint8_t *p, size_t n)
{
	while (n && !p[n - 1])
		n--;
	return !n;
}

static void put_ip(struct nlbuf *b, const struct field *f, const struct ip_addr *ip)
{
	if (ip->family == (f->kind == FIELD_IP4 ? AF_INET : AF_INET6))
		nlbuf_put(b, f->type, ip->b, ip_addr_len(ip));
}

static void put_bytes(struct nlbuf *b, const struct field *f, const struct nvo3_bytes *bytes)
{
	if (bytes->len)
		nlbuf_put(b, f->type, bytes->data, bytes->len);
}

static void object_put(struct nlbuf *b, uint16_t type, const struct object *o, const void *obj);

static void put_field(struct nlbuf *b, const struct field *f, const uint8_t *p, bool has)
{
	uint16_t be;

	switch ((enum field_kind)f->kind) {
	case FIELD_IP4:
	case FIELD_IP6:
		put_ip(b, f, (const struct ip_addr *)p);
		return;
	case FIELD_STATS:
		if (has)
			object_put(b, f->type, &stats_object, p);
		return;
	case FIELD_BYTES:
		put_bytes(b, f, (const struct nvo3_bytes *)p);
		return;
	case FIELD_BE16:
		be = htons(*(const uint16_t *)p);
		if (be || has)
			nlbuf_put_u16(b, f->type, be);
		return;
	case FIELD_U8:
	case FIELD_U16:
	case FIELD_U32:
	case FIELD_U64:
	case FIELD_MAC:
		if (has || !is_zero(p, sizes[f->kind]))
			nlbuf_put(b, f->type, p, sizes[f->kind]);
		return;
	}
}

static void fields_put(struct nlbuf *b, const struct object *o, const void *obj)
{
	size_t i;

	for (i = 0; i < o->nfields; i++) {
		const struct field *f = &o->fields[i];

		put_field(b, f, (const uint8_t *)obj + f->offset, has_bits(o, obj) >> f->type & 1);
	}
}

static void object_put(struct nlbuf *b, uint16_t type, const struct object *o, const void *obj)
{
	struct nlattr *nest = nlbuf_nest_start(b, type);

	fields_put(b, o, obj);
	nlbuf_nest_end(b, nest);
}

static void put_drop(struct nlbuf *b, uint16_t type, uint32_t reason, uint64_t count)
{
	struct nlattr *nest = nlbuf_nest_start(b, type);

	nlbuf_put_u32(b, NVO3_A_DROP_REASON, reason);
	nlbuf_put_u64(b, NVO3_A_DROP_COUNT, count);
	nlbuf_nest_end(b, nest);
}

static void put_bypass(struct nlbuf *b, uint32_t reason, const struct nvo3_nve *nve)
{
	struct nlattr *nest = nlbuf_nest_start(b, NVO3_A_NVE_BYPASS);

	nlbuf_put_u32(b, NVO3_A_BYPASS_REASON, reason);
	nlbuf_put_u64(b, NVO3_A_BYPASS_TX, nve->tx_bypass[reason]);
	nlbuf_put_u64(b, NVO3_A_BYPASS_RX, nve->rx_bypass[reason]);
	nlbuf_put_u64(b, NVO3_A_BYPASS_PORT, nve->port_bypass[reason]);
	nlbuf_nest_end(b, nest);
}

void nvo3_nve_put(struct nlbuf *b, const struct nvo3_nve *nve)
{
	struct nlattr *nest = nlbuf_nest_start(b, NVO3_A_NVE);
	uint32_t i;

	fields_put(b, &nve_object, nve);
	for (i = 0; i < ARRAY_SIZE(nve->drops); i++)
		if (nve->drops[i])
			put_drop(b, NVO3_A_NVE_DROP, i, nve->drops[i]);
	for (i = 0; i < ARRAY_SIZE(nve->logged); i++)
		if (nve->logged[i])
			put_drop(b, NVO3_A_NVE_LOGGED, i, nve->logged[i]);
	for (i = 0; i < ARRAY_SIZE(nve->tx_bypass); i++)
		if (nve->tx_bypass[i] || nve->rx_bypass[i] || nve->port_bypass[i])
			put_bypass(b, i, nve);
	nlbuf_nest_end(b, nest);
}

void nvo3_vn_put(struct nlbuf *b, const struct nvo3_vn *vn)
{
	object_put(b, NVO3_A_VN, &vn_object, vn);
}

void nvo3_member_put(struct nlbuf *b, const struct nvo3_member *member)
{
	object_put(b, NVO3_A_MEMBER, &member_object, member);
}

void nvo3_port_put(struct nlbuf *b, const struct nvo3_port *port)
{
	struct nlattr *nest = nlbuf_nest_start(b, NVO3_A_PORT);
	uint8_t i;

	fields_put(b, &port_object, port);
	for (i = 0; i < port->nallow; i++)
		object_put(b, NVO3_A_PORT_ALLOW, &allow_object, &port->allow[i]);
	if (!port->nallow && port->has & NVO3_HAS(PORT_ALLOW))
		nlbuf_nest_end(b, nlbuf_nest_start(b, NVO3_A_PORT_ALLOW));
	nlbuf_nest_end(b, nest);
}

void nvo3_map_put(struct nlbuf *b, const struct nvo3_map *map)
{
	struct nlattr *nest = nlbuf_nest_start(b, NVO3_A_MAP);
	uint8_t i;

	fields_put(b, &map_object, map);
	for (i = 0; i < map->npaths && i < NVO3_PATHS_MAX; i++)
		object_put(b, NVO3_A_MAP_PATH, &path_object, &map->paths[i]);
	nlbuf_nest_end(b, nest);
}

void nvo3_remote_put(struct nlbuf *b, const struct nvo3_remote *remote)
{
	object_put(b, NVO3_A_REMOTE, &remote_object, remote);
}

void nvo3_miss_put(struct nlbuf *b, const struct nvo3_miss *miss)
{
	object_put(b, NVO3_A_MISS, &miss_object, miss);
}

void nvo3_rule_put(struct nlbuf *b, const struct nvo3_rule *rule)
{
	object_put(b, NVO3_A_RULE, &rule_object, rule);
}

void nvo3_event_put(struct nlbuf *b, const struct nvo3_event *e)
{
	const struct object *o = object_of_cmd(e->cmd);

	if (o == &nve_object)
		nvo3_nve_put(b, &e->nve);
	else if (o == &map_object)
		nvo3_map_put(b, &e->map);
	else if (o == &port_object)
		nvo3_port_put(b, &e->port);
	else if (o)
		object_put(b, o->type, o, &e->nve);
}

static int parse_ip(const struct nlattr *a, const struct field *f, struct ip_addr *ret)
{
	struct ip_addr ip = { .family = f->kind == FIELD_IP4 ? AF_INET : AF_INET6 };

	if (nlattr_copy(a, ip.b, ip_addr_len(&ip)) < 0)
		return -EBADMSG;
	*ret = ip;
	return 0;
}

static int object_parse(const struct nlattr *nest, const struct object *o, void *obj,
			struct err *err);

static int parse_field(const struct nlattr *a, const struct field *f, uint8_t *p, struct err *err)
{
	uint16_t be;

	switch ((enum field_kind)f->kind) {
	case FIELD_IP4:
	case FIELD_IP6:
		return parse_ip(a, f, (struct ip_addr *)p);
	case FIELD_STATS:
		return object_parse(a, &stats_object, p, err);
	case FIELD_BYTES:
		*(struct nvo3_bytes *)p = (struct nvo3_bytes){ nlattr_data(a), nlattr_len(a) };
		return 0;
	case FIELD_BE16:
		if (nlattr_copy(a, &be, sizeof(be)) < 0)
			return -EBADMSG;
		*(uint16_t *)p = ntohs(be);
		return 0;
	case FIELD_U8:
	case FIELD_U16:
	case FIELD_U32:
	case FIELD_U64:
	case FIELD_MAC:
		return nlattr_copy(a, p, sizes[f->kind]);
	}
	return -EBADMSG;
}

static bool in_range(const struct field *f, const uint8_t *p)
{
	uint32_t v = f->kind == FIELD_U16 ? *(const uint16_t *)p : *(const uint32_t *)p;

	return v >= f->min && v <= f->max;
}

static int fields_parse(const struct nlattr **tb, const struct object *o, void *obj,
			struct err *err)
{
	uint32_t *has = (uint32_t *)((char *)obj + o->has);
	size_t i;

	for (i = 0; i < o->nfields; i++) {
		const struct field *f = &o->fields[i];
		uint8_t *p = (uint8_t *)obj + f->offset;

		if (!tb[f->type])
			continue;
		if (parse_field(tb[f->type], f, p, err) < 0)
			return err_set(err, EBADMSG, "attribute %s of %s is malformed", f->name,
				       o->name);
		if (f->max && !in_range(f, p))
			return err_set(err, EBADMSG, "attribute %s of %s is out of range", f->name,
				       o->name);
		*has |= 1u << f->type;
	}
	if ((*has & o->needs) != o->needs || (o->needs_one && !(*has & o->needs_one)))
		return err_set(err, EBADMSG, "%s without its key", o->name);
	return 0;
}

static int object_parse(const struct nlattr *nest, const struct object *o, void *obj,
			struct err *err)
{
	const struct nlattr *tb[TYPES_MAX + 1];

	if (nlattr_index_nest(nest, tb, TYPES_MAX) < 0)
		return err_set(err, EBADMSG, "%s is truncated", o->name);
	return fields_parse(tb, o, obj, err);
}

static int parse_allowed(const struct nlattr *nest, struct nvo3_port *port, struct err *err)
{
	const void *data = nlattr_data(nest);
	const struct nlattr *a = NULL;
	int r;

	port->nallow = 0;
	while ((a = nlattr_next(data, nlattr_len(nest), a))) {
		if (nlattr_type(a) != NVO3_A_PORT_ALLOW)
			continue;
		port->has |= NVO3_HAS(PORT_ALLOW);
		if (!nlattr_len(a))
			continue;
		if (port->nallow == NVO3_ALLOW_MAX)
			return err_set(err, EBADMSG, "a port with too many addresses");
		r = object_parse(a, &allow_object, &port->allow[port->nallow++], err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* A reason that this build does not know is counted under none */
static int parse_drop(const struct nlattr *nest, uint64_t *counts)
{
	const struct nlattr *tb[NVO3_A_DROP_MAX + 1];
	uint32_t reason;
	uint64_t count;

	if (nlattr_index_nest(nest, tb, NVO3_A_DROP_MAX) < 0 || !tb[NVO3_A_DROP_REASON] ||
	    !tb[NVO3_A_DROP_COUNT] ||
	    nlattr_copy(tb[NVO3_A_DROP_REASON], &reason, sizeof(reason)) < 0 ||
	    nlattr_copy(tb[NVO3_A_DROP_COUNT], &count, sizeof(count)) < 0)
		return -EBADMSG;
	counts[reason < __NVO3_DROP_MAX ? reason : NVO3_DROP_NONE] += count;
	return 0;
}

/* The same for reasons to go by the host's IP */
static int parse_bypass(const struct nlattr *nest, struct nvo3_nve *nve)
{
	const struct nlattr *tb[NVO3_A_BYPASS_MAX + 1];
	uint64_t tx, rx, port;
	uint32_t reason;

	if (nlattr_index_nest(nest, tb, NVO3_A_BYPASS_MAX) < 0 || !tb[NVO3_A_BYPASS_REASON] ||
	    !tb[NVO3_A_BYPASS_TX] || !tb[NVO3_A_BYPASS_RX] || !tb[NVO3_A_BYPASS_PORT] ||
	    nlattr_copy(tb[NVO3_A_BYPASS_REASON], &reason, sizeof(reason)) < 0 ||
	    nlattr_copy(tb[NVO3_A_BYPASS_TX], &tx, sizeof(tx)) < 0 ||
	    nlattr_copy(tb[NVO3_A_BYPASS_RX], &rx, sizeof(rx)) < 0 ||
	    nlattr_copy(tb[NVO3_A_BYPASS_PORT], &port, sizeof(port)) < 0)
		return -EBADMSG;
	if (reason >= ARRAY_SIZE(nve->tx_bypass))
		reason = NVO3_BYPASS_NONE;
	nve->tx_bypass[reason] += tx;
	nve->rx_bypass[reason] += rx;
	nve->port_bypass[reason] += port;
	return 0;
}

static int parse_reasons(const struct nlattr *nest, struct nvo3_nve *nve, struct err *err)
{
	const void *data = nlattr_data(nest);
	const struct nlattr *a = NULL;

	while ((a = nlattr_next(data, nlattr_len(nest), a))) {
		if (nlattr_type(a) == NVO3_A_NVE_DROP && parse_drop(a, nve->drops) < 0)
			return err_set(err, EBADMSG, "attribute drop of nve is malformed");
		if (nlattr_type(a) == NVO3_A_NVE_LOGGED && parse_drop(a, nve->logged) < 0)
			return err_set(err, EBADMSG, "attribute logged of nve is malformed");
		if (nlattr_type(a) == NVO3_A_NVE_BYPASS && parse_bypass(a, nve) < 0)
			return err_set(err, EBADMSG, "attribute bypass of nve is malformed");
	}
	return 0;
}

static int parse_paths(const struct nlattr *nest, struct nvo3_map *map, struct err *err)
{
	const void *data = nlattr_data(nest);
	const struct nlattr *a = NULL;
	int r;

	while ((a = nlattr_next(data, nlattr_len(nest), a))) {
		if (nlattr_type(a) != NVO3_A_MAP_PATH)
			continue;
		if (map->npaths == NVO3_PATHS_MAX)
			return err_set(err, EBADMSG, "map has too many paths");
		r = object_parse(a, &path_object, &map->paths[map->npaths++], err);
		if (r < 0)
			return r;
	}
	return 0;
}

int nvo3_rules_parse(struct nvo3_rule *ret, size_t max, size_t *ret_n, const struct nlmsghdr *nlh,
		     struct err *err)
{
	const char *data = (const char *)nlh + NLMSG_HDRLEN + GENL_HDRLEN;
	size_t len = nlh->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN, n = 0;
	const struct nlattr *a = NULL;
	int r;

	while ((a = nlattr_next(data, len, a))) {
		if (nlattr_type(a) != NVO3_A_RULE)
			continue;
		if (n == max)
			return err_set(err, EBADMSG, "more than %zu rules in a message", max);
		ret[n] = (struct nvo3_rule){};
		r = object_parse(a, &rule_object, &ret[n++], err);
		if (r < 0)
			return r;
	}
	*ret_n = n;
	return 0;
}

int nvo3_buckets_parse(uint64_t ret[NVO3_DIGEST_BUCKETS], const struct nlmsghdr *nlh,
		       struct err *err)
{
	const struct nlattr *tb[NVO3_A_MAX + 1], *nest[NVO3_A_DIGEST_MAX + 1];
	const size_t len = NVO3_DIGEST_BUCKETS * sizeof(*ret);

	if (nlmsg_index(nlh, GENL_HDRLEN, tb, NVO3_A_MAX) < 0 || !tb[NVO3_A_DIGEST] ||
	    nlattr_index_nest(tb[NVO3_A_DIGEST], nest, NVO3_A_DIGEST_MAX) < 0 ||
	    !nest[NVO3_A_DIGEST_BUCKETS] ||
	    nlattr_copy(nest[NVO3_A_DIGEST_BUCKETS], ret, len) < 0)
		return err_set(err, EBADMSG, "digest without its buckets");
	return 0;
}

int nvo3_event_parse(struct nvo3_event *ret, const struct nlmsghdr *nlh, struct err *err)
{
	const struct genlmsghdr *genl = (const void *)((const char *)nlh + NLMSG_HDRLEN);
	const struct nlattr *tb[NVO3_A_MAX + 1];
	struct nvo3_event e = {};
	const struct object *o;
	int r;

	if (nlmsg_index(nlh, GENL_HDRLEN, tb, NVO3_A_MAX) < 0)
		return err_set(err, EBADMSG, "message is truncated");
	e.cmd = genl->cmd;
	o = object_of_cmd(e.cmd);
	if (!o)
		return err_set(err, EBADMSG, "message of unknown kind %u", e.cmd);
	if (!tb[NVO3_A_IFINDEX] || !tb[o->type])
		return err_set(err, EBADMSG, "message without its %s",
			       tb[NVO3_A_IFINDEX] ? o->name : "ifindex");
	if (nlattr_copy(tb[NVO3_A_IFINDEX], &e.ifindex, sizeof(e.ifindex)) < 0 || !e.ifindex)
		return err_set(err, EBADMSG, "attribute ifindex is malformed");
	r = object_parse(tb[o->type], o, &e.nve, err);
	if (!r && o == &nve_object) {
		e.nve.ifindex = e.ifindex;
		r = parse_reasons(tb[o->type], &e.nve, err);
	}
	if (!r && o == &map_object)
		r = parse_paths(tb[o->type], &e.map, err);
	if (!r && o == &port_object)
		r = parse_allowed(tb[o->type], &e.port, err);
	if (r < 0)
		return r;
	*ret = e;
	return 0;
}
