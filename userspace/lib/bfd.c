// SPDX-License-Identifier: GPL-2.0
#include <sys/random.h>
#include <unistd.h>
#include <uthash.h>

#include "bfd.h"
#include "bfd_sock.h"
#include "loop.h"
#include "mem.h"

/* One batch after the other, but the loop has others to serve */
#define BATCHES_MAX 256
/* A farewell is not repeated later; one of them gets through */
#define FAREWELLS 3

struct bfd_socket {
	struct ip_addr local;		/* family 0: none */
	int fd;
	struct loop_fd *event;
};

struct bfd {
	struct loop *loop;
	struct bfd_config config;
	const struct bfd_ops *ops;
	void *arg;
	uint16_t port, source;		/* source: of the next session */
	struct bfd_socket v4, v6;
	struct bfd_inbox *inbox;
	struct bfd_session *by_peer, *by_my;
};

struct bfd_session {
	struct bfd *bfd;
	struct ip_addr peer;		/* key */
	struct bfd_fsm fsm;		/* fsm.my is a key, too */
	int fd;
	struct loop_timer *timer;
	uint64_t armed;			/* when the timer fires; never later than it must */
	uint8_t told_state;
	enum bfd_verdict told_verdict;
	UT_hash_handle hh_peer, hh_my;
};

static uint64_t now_us(void)
{
	return loop_now_ms() * 1000;
}

/* Not 0 */
static uint64_t random_u64(void)
{
	uint64_t v = 0;

	while (!v)
		if (getrandom(&v, sizeof(v), 0) != sizeof(v))
			abort();
	return v;
}

static struct bfd_session *lookup_my(const struct bfd *bfd, uint32_t my)
{
	struct bfd_session *s;

	HASH_FIND(hh_my, bfd->by_my, &my, sizeof(my), s);
	return s;
}

struct bfd_session *bfd_session_lookup(const struct bfd *bfd, const struct ip_addr *peer)
{
	struct bfd_session *s;

	HASH_FIND(hh_peer, bfd->by_peer, peer, sizeof(*peer), s);
	return s;
}

const struct ip_addr *bfd_session_peer(const struct bfd_session *s)
{
	return &s->peer;
}

const struct bfd_fsm *bfd_session_fsm(const struct bfd_session *s)
{
	return &s->fsm;
}

/*
 * A timer that is due too early is left alone, so that packets, which put the end of the detection
 * time off again and again, do not cost its being set.
 */
static void arm(struct bfd_session *s, uint64_t now)
{
	uint64_t next = bfd_fsm_next(&s->fsm);

	if (next >= s->armed)
		return;
	s->armed = next;
	loop_timer_set(s->timer, next > now ? (next - now + 999) / 1000 : 0);
}

static void send_packets(struct bfd_session *s, uint64_t now, int times)
{
	uint8_t data[BFD_PACKET_LEN];
	struct bfd_packet p;

	while (bfd_fsm_send(&s->fsm, now, &p)) {
		bfd_packet_encode(&p, data);
		for (int i = 0; i < times; i++)
			bfd_sock_send(s->fd, &s->peer, s->bfd->port, data, sizeof(data));
	}
}

/* After each call of the state machine */
static void follow(struct bfd_session *s, uint64_t now)
{
	send_packets(s, now, 1);
	if (s->told_state != s->fsm.state || s->told_verdict != s->fsm.verdict) {
		s->told_state = s->fsm.state;
		s->told_verdict = s->fsm.verdict;
		s->bfd->ops->changed(s, s->bfd->arg);
	}
	arm(s, now);
}

/* The rest of RFC 5880, section 6.8.6, and of RFC 5881, section 5 */
static enum bfd_refusal take(struct bfd *bfd, const struct bfd_datagram *d)
{
	struct bfd_session *s;
	enum bfd_refusal why;
	struct bfd_packet p;

	/* Nobody farther away than the next hop can make it so */
	if (!bfd->config.multihop && d->ttl != 255)
		return BFD_TTL;
	why = bfd_packet_decode(&p, d->data, d->len);
	if (why)
		return why;
	if (!p.your && (p.state == BFD_INIT || p.state == BFD_UP))
		return BFD_NO_YOUR;
	s = p.your ? lookup_my(bfd, p.your) : bfd_session_lookup(bfd, &d->from);
	if (!s)
		return BFD_NO_SESSION;
	if (!ip_addr_equal(&s->peer, &d->from))
		return BFD_SOURCE;
	why = bfd_fsm_receive(&s->fsm, &p, now_us());
	if (!why)
		follow(s, now_us());
	return why;
}

static void came(const struct bfd_datagram *d, void *arg)
{
	struct bfd *bfd = arg;
	enum bfd_refusal why = take(bfd, d);

	if (why)
		bfd->ops->refused(&d->from, why, bfd->arg);
}

static void receive(struct bfd *bfd, const struct bfd_socket *sock)
{
	if (!sock->local.family)
		return;
	for (int i = 0; i < BATCHES_MAX; i++)
		if (bfd_sock_receive(sock->fd, bfd->inbox, came, bfd) < BFD_BATCH)
			return;
}

static void readable(int fd, unsigned int events, void *arg)
{
	struct bfd *bfd = arg;

	receive(bfd, fd == bfd->v4.fd ? &bfd->v4 : &bfd->v6);
}

static void timer_over(void *arg)
{
	struct bfd_session *s = arg;
	struct bfd *bfd = s->bfd;

	s->armed = BFD_NEVER;
	/* If it was this loop that stood still, the packets are in the sockets */
	if (now_us() >= s->fsm.expires)
		receive(bfd, s->peer.family == AF_INET ? &bfd->v4 : &bfd->v6);
	bfd_fsm_run(&s->fsm, now_us());
	follow(s, now_us());
}

struct bfd_session *bfd_session_add(struct bfd *bfd, const struct ip_addr *peer,
				    enum bfd_verdict said, struct err *err)
{
	const struct ip_addr *local = peer->family == AF_INET ? &bfd->v4.local : &bfd->v6.local;
	struct bfd_session *s;
	uint32_t my;
	int fd;

	fd = bfd_sock_open(local, &bfd->source, err);
	if (fd < 0)
		return NULL;
	do {
		my = random_u64();
	} while (!my || lookup_my(bfd, my));
	s = mem_zalloc(sizeof(*s));
	s->bfd = bfd;
	s->peer = *peer;
	s->fd = fd;
	s->armed = BFD_NEVER;
	s->timer = loop_timer_new(bfd->loop, timer_over, s);
	bfd_fsm_init(&s->fsm, &bfd->config.params, said, my, random_u64(), now_us());
	s->told_state = s->fsm.state;
	s->told_verdict = said;
	HASH_ADD(hh_peer, bfd->by_peer, peer, sizeof(s->peer), s);
	HASH_ADD(hh_my, bfd->by_my, fsm.my, sizeof(s->fsm.my), s);
	arm(s, now_us());
	return s;
}

void bfd_session_del(struct bfd_session *s)
{
	struct bfd *bfd = s->bfd;
	uint64_t now = now_us();

	bfd_fsm_admin(&s->fsm, true, now);
	send_packets(s, now, FAREWELLS);
	HASH_DELETE(hh_peer, bfd->by_peer, s);
	HASH_DELETE(hh_my, bfd->by_my, s);
	loop_timer_free(s->timer);
	close(s->fd);
	free(s);
}

static int listen_at(struct bfd *bfd, struct bfd_socket *sock, const struct ip_addr *local,
		     struct err *err)
{
	int fd;

	if (!local->family)
		return 0;
	fd = bfd_sock_listen(local, bfd->port, err);
	if (fd < 0)
		return fd;
	sock->local = *local;
	sock->fd = fd;
	sock->event = loop_fd_new(bfd->loop, fd, LOOP_READ, readable, bfd);
	return 0;
}

struct bfd *bfd_new(struct loop *loop, const struct bfd_config *config, const struct bfd_ops *ops,
		    void *arg, struct err *err)
{
	struct bfd *bfd = mem_zalloc(sizeof(*bfd));

	bfd->loop = loop;
	bfd->config = *config;
	bfd->ops = ops;
	bfd->arg = arg;
	bfd->port = config->multihop ? BFD_MULTIHOP_PORT : BFD_PORT;
	bfd->source = BFD_SOURCE_MIN + random_u64() % (BFD_SOURCE_MAX - BFD_SOURCE_MIN + 1);
	bfd->inbox = bfd_inbox_new();
	bfd->v4.fd = -1;
	bfd->v6.fd = -1;
	if (listen_at(bfd, &bfd->v4, &config->local4, err) ||
	    listen_at(bfd, &bfd->v6, &config->local6, err)) {
		bfd_free(bfd);
		return NULL;
	}
	return bfd;
}

static void unlisten(struct bfd_socket *sock)
{
	if (sock->fd < 0)
		return;
	loop_fd_free(sock->event);
	close(sock->fd);
}

void bfd_free(struct bfd *bfd)
{
	struct bfd_session *s, *next;

	if (!bfd)
		return;
	HASH_ITER(hh_peer, bfd->by_peer, s, next)
		bfd_session_del(s);
	unlisten(&bfd->v4);
	unlisten(&bfd->v6);
	bfd_inbox_free(bfd->inbox);
	free(bfd);
}
