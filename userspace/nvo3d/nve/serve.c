// SPDX-License-Identifier: GPL-2.0

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "answer.h"
#include "log.h"
#include "mem.h"
#include "nvo3_monitor.h"
#include "port.h"
#include "serve.h"
#include "vn.h"

#define LOOK_MS		5000	/* for ports whose advertisement is due */
#define ADVERTISE_MIN_MS 200000u	/* RFC 4861 section 6.2.1, its defaults */
#define ADVERTISE_MAX_MS 600000u
#define COMPLAIN_MS	60000	/* of one interface */

struct serve {
	struct nve *nve;
	struct loop_timer *look;
	struct nvo3_monitor *monitor;
	struct loop_fd *fd;
	uint32_t ifindex;
};

static struct nve_tsi *find(struct nve *nve, uint32_t dev, uint16_t vlan)
{
	struct nve_tsi *tsi;

	for (tsi = nve->tsis; tsi; tsi = tsi->hh.next)
		if (tsi->t.state != TSI_INIT && tsi->dev == dev && tsi->t.vid == vlan)
			return tsi;
	return NULL;
}

/* False: it is not to be answered */
static bool describe(const struct nve_tsi *tsi, struct answer_guest *ret)
{
	struct nve_vn *vn = vn_lookup(tsi->nve, &tsi->t.vn);
	struct kern *k = tsi->nve->kern;
	uint32_t mtu = 0;

	if (!tsi->t.dhcp || !vn || !vn->subnets.n)
		return false;
	if (k->ops->dev_mtu(k, tsi->dev, &mtu, NULL) || mtu > UINT16_MAX)
		mtu = 0;
	*ret = (struct answer_guest){
		.vn = tsi->t.vn,
		.mac = tsi->t.mac,
		.ips = tsi->t.ips,
		.n_ips = tsi->t.n_ips,
		.subnets = &vn->subnets,
		.mtu = mtu,
	};
	return true;
}

static void tell(const struct nve_tsi *tsi, const struct guest_answer *answer)
{
	const struct nvo3_guest guest = {
		.dev = tsi->dev,
		.vlan = tsi->t.vid,
		.frame = { answer->frame, answer->len },
	};
	struct kern *k = tsi->nve->kern;
	struct err err;
	int rc;

	rc = k->ops->guest_answer(k, &guest, &err);
	/* It may have left, or fallen silent, since it asked */
	if (rc && rc != -ENETDOWN && rc != -ENOENT && rc != -ENODEV)
		log_err("%s: its guest is not answered: %s", tsi->t.dev, err.text);
}

/* A line a minute: a guest may ask as often as the kernel lets it */
static void complain(struct nve_tsi *tsi, const struct err *why)
{
	uint64_t now = loop_now_ms();

	if (!*why->text || (tsi->complained_at && now - tsi->complained_at < COMPLAIN_MS))
		return;
	tsi->complained_at = now;
	log_info("%s: its guest: %s", tsi->t.dev, why->text);
}

void serve_question(struct serve *s, const struct nvo3_guest *guest)
{
	struct nve_tsi *tsi = find(s->nve, guest->dev, guest->vlan);
	struct answer_guest of;
	struct guest_answer ret;
	struct err why;
	bool told;

	if (!tsi || !describe(tsi, &of))
		return;
	told = answer(&of, guest->frame.data, guest->frame.len, &ret, &why);
	complain(tsi, &why);
	if (told)
		tell(tsi, &ret);
}

/* --- advertisements that nobody asked for */

static uint64_t random_ms(void)
{
	uint32_t r = 0;

	/* Without a random number they come at the shortest time */
	if (getrandom(&r, sizeof(r), GRND_NONBLOCK) != sizeof(r))
		r = 0;
	return ADVERTISE_MIN_MS + r % (ADVERTISE_MAX_MS - ADVERTISE_MIN_MS);
}

static void advertise(struct nve_tsi *tsi)
{
	struct answer_guest of;
	struct guest_answer ret;

	tsi->advertise_at = loop_now_ms() + random_ms();
	if (describe(tsi, &of) && answer_advertise(&of, &ret))
		tell(tsi, &ret);
}

/* One that has just become active has none that is due: now is the time */
static void look(void *arg)
{
	struct serve *s = arg;
	uint64_t now = loop_now_ms();
	struct nve_tsi *tsi;

	for (tsi = s->nve->tsis; tsi; tsi = tsi->hh.next) {
		if (tsi->t.state != TSI_ACTIVATED)
			tsi->advertise_at = 0;
		else if (tsi->advertise_at <= now)
			advertise(tsi);
	}
	loop_timer_set(s->look, LOOK_MS);
}

/* --- the kernel */

static int told(const struct nvo3_event *event, void *arg)
{
	struct serve *s = arg;

	if (event->ifindex == s->ifindex && event->cmd == NVO3_CMD_GUEST_NTF)
		serve_question(s, &event->guest);
	return 0;
}

/* What was lost is asked again by who asked it */
static void readable(int fd, unsigned int events, void *arg)
{
	struct serve *s = arg;
	struct err err;
	int rc;

	rc = monitor_receive(s->monitor, told, s, &err);
	if (rc && rc != -ENOBUFS)
		log_err("questions of guests: %s", err.text);
}

int serve_listen(struct serve *s, uint32_t ifindex, struct err *err)
{
	int rc = monitor_open(&s->monitor, -1, NVO3_GROUP_GUEST, err);

	if (rc)
		return rc;
	s->ifindex = ifindex;
	s->fd = loop_fd_new(s->nve->loop, monitor_fd(s->monitor), LOOP_READ, readable, s);
	return 0;
}

struct serve *serve_new(struct nve *nve)
{
	struct serve *s = mem_zalloc(sizeof(*s));

	s->nve = nve;
	s->look = loop_timer_new(nve->loop, look, s);
	loop_timer_set(s->look, LOOK_MS);
	return s;
}

void serve_free(struct serve *s)
{
	if (!s)
		return;
	loop_timer_free(s->look);
	loop_fd_free(s->fd);
	monitor_close(s->monitor);
	free(s);
}
