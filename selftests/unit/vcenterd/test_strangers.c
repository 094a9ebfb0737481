// SPDX-License-Identifier: GPL-2.0
/*
 * Who may not talk to a vCenter, at its listener and its API: turned away, with the reason in the
 * log.
 */
#include "lab_run.h"
#include "lab_api.h"
#include "../lib/strangers.h"

static void turn(void *arg)
{
	lab_turn(arg);
}

static bool logged(const char *text, void *arg)
{
	struct lab *lab = arg;

	return strangers_captured(lab->dir, text);
}

/* The list is read at the start, and again by what SIGHUP does. */
static struct strangers begin(struct lab *lab, bool http)
{
	struct strangers s = { .dir = lab->dir, .http = http, .turn = turn, .logged = logged,
			       .arg = lab, .bad = "nvo3://dc1/element/host1",
			       .good = http ? "nvo3://dc1/operator/host1" :
					      "nvo3://dc1/vserver/host1",
			       .port = http ? lab->port + 20 : lab->port };
	struct err err;

	strangers_capture(lab->dir);
	log_init("test", LOG_LEVEL_INFO);
	strangers_prepare(&s);
	if (tls_reload(lab->vc[0]->tls, &err))
		fail_msg("%s", err.text);
	return s;
}

static void test_sessions(void **state)
{
	struct strangers s = begin(*state, false);

	strangers_are_refused(&s);
	strangers_get_no_shortcut(&s);
}

static void test_api(void **state)
{
	struct strangers s = begin(*state, true);

	strangers_are_refused(&s);
	strangers_get_no_shortcut(&s);
}

static int setup(void **state)
{
	lab_crl = true;
	return lab_setup(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_sessions, setup, lab_teardown),
		cmocka_unit_test_setup_teardown(test_api, setup, lab_teardown),
	};

	return cmocka_run_group_tests_name("strangers", tests, NULL, NULL);
}
