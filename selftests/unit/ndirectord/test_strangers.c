// SPDX-License-Identifier: GPL-2.0
/*
 * Who may not talk to a director, at its listener and its API: turned away, with the reason in
 * the log.
 */
#include "lab.c"
#include "../lib/strangers.h"

static struct proc d;

static bool logged(const char *text, void *arg)
{
	return proc_logged(&d, text);
}

static struct strangers begin(void **state, bool http)
{
	struct lab *lab = *state;
	struct strangers s = { .dir = lab->dir, .http = http, .logged = logged,
			       .good = http ? "nvo3://dc1/operator/host1" : "nvo3://dc1/nve/host1",
			       .bad = "nvo3://dc1/element/host1" };

	proc_init(&d, lab, 1);
	strangers_prepare(&s);
	d.crl = true;
	proc_start(&d);
	s.port = http ? d.api : d.port;
	return s;
}

static void test_sessions(void **state)
{
	struct strangers s = begin(state, false);

	strangers_are_refused(&s);
	strangers_get_no_shortcut(&s);
}

static void test_api(void **state)
{
	struct strangers s = begin(state, true);

	strangers_are_refused(&s);
	strangers_get_no_shortcut(&s);
	assert_true(proc_logged(&d, "refused at 127.0.0.1:"));
}

/* The names are right, but for the data centre. */
static void test_another_data_centre(void **state)
{
	static struct peer nve, center, director;

	begin(state, false);
	peer_open(&nve, &d, "dc2", "nve", "host1", false);
	LAB_WAIT(d.lab, proc_count(&d, "/alerts", "subject", "dc2/host1"));
	peer_open(&center, &d, "dc2", "vcenter", "vc", false);
	LAB_WAIT(d.lab, proc_count(&d, "/alerts", "subject", "dc2/vc"));
	peer_open(&director, &d, "dc3", "director", "d3", false);
	LAB_WAIT(d.lab, proc_count(&d, "/alerts", "subject", "dc3/d3"));
	assert_int_equal(proc_count(&d, "/alerts", "text", "it is of another data centre"), 2);
	assert_int_equal(proc_count(&d, "/alerts", "text",
				    "its data centre is no peer of ours"), 1);
	assert_int_equal(proc_count(&d, "/nves", NULL, NULL), 0);
	assert_true(proc_logged(&d, "it is of another data centre"));
}

static void revoke_cert(const char *name)
{
	struct err err;

	if (pki_revoke(d.lab->dir, name, 1, &err))
		fail_msg("%s", err.text);
}

/*
 * SIGHUP: the director shows its new certificate, keeps its sessions, and ends those of the
 * revoked.
 */
static void test_rotation_by_signal(void **state)
{
	static const char uri[] = "nvo3://dc1/director/d";
	static struct peer host1, host2;
	const char *uris = uri;
	struct strangers s = begin(state, false);
	X509 *shown, *issued;
	EVP_PKEY *key;
	struct err err;
	SSL *ssl;
	int fd;

	peer_open(&host1, &d, "dc1", "nve", "host1", true);
	peer_open(&host2, &d, "dc1", "nve", "host2", true);
	assert_int_equal(pki_issue(d.lab->dir, "dc1-director-d", &uris, 1, 1, true, &err), 0);
	revoke_cert("dc1-nve-host2");
	kill(d.pid, SIGHUP);
	LAB_WAIT(d.lab, proc_logged(&d, "the certificates were read again"));
	ssl = strangers_friend(&s);
	fd = SSL_get_fd(ssl);
	shown = SSL_get0_peer_certificate(ssl);
	strangers_load(&s, "dc1-director-d", &issued, &key);
	assert_int_equal(X509_cmp(shown, issued), 0);
	X509_free(issued);
	EVP_PKEY_free(key);
	SSL_free(ssl);
	close(fd);
	LAB_WAIT(d.lab, host2.downs == 1);
	LAB_WAIT(d.lab, proc_logged(&d, "certificate of dc1/host2 is revoked"));
	assert_int_equal(say_register(&host1, 1), CODE(OK));
	assert_int_equal(host1.downs, 0);
	/* what is not in order changes nothing */
	assert_int_equal(unlink(lab_path(d.lab, "dc1-director-d.key")), 0);
	kill(d.pid, SIGHUP);
	LAB_WAIT(d.lab, proc_logged(&d, "the certificates stay as they are: key "));
	assert_int_equal(say_register(&host1, 1), CODE(OK));
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(test_sessions),
		LAB_TEST(test_api),
		LAB_TEST(test_another_data_centre),
		LAB_TEST(test_rotation_by_signal),
	};

	return LAB_MAIN(argc, argv, "strangers", tests);
}
