// SPDX-License-Identifier: GPL-2.0
/*
 * An operator at the console of a VM: by the API, over the session to the vServer, and to what the
 * test says there.
 *
 *	client -- API -- vcenterd dc1 -- vServers host1, host2
 *
 * Whoever breaks the rules ends his own consoles, and nobody else's.
 */
#include "fake_console.h"
#include "lab_move.h"

#define WEB2 VM("web2", "02:00:00:00:00:02", "10.0.0.2/24")
#define ELSE "{\"name\":\"other\",\"tenant\":\"alice\",\"server\":\"host2\"," \
	"\"nics\":[{\"vn\":\"blue\",\"mac\":\"02:00:00:00:00:03\"}]}"

/* --- a client, whose socket the loop turns for */

struct client {
	int fd;				/* -1: it has seen the end */
	char text[1 << 20];
	size_t len;
	const char *body;		/* in the text, behind the head; NULL: not yet */
	char id[64];
};

static struct client clients[3];

static bool hears(struct client *c)
{
	ssize_t n;

	if (c->fd < 0)
		return false;
	n = read(c->fd, c->text + c->len, sizeof(c->text) - 1 - c->len);
	if (!n) {
		close(c->fd);
		c->fd = -1;
	}
	c->len += n > 0 ? n : 0;
	c->text[c->len] = '\0';
	return n > 0;
}

static bool has_head(struct client *c)
{
	const char *end, *id;

	hears(c);
	end = strstr(c->text, "\r\n\r\n");
	if (!end)
		return false;
	c->body = end + 4;
	id = strstr(c->text, "Nvo3-Console: ");
	if (id)
		snprintf(c->id, sizeof(c->id), "%.36s", id + strlen("Nvo3-Console: "));
	return true;
}

static struct client *dial(struct lab *lab, int n, const char *target)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	struct client *c = &clients[n];
	char text[512];
	int len;

	memset(c, 0, sizeof(*c));
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	snprintf(to.sun_path, sizeof(to.sun_path), "%s/vc1.sock", lab->dir);
	assert_int_equal(connect(c->fd, (struct sockaddr *)&to, sizeof(to)), 0);
	fcntl(c->fd, F_SETFL, O_NONBLOCK);
	len = snprintf(text, sizeof(text), "GET /api/v1%s HTTP/1.1\r\nHost: x\r\n"
		       "Connection: Upgrade\r\nUpgrade: nvo3-console\r\n\r\n", target);
	assert_int_equal(write(c->fd, text, len), len);
	return c;
}

static struct client *open_at(struct lab *lab, int n, const char *target)
{
	struct client *c = dial(lab, n, target);

	LAB_WAIT(lab, has_head(c));
	if (!strstr(c->text, "HTTP/1.1 101 "))
		fail_msg("%s", c->text);
	return c;
}

static void refused(struct lab *lab, int n, const char *target, int status, const char *says)
{
	struct client *c = dial(lab, n, target);
	char line[32];

	snprintf(line, sizeof(line), "HTTP/1.1 %d ", status);
	LAB_WAIT(lab, has_head(c) && strstr(c->body, "}"));
	if (strncmp(c->text, line, strlen(line)) || !strstr(c->body, says))
		fail_msg("%s\nand not %d with %s", c->text, status, says);
	close(c->fd);
	c->fd = -1;
}

static bool has_heard(struct client *c, const char *text)
{
	hears(c);
	return strstr(c->body, text);
}

static bool has_ended(struct client *c)
{
	hears(c);
	return c->fd < 0;
}

static void types(struct client *c, const char *text)
{
	assert_int_equal(write(c->fd, text, strlen(text)), strlen(text));
}

/* It is over, in this way. */
static void ended(struct lab *lab, struct client *c, const char *end, const char *why)
{
	char path[128];

	LAB_WAIT(lab, has_ended(c));
	snprintf(path, sizeof(path), "/consoles/%s", c->id);
	lab_expect(lab, 0, "GET", path, NULL, 200, "end", end);
	lab_expect(lab, 0, "GET", path, NULL, 200, "why", why);
	lab_expect(lab, 0, "GET", path, NULL, 200, "state", "over");
}

static int begin(void **state)
{
	int ret = lab_setup(state);

	for (int i = 0; i < 3; i++)
		clients[i].fd = -1;
	fake_console_begin(*state);
	make_web(*state);
	lab_until(*state, 0, "/vms/web", "doing", "");
	return ret;
}

static int end(void **state)
{
	for (int i = 0; i < 3; i++)
		if (clients[i].fd >= 0)
			close(clients[i].fd);
	return lab_teardown(state);
}

static void make(struct lab *lab, const char *body, const char *path)
{
	lab_expect(lab, 0, "POST", "/vms", body, 202, NULL, NULL);
	lab_until(lab, 0, path, "state", "running");
}

/* --- what it is for */

static void test_bytes_go_both_ways(void **state)
{
	struct lab *lab = *state;
	struct client *c = open_at(lab, 0, "/vms/web/console");
	char path[128];

	types(c, "ls -l\n");
	LAB_WAIT(lab, has_heard(c, "ls -l\n"));
	assert_string_equal(fake_console.typed, "ls -l\n");
	assert_false(fake_console.force);
	snprintf(path, sizeof(path), "/consoles/%s", c->id);
	lab_expect(lab, 0, "GET", path, NULL, 200, "state", "open");
	lab_expect(lab, 0, "GET", path, NULL, 200, "who", "root");
	lab_expect(lab, 0, "GET", path, NULL, 200, "in", "6");
	lab_expect(lab, 0, "GET", path, NULL, 200, "out", "6");
	close(c->fd);
	c->fd = -1;
	LAB_WAIT(lab, fake_console.closed == 1);
	lab_expect(lab, 0, "GET", path, NULL, 200, "end", "left");
}

static json_t *audit_entry(struct lab *lab, size_t from_end)
{
	struct reply r = lab_api(lab, 0, "GET", "/audit?object=vms/web", NULL);
	json_t *items = json_object_get(r.body, "items");
	json_t *entry = json_array_get(items, json_array_size(items) - from_end);

	json_incref(entry);
	reply_free(&r);
	return entry;
}

static const char *member(json_t *entry, const char *where, const char *key)
{
	return json_string_value(json_object_get(json_object_get(entry, where), key)) ?: "";
}

/* Who, when, how much: also when nobody has lived to see its end. */
static void test_it_is_in_the_audit_log(void **state)
{
	struct lab *lab = *state;
	struct client *c = open_at(lab, 0, "/vms/web/console");
	json_t *entry = audit_entry(lab, 1);

	assert_int_equal(json_integer_value(json_object_get(entry, "status")), 101);
	assert_string_equal(json_string_value(json_object_get(entry, "who")), "root");
	assert_string_equal(member(entry, "after", "id"), c->id);
	json_decref(entry);
	types(c, "12345");
	LAB_WAIT(lab, has_heard(c, "12345"));
	fake_console_ends(CODE(BAD_STATE), "its guest has ended");
	LAB_WAIT(lab, has_ended(c));
	entry = audit_entry(lab, 1);
	assert_string_equal(member(entry, "before", "state"), "open");
	assert_string_equal(member(entry, "after", "state"), "over");
	assert_string_equal(member(entry, "after", "why"), "its guest has ended");
	assert_int_equal(json_integer_value(json_object_get(json_object_get(entry, "after"), "in")),
			 5);
	json_decref(entry);
	/* who was refused, too */
	fake_console.refuse = CODE(BUSY);
	refused(lab, 0, "/vms/web/console", 409, "refused by the test");
	entry = audit_entry(lab, 1);
	assert_int_equal(json_integer_value(json_object_get(entry, "status")), 409);
	json_decref(entry);
}

static void test_refusals_say_why(void **state)
{
	struct lab *lab = *state;

	refused(lab, 0, "/vms/nobody/console", 404, "there is no VM nobody in dc1");
	refused(lab, 0, "/vms/web/console?force=maybe", 400, "force=maybe is neither");
	lab_expect(lab, 0, "GET", "/vms/web/console", NULL, 426, "error", "nvo3-console");
	lab_expect(lab, 0, "GET", "/consoles/7", NULL, 404, "error", "there is no console 7");
	fake_console.refuse = CODE(UNKNOWN_TYPE);
	refused(lab, 0, "/vms/web/console", 503,
		"server host1 knows nothing of consoles: its nvo3d is older than that");
	fake_console.refuse = CODE(BUSY);
	refused(lab, 0, "/vms/web/console", 409, "refused by the test");
	fake_console.refuse = 0;
	lab_expect(lab, 0, "POST", "/vms/web/stop", NULL, 202, NULL, NULL);
	lab_until(lab, 0, "/vms/web", "state", "stopped");
	refused(lab, 0, "/vms/web/console", 409, "VM web is stopped: it has no console");
	assert_int_equal(fake_console.opened, 0);
}

static void test_an_older_vserver(void **state)
{
	struct lab *lab = *state;

	lab->server[0].more = NULL;
	refused(lab, 0, "/vms/web/console", 503,
		"server host1 knows nothing of consoles: its nvo3d is older than that");
}

static void test_one_at_a_time_has_it(void **state)
{
	struct lab *lab = *state;
	struct client *c = open_at(lab, 0, "/vms/web/console"), *other;

	refused(lab, 1, "/vms/web/console", 409, "root is at the console of VM web");
	types(c, "still here\n");
	LAB_WAIT(lab, has_heard(c, "still here\n"));
	other = open_at(lab, 1, "/vms/web/console?force=true");
	assert_true(fake_console.force);
	ended(lab, c, "taken", "root has taken the console of VM web");
	assert_int_equal(fake_console.closed, 1);
	types(other, "mine\n");
	LAB_WAIT(lab, has_heard(other, "mine\n"));
}

static void test_there_is_an_end_to_how_many(void **state)
{
	struct lab *lab = *state;
	struct server *server = inventory_server(lab->vc[0]->inv, "host1");
	struct console_chan chans[CONSOLE_CHANNELS] = {};

	for (unsigned int i = 0; i < CONSOLE_CHANNELS; i++)
		assert_int_equal(console_add(&server->consoles, &chans[i], i + 1, NULL), 0);
	refused(lab, 0, "/vms/web/console", 507, "16 consoles are open");
	for (unsigned int i = 0; i < CONSOLE_CHANNELS; i++)
		console_del(&server->consoles, &chans[i]);
	open_at(lab, 0, "/vms/web/console");
}

/* --- flow */

/* As much as a window, and then the client waits, not vcenterd; nothing is lost. */
static void test_a_guest_that_does_not_read(void **state)
{
	static char text[256 * 1024];
	struct lab *lab = *state;
	struct client *c = open_at(lab, 0, "/vms/web/console");
	size_t sent = 0;
	ssize_t n;

	fake_console.quiet = true;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = 'a' + i % 23;
	for (int i = 0; i < 50; i++) {
		n = write(c->fd, text + sent, sizeof(text) - sent);
		sent += n > 0 ? n : 0;
		lab_turn(lab);
	}
	LAB_WAIT(lab, fake_console.n_typed == CONSOLE_WINDOW);
	assert_true(sent > CONSOLE_WINDOW && sent < sizeof(text) + 1);
	for (size_t may = CONSOLE_WINDOW; may < sent; may += CONSOLE_WINDOW) {
		fake_console_credits(fake_console.channel, CONSOLE_WINDOW);
		LAB_WAIT(lab, fake_console.n_typed == (may + CONSOLE_WINDOW < sent ?
						       may + CONSOLE_WINDOW : sent));
	}
	assert_memory_equal(fake_console.typed, text, sent);
}

/* Credit is given as he reads; all comes, and others are not held up meanwhile. */
static void test_a_client_that_does_not_read(void **state)
{
	static char text[CONSOLE_DATA_MAX];
	struct lab *lab = *state;
	struct client *c, *other;
	size_t sent = 0, total = 600 * 1024;

	make(lab, WEB2, "/vms/web2");
	c = open_at(lab, 0, "/vms/web/console");
	memset(text, 'x', sizeof(text));
	/* a guest that says what there is credit for */
	for (int i = 0; i < 400 && sent < total; i++) {
		while (sent < total &&
		       sent + sizeof(text) <= fake_console.credit + CONSOLE_WINDOW) {
			fake_console_says(fake_console.channel, text, sizeof(text));
			sent += sizeof(text);
		}
		lab_turn(lab);
	}
	/* the sockets between take some, and there it ends */
	assert_true(sent < total);
	assert_true(sent <= fake_console.credit + CONSOLE_WINDOW);
	assert_null(strstr(c->body, "x"));
	other = open_at(lab, 1, "/vms/web2/console");
	types(other, "quick\n");
	LAB_WAIT(lab, has_heard(other, "quick\n"));
	LAB_WAIT(lab, (hears(c), c->len - (c->body - c->text) == sent));
	assert_int_equal(strspn(c->body, "x"), sent);
}

/* --- its ends */

static void test_the_session_ends(void **state)
{
	struct lab *lab = *state;
	struct client *c = open_at(lab, 0, "/vms/web/console"), *again;

	chan_drop(lab->server[0].chan, "by the test");
	ended(lab, c, "failed", "the session to server host1 has ended");
	LAB_WAIT(lab, lab_ready(lab));
	again = open_at(lab, 0, "/vms/web/console");
	types(again, "x");
	LAB_WAIT(lab, has_heard(again, "x"));
}

static void test_the_vm_is_deleted(void **state)
{
	struct lab *lab = *state;
	struct client *c = open_at(lab, 0, "/vms/web/console");

	lab_expect(lab, 0, "DELETE", "/vms/web", NULL, 202, NULL, NULL);
	ended(lab, c, "stopped", "VM web is not there any more");
	LAB_WAIT(lab, fake_console.closed == 1);
}

static void test_vcenterd_ends(void **state)
{
	struct lab *lab = *state;
	struct client *c = open_at(lab, 0, "/vms/web/console");

	lab_vcenter_stop(lab, 0);
	LAB_WAIT(lab, has_ended(c));
	lab_vcenter_start(lab, 0);
	LAB_WAIT(lab, lab_ready(lab));
	open_at(lab, 0, "/vms/web/console");
	assert_int_equal(fake_console.opened, 2);
}

/* Its guest ends at the source before the move is over: nobody is told until it is. */
static void test_the_vm_moves(void **state)
{
	struct lab *lab = *state;
	struct client *c = open_at(lab, 0, "/vms/web/console");
	const char *move;
	char path[128];

	lab->mute = MSG(RELOCATE_DEST);
	move = begin_by(lab, "move", "{\"server\":\"host2\"}");
	LAB_WAIT(lab, fake_vm_find(lab, 1, "web") && fake_vm_find(lab, 1, "web")->pulled);
	snprintf(path, sizeof(path), "/consoles/%s", c->id);
	lab_expect(lab, 0, "GET", path, NULL, 200, "state", "open");
	fake_console_ends(CODE(BAD_STATE), "the guest of VM web has ended");
	lab_until(lab, 0, path, "state", "moving");
	assert_false(has_ended(c));
	lab->mute = 0;
	/* so that it is asked again */
	chan_drop(lab->server[1].chan, "by the test");
	lab_until(lab, 0, move, "state", "done");
	ended(lab, c, "moved", "VM web has moved to dc1/host2");
	c = open_at(lab, 0, "/vms/web/console");
	assert_ptr_equal(fake_console.server, &lab->server[1]);
	types(c, "x");
	LAB_WAIT(lab, has_heard(c, "x"));
}

static void test_the_vm_moves_to_another_data_centre(void **state)
{
	struct lab *lab = *state;
	struct client *c = open_at(lab, 0, "/vms/web/console");
	const char *move = begin_by(lab, "move", HOST3);

	lab_until(lab, 0, move, "state", "done");
	LAB_WAIT(lab, has_ended(c));
}

/* --- liars */

static void lie(struct lab *lab, void (*tell)(struct lab *lab), const char *why)
{
	struct client *c, *other;

	make(lab, WEB2, "/vms/web2");
	make(lab, ELSE, "/vms/other");
	other = open_at(lab, 2, "/vms/other/console");
	open_at(lab, 1, "/vms/web2/console");
	c = open_at(lab, 0, "/vms/web/console");
	tell(lab);
	/* who does not read meanwhile is given no credit for */
	LAB_WAIT(lab, lab_event(lab, 0, true, "console-broken", why));
	ended(lab, c, "failed", why);
	ended(lab, &clients[1], "failed", why);
	/* the session goes on, and so do all others */
	assert_true(lab->server[0].registered);
	lab_expect(lab, 0, "POST", "/vms/web/stop", NULL, 202, NULL, NULL);
	lab_until(lab, 0, "/vms/web", "state", "stopped");
	fake_console.server = &lab->server[1];
	types(other, "untouched");
	LAB_WAIT(lab, has_heard(other, "untouched"));
}

static void of_no_channel(struct lab *lab)
{
	fake_console_says(4711, "x", 1);
}

static void test_bytes_of_no_console(void **state)
{
	lie(*state, of_no_channel, "there is none");
}

static void too_much(struct lab *lab)
{
	static char text[CONSOLE_DATA_MAX];

	/* the sockets between take less */
	for (unsigned int sent = 0; sent < 1 << 20; sent += sizeof(text))
		fake_console_says(fake_console.channel, text, sizeof(text));
}

static void test_more_than_there_is_credit_for(void **state)
{
	lie(*state, too_much, "more bytes than there was credit for");
}

static void false_credit(struct lab *lab)
{
	fake_console_credits(fake_console.channel, UINT32_MAX);
}

static void test_credit_for_nothing(void **state)
{
	lie(*state, false_credit, "credit for bytes that were never sent");
}

static void after_the_end(struct lab *lab)
{
	fake_console_ends(CODE(FAILED), "more bytes than there was credit for");
	fake_console_says(fake_console.channel, "late", 4);
}

/* No lie: only this one ends. */
static void test_bytes_of_a_closed_console(void **state)
{
	struct lab *lab = *state;
	struct client *c, *other;

	make(lab, WEB2, "/vms/web2");
	other = open_at(lab, 1, "/vms/web2/console");
	c = open_at(lab, 0, "/vms/web/console");
	after_the_end(lab);
	ended(lab, c, "failed", "more bytes");
	types(other, "x");
	LAB_WAIT(lab, has_heard(other, "x"));
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_bytes_go_both_ways),
		TEST(test_it_is_in_the_audit_log),
		TEST(test_refusals_say_why),
		TEST(test_an_older_vserver),
		TEST(test_one_at_a_time_has_it),
		TEST(test_there_is_an_end_to_how_many),
		TEST(test_a_guest_that_does_not_read),
		TEST(test_a_client_that_does_not_read),
		TEST(test_the_session_ends),
		TEST(test_the_vm_is_deleted),
		TEST(test_vcenterd_ends),
		TEST(test_the_vm_moves),
		TEST(test_the_vm_moves_to_another_data_centre),
		TEST(test_bytes_of_no_console),
		TEST(test_more_than_there_is_credit_for),
		TEST(test_credit_for_nothing),
		TEST(test_bytes_of_a_closed_console),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
