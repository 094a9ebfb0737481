// SPDX-License-Identifier: GPL-2.0
/* Who may not talk, and what each side says about it. */
#include "chan_raw.h"

static void test_client_of_a_foreign_ca(void **state)
{
	struct end server = { 0 }, client = { 0 };
	struct lab *lab = *state;
	struct chan_server *s;

	s = lab_listen(lab, lab->port, &server);
	lab_connect(lab, lab->foreign, lab->port, &client);
	/* The foreign client is the first to refuse: it does not know our CA either. */
	LAB_WAIT(lab, lab_logged("certificate of dc1/d1 is signed by \"nvo3 lab CA "));
	LAB_WAIT(lab, lab_logged("the peer does not know the CA of our certificate"));
	lab_settle(lab, 100);
	assert_int_equal(server.ups + client.ups, 0);
	chan_free(client.chan);
	chan_server_free(s);
}

/* What a raw client with certificate @cert makes the server log and itself receives */
static void refused(struct lab *lab, const char *cert, const char *said, int alert)
{
	struct end server = { 0 };
	struct chan_server *s;
	struct raw raw;

	s = lab_listen(lab, lab->port, &server);
	raw_connect(lab, &raw, lab->port, cert);
	LAB_WAIT(lab, raw_closed(&raw));
	LAB_WAIT(lab, lab_logged(said));
	if (alert)
		assert_int_equal(ERR_GET_REASON(ERR_peek_error()), alert);
	assert_true(lab_logged("127.0.0.1:"));
	assert_int_equal(server.ups, 0);
	raw_free(&raw);
	chan_server_free(s);
}

static void test_server_refuses_foreign_ca(void **state)
{
	refused(*state, "theirs/nve", "certificate of dc1/host1 is signed by \"nvo3 lab CA ",
		SSL_R_TLSV1_ALERT_UNKNOWN_CA);
}

static void test_server_refuses_expired_certificate(void **state)
{
	struct lab *lab = *state;

	lab_issue(lab, "ours", "old", "nvo3://dc1/nve/old", -2);
	refused(lab, "ours/old", "certificate of dc1/old expired on 20",
		SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED);
}

static void test_server_refuses_no_certificate(void **state)
{
	refused(*state, NULL, "the peer showed no certificate",
		SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED);
}

static void test_server_refuses_old_tls(void **state)
{
	struct end server = { 0 };
	struct lab *lab = *state;
	struct chan_server *s;
	struct raw raw;

	s = lab_listen(lab, lab->port, &server);
	raw = (struct raw) { .fd = raw_tcp(lab->port, false) };
	raw_tls(lab, &raw, "ours/nve", false);
	SSL_set_max_proto_version(raw.ssl, TLS1_2_VERSION);
	LAB_WAIT(lab, raw_closed(&raw));
	LAB_WAIT(lab, lab_logged("the peer does not speak TLS 1.3"));
	assert_false(raw.shaken);
	raw_free(&raw);
	chan_server_free(s);
}

static void test_server_refuses_plaintext(void **state)
{
	static const char http[] = "GET / HTTP/1.1\r\nHost: director\r\n\r\n";
	struct end server = { 0 };
	struct lab *lab = *state;
	struct chan_server *s;
	struct raw raw;

	s = lab_listen(lab, lab->port, &server);
	raw = (struct raw) { .fd = raw_tcp(lab->port, false) };
	raw_write(&raw, http, strlen(http));
	LAB_WAIT(lab, raw_closed(&raw));
	LAB_WAIT(lab, lab_logged("the peer speaks HTTP, not TLS"));
	raw_free(&raw);
	raw = (struct raw) { .fd = raw_tcp(lab->port, false) };
	raw_hello(&raw, 1, 0);
	raw_write(&raw, http, strlen(http));
	LAB_WAIT(lab, raw_closed(&raw));
	LAB_WAIT(lab, lab_logged("the peer does not speak TLS"));
	raw_free(&raw);
	assert_int_equal(server.ups, 0);
	chan_server_free(s);
}

static void test_client_refuses_expired_certificate(void **state)
{
	struct end client = { 0 };
	struct lab *lab = *state;
	struct raw raw;
	int listener;

	lab_issue(lab, "ours", "old", "nvo3://dc1/director/old", 0);
	listener = raw_tcp(lab->port, true);
	lab_connect(lab, lab->nve, lab->port, &client);
	raw_accept(lab, &raw, listener, "ours/old");
	LAB_WAIT(lab, raw_closed(&raw));
	assert_int_equal(ERR_GET_REASON(ERR_peek_error()), SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED);
	raw_free(&raw);
	LAB_WAIT(lab, lab_logged("certificate of dc1/old expired on 20"));
	close(listener);
	chan_free(client.chan);
}

/* An NVE where a director should be, and a vServer where an NVE should be: both are told. */
static void test_roles(void **state)
{
	static const char *const both[] = { "nvo3://dc1/vserver/host1", "nvo3://dc1/element/host1" };
	struct end server = { 0 }, client = { 0 };
	struct lab *lab = *state;
	struct chan_server *s;
	struct tls *vserver;

	assert_int_equal(pki_issue(lab_path(lab, "ours"), "vs", both, 2, 1, false, NULL), 0);
	vserver = lab_tls(lab, "ours", "vs");
	s = lab_listen(lab, lab->port, &server);
	lab_connect(lab, vserver, lab->port, &client);
	LAB_WAIT(lab, lab_logged("it refuses us: certificate of dc1/host1 has roles vserver, element; "
				 "need nve"));
	chan_free(client.chan);
	LAB_WAIT(lab, lab_logged("certificate of dc1/host1 has roles vserver, element; need nve"));
	chan_server_free(s);
	tls_free(vserver);

	s = chan_listen(lab->loop, lab->nve, lab_addr(lab->port), ROLE_BIT(ROLE_NVE), &end_ops,
			&server, NULL);
	lab_connect(lab, lab->nve, lab->port, &client);
	LAB_WAIT(lab, lab_logged("certificate of dc1/host1 has role nve; need director"));
	LAB_WAIT(lab, lab_logged("refused at"));
	assert_int_equal(client.ups, 0);
	chan_free(client.chan);
	chan_server_free(s);
}

/* A peer that returns for ever is not worth a line every time. */
static void test_refusals_are_logged_once(void **state)
{
	struct end server = { 0 };
	struct lab *lab = *state;
	struct chan_server *s;
	struct raw raw;
	int i;

	s = lab_listen(lab, lab->port, &server);
	for (i = 0; i < 5; i++) {
		raw_connect(lab, &raw, lab->port, NULL);
		LAB_WAIT(lab, raw_closed(&raw));
		raw_free(&raw);
		LAB_WAIT(lab, lab_count("showed no certificate") == i + 1);
	}
	assert_int_equal(lab_warnings, 1);
	chan_server_free(s);
}

static void test_own_certificate_is_checked(void **state)
{
	struct lab *lab = *state;
	char ca[128], ca2[128], cert[128], key[128], other[128];
	struct err err;

	lab_issue(lab, "ours", "old", "nvo3://dc1/nve/old", 0);
	snprintf(ca, sizeof(ca), "%s/ours/ca.pem", lab->dir);
	snprintf(ca2, sizeof(ca2), "%s/theirs/ca.pem", lab->dir);
	snprintf(cert, sizeof(cert), "%s/ours/nve.pem", lab->dir);
	snprintf(key, sizeof(key), "%s/ours/nve.key", lab->dir);
	snprintf(other, sizeof(other), "%s/ours/old.key", lab->dir);

	assert_null(tls_new(ca2, cert, key, &err));
	assert_non_null(strstr(err.text,
			       "nve.pem: certificate of dc1/host1 is signed by \"nvo3 lab"));
	assert_non_null(strstr(err.text, "\", not by our CA"));
	assert_null(tls_new(ca, cert, other, &err));
	assert_non_null(strstr(err.text,
			       "old.key is not the unencrypted PEM key of the certificate"));
	assert_null(tls_new(ca, key, key, &err));
	assert_non_null(strstr(err.text, "nve.key is not a PEM certificate"));
	assert_null(tls_new("/nonexistent/ca.pem", cert, key, &err));
	assert_string_equal(err.text, "CA certificate /nonexistent/ca.pem: No such file or directory");
	snprintf(cert, sizeof(cert), "%s/ours/old.pem", lab->dir);
	assert_null(tls_new(ca, cert, other, &err));
	assert_non_null(strstr(err.text, "certificate of dc1/old expired on 20"));
	snprintf(key, sizeof(key), "%s/ours/ca.key", lab->dir);
	assert_null(tls_new(ca, ca, key, &err));
	assert_non_null(strstr(err.text, "has no URI name nvo3://DC/ROLE/NAME"));
}

static void test_self(void **state)
{
	struct lab *lab = *state;
	struct identity id;

	assert_true(tls_self(lab->nve, ROLE_NVE, &id));
	assert_string_equal(id.dc, "dc1");
	assert_string_equal(id.name, "host1");
	assert_false(tls_self(lab->nve, ROLE_DIRECTOR, &id));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(test_client_of_a_foreign_ca),
		LAB_TEST(test_server_refuses_foreign_ca),
		LAB_TEST(test_server_refuses_expired_certificate),
		LAB_TEST(test_server_refuses_no_certificate),
		LAB_TEST(test_server_refuses_old_tls),
		LAB_TEST(test_server_refuses_plaintext),
		LAB_TEST(test_client_refuses_expired_certificate),
		LAB_TEST(test_roles),
		LAB_TEST(test_refusals_are_logged_once),
		LAB_TEST(test_own_certificate_is_checked),
		LAB_TEST(test_self),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
