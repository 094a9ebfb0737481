// SPDX-License-Identifier: GPL-2.0

#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "bfd.h"
#include "cleanup.h"
#include "director_seen.h"
#include "liveness.h"
#include "log.h"
#include "mem.h"

/* What others (nvo3(8)) do in the kernel is seen by looking */
#define LOOK_MS 5000
/* Of many updates in a row each would want a look */
#define SOON_MS 100
/* A mapping that comes back soon finds what is known of its NVE */
#define LINGER_MS 60000
/* What is refused is told so often at most, for each reason */
#define REFUSED_MS 60000

struct peer {
	struct ip_addr addr;		/* key */
	struct bfd_session *session;
	uint64_t seen;			/* ms; when the kernel last had it */
	enum bfd_verdict verdict;	/* as it was last heard of */
	bool lift;			/* it was down and is not any more: tell the kernel */
	UT_hash_handle hh;
};

struct liveness {
	struct nve *nve;
	struct bfd *bfd;
	struct peer *peers;
	struct loop_timer *timer;
	uint64_t due;			/* ms; when it fires */
	bool looked;			/* once at least */
	bool failing, complained;	/* in this look; in the log, once for as long as it lasts */
	uint64_t quiet[__BFD_REFUSAL_MAX];	/* ms; until then not a word */
};

static void look_in(struct liveness *l, uint64_t ms)
{
	l->due = loop_now_ms() + ms;
	loop_timer_set(l->timer, ms);
}

static struct peer *peer_lookup(const struct liveness *l, const struct ip_addr *addr)
{
	struct peer *p;

	HASH_FIND(hh, l->peers, addr, sizeof(*addr), p);
	return p;
}

/* --- what BFD says */

/* @news: the verdict is another one, not only the state */
static void log_change(const struct ip_addr *addr, const struct bfd_fsm *f, bool news)
{
	char text[IP_ADDR_STRLEN];

	ip_addr_format(addr, text);
	if (f->state == BFD_UP)
		log_info("BFD to %s is up", text);
	else if (f->state == BFD_INIT && !news)
		log_debug("BFD to %s is on its way up", text);
	else if (f->verdict == BFD_SAYS_DOWN && f->diag == BFD_DIAG_NEIGHBOR)
		log_warn("BFD to %s is %s: %s (%s)", text, bfd_state_name(f->state),
			 bfd_diag_name(f->diag), bfd_diag_name(f->remote_diag));
	else if (f->verdict == BFD_SAYS_DOWN)
		log_warn("BFD to %s is %s: %s", text, bfd_state_name(f->state),
			 bfd_diag_name(f->diag));
	else if (f->remote_state == BFD_ADMIN_DOWN)
		log_info("BFD to %s is %s: the neighbor has switched it off", text,
			 bfd_state_name(f->state));
	else if (f->verdict == BFD_SAYS_UP)
		log_info("BFD to %s is %s: the neighbor has started again", text,
			 bfd_state_name(f->state));
	else
		log_debug("BFD to %s is %s", text, bfd_state_name(f->state));
}

static void changed(struct bfd_session *session, void *arg)
{
	const struct bfd_fsm *f = bfd_session_fsm(session);
	struct liveness *l = arg;
	struct peer *p = peer_lookup(l, bfd_session_peer(session));

	log_change(&p->addr, f, f->verdict != p->verdict);
	if (p->verdict == BFD_SAYS_DOWN && f->verdict != BFD_SAYS_DOWN)
		p->lift = true;
	if (p->verdict != BFD_SAYS_DOWN && f->verdict == BFD_SAYS_DOWN)
		director_down(l->nve->director, &p->addr, 1);
	p->verdict = f->verdict;
	look_in(l, 0);
}

static void refused(const struct ip_addr *from, enum bfd_refusal why, void *arg)
{
	uint64_t now = loop_now_ms();
	struct liveness *l = arg;
	char text[IP_ADDR_STRLEN];

	/* Whoever has heard of us before we have of it */
	if (why == BFD_NO_SESSION || why == BFD_NO_YOUR || now < l->quiet[why])
		return;
	l->quiet[why] = now + REFUSED_MS;
	log_warn("refused a BFD packet from %s: %s", ip_addr_format(from, text),
		 bfd_refusal_name(why));
}

/* --- what the kernel has */

static void complain(struct liveness *l, const char *what, const struct err *err)
{
	if (!l->complained)
		log_err("BFD: %s: %s", what, err->text);
	l->complained = true;
	l->failing = true;
}

static bool is_ours(const struct nve *nve, const struct ip_addr *addr)
{
	return addr->family == AF_INET ? nve->config->nve.local4.family :
					 nve->config->nve.local6.family;
}

static void peer_seen(struct liveness *l, const struct nvo3_remote *r, bool down)
{
	struct peer *p = peer_lookup(l, &r->addr);
	char text[IP_ADDR_STRLEN];
	struct err err;

	if (!is_ours(l->nve, &r->addr))
		return;
	if (!p) {
		struct bfd_session *s = bfd_session_add(l->bfd, &r->addr,
							down ? BFD_SAYS_DOWN : BFD_SAYS_NOTHING,
							&err);

		if (!s) {
			complain(l, ip_addr_format(&r->addr, text), &err);
			return;
		}
		p = mem_zalloc(sizeof(*p));
		p->addr = r->addr;
		p->session = s;
		p->verdict = bfd_session_fsm(s)->verdict;
		HASH_ADD(hh, l->peers, addr, sizeof(p->addr), p);
		if (down)
			log_warn("%s was down before this program: it stays so until BFD is up",
				 ip_addr_format(&r->addr, text));
	}
	p->seen = loop_now_ms();
}

static void peer_del(struct liveness *l, struct peer *p)
{
	HASH_DEL(l->peers, p);
	bfd_session_del(p->session);
	free(p);
}

static bool set_state(struct liveness *l, const struct nvo3_remote *r,
		      enum nvo3_remote_state state)
{
	struct kern *k = l->nve->kern;
	struct err err;
	int rc;

	rc = k->ops->remote_set(k, r, state, &err);
	/* Nothing leads there any more: then there is nothing to say */
	if (rc && rc != -ENOENT)
		complain(l, "the kernel refuses a remote's state", &err);
	return !rc || rc == -ENOENT;
}

/* The kernel forgets a remote's state with the last mapping that leads there */
static void tell_kernel(struct liveness *l, const struct nvo3_remote *remotes, size_t n)
{
	bool ok = true;
	struct peer *p;

	for (size_t i = 0; i < n; i++) {
		const struct nvo3_remote *r = &remotes[i];
		bool down;

		p = peer_lookup(l, &r->addr);
		if (!p)
			continue;
		down = bfd_session_fsm(p->session)->verdict == BFD_SAYS_DOWN;
		if (down && r->state == NVO3_REMOTE_STATE_UP)
			ok &= set_state(l, r, NVO3_REMOTE_STATE_DOWN);
		else if (!down && p->lift && r->state == NVO3_REMOTE_STATE_DOWN)
			ok &= set_state(l, r, NVO3_REMOTE_STATE_UP);
	}
	if (!ok)
		return;
	for (p = l->peers; p; p = p->hh.next)
		p->lift = false;
}

static void look(struct liveness *l)
{
	_cleanup_free_ struct nvo3_remote *remotes = NULL;
	struct kern *k = l->nve->kern;
	struct peer *p, *next;
	uint64_t now;
	struct err err;
	size_t n;

	if (k->ops->remote_list(k, &remotes, &n, &err)) {
		complain(l, "cannot read the kernel's remotes", &err);
		return;
	}
	/* Of one NVE there may be several, by encapsulation; one that is down counts */
	for (size_t i = 0; i < n && !l->looked; i++)
		if (remotes[i].state == NVO3_REMOTE_STATE_DOWN)
			peer_seen(l, &remotes[i], true);
	for (size_t i = 0; i < n; i++)
		peer_seen(l, &remotes[i], false);
	l->looked = true;
	tell_kernel(l, remotes, n);
	now = loop_now_ms();
	HASH_ITER(hh, l->peers, p, next)
		if (now >= p->seen + LINGER_MS)
			peer_del(l, p);
}

static void timer_over(void *arg)
{
	struct liveness *l = arg;

	l->failing = false;
	look_in(l, LOOK_MS);
	look(l);
	if (!l->complained || l->failing)
		return;
	l->complained = false;
	log_info("BFD: what failed works again");
}

void liveness_touch(struct liveness *l)
{
	if (l && l->due > loop_now_ms() + SOON_MS)
		look_in(l, SOON_MS);
}

enum bfd_verdict liveness_seen(const struct liveness *l, const struct ip_addr *addr)
{
	const struct peer *p = l ? peer_lookup(l, addr) : NULL;

	return p ? p->verdict : BFD_SAYS_NOTHING;
}

size_t liveness_down(const struct liveness *l, struct ip_addr *ret, size_t max)
{
	const struct peer *p;
	size_t n = 0;

	for (p = l ? l->peers : NULL; p && n < max; p = p->hh.next)
		if (p->verdict == BFD_SAYS_DOWN)
			ret[n++] = p->addr;
	return n;
}

/* --- begin and end */

/* A descriptor for each session; the usual limit of 1024 is for programs with select() */
static void raise_limit(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files))
		return;
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
}

/* Nobody will say anything about it */
static int name_those_down(struct nve *nve, struct err *err)
{
	_cleanup_free_ struct nvo3_remote *remotes = NULL;
	char text[IP_ADDR_STRLEN];
	size_t n;
	int rc;

	rc = nve->kern->ops->remote_list(nve->kern, &remotes, &n, err);
	for (size_t i = 0; i < n && !rc; i++)
		if (remotes[i].state == NVO3_REMOTE_STATE_DOWN)
			log_warn("%s is down and BFD is off: \"nvo3 remote set\" can set it up",
				 ip_addr_format(&remotes[i].addr, text));
	return rc;
}

int liveness_start(struct nve *nve, struct err *err)
{
	static const struct bfd_ops ops = { .changed = changed, .refused = refused };
	const struct config_nve *c = &nve->config->nve;
	const struct bfd_config config = {
		.local4 = c->local4,
		.local6 = c->local6,
		.params = { c->bfd.tx_ms * 1000, c->bfd.rx_ms * 1000, c->bfd.multiplier },
		.multihop = c->bfd.multihop,
	};
	struct liveness *l;

	if (!c->bfd.enabled)
		return name_those_down(nve, err);
	raise_limit();
	l = mem_zalloc(sizeof(*l));
	l->nve = nve;
	l->timer = loop_timer_new(nve->loop, timer_over, l);
	l->bfd = bfd_new(nve->loop, &config, &ops, l, err);
	if (!l->bfd) {
		liveness_free(l);
		return -EINVAL;
	}
	/* At once: while nothing is sent, neighbors count the time */
	look_in(l, LOOK_MS);
	look(l);
	nve->liveness = l;
	return 0;
}

void liveness_free(struct liveness *l)
{
	struct peer *p, *next;

	if (!l)
		return;
	HASH_ITER(hh, l->peers, p, next)
		peer_del(l, p);
	bfd_free(l->bfd);
	loop_timer_free(l->timer);
	free(l);
}
