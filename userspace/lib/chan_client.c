// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include <netinet/tcp.h>

#include "backoff.h"
#include "chan_addr.h"
#include "chan_parts.h"
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
	int fd;				/* while connecting */
	struct loop_fd *connecting;
	struct loop_timer *retry;
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

static void no_answer(void *arg)
{
	chan_endf(arg, "no connection within %g s", chan_timers.handshake / 1000.0);
}

static void hand_over(struct chan *chan)
{
	struct identity local = { .name = "local" };
	int fd = chan->client->fd;

	chan->client->fd = -1;
	chan_client_stop(chan);
	loop_timer_free(chan->timer);
	chan->timer = NULL;
	chan_start(chan, fd);
	if (!chan->tls) {
		local.role = __builtin_ctz(chan->roles);
		chan_set_peer(chan, &local);
		chan_greet(chan);
	}
}

static void connected(int fd, unsigned int events, void *arg)
{
	socklen_t len = sizeof(int);
	struct chan *chan = arg;
	int error = 0;

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
		error = errno;
	if (error)
		chan_end(chan, strerror(error));
	else
		hand_over(chan);
}

static void wait_for_connection(struct chan *chan)
{
	struct chan_client *client = chan->client;

	client->connecting = loop_fd_new(chan->loop, client->fd, LOOP_WRITE, connected, chan);
	chan->timer = loop_timer_new(chan->loop, no_answer, chan);
	loop_timer_set(chan->timer, chan_timers.handshake);
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

static void attempt(void *arg)
{
	struct chan *chan = arg;
	struct chan_client *client = chan->client;
	struct target *target = target_of(chan);
	int one = 1;

	chan->state = CHAN_CONNECT;
	chan->tls = is_unix(target) ? NULL : client->tls;
	forget_tickets(client);
	strcpy(chan->name, "?");
	snprintf(chan->addr, sizeof(chan->addr), "%s", target->addr.text);
	client->fd = socket(target->addr.ss.ss_family,
			    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (client->fd < 0) {
		chan_end(chan, strerror(errno));
		return;
	}
	if (!is_unix(target))
		setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (!connect(client->fd, (struct sockaddr *)&target->addr.ss, target->addr.len))
		hand_over(chan);
	else if (errno == EINPROGRESS)
		wait_for_connection(chan);
	else
		chan_end(chan, strerror(errno));
}

void chan_client_stop(struct chan *chan)
{
	struct chan_client *client = chan->client;

	if (!client)
		return;
	loop_fd_free(client->connecting);
	client->connecting = NULL;
	if (client->fd >= 0)
		close(client->fd);
	client->fd = -1;
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

/* Tried for ever, but said once: until the reason is another one or a session was up. */
static void complain(struct chan *chan, const char *why)
{
	struct target *target = target_of(chan);
	char roles[64];

	if (target->complaint && !strcmp(target->complaint, why))
		return;
	free(target->complaint);
	target->complaint = mem_strdup(why);
	log_warn("no session with %s at %s: %s", role_list(chan->roles, " or ", roles,
							   sizeof(roles)),
		 target->addr.text, why);
}

void chan_client_ended(struct chan *chan, bool was_up, const char *why)
{
	struct chan_client *client = chan->client;
	struct target *target = target_of(chan);

	if (!was_up) {
		complain(chan, why);
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

	client->tls = tls;
	client->targets = targets;
	client->n_targets = n;
	client->fd = -1;
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
