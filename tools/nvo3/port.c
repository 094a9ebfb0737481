// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include "cmd.h"
#include "print.h"
#include "rule.h"

/* Words of a change, and what the device's state makes of them */
struct change {
	struct nvo3_event req;
	const char *dev;
	const char *nve;	/* NULL: the master of dev */
	bool enslave;
};

static const char *const words_switch[] = { "off", "on", NULL };

/* "10.0.0.1", "fd00::/64@02:00:00:00:00:05" for another MAC than the port's, or "none" */
static int parse_allow(void *dst, const char *text)
{
	const char *at = strchr(text, '@');
	struct nvo3_port *port = dst;
	struct nvo3_allow *allow = &port->allow[port->nallow];
	char ip[IP_ADDR_STRLEN + 4];
	size_t len = at ? (size_t)(at - text) : strlen(text);
	struct prefix prefix;

	if (!strcmp(text, "none") && !port->nallow)
		return 0;
	if (port->nallow == NVO3_ALLOW_MAX || len >= sizeof(ip))
		return -EINVAL;
	memcpy(ip, text, len);
	ip[len] = '\0';
	if (prefix_parse(&prefix, ip) < 0)
		return -EINVAL;
	*allow = (struct nvo3_allow){
		.has = NVO3_HAS(ALLOW_PLEN), .ip = prefix.ip, .plen = prefix.plen,
	};
	if (at && mac_addr_parse(&allow->mac, at + 1, NULL) < 0)
		return -EINVAL;
	if (at)
		allow->has |= NVO3_HAS(ALLOW_MAC);
	port->nallow++;
	return 0;
}

static enum status parse(struct ctx *ctx, int argc, char *const *argv, struct change *c)
{
	struct nvo3_port *port = &c->req.port;
	bool add = c->req.cmd == NVO3_CMD_PORT_ADD;
	struct arg args[] = {
		ARG(DEV, "dev", &c->dev, .must = true),
		ARG_NUMBER("vlan", &port->vlan, 1, 4094),
		ARG(MAC, "mac", &port->mac, .has = &port->has, .bit = NVO3_HAS(PORT_MAC)),
		ARG_CHOICE("state", &port->state, words_state, &port->has, NVO3_HAS(PORT_STATE)),
		ARG_NUMBER("epoch", &port->epoch, 0, UINT64_MAX,
			   .has = &port->has, .bit = NVO3_HAS(PORT_EPOCH)),
		ARG_NUMBER("profile", &port->profile, 0, UINT32_MAX,
			   .has = &port->has, .bit = NVO3_HAS(PORT_PROFILE)),
		ARG_PARSED("ip", port, parse_allow,
			   "an address or prefix, with @MAC if it goes with another (at most 16)",
			   .has = &port->has, .bit = NVO3_HAS(PORT_ALLOW), .many = true),
		ARG_CHOICE("spoof", &port->spoof, words_spoof, &port->has, NVO3_HAS(PORT_SPOOF)),
		ARG_CHOICE("dhcp-server", &port->dhcp_server, words_switch, &port->has,
			   NVO3_HAS(PORT_DHCP_SERVER)),
		ARG_CHOICE("router", &port->router, words_switch, &port->has,
			   NVO3_HAS(PORT_ROUTER)),
		ARG_NUMBER("group", &port->group, 0, UINT32_MAX,
			   .has = &port->has, .bit = NVO3_HAS(PORT_GROUP)),
		ARG_CHOICE("stamp", &port->stamp, words_switch, &port->has, NVO3_HAS(PORT_STAMP)),
		ARG_CHOICE("guest", &port->guest, words_switch, &port->has, NVO3_HAS(PORT_GUEST)),
		/* A port stays in its VN and under its NVE: for a set, the words end here */
		ARG_NUMBER(add ? "vni" : NULL, &port->vni, 1, NVO3_VNI_MAX, .must = true),
		ARG(DEV, "nve", &c->nve),
		{},
	};

	return ctx_args(ctx, args, argc, argv);
}

/* Which NVE the device belongs to, or shall */
static enum status find_nve(struct ctx *ctx, struct change *c)
{
	struct link_info dev, master;
	enum status status = STATUS_OK;
	uint32_t nve = 0;
	int r;

	if (c->nve)
		status = ctx_nve(ctx, c->nve, &nve);
	if (status)
		return status;
	r = link_get(ctx->rtnl, c->dev, &dev, &ctx->err);
	if (!r && !dev.master && !nve)
		r = err_set(&ctx->err, EINVAL, "device \"%s\" has no NVE as its master; "
			    "say which with \"nve\", or use ip link set master", c->dev);
	if (!r && dev.master && dev.master != nve) {
		r = link_get_by_index(ctx->rtnl, dev.master, &master, &ctx->err);
		if (!r && (nve || strcmp(master.kind, "nvo3")))
			r = err_set(&ctx->err, EBUSY, "device \"%s\" has another master, \"%s\"",
				    c->dev, master.name);
	}
	c->req.port.dev = dev.ifindex;
	c->req.ifindex = nve ? nve : dev.master;
	c->enslave = !dev.master;
	return ctx_result(ctx, r);
}

/* A binding that the kernel refuses leaves the device as it was */
static enum status add_enslaved(struct ctx *ctx, const struct change *c)
{
	enum status status = STATUS_OK;
	struct err err;
	int r;

	r = link_set_master(ctx->rtnl, c->req.port.dev, c->req.ifindex, &ctx->err);
	if (r < 0)
		return ctx_result(ctx, r);
	status = ctx_request_now(ctx, &c->req, 0);
	if (!status)
		return STATUS_OK;
	r = link_set_master(ctx->rtnl, c->req.port.dev, 0, &err);
	if (r < 0) {
		ctx->err = err;
		err_prefix(&ctx->err, r, "device \"%s\" stays enslaved", c->dev);
		ctx_error(ctx, status);
	}
	return status;
}

static enum status port_add(struct ctx *ctx, int argc, char *const *argv)
{
	struct change c = { .req.cmd = NVO3_CMD_PORT_ADD };
	enum status status = parse(ctx, argc, argv, &c);

	if (status || ctx->check)
		return status;
	status = find_nve(ctx, &c);
	if (status)
		return status;
	return c.enslave ? add_enslaved(ctx, &c) : ctx_request(ctx, &c.req, 0);
}

static enum status port_set(struct ctx *ctx, int argc, char *const *argv)
{
	struct change c = { .req.cmd = NVO3_CMD_PORT_SET };
	enum status status = parse(ctx, argc, argv, &c);

	if (status)
		return status;
	if (!c.req.port.has)
		return ctx_usage(ctx, "nothing to set; expected mac, ip, state, epoch, profile, group, spoof, dhcp-server, router, stamp or guest");
	if (ctx->check)
		return STATUS_OK;
	status = find_nve(ctx, &c);
	return status ? status : ctx_request(ctx, &c.req, 0);
}

static enum status port_del(struct ctx *ctx, int argc, char *const *argv)
{
	struct change c = { .req.cmd = NVO3_CMD_PORT_DEL };
	struct arg args[] = {
		ARG(DEV, "dev", &c.dev, .must = true),
		ARG_NUMBER("vlan", &c.req.port.vlan, 1, 4094),
		{},
	};
	enum status status = ctx_args(ctx, args, argc, argv);

	if (status || ctx->check)
		return status;
	status = find_nve(ctx, &c);
	return status ? status : ctx_request(ctx, &c.req, 0);
}

/* @data is the ifindex of the one access device to show, 0 for all */
static enum status show(struct ctx *ctx, uint32_t nve, const char *name, const void *data)
{
	_cleanup_free_ struct nvo3_port *ports = NULL;
	const uint32_t *dev = data;
	bool interrupted = false;
	size_t i, n = 0;
	int r;

	r = kernel_port_list(ctx->kernel, nve, &ports, &n, &interrupted, &ctx->err);
	for (i = 0; i < n; i++) {
		if (*dev && ports[i].dev != *dev)
			continue;
		out_row_start(&ctx->out);
		print_port(ctx, nve, &ports[i]);
		out_row_end(&ctx->out);
	}
	if (interrupted)
		ctx_warn_interrupted(name);
	return ctx_result(ctx, r);
}

static enum status port_show(struct ctx *ctx, int argc, char *const *argv)
{
	struct change c = {};
	struct arg args[] = {
		ARG(DEV, "dev", &c.dev),
		ARG(DEV, "nve", &c.nve),
		{},
	};
	enum status status = ctx_args(ctx, args, argc, argv);

	if (status || ctx->check)
		return status;
	out_list_start(&ctx->out);
	if (c.dev)
		status = find_nve(ctx, &c);
	if (!status && c.dev)
		status = show(ctx, c.req.ifindex, c.dev, &c.req.port.dev);
	else if (!status)
		status = ctx_each_nve(ctx, c.nve, show, &c.req.port.dev);
	out_list_end(&ctx->out);
	return status;
}

static const struct verb verbs[] = {
	{ .name = "show", .run = port_show },
	{ .name = "add", .run = port_add, .queued = true },
	{ .name = "set", .run = port_set, .queued = true },
	{ .name = "del", .run = port_del, .queued = true },
	{},
};

const struct command port_command = {
	"port", verbs,
	"usage: nvo3 port add dev DEV [ vlan VID ] vni VNI [ mac MAC ]\n"
	"                     [ state { associated | active | armed } ] [ epoch NUMBER ]\n"
	"                     [ ip { PREFIX[@MAC] | none } ]... [ spoof { auto | off | on } ]\n"
	"                     [ dhcp-server { on | off } ] [ router { on | off } ]\n"
	"                     [ profile ID ] [ group NUMBER ] [ stamp { on | off } ] [ guest { on | off } ]\n"
	"                     [ nve NVE ]\n"
	"       nvo3 port set dev DEV [ vlan VID ] [ mac MAC ] [ state { associated | active | armed } ]\n"
	"                     [ epoch NUMBER ] [ profile ID ] [ ip { PREFIX[@MAC] | none } ]...\n"
	"                     [ spoof { auto | off | on } ] [ dhcp-server { on | off } ]\n"
	"                     [ router { on | off } ] [ group NUMBER ] [ stamp { on | off } ]\n"
	"                     [ guest { on | off } ]\n"
	"       nvo3 port del dev DEV [ vlan VID ]\n"
	"       nvo3 port [ show ] [ dev DEV ] [ nve NVE ]\n",
};
