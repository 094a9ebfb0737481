// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "backoff.h"
#include "chan_addr.h"
#include "chan_parts.h"
#include "dial.h"
#include "log.h"
#include "mem.h"

struct target {
	struct chan_addr addr;
	struct ssl_session_st *ticket;
	char *complaint;		/* what was last logged about it */
};

struct chan_client {
	struct tls *tls;
	struct target *targets;
	int n_targets;
	int at;
	struct dial *dial;
	struct loop_timer *retry;	/* after what there was a connection for */
	struct backoff backoff;
	uint64_t up_ms;
	unsigned int tickets_of;	/* tls_generation() */
	struct chan *heir;		/* chan_renew.c, or NULL */
};

static struct target *target_of(struct chan *chan)
{
	return &chan->client->targets[chan->client->at];
}

static bool is_unix(const struct target *target)
{
	return target->addr.ss.ss_family == AF_UNIX;
}

static uint32_t random32(void)
{
	uint32_t r;

	if (getrandom(&r, sizeof(r), 0) != sizeof(r))
		abort();
	return r;
}

/* Tried for ever, but said once: until the reason is another one or a session was up. */
static void complain(struct chan *chan, struct target *target, const char *why)
{
	char roles[64];

	if (target->complaint && !strcmp(target->complaint, why))
		return;
	free(target->complaint);
	target->complaint = mem_strdup(why);
	log_warn("no session with %s at %s: %s", role_list(chan->roles, " or ", roles,
							   sizeof(roles)),
		 target->addr.text, why);
}

/* They stand for the certificates of before. */
static void forget_tickets(struct chan_client *client)
{
	int i;

	if (!client->tls || client->tickets_of == tls_generation(client->tls))
		return;
	client->tickets_of = tls_generation(client->tls);
	for (i = 0; i < client->n_targets; i++) {
		tls_ticket_free(client->targets[i].ticket);
		client->targets[i].ticket = NULL;
	}
}

static void failed(int which, const char *why, void *arg)
{
	struct chan *chan = arg;

	complain(chan, &chan->client->targets[which], why);
}

static void connected(int fd, int which, void *arg)
{
	struct identity local = { .name = "local" };
	struct chan *chan = arg;
	struct target *target;

	chan->client->at = which;
	target = target_of(chan);
	chan->tls = is_unix(target) ? NULL : chan->client->tls;
	snprintf(chan->addr, sizeof(chan->addr), "%s", target->addr.text);
	chan_start(chan, fd);
	if (!chan->tls) {
		local.role = __builtin_ctz(chan->roles);
		chan_set_peer(chan, &local);
		chan_greet(chan);
	}
}

static const struct dial_ops dial_ops = {
	.connected = connected,
	.failed = failed,
};

static void attempt(void *arg)
{
	const struct dial_timers timers = {
		.answer = chan_timers.handshake,
		.head_start = chan_timers.head_start,
		.retry_min = chan_timers.retry_min,
		.retry_max = chan_timers.dial_max,
	};
	struct chan *chan = arg;

	chan->state = CHAN_CONNECT;
	forget_tickets(chan->client);
	strcpy(chan->name, "?");
	snprintf(chan->addr, sizeof(chan->addr), "%s", target_of(chan)->addr.text);
	dial_start(chan->client->dial, chan->client->at, &timers);
}

void chan_client_stop(struct chan *chan)
{
	if (chan->client)
		dial_stop(chan->client->dial);
}

void chan_client_up(struct chan *chan)
{
	int i;

	chan_renew_stop(chan);
	chan->client->up_ms = loop_now_ms();
	for (i = 0; i < chan->client->n_targets; i++) {
		free(chan->client->targets[i].complaint);
		chan->client->targets[i].complaint = NULL;
	}
}

void chan_client_closing(struct chan *chan)
{
	struct target *target = target_of(chan);
	struct ssl_st *ssl = chan_ssl(chan);

	if (!ssl)
		return;
	tls_ticket_free(target->ticket);
	target->ticket = chan->begun_with == tls_generation(chan->tls) ? tls_ticket(ssl) : NULL;
}

struct ssl_session_st *chan_client_ticket(struct chan *chan)
{
	return chan->client ? target_of(chan)->ticket : NULL;
}

void chan_client_ended(struct chan *chan, bool was_up, const char *why)
{
	struct chan_client *client = chan->client;
	struct target *target = target_of(chan);

	if (!was_up) {
		complain(chan, target, why);
		/* Perhaps the ticket is to blame: the next handshake is a whole one. */
		tls_ticket_free(target->ticket);
		target->ticket = NULL;
		client->at = (client->at + 1) % client->n_targets;
	} else if (loop_now_ms() - client->up_ms >= client->backoff.max_ms) {
		/* A server that drops us as soon as we are up is not to be asked without pause. */
		backoff_reset(&client->backoff);
	}
	loop_timer_set(client->retry, backoff_next(&client->backoff, random32()));
}

void chan_client_free(struct chan *chan)
{
	struct chan_client *client = chan->client;
	int i;

	if (!client)
		return;
	dial_free(client->dial);
	loop_timer_free(client->retry);
	for (i = 0; i < client->n_targets; i++) {
		tls_ticket_free(client->targets[i].ticket);
		free(client->targets[i].complaint);
	}
	free(client->targets);
	free(client);
	chan->client = NULL;
}

static int check_target(const struct target *target, const struct tls *tls, unsigned int roles,
			struct err *err)
{
	if (!is_unix(target) && !tls)
		return err_set(err, EINVAL, "%s needs TLS: no certificate is configured",
			       target->addr.text);
	if (is_unix(target) && __builtin_popcount(roles) != 1)
		return err_set(err, EINVAL, "%s stands for one role, not for several",
			       target->addr.text);
	return 0;
}

static struct target *targets_parse(const char *const *addrs, int n, const struct tls *tls,
				    unsigned int roles, struct err *err)
{
	struct target *targets;
	int i;

	if (n < 1) {
		err_set(err, EINVAL, "no address to connect to");
		return NULL;
	}
	targets = mem_calloc(n, sizeof(*targets));
	for (i = 0; i < n; i++) {
		if (chan_addr_parse(&targets[i].addr, addrs[i], err) < 0 ||
		    check_target(&targets[i], tls, roles, err) < 0) {
			free(targets);
			return NULL;
		}
	}
	return targets;
}

static void client_init(struct chan *chan, struct tls *tls, struct target *targets, int n)
{
	struct chan_client *client = mem_zalloc(sizeof(*client));
	const struct chan_addr **addrs = mem_calloc(n, sizeof(*addrs));
	int i;

	for (i = 0; i < n; i++)
		addrs[i] = &targets[i].addr;
	client->dial = dial_new(chan->loop, addrs, n, &dial_ops, chan);
	free(addrs);
	client->tls = tls;
	client->targets = targets;
	client->n_targets = n;
	client->retry = loop_timer_new(chan->loop, attempt, chan);
	backoff_init(&client->backoff, chan_timers.retry_min, chan_timers.retry_max);
	chan->client = client;
	loop_timer_set(client->retry, 0);
}

struct chan *chan_client_heir(struct chan *chan)
{
	struct target *target = mem_zalloc(sizeof(*target));
	struct chan *heir = chan_new(chan->loop, chan->ops, chan->arg);

	target->addr = target_of(chan)->addr;
	heir->roles = chan->roles;
	client_init(heir, chan->client->tls, target, 1);
	return heir;
}

struct chan **chan_client_heir_of(struct chan *chan)
{
	return &chan->client->heir;
}

void chan_client_rest(struct chan *chan)
{
	loop_timer_cancel(chan->client->retry);
}

struct chan *chan_connect(struct loop *loop, struct tls *tls, const char *const *addrs, int n_addrs,
			  unsigned int roles, const struct chan_ops *ops, void *arg,
			  struct err *err)
{
	struct target *targets = targets_parse(addrs, n_addrs, tls, roles, err);
	struct chan *chan;

	if (!targets)
		return NULL;
	chan = chan_new(loop, ops, arg);
	chan->roles = roles;
	snprintf(chan->addr, sizeof(chan->addr), "%s", targets[0].addr.text);
	client_init(chan, tls, targets, n_addrs);
	return chan;
}
