// SPDX-License-Identifier: GPL-2.0
/* Who may not talk to an NVE that listens for vServers: turned away, with the reason in the log. */
#include "nve_bed.h"
#include "../lib/free_port.h"
#include "../lib/strangers.h"

static void turn(void *arg)
{
	bed_turn(arg);
}

static bool logged(const char *text, void *arg)
{
	struct bed *bed = arg;

	return strangers_captured(bed->dir, text);
}

static void test_sessions(void **state)
{
	struct bed *bed = *state;
	struct strangers s = { .dir = bed->dir, .turn = turn, .logged = logged, .arg = bed,
			       .good = "nvo3://dc1/vserver/host1", .bad = "nvo3://dc1/element/host1",
			       .port = free_ports(1) };
	struct tls_files files = { strangers_path(&s, "ca.pem"), strangers_path(&s, "nve.pem"),
				   strangers_path(&s, "nve.key"), strangers_path(&s, "crl.pem") };
	static struct nve_bed b;
	struct tls *tls;
	char listen[32];
	struct err err;

	assert_int_equal(pki_init(bed->dir, false, &err), 0);
	strangers_issue(&s, ".", "nve", "nvo3://dc1/nve/host1", 1);
	strangers_prepare(&s);
	strangers_capture(bed->dir);
	log_init("test", LOG_LEVEL_INFO);
	tls = tls_open(&files, &err);
	assert_non_null(tls);

	b.bed = bed;
	b.director_addr = bed_unix(bed, "director");
	snprintf(listen, sizeof(listen), "127.0.0.1:%u", s.port);
	b.config = (struct config){ .dc = "dc1", .name = "host1",
				    .nve = { .dev = "nve0", .idle = 300, .listen = listen,
					     .directors = &b.director_addr, .n_directors = 1 } };
	ip_addr_parse(&b.config.nve.local4, "192.0.2.1", NULL);
	b.kern = kern_stub_new();
	b.store = bed_store(bed, "nve");
	if (nve_start_with(&b.nve, &b.config, bed->loop, tls, b.kern, b.store, &err))
		fail_msg("%s", err.text);

	strangers_are_refused(&s);
	strangers_get_no_shortcut(&s);

	nve_stop(b.nve);
	bed_settle(bed, 5);
	store_close(b.store);
	b.kern->ops->free(b.kern);
	tls_free(tls);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(test_sessions),
	};

	return cmocka_run_group_tests_name("strangers", tests, NULL, NULL);
}
