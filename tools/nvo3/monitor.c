// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "cmd.h"
#include "nvo3_monitor.h"
#include "print.h"

static const struct {
	const char *word;
	unsigned int group;
} groups[] = {
	{ "config", NVO3_GROUP_CONFIG },
	{ "mapping", NVO3_GROUP_MAPPING },
	{ "miss", NVO3_GROUP_MISS },
	{ "alert", NVO3_GROUP_ALERT },
};

#define NGROUPS (sizeof(groups) / sizeof(groups[0]))

static enum status parse(struct ctx *ctx, int argc, char *const *argv, unsigned int *ret)
{
	unsigned int set = 0;
	size_t g;
	int i;

	for (i = 0; i < argc; i++) {
		for (g = 0; g < NGROUPS && strcmp(groups[g].word, argv[i]); g++)
			;
		if (g == NGROUPS)
			return ctx_usage(ctx,
					 "\"%s\" is unknown here; expected config, mapping, miss or alert",
					 argv[i]);
		set |= groups[g].group;
	}
	*ret = set ? set : NVO3_GROUP_ALL;
	return STATUS_OK;
}

static const char *event_name(uint8_t cmd)
{
	switch (cmd) {
	case NVO3_CMD_VN_NTF:
		return "vn";
	case NVO3_CMD_VN_DEL_NTF:
		return "vn-del";
	case NVO3_CMD_MEMBER_NTF:
		return "member";
	case NVO3_CMD_MEMBER_DEL_NTF:
		return "member-del";
	case NVO3_CMD_PORT_NTF:
		return "port";
	case NVO3_CMD_PORT_DEL_NTF:
		return "port-del";
	case NVO3_CMD_MAP_NTF:
		return "map";
	case NVO3_CMD_MAP_DEL_NTF:
		return "map-del";
	case NVO3_CMD_MISS_NTF:
		return "miss";
	case NVO3_CMD_ALERT_NTF:
		return "alert";
	case NVO3_CMD_SOURCE_NTF:
		return "source";
	case NVO3_CMD_PROFILE_NTF:
		return "profile";
	case NVO3_CMD_PROFILE_DEL_NTF:
		return "profile-del";
	default:
		return NULL;
	}
}

static void print_object(struct ctx *ctx, const struct nvo3_event *e)
{
	switch (e->cmd) {
	case NVO3_CMD_VN_NTF:
	case NVO3_CMD_VN_DEL_NTF:
		print_vn(ctx, e->ifindex, &e->vn);
		break;
	case NVO3_CMD_MEMBER_NTF:
	case NVO3_CMD_MEMBER_DEL_NTF:
		print_member(ctx, e->ifindex, &e->member);
		break;
	case NVO3_CMD_PORT_NTF:
	case NVO3_CMD_PORT_DEL_NTF:
		print_port(ctx, e->ifindex, &e->port);
		break;
	case NVO3_CMD_PROFILE_NTF:
	case NVO3_CMD_PROFILE_DEL_NTF:
		print_profile(ctx, e->ifindex, &e->profile);
		break;
	case NVO3_CMD_MISS_NTF:
		print_miss(ctx, e->ifindex, &e->miss);
		break;
	case NVO3_CMD_SOURCE_NTF:
		print_source(ctx, e->ifindex, &e->source);
		break;
	default:
		print_map(ctx, e->ifindex, &e->map);
	}
}

static int print_event(const struct nvo3_event *e, void *data)
{
	struct ctx *ctx = data;
	struct out *o = &ctx->out;
	const char *name = event_name(e->cmd);

	if (!name)
		return 0;
	out_row_start(o);
	if (o->mode == OUT_TEXT)
		out_word(o, name);
	else
		out_str(o, "event", name);
	print_object(ctx, e);
	out_row_end(o);
	/* A reader behind a pipe gets each event when it happens */
	return fflush(o->file) ? err_sys(&ctx->err, errno, "cannot write") : 0;
}

/* Lost or strange events are told, and watching goes on */
static enum status watch(struct ctx *ctx, struct nvo3_monitor *m)
{
	struct pollfd pfd = { .fd = monitor_fd(m), .events = POLLIN };
	int r;

	while (poll(&pfd, 1, -1) >= 0 || errno == EINTR) {
		/* Devices may have been renamed since */
		ctx_forget_links(ctx);
		r = monitor_receive(m, print_event, ctx, &ctx->err);
		if (r == -ENOBUFS)
			fputs("Warning: events were lost.\n", stderr);
		else if (r == -EBADMSG)
			fprintf(stderr, "Warning: %s.\n", ctx->err.text);
		else if (r < 0)
			return ctx_error(ctx, STATUS_FAILED);
	}
	return ctx_result(ctx, err_sys(&ctx->err, errno, "cannot wait for events"));
}

static enum status monitor(struct ctx *ctx, int argc, char *const *argv)
{
	_cleanup_monitor_ struct nvo3_monitor *m = NULL;
	unsigned int set = 0;
	enum status status = parse(ctx, argc, argv, &set);

	if (status || ctx->check)
		return status;
	if (monitor_open(&m, -1, set, &ctx->err) < 0)
		return ctx_error(ctx, STATUS_FAILED);
	return watch(ctx, m);
}

static const struct verb verbs[] = {
	{ .name = "monitor", .run = monitor },
	{},
};

const struct command monitor_command = {
	"monitor", verbs,
	"usage: nvo3 monitor [ config ] [ mapping ] [ miss ] [ alert ]\n",
};
