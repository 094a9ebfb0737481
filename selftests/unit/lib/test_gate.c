// SPDX-License-Identifier: GPL-2.0
/*
 * A disk that takes as long as the test wishes, and what waits for it: callers of the gate itself,
 * a session over TLS, an answer of the HTTP API.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/un.h>

#include "chan_lab.h"
#include "lib/gate.h"
#include "lib/http.h"

static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool stuck, broken;
	atomic_int begun, syncs;
	pthread_t by;
} disk = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER };

static int n_failed;
static char failed_why[256];

static int disk_sync(void *arg, struct err *err)
{
	bool broken;

	disk.by = pthread_self();
	disk.begun++;
	pthread_mutex_lock(&disk.lock);
	while (disk.stuck)
		pthread_cond_wait(&disk.changed, &disk.lock);
	broken = disk.broken;
	pthread_mutex_unlock(&disk.lock);
	disk.syncs++;
	return broken ? err_set(err, EIO, "disk %s is on fire", (char *)arg) : 0;
}

static void disk_tidy(void *arg)
{
}

static void disk_failed(const struct err *why, void *arg)
{
	n_failed++;
	snprintf(failed_why, sizeof(failed_why), "%s", why->text);
}

static const struct gate_ops disk_ops = { disk_sync, disk_tidy, disk_failed };

static void disk_be(bool stuck, bool broken)
{
	pthread_mutex_lock(&disk.lock);
	disk.stuck = stuck;
	disk.broken = broken;
	pthread_cond_broadcast(&disk.changed);
	pthread_mutex_unlock(&disk.lock);
}

static struct gate *begin(void **state)
{
	struct lab *lab = *state;
	struct gate *gate;

	disk_be(false, false);
	disk.begun = 0;
	disk.syncs = 0;
	n_failed = 0;
	gate = gate_join(lab->loop, &disk_ops, "A", NULL);
	assert_non_null(gate);
	return gate;
}

static void write_some(struct gate *gate)
{
	gate_begin(gate);
	gate_end(gate);
}

/* --- who waits */

static char order[16];

struct waiter {
	struct gate_wait wait;
	char name;
	bool done;
	struct err why;
};

static void waiter_done(struct gate_wait *wait, const struct err *why)
{
	struct waiter *w = (struct waiter *)wait;

	assert_false(w->done);
	w->done = true;
	if (why)
		w->why = *why;
	strncat(order, &w->name, 1);
}

static struct waiter waiter(char name)
{
	return (struct waiter){ .wait.done = waiter_done, .name = name };
}

static void test_order_and_grouping(void **state)
{
	struct waiter a = waiter('a'), b = waiter('b'), c = waiter('c'), none = waiter('-');
	struct gate *gate = begin(state);
	struct lab *lab = *state;

	order[0] = '\0';
	assert_int_equal(gate_wait(NULL, &none.wait), 0);
	assert_int_equal(gate_wait(gate, &none.wait), 0);
	disk_be(true, false);
	for (int i = 0; i < 100; i++)
		write_some(gate);
	assert_int_equal(gate_wait(gate, &a.wait), 1);
	assert_int_equal(gate_wait(gate, &b.wait), 1);
	LAB_WAIT(lab, disk.begun == 1);
	assert_false(pthread_equal(disk.by, pthread_self()));
	/* while that goes on the loop goes on, and what it writes is for the next sync */
	write_some(gate);
	lab_settle(lab, 20);
	write_some(gate);
	assert_int_equal(gate_wait(gate, &c.wait), 1);
	lab_settle(lab, 20);
	assert_int_equal(disk.begun, 1);
	assert_string_equal(order, "");
	disk_be(false, false);
	LAB_WAIT(lab, c.done);
	assert_string_equal(order, "abc");
	assert_int_equal(disk.syncs, 2);
	assert_int_equal(gate_wait(gate, &none.wait), 0);
	gate_leave(gate, "A");
	assert_null(loop_gate(lab->loop));
}

static void test_a_write_in_the_middle_is_not_synced(void **state)
{
	struct gate *gate = begin(state);
	struct waiter a = waiter('a');
	struct lab *lab = *state;

	write_some(gate);
	gate_begin(gate);
	assert_int_equal(gate_wait(gate, &a.wait), 1);
	lab_settle(lab, 20);
	assert_int_equal(disk.begun, 0);
	gate_end(gate);
	LAB_WAIT(lab, a.done);
	gate_leave(gate, "A");
}

/* One who ends a write in each turn, and has begun the next one when the turn ends */
struct busy {
	struct gate *gate;
	struct loop_timer *turn;
};

static void busy_turn(void *arg)
{
	struct busy *busy = arg;

	gate_end(busy->gate);
	gate_begin(busy->gate);
	loop_timer_set(busy->turn, 0);
}

static void test_one_who_always_writes_keeps_nobody_waiting(void **state)
{
	struct waiter a = waiter('a');
	struct lab *lab = *state;
	struct busy busy = { .gate = begin(state) };

	busy.turn = loop_timer_new(lab->loop, busy_turn, &busy);
	gate_begin(busy.gate);
	loop_timer_set(busy.turn, 0);
	assert_int_equal(gate_wait(busy.gate, &a.wait), 1);
	LAB_WAIT(lab, a.done);
	loop_timer_free(busy.turn);
	gate_end(busy.gate);
	gate_leave(busy.gate, "A");
}

static void test_two_stores_share_it(void **state)
{
	struct gate *gate = begin(state);
	struct lab *lab = *state;
	struct waiter a = waiter('a');

	assert_ptr_equal(gate_join(lab->loop, &disk_ops, "B", NULL), gate);
	write_some(gate);
	assert_int_equal(gate_wait(gate, &a.wait), 1);
	LAB_WAIT(lab, a.done);
	assert_int_equal(disk.syncs, 2);
	gate_leave(gate, "A");
	assert_ptr_equal(loop_gate(lab->loop), gate);
	gate_leave(gate, "B");
	assert_null(loop_gate(lab->loop));
}

static void test_the_last_write_is_synced(void **state)
{
	struct gate *gate = begin(state);
	struct waiter a = waiter('a'), gone = waiter('g');

	order[0] = '\0';
	write_some(gate);
	assert_int_equal(gate_wait(gate, &a.wait), 1);
	assert_int_equal(gate_wait(gate, &gone.wait), 1);
	gate_cancel(gate, &gone.wait);
	gate_leave(gate, "A");
	assert_int_equal(disk.syncs, 1);
	assert_string_equal(order, "a");
}

static void test_a_failing_sync(void **state)
{
	struct waiter a = waiter('a'), b = waiter('b'), c = waiter('c');
	struct gate *gate = begin(state);
	struct lab *lab = *state;

	disk_be(true, true);
	write_some(gate);
	assert_int_equal(gate_wait(gate, &a.wait), 1);
	LAB_WAIT(lab, disk.begun == 1);
	write_some(gate);
	assert_int_equal(gate_wait(gate, &b.wait), 1);
	disk_be(false, true);
	LAB_WAIT(lab, b.done);
	assert_true(a.done);
	assert_string_equal(a.why.text, "disk A is on fire");
	assert_string_equal(b.why.text, "disk A is on fire");
	/* it could be written again: too late */
	disk_be(false, false);
	write_some(gate);
	assert_int_equal(gate_wait(gate, &c.wait), -EIO);
	assert_string_equal(gate_broken(gate)->text, "disk A is on fire");
	assert_int_equal(n_failed, 0);
	LAB_WAIT(lab, n_failed);
	assert_string_equal(failed_why, "disk A is on fire");
	assert_int_equal(disk.begun, 1);
	gate_leave(gate, "A");
	assert_int_equal(n_failed, 1);
}

/* --- a session: the director writes, the NVE hears of it */

struct ends {
	struct end server, client;
	struct chan_server *listen;
};

static void talk(struct lab *lab, struct ends *e)
{
	e->listen = lab_listen(lab, lab->port, &e->server);
	lab_connect(lab, lab->nve, lab->port, &e->client);
	LAB_WAIT(lab, e->client.ups && e->server.ups);
}

static void hang_up(struct ends *e)
{
	chan_free(e->client.chan);
	chan_server_free(e->listen);
}

static void tell(struct chan *chan)
{
	chan_event(chan, MSG(VM_STATE), NULL);
}

static void test_a_session_waits(void **state)
{
	struct gate *gate = begin(state);
	struct lab *lab = *state;
	struct ends e = { };

	talk(lab, &e);
	disk_be(true, false);
	write_some(gate);
	/* both sides are in this loop: neither the request nor an event leaves */
	end_ask(&e.client, "web");
	tell(e.server.chan);
	assert_true(chan_backlog(e.server.chan) > 0);
	lab_settle(lab, 50);
	assert_int_equal(e.server.messages + e.client.messages, 0);
	disk_be(false, false);
	LAB_WAIT(lab, e.client.answers && e.client.messages);
	assert_int_equal(e.client.code, CODE(OK));
	hang_up(&e);
	gate_leave(gate, "A");
}

static void test_a_session_that_ends_while_it_waits(void **state)
{
	struct gate *gate = begin(state);
	struct lab *lab = *state;
	struct ends e = { };

	talk(lab, &e);
	disk_be(true, false);
	write_some(gate);
	tell(e.server.chan);
	end_ask(&e.client, "web");
	hang_up(&e);
	LAB_WAIT(lab, e.client.answers);
	assert_int_equal(e.client.code, CODE(UNAVAILABLE));
	disk_be(false, false);
	gate_leave(gate, "A");
}

static void test_a_session_is_refused(void **state)
{
	struct gate *gate = begin(state);
	struct lab *lab = *state;
	struct ends e = { };

	e.server.hold = true;
	talk(lab, &e);
	end_ask(&e.client, "web");
	LAB_WAIT(lab, e.server.held);
	disk_be(true, true);
	write_some(gate);
	tell(e.server.chan);
	chan_reply(e.server.chan, e.server.held, CODE(OK), NULL, NULL);
	disk_be(false, true);
	LAB_WAIT(lab, e.client.answers);
	assert_int_equal(e.client.code, CODE(UNAVAILABLE));
	assert_string_equal(e.client.text, "disk A is on fire");
	assert_int_equal(e.client.messages, 0);
	hang_up(&e);
	gate_leave(gate, "A");
}

/* --- HTTP, over the Unix socket */

static struct gate *http_gate;

static void handle(struct http_request *req, void *arg)
{
	write_some(http_gate);
	http_reply(req, 201, json_pack("{s:s}", "it", "is done"));
}

static int http_ask(const char *path)
{
	static const char get[] = "GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un sa = { .sun_family = AF_UNIX };

	snprintf(sa.sun_path, sizeof(sa.sun_path), "%s", path);
	assert_int_equal(connect(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	assert_int_equal(write(fd, get, sizeof(get) - 1), sizeof(get) - 1);
	return fd;
}

static ssize_t http_hear(int fd, char *text, size_t size)
{
	ssize_t n = recv(fd, text, size - 1, MSG_DONTWAIT);

	text[n > 0 ? n : 0] = '\0';
	return n;
}

static void test_http_waits_or_is_refused(void **state)
{
	static const struct http_route routes[] = { { "GET", "/x", handle }, { } };
	struct gate *gate = begin(state);
	struct http_server *server;
	struct lab *lab = *state;
	char path[128], text[1024];
	int fd;

	http_gate = gate;
	snprintf(path, sizeof(path), "%s/api.sock", lab->dir);
	server = http_listen(lab->loop, NULL, NULL, path, routes, NULL, NULL);
	assert_non_null(server);
	disk_be(true, false);
	fd = http_ask(path);
	LAB_WAIT(lab, disk.begun == 1);
	lab_settle(lab, 20);
	assert_int_equal(http_hear(fd, text, sizeof(text)), -1);
	disk_be(false, false);
	LAB_WAIT(lab, http_hear(fd, text, sizeof(text)) > 0);
	assert_non_null(strstr(text, "201 Created"));
	close(fd);

	disk_be(false, true);
	fd = http_ask(path);
	LAB_WAIT(lab, http_hear(fd, text, sizeof(text)) > 0);
	assert_non_null(strstr(text, "503 Service Unavailable"));
	assert_non_null(strstr(text, "\"disk A is on fire\""));
	close(fd);
	http_server_free(server);
	gate_leave(gate, "A");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(test_order_and_grouping),
		LAB_TEST(test_a_write_in_the_middle_is_not_synced),
		LAB_TEST(test_one_who_always_writes_keeps_nobody_waiting),
		LAB_TEST(test_two_stores_share_it),
		LAB_TEST(test_the_last_write_is_synced),
		LAB_TEST(test_a_failing_sync),
		LAB_TEST(test_a_session_waits),
		LAB_TEST(test_a_session_that_ends_while_it_waits),
		LAB_TEST(test_a_session_is_refused),
		LAB_TEST(test_http_waits_or_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
