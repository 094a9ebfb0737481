// SPDX-License-Identifier: GPL-2.0
/* vcenterd.conf: what is wrong is named with its line. */
#include <errno.h>
#include <unistd.h>
#include "config.h"
#include "fixture.h"

#define BASE \
	"dc = \"dc1\";\n"								\
	"name = \"vcenter1\";\n"							\
	"tls: { ca = \"a\"; cert = \"b\"; key = \"c\"; };\n"				\
	"store = \"sqlite:/tmp/x\";\n"							\
	"listen = \"10.1.0.2:6641\";\n"							\
	"directors = [ \"10.1.0.3:6651\" ];\n"

static int load(const char *text, struct config *c, struct err *err)
{
	char path[] = "/tmp/vcenterd-conf.XXXXXX";
	int fd = mkstemp(path), ret;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	ret = config_load(path, c, err);
	unlink(path);
	return ret;
}

static void test_good(void **state)
{
	struct config c;
	struct err err;

	if (load(BASE "socket = \"/run/x\";\n"
		 "peers = ( { dc = \"dc2\"; addrs = [ \"10.2.0.2:6641\", \"10.2.0.4:6641\" ]; },\n"
		 "          { dc = \"dc3\"; addrs = \"10.3.0.2:6641\"; } );\n"
		 "grants = ( { server = \"host1\"; tenant = \"alice\"; vn = \"blue\"; } );\n",
		 &c, &err))
		fail_msg("%s", err.text);
	assert_string_equal(c.dc, "dc1");
	assert_string_equal(c.socket, "/run/x");
	assert_null(c.api);
	assert_int_equal(c.n_directors, 1);
	assert_int_equal(c.n_peers, 2);
	assert_string_equal(c.peers[0].dc, "dc2");
	assert_int_equal(c.peers[0].n_addrs, 2);
	assert_string_equal(c.peers[1].addrs[0], "10.3.0.2:6641");
	assert_true(grants_have(&c.grants, "host1", "alice", "blue"));
	assert_false(grants_have(&c.grants, "host1", "alice", "red"));
	config_free(&c);
	assert_int_equal(load(BASE, &c, &err), 0);
	assert_int_equal(c.n_peers + c.grants.n, 0);
	config_free(&c);
}

static void refuse(const char *text, const char *says)
{
	struct config c;
	struct err err;

	assert_true(load(text, &c, &err) < 0);
	if (!strstr(err.text, says))
		fail_msg("\"%s\" does not say \"%s\"", err.text, says);
}

#define PEERS BASE "peers = ( { dc = \"dc2\"; addrs = \"10.2.0.2:6641\"; },\n"	\
		   "          { dc = \"dc3\"; addrs = \"10.3.0.2:6641\"; } );\n"

static void load_good(const char *text, struct config *c)
{
	struct err err;

	if (load(text, c, &err))
		fail_msg("%s", err.text);
}

/* A data centre is a candidate itself, with others or without. */
static void test_children(void **state)
{
	struct config c;

	load_good(PEERS, &c);
	assert_int_equal(c.n_children, 1);
	assert_string_equal(c.children[0].dc, "dc1");
	assert_int_equal(c.policy, CHOICE_EMPTIEST);
	assert_null(c.parent);
	config_free(&c);
	load_good(PEERS "children = ( { dc = \"dc3\"; weight = 7; }, { dc = \"dc2\"; } );\n"
		  "policy = \"first\";\n", &c);
	assert_int_equal(c.n_children, 3);
	assert_string_equal(c.children[0].dc, "dc1");
	assert_int_equal(c.children[0].weight, 100);
	assert_string_equal(c.children[1].dc, "dc3");
	assert_int_equal(c.children[1].weight, 7);
	assert_int_equal(c.children[2].weight, 100);
	assert_int_equal(c.policy, CHOICE_FIRST);
	config_free(&c);
	load_good(PEERS "children = ( { dc = \"dc2\"; }, { dc = \"dc1\"; weight = 0; } );\n"
		  "parent = \"dc3\";\n", &c);
	assert_int_equal(c.n_children, 2);
	assert_string_equal(c.children[1].dc, "dc1");
	assert_int_equal(c.children[1].weight, 0);
	assert_string_equal(c.parent, "dc3");
	config_free(&c);
}

static void test_bad_children(void **state)
{
	refuse(PEERS "children = ( { dc = \"dc9\"; } );\n", "\"dc9\" is none of the peers");
	refuse(PEERS "children = ( { dc = \"dc2\"; },\n { dc = \"dc2\"; } );\n", ":10: ");
	refuse(PEERS "children = ( { dc = \"dc1\"; }, { dc = \"dc1\"; } );\n", "twice");
	refuse(PEERS "children = ( { weight = 1; } );\n", "dc");
	refuse(PEERS "children = ( { dc = \"dc2\"; weight = 1001; } );\n", "weight");
	refuse(PEERS "children = ( { dc = \"dc2\"; weight = -1; } );\n", "weight");
	refuse(PEERS "children = ( { dc = \"dc2\"; heavy = 1; } );\n", "heavy");
	refuse(PEERS "children = ( { dc = \"any\"; } );\n", "means whichever");
	refuse(PEERS "policy = \"last\";\n", "\"last\" is neither");
	refuse(PEERS "parent = \"dc1\";\n", "itself");
	refuse(PEERS "parent = \"dc9\";\n", "\"dc9\" is none of the peers");
	refuse(PEERS "children = ( { dc = \"dc2\"; } );\nparent = \"dc2\";\n",
	       "\"dc2\" is one of the children, too");
}

static void test_bad(void **state)
{
	refuse("dc = \"dc1\";\n", "name");
	refuse("dc = \n", ":2:");
	refuse(BASE "colour = 1;\n", ":7: ");
	refuse(BASE "colour = 1;\n", "colour");
	refuse(BASE "peers = ( { dc = \"dc1\"; addrs = [ \"x\" ]; } );\n", "itself");
	refuse(BASE "peers = ( { dc = \"dc2\"; addrs = [ \"x\" ]; },\n"
		    "          { dc = \"dc2\"; addrs = [ \"y\" ]; } );\n", ":8: ");
	refuse(BASE "peers = ( { dc = \"dc2\"; } );\n", "addrs");
	refuse(BASE "peers = ( { dc = \"dc2\"; addrs = []; } );\n", "addrs");
	refuse(BASE "grants = ( { server = \"host1\"; tenant = \"alice\"; } );\n", "vn");
	refuse(BASE "vni_first = 9;\nvni_last = 8;\n", "8 is less than vni_first, 9");
	refuse(BASE "grants = ( { server = \"\"; tenant = \"a\"; vn = \"b\"; } );\n", "server");
}

static void test_monitor(void **state)
{
	struct config c;
	struct err err;

	assert_int_equal(load(BASE, &c, &err), 0);
	assert_memory_equal(&c.monitor, &monitor_defaults, sizeof(c.monitor));
	config_free(&c);
	assert_int_equal(load(BASE "monitor: { host_busy: { raise = 700; clear = 500; reports = 9; }; };\n",
			      &c, &err), 0);
	assert_int_equal(c.monitor.host_busy.raise, 700);
	assert_int_equal(c.monitor.host_busy.clear, 500);
	assert_int_equal(c.monitor.host_busy.reports, 9);
	config_free(&c);
	refuse(BASE "monitor: { host_busy: { raise = 700; clear = 701; }; };\n",
	       "701 is more than raise, 700");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_children),
		cmocka_unit_test(test_bad_children),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_monitor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
