// SPDX-License-Identifier: GPL-2.0
/* Certificates that change, expire and are revoked while sessions stand on them. */
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "chan_raw.h"

#define GOES_ON		"goes on over another connection"

/* A certificate that ends @s seconds from now */
static void issue_for(struct lab *lab, const char *name, const char *uri, int s)
{
	X509 *cert = X509_new(), *ca;
	EVP_PKEY *key = EVP_EC_gen("P-256"), *ca_key;
	char path[160];
	X509_EXTENSION *ext;
	char san[128];
	FILE *f;

	f = fopen(lab_path(lab, "ours/ca.pem"), "r");
	ca = PEM_read_X509(f, NULL, NULL, NULL);
	fclose(f);
	f = fopen(lab_path(lab, "ours/ca.key"), "r");
	ca_key = PEM_read_PrivateKey(f, NULL, NULL, NULL);
	fclose(f);
	X509_set_version(cert, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), 4712);
	X509_gmtime_adj(X509_getm_notBefore(cert), -3600);
	X509_gmtime_adj(X509_getm_notAfter(cert), s);
	X509_set_pubkey(cert, key);
	X509_set_issuer_name(cert, X509_get_subject_name(ca));
	snprintf(san, sizeof(san), "URI:%s", uri);
	ext = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, san);
	X509_add_ext(cert, ext, -1);
	X509_EXTENSION_free(ext);
	assert_true(X509_sign(cert, ca_key, EVP_sha256()) > 0);
	snprintf(path, sizeof(path), "%s/ours/%s.pem", lab->dir, name);
	f = fopen(path, "w");
	PEM_write_X509(f, cert);
	fclose(f);
	snprintf(path, sizeof(path), "%s/ours/%s.key", lab->dir, name);
	f = fopen(path, "w");
	PEM_write_PKCS8PrivateKey(f, key, NULL, NULL, 0, NULL, NULL);
	fclose(f);
	X509_free(cert);
	X509_free(ca);
	EVP_PKEY_free(key);
	EVP_PKEY_free(ca_key);
}

static void reissue(struct lab *lab, const char *name, const char *uri)
{
	struct err err;

	if (pki_issue(lab_path(lab, "ours"), name, &uri, 1, 1, true, &err) < 0)
		fail_msg("%s", err.text);
}

static void answered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	*(uint32_t *)arg = code;
}

static uint32_t ask(struct lab *lab, struct chan *chan)
{
	Nvo3__VmLookup m = NVO3__VM_LOOKUP__INIT;
	uint32_t code = UINT32_MAX;

	chan_request(chan, MSG(VM_LOOKUP), &m.base, 0, answered, &code);
	LAB_WAIT(lab, code != UINT32_MAX);
	return code;
}

static void begin(struct lab *lab, struct chan_server **s, struct end *server, struct end *client)
{
	chan_timers.keepalive = 50;
	*s = lab_listen(lab, lab->port, server);
	lab_connect(lab, lab->nve, lab->port, client);
	LAB_WAIT(lab, server->ups == 1 && client->ups == 1);
}

static void end(struct chan_server *s, struct end *client)
{
	chan_free(client->chan);
	chan_server_free(s);
}

/* A server's new certificate is for new sessions; those that are there go on. */
static void test_server_keeps_old_sessions(void **state)
{
	struct end server = { 0 }, client = { 0 }, later = { 0 };
	struct lab *lab = *state;
	struct chan_server *s;
	struct tls *new_ca;
	struct err err;
	struct raw raw;

	begin(lab, &s, &server, &client);
	reissue(lab, "director", "nvo3://dc1/director/d1");
	assert_int_equal(tls_reload(lab->director, &err), 0);
	lab_settle(lab, 200);
	assert_int_equal(client.downs + server.downs, 0);
	assert_int_equal(ask(lab, client.chan), CODE(OK));
	raw_connect(lab, &raw, lab->port, "ours/nve");
	new_ca = lab_tls(lab, "ours", "director");
	assert_int_equal(X509_cmp(SSL_get0_peer_certificate(raw.ssl),
				  SSL_CTX_get0_certificate(tls_context(new_ca))), 0);
	tls_free(new_ca);
	raw_free(&raw);
	lab_connect(lab, lab->nve, lab->port, &later);
	LAB_WAIT(lab, later.ups == 1);
	chan_free(later.chan);
	end(s, &client);
}

/* The new certificate is refused: the old session stays. */
static void test_refused_renewal_leaves_the_session(void **state)
{
	struct end server = { 0 }, client = { 0 };
	struct lab *lab = *state;
	struct chan_server *s;
	struct err err;

	begin(lab, &s, &server, &client);
	assert_int_equal(pki_init(lab_path(lab, "ours"), true, NULL), 0);
	reissue(lab, "nve", "nvo3://dc1/nve/host1");
	assert_int_equal(tls_reload(lab->nve, &err), 0);
	/* as each of both sees it: neither knows the other's CA any more */
	LAB_WAIT(lab, lab_logged("no session with director at 127.0.0.1:"));
	lab_settle(lab, 200);
	assert_int_equal(client.downs + server.downs, 0);
	assert_int_equal(ask(lab, client.chan), CODE(OK));
	/* the server comes after: now the session goes on with it */
	reissue(lab, "director", "nvo3://dc1/director/d1");
	assert_int_equal(tls_reload(lab->director, &err), 0);
	LAB_WAIT(lab, lab_count(GOES_ON) == 2);
	assert_int_equal(ask(lab, client.chan), CODE(OK));
	assert_int_equal(client.downs + server.downs, 0);
	end(s, &client);
}

static void test_wrong_files_change_nothing(void **state)
{
	struct lab *lab = *state;
	unsigned int generation = tls_generation(lab->nve);
	struct err err;

	reissue(lab, "nve", "nvo3://dc1/nve/host2");
	assert_int_equal(tls_reload(lab->nve, &err), -EACCES);
	assert_non_null(strstr(err.text, "nve.pem names nvo3://dc1/nve/host1 no more"));
	issue_for(lab, "nve", "nvo3://dc1/nve/host1", -10);
	assert_true(tls_reload(lab->nve, &err) < 0);
	assert_non_null(strstr(err.text, "certificate of dc1/host1 expired on 20"));
	assert_int_equal(unlink(lab_path(lab, "ours/nve.key")), 0);
	assert_true(tls_reload(lab->nve, &err) < 0);
	assert_non_null(strstr(err.text, "nve.key: No such file or directory"));
	assert_int_equal(tls_generation(lab->nve), generation);
}

/* A server whose client's certificate expires ends the session, to the second. */
static void test_session_ends_when_the_certificate_expires(void **state)
{
	struct end server = { 0 }, client = { 0 };
	struct lab *lab = *state;
	struct chan_server *s;
	uint64_t from;

	issue_for(lab, "short", "nvo3://dc1/nve/short", 2);
	tls_free(lab->nve);
	lab->nve = lab_tls(lab, "ours", "short");
	from = loop_now_ms();
	s = lab_listen(lab, lab->port, &server);
	lab_connect(lab, lab->nve, lab->port, &client);
	LAB_WAIT(lab, server.ups == 1);
	LAB_WAIT(lab, server.downs == 1);
	assert_string_equal(server.text, "the certificate of dc1/short expired");
	assert_in_range(loop_now_ms() - from, 900, 3500);
	LAB_WAIT(lab, lab_logged("refused at"));	/* and it does not come back */
	assert_int_equal(server.ups, 1);
	end(s, &client);
}

/*
 * The server's is about to expire and has been replaced: the session goes on with it in time.
 */
static void test_client_comes_before_the_peers_certificate_expires(void **state)
{
	struct end server = { 0 }, client = { 0 };
	struct lab *lab = *state;
	struct chan_server *s;
	struct err err;

	issue_for(lab, "director", "nvo3://dc1/director/d1", 4);
	assert_int_equal(tls_reload(lab->director, &err), 0);
	s = lab_listen(lab, lab->port, &server);
	lab_connect(lab, lab->nve, lab->port, &client);
	LAB_WAIT(lab, client.ups == 1);
	reissue(lab, "director", "nvo3://dc1/director/d1");
	assert_int_equal(tls_reload(lab->director, &err), 0);
	LAB_WAIT(lab, lab_count(GOES_ON) == 2);
	lab_settle(lab, 1500);
	assert_int_equal(lab_count(GOES_ON), 2);
	assert_int_equal(client.downs + server.downs, 0);
	assert_false(lab_logged("expired"));
	end(s, &client);
}

static void name_files(struct lab *lab, const char *name, char ca[128], char cert[128],
		       char key[128], char crl[128])
{
	snprintf(ca, 128, "%s/ours/ca.pem", lab->dir);
	snprintf(cert, 128, "%s/ours/%s.pem", lab->dir, name);
	snprintf(key, 128, "%s/ours/%s.key", lab->dir, name);
	snprintf(crl, 128, "%s/ours/crl.pem", lab->dir);
}

static struct tls *with_crl(struct lab *lab, const char *name)
{
	char ca[128], cert[128], key[128], crl[128];
	struct tls_files files = { ca, cert, key, crl };
	struct tls *tls;
	struct err err;

	name_files(lab, name, ca, cert, key, crl);
	tls = tls_open(&files, &err);
	if (!tls)
		fail_msg("%s", err.text);
	return tls;
}

/* Revoked while its session stands: it ends, and none begins, by ticket or without. */
static void test_session_ends_when_the_certificate_is_revoked(void **state)
{
	struct end server = { 0 }, client = { 0 };
	struct lab *lab = *state;
	struct chan_server *s;
	struct err err;

	assert_int_equal(pki_revoke(lab_path(lab, "ours"), NULL, 1, &err), 0);
	tls_free(lab->director);
	lab->director = with_crl(lab, "director");
	begin(lab, &s, &server, &client);
	assert_int_equal(pki_revoke(lab_path(lab, "ours"), "nve", 1, &err), 0);
	lab_settle(lab, 100);
	assert_int_equal(server.downs, 0);
	assert_int_equal(tls_reload(lab->director, &err), 0);
	LAB_WAIT(lab, server.downs == 1);
	assert_string_equal(server.text, "certificate of dc1/host1 is revoked");
	LAB_WAIT(lab, lab_logged("no session with director at 127.0.0.1"));
	assert_int_equal(server.ups, 1);
	LAB_WAIT(lab, lab_logged("the peer says that our certificate is revoked"));
	end(s, &client);
}

static void test_revocation_list_of_its_own(void **state)
{
	struct lab *lab = *state;
	char ca[128], cert[128], key[128], crl[128];
	struct tls_files files = { ca, cert, key, crl };
	struct err err;

	name_files(lab, "nve", ca, cert, key, crl);
	assert_null(tls_open(&files, &err));
	assert_non_null(strstr(err.text, "revocation list "));
	assert_non_null(strstr(err.text, "crl.pem: No such file or directory"));
	assert_int_equal(pki_revoke(lab_path(lab, "ours"), "nve", 1, &err), 0);
	assert_null(tls_open(&files, &err));
	assert_non_null(strstr(err.text, "nve.pem: certificate of dc1/host1 is revoked"));
	/* good for no time at all */
	assert_int_equal(pki_revoke(lab_path(lab, "ours"), "director", 0, &err), 0);
	reissue(lab, "nve", "nvo3://dc1/nve/host1");
	assert_null(tls_open(&files, &err));
	assert_non_null(strstr(err.text, "our CA's revocation list is too old"));
	/* of another CA */
	assert_int_equal(pki_revoke(lab_path(lab, "theirs"), "nve", 1, &err), 0);
	files.crl = lab_path(lab, "theirs/crl.pem");
	assert_null(tls_open(&files, &err));
	assert_non_null(strstr(err.text, "there is no revocation list of \"nvo3 lab CA"));
	files.crl = files.key;
	assert_null(tls_open(&files, &err));
	assert_non_null(strstr(err.text, "nve.key is not a PEM CRL"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(test_server_keeps_old_sessions),
		LAB_TEST(test_refused_renewal_leaves_the_session),
		LAB_TEST(test_wrong_files_change_nothing),
		LAB_TEST(test_session_ends_when_the_certificate_expires),
		LAB_TEST(test_client_comes_before_the_peers_certificate_expires),
		LAB_TEST(test_session_ends_when_the_certificate_is_revoked),
		LAB_TEST(test_revocation_list_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
