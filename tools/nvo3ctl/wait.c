// SPDX-License-Identifier: GPL-2.0
#include "wait.h"

#include <errno.h>
#include <time.h>

#define INTERVAL_MS	100
#define SILENCE_MS	30000	/* a server may take this long to restart */

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void pause_ms(uint64_t ms)
{
	const struct timespec ts = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&ts, NULL);
}

int wait_for(struct ctl *ctl, const struct wait *wait, json_t **ret, struct err *err)
{
	uint64_t start = now_ms(), heard = start, now;
	enum wait_verdict verdict = WAIT_ON;
	json_t *obj = NULL;
	int r;

	for (;;) {
		json_decref(obj);
		obj = NULL;
		r = client_call(ctl->client, wait->service, "GET", wait->path, NULL, &obj, err);
		now = now_ms();
		if (r == 0 || r == -ENOENT) {
			heard = now;
			verdict = wait->judge(obj, now - start, wait->arg, err);
		} else if ((r != -ECONNREFUSED && r != -EHOSTUNREACH && r != -ECONNRESET) ||
			   now - heard > SILENCE_MS) {
			return CTL_FAILED;
		}

		if (verdict == WAIT_DONE) {
			*ret = obj;
			return CTL_OK;
		}
		if (verdict == WAIT_FAILED)
			break;
		if (wait->limit_s && now - start > wait->limit_s * 1000ULL) {
			err_set(err, ETIMEDOUT, "not finished after %u s, and it goes on",
				wait->limit_s);
			break;
		}
		pause_ms(INTERVAL_MS);
	}
	json_decref(obj);
	return CTL_FAILED;
}
