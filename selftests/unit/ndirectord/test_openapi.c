// SPDX-License-Identifier: GPL-2.0
/* The server and Documentation/protocols/openapi-ndirector.yaml agree. */
#include "lab.c"
#include "../lib/script.h"

#define DOCUMENT	"Documentation/protocols/openapi-ndirector.yaml"

/* What means something here */
#define WORDS "vn=blue,red nve=dc1/host1,dc1/host2,dc2/host1 name=host1,host2,host9,a dc=dc1,dc2 " \
	"topic=vns,events,mappings,alerts"

static struct proc d;
static struct peer center, host1, host2, host9;
static char socket_path[128];

static void run(struct lab *lab, const char *cmd)
{
	struct script script;

	script_start(&script, lab->dir, cmd);
	while (!script_ended(&script))
		lab_turn(lab);
	script_check(&script);
}

static void join(struct peer *nve, const char *name, uint8_t locator)
{
	peer_open(nve, &d, "dc1", "nve", name, true);
	assert_int_equal(say_register(nve, locator), CODE(OK));
	assert_int_equal(say_join(nve, 1, NULL, 0), CODE(OK));
}

/* VN blue is open: an address of host1, one that is frozen, and an NVE that is gone. */
static void begin(void **state)
{
	static char more[256];

	proc_init(&d, *state, 1);
	snprintf(socket_path, sizeof(socket_path), "%s/api.sock", d.lab->dir);
	snprintf(more, sizeof(more), "moves = 2; moves_time = 600; socket = \"%s\";", socket_path);
	d.more = more;
	proc_start(&d);
	peer_open(&center, &d, "dc1", "vcenter", "vc", true);
	center.claims = true;
	assert_int_equal(say_vn_set(&center, 1, 100, "blue"), CODE(OK));
	join(&host1, "host1", 1);
	join(&host2, "host2", 2);
	join(&host9, "host9", 9);
	peer_close(&host9);
	assert_int_equal(say_advertise(&host1, 1, 1, 1, 0), CODE(OK));
	assert_int_equal(say_advertise(&host1, 1, 2, 0, 0), CODE(OK));
	assert_int_equal(say_advertise(&host2, 1, 2, 0, 0), CODE(OK));
	assert_int_equal(say_advertise(&host1, 1, 2, 0, 0), CODE(OK));
	assert_int_equal(proc_count(&d, "/alerts", "kind", "mac-duplicate"), 1);
}

static void test_the_document_has_every_route(void **state)
{
	run(*state, "python3 tools/check/api_routes.py userspace/ndirectord/api.c " DOCUMENT);
}

static void test_the_server_does_what_the_document_says(void **state)
{
	char cmd[256];

	begin(state);
	snprintf(cmd, sizeof(cmd), "python3 selftests/unit/ndirectord/openapi_walk.py %s",
		 socket_path);
	run(*state, cmd);
}

static void test_nonsense_is_refused(void **state)
{
	char cmd[512];

	begin(state);
	snprintf(cmd, sizeof(cmd), "python3 tools/fuzz/api " DOCUMENT " %s %d %s " WORDS,
		 socket_path, script_fuzz_n(1000), script_fuzz_seed());
	run(*state, cmd);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(test_the_document_has_every_route),
		LAB_TEST(test_the_server_does_what_the_document_says),
		LAB_TEST(test_nonsense_is_refused),
	};

	return LAB_MAIN(argc, argv, "openapi", tests);
}
