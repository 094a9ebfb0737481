// SPDX-License-Identifier: GPL-2.0
/*
 * A lease, and who keeps it alive; see etcd_lease.h.
 */
#include "etcd_lease.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "crashpoint.h"
#include "etcd_json.h"
#include "log.h"
#include "mem.h"
#include "store_backend.h"

#define LOOK_MS		500u	/* how often, while there is no space */
#define ROOM_MS		1000u	/* how often is looked how much is left */
#define ATTEMPT_MIN_MS	500u
#define ATTEMPT_MAX_MS	2000u

struct etcd_lease {
	int64_t id;
	unsigned int ms;
	uint64_t quota;			/* bytes; 0: not known */
	struct etcd_client *client;	/* the thread's */
	int event;
	pthread_t keeper;

	pthread_mutex_t lock;
	pthread_cond_t wake;
	/* under the lock */
	bool stop;
	uint64_t until;			/* etcd_lease_now_ms() */
	bool lost, full;
	uint64_t left;			/* bytes of the quota */
	struct err lost_why, full_why;
};

uint64_t etcd_lease_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void lose(struct etcd_lease *lease, const struct err *why)
{
	const uint64_t one = 1;

	if (lease->lost)
		return;
	lease->lost = true;
	lease->lost_why = *why;
	CRASHPOINT("etcd-lease-lost");
	if (write(lease->event, &one, sizeof(one)) != sizeof(one))
		abort();
}

static void check_time(struct etcd_lease *lease)
{
	struct err why;

	if (etcd_lease_now_ms() < lease->until)
		return;
	err_set(&why, ESTALE,
		"no member has answered for %u s, somebody else may have the store now",
		lease->ms / 1000);
	lose(lease, &why);
}

int etcd_lease_check(struct etcd_lease *lease, struct err *err)
{
	int r = 0;

	pthread_mutex_lock(&lease->lock);
	check_time(lease);
	if (lease->lost)
		r = err_set(err, ESTALE, "%s", lease->lost_why.text);
	pthread_mutex_unlock(&lease->lock);
	return r;
}

void etcd_lease_lose(struct etcd_lease *lease, const struct err *why)
{
	pthread_mutex_lock(&lease->lock);
	lose(lease, why);
	pthread_mutex_unlock(&lease->lock);
}

int etcd_lease_space(struct etcd_lease *lease, struct err *err)
{
	int r = 0;

	pthread_mutex_lock(&lease->lock);
	if (lease->full)
		r = err_set(err, ENOSPC, "%s", lease->full_why.text);
	pthread_mutex_unlock(&lease->lock);
	return r;
}

int etcd_lease_room(struct etcd_lease *lease, struct err *err)
{
	int r = etcd_lease_space(lease, err);

	if (r)
		return r;
	pthread_mutex_lock(&lease->lock);
	if (lease->left < STORE_RESERVE)
		r = err_set(err, ENOSPC,
			    "the cluster is full: of its quota %llu KiB are left, %llu are kept for what goes on",
			    (unsigned long long)lease->left >> 10, STORE_RESERVE >> 10);
	pthread_mutex_unlock(&lease->lock);
	return r;
}

/* An operator has to do something: that is in the log when it begins and when it ends. */
static void set_full(struct etcd_lease *lease, bool full, const struct err *why)
{
	pthread_mutex_lock(&lease->lock);
	if (full && !lease->full)
		log_err("writes to etcd are refused: %s", why->text);
	if (!full && lease->full)
		log_info("writes to etcd go on, there is space again");
	lease->full = full;
	if (full)
		lease->full_why = *why;
	pthread_cond_signal(&lease->wake);
	pthread_mutex_unlock(&lease->lock);
}

void etcd_lease_no_space(struct etcd_lease *lease, const struct err *why)
{
	set_full(lease, true, why);
}

int64_t etcd_lease_id(const struct etcd_lease *lease)
{
	return lease->id;
}

unsigned int etcd_lease_ms(const struct etcd_lease *lease)
{
	return lease->ms;
}

int etcd_lease_fd(const struct etcd_lease *lease)
{
	return lease->event;
}

static json_t *with_id(const struct etcd_lease *lease)
{
	json_t *body = mem_check(json_object());

	json_object_set_new(body, "ID", etcd_number(lease->id));
	return body;
}

static bool still_held(void *arg)
{
	return etcd_lease_check(arg, NULL) == 0;
}

/* A refusal to answer is not the end: that is when the time is over. */
static void keep_alive(struct etcd_lease *lease)
{
	struct etcd_patience patience = { .more = still_held, .arg = lease };
	uint64_t asked = etcd_lease_now_ms();
	json_t *body = with_id(lease), *answer = NULL;
	struct err why;
	int64_t ttl = 0;

	if (etcd_post(lease->client, "lease/keepalive", body, &patience, &answer, NULL) == 0 &&
	    etcd_get_number(json_object_get(answer, "result"), "TTL", &ttl, NULL) == 0) {
		pthread_mutex_lock(&lease->lock);
		if (ttl > 0) {
			lease->until = asked + ttl * 1000;
		} else {
			err_set(&why, ESTALE, "its lease has ended");
			lose(lease, &why);
		}
		pthread_mutex_unlock(&lease->lock);
	}
	json_decref(answer);
	json_decref(body);
}

static void look_for_space(struct etcd_lease *lease)
{
	json_t *body = mem_check(json_pack("{s:s}", "action", "GET")), *answer = NULL, *alarm;
	struct etcd_patience patience = { };
	const char *kind;
	struct err why;
	bool full = false;
	size_t i;

	if (etcd_post(lease->client, "maintenance/alarm", body, &patience, &answer, NULL) == 0) {
		json_array_foreach(json_object_get(answer, "alarms"), i, alarm) {
			kind = json_string_value(json_object_get(alarm, "alarm"));
			full |= kind && !strcmp(kind, "NOSPACE");
		}
		err_set(&why, ENOSPC, "the cluster has no space left (alarm NOSPACE)");
		set_full(lease, full, &why);
	}
	json_decref(answer);
	json_decref(body);
}

/*
 * The size that the quota is about. What is free inside the database does not count: etcd may need
 * more beside it. Members differ little.
 */
static void look_for_room(struct etcd_lease *lease)
{
	struct etcd_patience patience = { };
	json_t *body, *answer = NULL;
	int64_t used = 0;

	if (!lease->quota)
		return;
	body = mem_check(json_object());
	if (etcd_post(lease->client, "maintenance/status", body, &patience, &answer, NULL) == 0 &&
	    etcd_get_number(answer, "dbSize", &used, NULL) == 0) {
		pthread_mutex_lock(&lease->lock);
		lease->left = (uint64_t)used < lease->quota ? lease->quota - used : 0;
		pthread_mutex_unlock(&lease->lock);
	}
	json_decref(answer);
	json_decref(body);
}

/* With the lock; until @ms are over, or somebody has a reason. */
static void wait_for(struct etcd_lease *lease, unsigned int ms)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	at.tv_sec += ms / 1000;
	at.tv_nsec += ms % 1000 * 1000000;
	if (at.tv_nsec >= 1000000000) {
		at.tv_sec++;
		at.tv_nsec -= 1000000000;
	}
	pthread_cond_timedwait(&lease->wake, &lease->lock, &at);
}

/* Until the lease is due, which was kept at @kept */
static unsigned int due_ms(const struct etcd_lease *lease, uint64_t kept)
{
	uint64_t since = etcd_lease_now_ms() - kept;

	return since < lease->ms / 3 ? lease->ms / 3 - since : 0;
}

/* With the lock: how long until the next look */
static unsigned int pause_ms(const struct etcd_lease *lease, uint64_t kept)
{
	unsigned int ms = lease->full ? LOOK_MS : lease->quota ? ROOM_MS : lease->ms;

	return ms < due_ms(lease, kept) ? ms : due_ms(lease, kept);
}

static void *keep(void *arg)
{
	struct etcd_lease *lease = arg;
	uint64_t kept = etcd_lease_now_ms();

	pthread_mutex_lock(&lease->lock);
	while (!lease->stop && !lease->lost) {
		wait_for(lease, pause_ms(lease, kept));
		if (lease->stop)
			break;
		pthread_mutex_unlock(&lease->lock);
		if (!due_ms(lease, kept)) {
			kept = etcd_lease_now_ms();
			keep_alive(lease);
		}
		look_for_room(lease);
		look_for_space(lease);
		pthread_mutex_lock(&lease->lock);
		check_time(lease);
	}
	pthread_mutex_unlock(&lease->lock);
	return NULL;
}

/* Signals are the loop's: the thread is born with all of them blocked. */
static int start_keeper(struct etcd_lease *lease)
{
	sigset_t all, old;
	int r;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	r = pthread_create(&lease->keeper, NULL, keep, lease);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return r;
}

static int grant(struct etcd_lease *lease, const struct etcd_url *url, struct etcd_client *client,
		 struct err *err)
{
	json_t *body = mem_check(json_object()), *answer = NULL;
	struct etcd_patience patience = { };
	uint64_t asked = etcd_lease_now_ms();
	int64_t ttl = 0;
	int r;

	json_object_set_new(body, "TTL", etcd_number(url->lease_s));
	r = etcd_post(client, "lease/grant", body, &patience, &answer, err);
	if (!r)
		r = etcd_get_number(answer, "ID", &lease->id, err);
	if (!r)
		r = etcd_get_number(answer, "TTL", &ttl, err);
	if (!r && (!lease->id || ttl < 1 || ttl > 1000000))
		r = err_set(err, EPROTO, "etcd: a lease of %lld s", (long long)ttl);
	lease->ms = ttl * 1000;
	lease->until = asked + lease->ms;
	json_decref(answer);
	json_decref(body);
	return r;
}

static unsigned int attempt_ms(const struct etcd_lease *lease)
{
	unsigned int ms = lease->ms / 4;

	return ms < ATTEMPT_MIN_MS ? ATTEMPT_MIN_MS : ms > ATTEMPT_MAX_MS ? ATTEMPT_MAX_MS : ms;
}

int etcd_lease_new(const struct etcd_url *url, struct etcd_client *client,
		   struct etcd_lease **ret, struct err *err)
{
	struct etcd_lease *lease = mem_zalloc(sizeof(*lease));
	pthread_condattr_t attr;
	int r;

	r = grant(lease, url, client, err);
	if (r)
		goto free_lease;
	lease->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (lease->event < 0) {
		r = err_sys(err, errno, "eventfd");
		goto free_lease;
	}
	lease->quota = (uint64_t)url->quota_mib << 20;
	lease->left = lease->quota ?: UINT64_MAX;
	lease->client = etcd_client_new(url, attempt_ms(lease));
	pthread_mutex_init(&lease->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&lease->wake, &attr);
	pthread_condattr_destroy(&attr);
	r = start_keeper(lease);
	if (r) {
		r = err_sys(err, r, "a thread for etcd");
		goto free_client;
	}
	*ret = lease;
	return 0;

free_client:
	pthread_cond_destroy(&lease->wake);
	pthread_mutex_destroy(&lease->lock);
	etcd_client_free(lease->client);
	close(lease->event);
free_lease:
	free(lease);
	return r;
}

static void give_back(struct etcd_lease *lease, struct etcd_client *client)
{
	json_t *body = with_id(lease), *answer = NULL;
	struct etcd_patience patience = { };

	etcd_post(client, "lease/revoke", body, &patience, &answer, NULL);
	json_decref(answer);
	json_decref(body);
}

void etcd_lease_free(struct etcd_lease *lease, struct etcd_client *client)
{
	if (!lease)
		return;
	pthread_mutex_lock(&lease->lock);
	lease->stop = true;
	pthread_cond_signal(&lease->wake);
	pthread_mutex_unlock(&lease->lock);
	etcd_client_stop(lease->client);
	pthread_join(lease->keeper, NULL);
	if (client && !lease->lost)
		give_back(lease, client);
	pthread_cond_destroy(&lease->wake);
	pthread_mutex_destroy(&lease->lock);
	etcd_client_free(lease->client);
	close(lease->event);
	free(lease);
}
