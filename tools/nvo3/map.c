// SPDX-License-Identifier: GPL-2.0
#include <linux/netlink.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "print.h"

/* What a user may claim to be; port is the kernel's own */
static const char *const words_maker[] = { "static", "agent", NULL };
static const char *const words_switch[] = { "off", "on", NULL };

struct change {
	const char *dev;
	const char *port;
	struct nvo3_event req;
};

/* The other objects of an event are larger by far, and a batch may have a million changes */
static void change_init(struct change *c, uint8_t cmd)
{
	memset(c, 0, offsetof(struct change, req.map) + sizeof(c->req.map));
	c->req.cmd = cmd;
}

/* "IP" or "IP/WEIGHT" */
static bool parse_path(struct nvo3_path *path, char *text)
{
	char *slash = strchr(text, '/'), *end;
	unsigned long weight = 1;

	if (slash) {
		*slash++ = 0;
		if (*slash < '0' || *slash > '9')
			return false;
		weight = strtoul(slash, &end, 10);
		if (*end || !weight || weight > UINT16_MAX)
			return false;
	}
	path->weight = weight;
	return ip_addr_parse(&path->addr, text, NULL) >= 0;
}

static bool parse_nve(struct nvo3_map *map, const char *text)
{
	char copy[NVO3_PATHS_MAX * (IP_ADDR_STRLEN + 8)], *next = copy, *word;

	if (strlen(text) >= sizeof(copy))
		return false;
	strcpy(copy, text);
	while ((word = strsep(&next, ",")))
		if (map->npaths == NVO3_PATHS_MAX || !parse_path(&map->paths[map->npaths++], word))
			return false;
	if (map->npaths > 1)
		return true;
	map->addr = map->paths[0].addr;
	map->npaths = 0;
	return true;
}

/* The words of all paths are those of each */
static void spread(struct nvo3_map *map)
{
	uint8_t i;

	for (i = 0; i < map->npaths; i++) {
		map->paths[i].encap = map->encap;
		map->paths[i].dstport = map->dstport;
		map->paths[i].remote_vni = map->remote_vni;
		if (map->has & NVO3_HAS(MAP_ENCAP))
			map->paths[i].has |= NVO3_HAS(PATH_ENCAP);
	}
	if (!map->npaths)
		return;
	map->has &= ~NVO3_HAS(MAP_ENCAP);
	map->encap = 0;
	map->dstport = 0;
	map->remote_vni = 0;
}

/* Words of a place, which is that of the MAC, and of its group */
static bool has_place(const struct change *c, const char *nve)
{
	const struct nvo3_map *map = &c->req.map;

	return nve || c->port || map->has & NVO3_HAS(MAP_ENCAP) || map->dstport ||
	       map->remote_vni || map->vlan || map->group;
}

static enum status check_place(struct ctx *ctx, const struct change *c, const char *nve)
{
	const struct nvo3_map *map = &c->req.map;

	if (map->ip.family)
		return has_place(c, nve) ?
			ctx_usage(ctx, "\"ip\" is mapped to a MAC, and has no place of its own") :
			STATUS_OK;
	if (map->has & NVO3_HAS(MAP_ROUTER))
		return ctx_usage(ctx, "\"router\" needs \"ip\" beside it");
	if (!c->port == !nve)
		return ctx_usage(ctx, "expected either \"nve\" or \"port\" to map to");
	if (c->port && (map->has & NVO3_HAS(MAP_ENCAP) || map->dstport || map->remote_vni))
		return ctx_usage(ctx, "how an NVE is reached needs \"nve\" beside it");
	if (c->port && map->group)
		return ctx_usage(ctx, "the group of a port is a word of \"port set\"");
	if (map->vlan && !c->port)
		return ctx_usage(ctx, "\"vlan\" needs \"port\" beside it");
	return STATUS_OK;
}

static enum status parse(struct ctx *ctx, int argc, char *const *argv, struct change *c)
{
	struct nvo3_map *map = &c->req.map;
	const char *nve = NULL;
	struct arg args[] = {
		ARG(DEV, "dev", &c->dev, .must = true),
		ARG_NUMBER("vni", &map->vni, 1, NVO3_VNI_MAX, .must = true),
		ARG(IP, "ip", &map->ip),
		ARG(MAC, "mac", &map->mac, .must = true),
		ARG(DEV, "nve", &nve),
		ARG_CHOICE("encap", &map->encap, words_encap, &map->has, NVO3_HAS(MAP_ENCAP)),
		ARG_NUMBER("dstport", &map->dstport, 1, UINT16_MAX),
		ARG_NUMBER("remote-vni", &map->remote_vni, 1, NVO3_VNI_MAX),
		ARG(DEV, "port", &c->port),
		ARG_NUMBER("vlan", &map->vlan, 1, 4094),
		ARG_NUMBER("epoch", &map->epoch, 0, UINT64_MAX,
			   .has = &map->has, .bit = NVO3_HAS(MAP_EPOCH)),
		ARG_CHOICE("prov", &map->prov, words_maker, &map->has, NVO3_HAS(MAP_PROV)),
		ARG_NUMBER("group", &map->group, 0, UINT32_MAX),
		ARG_NUMBER("generation", &map->generation, 0, UINT8_MAX,
			   .has = &map->has, .bit = NVO3_HAS(MAP_GENERATION)),
		ARG_CHOICE("router", &map->router, words_switch, &map->has, NVO3_HAS(MAP_ROUTER)),
		{},
	};
	enum status status = ctx_args(ctx, args, argc, argv);

	if (status)
		return status;
	if (nve && !parse_nve(map, nve))
		return ctx_usage(ctx, "\"nve\" needs an IP address, or up to %d of them like "
				 "\"IP/WEIGHT,IP/WEIGHT\", not \"%s\"", NVO3_PATHS_MAX, nve);
	status = check_place(ctx, c, nve);
	if (!status)
		spread(map);
	return status;
}

static enum status change(struct ctx *ctx, uint16_t flags, int argc, char *const *argv)
{
	const struct link_info *port;
	enum status status;
	struct change c;

	change_init(&c, NVO3_CMD_MAP_ADD);
	status = parse(ctx, argc, argv, &c);
	if (status || ctx->check)
		return status;
	status = ctx_nve(ctx, c.dev, &c.req.ifindex);
	if (!status && c.port) {
		status = ctx_link(ctx, c.port, &port);
		if (!status)
			c.req.map.dev = port->ifindex;
	}
	return status ? status : ctx_request(ctx, &c.req, flags);
}

static enum status map_add(struct ctx *ctx, int argc, char *const *argv)
{
	return change(ctx, NLM_F_EXCL, argc, argv);
}

static enum status map_replace(struct ctx *ctx, int argc, char *const *argv)
{
	return change(ctx, NLM_F_REPLACE, argc, argv);
}

/* Which mapping is meant; a MAC beside an IP address is what that is mapped to */
static enum status check_key(struct ctx *ctx, const struct nvo3_map *map)
{
	return map->ip.family || map->has & NVO3_HAS(MAP_MAC) ? STATUS_OK :
		ctx_usage(ctx, "expected \"mac\" or \"ip\" of the mapping");
}

static enum status map_del(struct ctx *ctx, int argc, char *const *argv)
{
	struct nvo3_event req = { .cmd = NVO3_CMD_MAP_DEL };
	struct nvo3_map *map = &req.map;
	const char *dev;
	struct arg args[] = {
		ARG(DEV, "dev", &dev, .must = true),
		ARG_NUMBER("vni", &map->vni, 1, NVO3_VNI_MAX, .must = true),
		ARG(IP, "ip", &map->ip),
		ARG(MAC, "mac", &map->mac, .has = &map->has, .bit = NVO3_HAS(MAP_MAC)),
		ARG_NUMBER("epoch", &map->epoch, 1, UINT64_MAX),
		{},
	};
	enum status status = ctx_args(ctx, args, argc, argv);

	if (!status)
		status = check_key(ctx, map);
	if (status || ctx->check)
		return status;
	status = ctx_nve(ctx, dev, &req.ifindex);
	return status ? status : ctx_request(ctx, &req, 0);
}

static enum status map_flush(struct ctx *ctx, int argc, char *const *argv)
{
	struct nvo3_event req = { .cmd = NVO3_CMD_MAP_FLUSH };
	struct nvo3_map *map = &req.map;
	const char *dev;
	struct arg args[] = {
		ARG(DEV, "dev", &dev, .must = true),
		ARG_NUMBER("vni", &map->vni, 1, NVO3_VNI_MAX),
		ARG_CHOICE("prov", &map->prov, words_maker, &map->has, NVO3_HAS(MAP_PROV)),
		ARG_NUMBER("stale-generation", &map->stale_generation, 0, UINT8_MAX,
			   .has = &map->has, .bit = NVO3_HAS(MAP_STALE_GENERATION)),
		{},
	};
	enum status status = ctx_args(ctx, args, argc, argv);

	if (status)
		return status;
	if (map->has & NVO3_HAS(MAP_STALE_GENERATION) && !map->vni)
		return ctx_usage(ctx, "\"stale-generation\" needs \"vni\" beside it");
	if (ctx->check)
		return STATUS_OK;
	status = ctx_nve(ctx, dev, &req.ifindex);
	return status ? status : ctx_request(ctx, &req, 0);
}

static void print_row(struct ctx *ctx, uint32_t nve, const struct nvo3_map *map)
{
	out_row_start(&ctx->out);
	print_map(ctx, nve, map);
	out_row_end(&ctx->out);
}

static enum status map_get(struct ctx *ctx, int argc, char *const *argv)
{
	struct nvo3_map key = {}, map;
	const char *dev;
	struct arg args[] = {
		ARG(DEV, "dev", &dev, .must = true),
		ARG_NUMBER("vni", &key.vni, 1, NVO3_VNI_MAX, .must = true),
		ARG(IP, "ip", &key.ip),
		ARG(MAC, "mac", &key.mac, .has = &key.has, .bit = NVO3_HAS(MAP_MAC)),
		{},
	};
	enum status status = ctx_args(ctx, args, argc, argv);
	uint32_t nve;
	int r;

	if (!status)
		status = check_key(ctx, &key);
	if (!status && key.ip.family && key.has)
		status = ctx_usage(ctx, "expected either \"mac\" or \"ip\", not both");
	if (status || ctx->check)
		return status;
	status = ctx_nve(ctx, dev, &nve);
	if (status)
		return status;
	if (key.ip.family)
		r = kernel_ipmap_get(ctx->kernel, nve, key.vni, &key.ip, &map, &ctx->err);
	else
		r = kernel_map_get(ctx->kernel, nve, key.vni, &key.mac, &map, &ctx->err);
	if (r < 0)
		return ctx_error(ctx, STATUS_FAILED);
	out_list_start(&ctx->out);
	print_row(ctx, nve, &map);
	out_list_end(&ctx->out);
	return STATUS_OK;
}

static enum status show(struct ctx *ctx, uint32_t nve, const char *name, const void *data)
{
	_cleanup_free_ struct nvo3_map *maps = NULL;
	bool interrupted = false;
	size_t i, n = 0;
	int r;

	r = kernel_map_list(ctx->kernel, nve, data, &maps, &n, &interrupted, &ctx->err);
	for (i = 0; i < n; i++)
		print_row(ctx, nve, &maps[i]);
	if (interrupted)
		ctx_warn_interrupted(name);
	return ctx_result(ctx, r);
}

static enum status map_show(struct ctx *ctx, int argc, char *const *argv)
{
	struct nvo3_map filter = {};
	const char *dev = NULL;
	struct arg args[] = {
		ARG(DEV, "dev", &dev),
		ARG_NUMBER("vni", &filter.vni, 1, NVO3_VNI_MAX),
		ARG_CHOICE("prov", &filter.prov, words_prov, &filter.has, NVO3_HAS(MAP_PROV)),
		{},
	};
	enum status status = ctx_args(ctx, args, argc, argv);

	if (status)
		return status;
	if (filter.vni && !dev)
		return ctx_usage(ctx, "\"vni\" needs \"dev\" beside it");
	if (ctx->check)
		return STATUS_OK;
	out_list_start(&ctx->out);
	status = ctx_each_nve(ctx, dev, show, &filter);
	out_list_end(&ctx->out);
	return status;
}

static enum status show_idle(struct ctx *ctx, uint32_t nve, const char *name, const void *data)
{
	_cleanup_free_ struct nvo3_map *maps = NULL;
	const uint32_t *vni = data;
	bool interrupted = false;
	size_t i, n = 0;
	int r;

	r = kernel_idle_list(ctx->kernel, nve, *vni, &maps, &n, &interrupted, &ctx->err);
	for (i = 0; i < n; i++)
		print_row(ctx, nve, &maps[i]);
	if (interrupted)
		ctx_warn_interrupted(name);
	return ctx_result(ctx, r);
}

static enum status map_idle(struct ctx *ctx, int argc, char *const *argv)
{
	uint32_t vni = 0;
	const char *dev;
	struct arg args[] = {
		ARG(DEV, "dev", &dev, .must = true),
		ARG_NUMBER("vni", &vni, 1, NVO3_VNI_MAX, .must = true),
		{},
	};
	enum status status = ctx_args(ctx, args, argc, argv);

	if (status || ctx->check)
		return status;
	out_list_start(&ctx->out);
	status = ctx_each_nve(ctx, dev, show_idle, &vni);
	out_list_end(&ctx->out);
	return status;
}

static enum status map_turn(struct ctx *ctx, int argc, char *const *argv)
{
	struct nvo3_event req = { .cmd = NVO3_CMD_IDLE_TURN };
	const char *dev;
	struct arg args[] = {
		ARG(DEV, "dev", &dev, .must = true),
		ARG_NUMBER("vni", &req.map.vni, 1, NVO3_VNI_MAX, .must = true),
		{},
	};
	enum status status = ctx_args(ctx, args, argc, argv);

	if (status || ctx->check)
		return status;
	status = ctx_nve(ctx, dev, &req.ifindex);
	return status ? status : ctx_request(ctx, &req, 0);
}

static const struct verb verbs[] = {
	{ .name = "show", .run = map_show },
	{ .name = "add", .run = map_add, .queued = true },
	{ .name = "replace", .run = map_replace, .queued = true },
	{ .name = "del", .run = map_del, .queued = true },
	{ .name = "get", .run = map_get },
	{ .name = "flush", .run = map_flush, .queued = true },
	{ .name = "idle", .run = map_idle },
	{ .name = "turn", .run = map_turn, .queued = true },
	{},
};

const struct command map_command = {
	"map", verbs,
	"usage: nvo3 map { add | replace } dev NVE vni VNI mac MAC\n"
	"                                  { nve PATH[,PATH]... [ encap ENCAP ] [ dstport PORT ] [ remote-vni VNI ]\n"
	"                                  | port DEV [ vlan VID ] }\n"
	"                                  [ epoch NUMBER ] [ prov { static | agent } ] [ group NUMBER ]\n"
	"                                  [ generation NUMBER ]\n"
	"       nvo3 map { add | replace } dev NVE vni VNI ip IP mac MAC [ epoch NUMBER ]\n"
	"                                  [ prov { static | agent } ] [ generation NUMBER ]\n"
	"                                  [ router { on | off } ]\n"
	"       nvo3 map del dev NVE vni VNI { mac MAC | ip IP [ mac MAC ] } [ epoch NUMBER ]\n"
	"       nvo3 map get dev NVE vni VNI { mac MAC | ip IP }\n"
	"       nvo3 map flush dev NVE [ vni VNI [ stale-generation NUMBER ] ] [ prov { static | agent } ]\n"
	"       nvo3 map { idle | turn } dev NVE vni VNI\n"
	"       nvo3 map [ show ] [ dev NVE [ vni VNI ] ] [ prov { static | agent | port } ]\n"
	"       PATH := IP[/WEIGHT]\n"
	"       ENCAP := { vxlan | geneve | nvgre }\n",
};
