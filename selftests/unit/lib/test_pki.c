// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "lib/mem.h"
#include "lib/pki.h"
#include "lib/tls.h"

static const char *const uris[] = { "nvo3://dc1/vserver/host1", "nvo3://dc1/nve/host1" };

static int setup(void **state)
{
	char *dir = mem_strdup("/tmp/nvo3-pki-XXXXXX");

	*state = dir;
	return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -rf %s", (char *)*state);
	free(*state);
	return system(command);
}

static char *path_of(const char *dir, const char *file)
{
	static char paths[4][160];
	static unsigned int next;
	char *p = paths[next++ % 4];

	snprintf(p, sizeof(paths[0]), "%s/%s", dir, file);
	return p;
}

static mode_t mode_of(const char *dir, const char *file)
{
	struct stat st;

	return stat(path_of(dir, file), &st) < 0 ? 0 : st.st_mode & 0777;
}

static X509 *load(const char *dir, const char *file)
{
	FILE *f = fopen(path_of(dir, file), "r");
	X509 *cert;

	assert_non_null(f);
	cert = PEM_read_X509(f, NULL, NULL, NULL);
	assert_non_null(cert);
	fclose(f);
	return cert;
}

static void test_made_certificate_is_usable(void **state)
{
	const char *dir = *state;
	struct identity id;
	struct err err;
	struct tls *tls;

	assert_int_equal(pki_init(dir, false, &err), 0);
	assert_int_equal(pki_issue(dir, "host1", uris, 2, 30, false, &err), 0);
	assert_int_equal(mode_of(dir, "ca.key"), 0600);
	assert_int_equal(mode_of(dir, "host1.key"), 0600);
	assert_int_equal(mode_of(dir, "host1.pem"), 0644);
	tls = tls_new(path_of(dir, "ca.pem"), path_of(dir, "host1.pem"), path_of(dir, "host1.key"),
		      &err);
	assert_non_null(tls);
	assert_true(tls_self(tls, ROLE_VSERVER, &id) && tls_self(tls, ROLE_NVE, &id));
	assert_string_equal(id.name, "host1");
	tls_free(tls);
}

static void test_what_is_in_it(void **state)
{
	const char *dir = *state;
	int day, sec, type;
	X509 *ca, *a, *b;

	assert_int_equal(pki_init(dir, false, NULL), 0);
	assert_int_equal(pki_issue(dir, "a", uris, 1, 30, false, NULL), 0);
	assert_int_equal(pki_issue(dir, "b", uris, 1, 30, false, NULL), 0);
	ca = load(dir, "ca.pem");
	a = load(dir, "a.pem");
	b = load(dir, "b.pem");
	assert_int_equal(X509_check_ca(ca), 1);
	assert_int_equal(X509_check_ca(a), 0);
	assert_int_equal(X509_verify(a, X509_get0_pubkey(ca)), 1);
	assert_int_equal(EVP_PKEY_get_bits(X509_get0_pubkey(a)), 256);
	assert_int_equal(X509_get_signature_nid(a), NID_ecdsa_with_SHA256);
	assert_int_not_equal(ASN1_INTEGER_cmp(X509_get0_serialNumber(a),
					      X509_get0_serialNumber(b)), 0);
	assert_int_equal(ASN1_TIME_diff(&day, &sec, NULL, X509_get0_notAfter(a)), 1);
	assert_true(day == 29 || (day == 30 && !sec));
	type = X509_get_extension_flags(a);
	assert_true(type & EXFLAG_XKUSAGE);
	X509_free(ca);
	X509_free(a);
	X509_free(b);
}

static void test_expired_for_tests(void **state)
{
	static const int days[] = { 0, -1, -400 };
	const char *dir = *state;
	struct err err;
	size_t i;

	assert_int_equal(pki_init(dir, false, NULL), 0);
	for (i = 0; i < 3; i++) {
		assert_int_equal(pki_issue(dir, "old", uris, 1, days[i], true, &err), 0);
		assert_null(tls_new(path_of(dir, "ca.pem"), path_of(dir, "old.pem"),
				    path_of(dir, "old.key"), &err));
		assert_non_null(strstr(err.text, "certificate of dc1/host1 expired on 20"));
	}
}

static void test_nothing_is_overwritten(void **state)
{
	const char *dir = *state;
	X509 *before, *after;
	struct err err;

	assert_int_equal(pki_init(dir, false, NULL), 0);
	assert_int_equal(pki_issue(dir, "a", uris, 1, 1, false, NULL), 0);
	before = load(dir, "a.pem");
	assert_int_equal(pki_init(dir, false, &err), -EEXIST);
	assert_non_null(strstr(err.text, "/ca.pem exists; it is kept"));
	assert_int_equal(pki_issue(dir, "a", uris, 1, 1, false, &err), -EEXIST);
	after = load(dir, "a.pem");
	assert_int_equal(X509_cmp(before, after), 0);
	X509_free(after);
	/* A key alone is as precious. */
	assert_int_equal(unlink(path_of(dir, "a.pem")), 0);
	assert_int_equal(pki_issue(dir, "a", uris, 1, 1, false, &err), -EEXIST);
	assert_non_null(strstr(err.text, "/a.key exists"));
	assert_int_equal(pki_issue(dir, "a", uris, 1, 1, true, &err), 0);
	after = load(dir, "a.pem");
	assert_int_not_equal(X509_cmp(before, after), 0);
	X509_free(after);
	X509_free(before);
	assert_int_equal(pki_init(dir, true, &err), 0);
}

static void refused(const char *dir, const char *name, const char *uri, const char *sentence)
{
	struct err err = { "" };
	char file[80];

	assert_true(pki_issue(dir, name, &uri, 1, 1, false, &err) < 0);
	if (!strstr(err.text, sentence))
		fail_msg("\"%s\" does not say \"%s\"", err.text, sentence);
	snprintf(file, sizeof(file), "%.64s.key", name);
	if (strcmp(name, "ca"))
		assert_int_equal(access(path_of(dir, file), F_OK), -1);
}

static void test_bad_requests(void **state)
{
	const char *dir = *state;
	struct err err;

	refused(dir, "a", uris[0], "/ca.pem: No such file or directory");
	assert_int_equal(pki_init(dir, false, NULL), 0);
	refused(dir, "a", "nvo3://dc1/king/host1", "the role must be one of vserver, nve, element");
	refused(dir, "a", "nvo3://dc1/nve/a,URI:nvo3://dc1/vcenter/a", "the name must be 1 to 63");
	refused(dir, "../a", uris[0], "file name \"../a\" is not 1 to 64 letters");
	refused(dir, "", uris[0], "file name \"\" is not");
	refused(dir, "ca", uris[0], "the name \"ca\" is the CA's own");
	assert_int_equal(pki_issue(dir, "a", NULL, 0, 1, false, &err), -EINVAL);
	assert_string_equal(err.text, "a certificate needs at least one name nvo3://DC/ROLE/NAME");
}

static void test_mixed_up_ca(void **state)
{
	const char *dir = *state;
	struct err err;

	assert_int_equal(pki_init(dir, false, NULL), 0);
	assert_int_equal(pki_issue(dir, "a", uris, 1, 1, false, NULL), 0);
	assert_int_equal(rename(path_of(dir, "a.key"), path_of(dir, "ca.key")), 0);
	assert_int_equal(pki_issue(dir, "b", uris, 1, 1, false, &err), -EINVAL);
	assert_non_null(strstr(err.text, "/ca.key is not the key of "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_made_certificate_is_usable, setup, teardown),
		cmocka_unit_test_setup_teardown(test_what_is_in_it, setup, teardown),
		cmocka_unit_test_setup_teardown(test_expired_for_tests, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nothing_is_overwritten, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad_requests, setup, teardown),
		cmocka_unit_test_setup_teardown(test_mixed_up_ca, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
