// SPDX-License-Identifier: GPL-2.0
/* On one host: who may connect is told by the kernel, not by a certificate. */
#include <fcntl.h>
#include <sys/stat.h>

#include "chan_lab.h"

static const struct identity vserver = { ROLE_VSERVER, "dc1", "host1" };

static struct chan_server *unix_listen(struct lab *lab, unsigned int uid, struct end *end)
{
	struct chan_server *s;
	struct err err;

	s = chan_listen_unix(lab->loop, lab_path(lab, "sock"), uid, &vserver, &end_ops, end, &err);
	if (!s)
		fail_msg("%s", err.text);
	return s;
}

static void unix_connect(struct lab *lab, struct end *end)
{
	char addr[128];
	const char *addrs[] = { addr };
	struct err err;

	snprintf(addr, sizeof(addr), "unix:%s", lab_path(lab, "sock"));
	end->chan = chan_connect(lab->loop, NULL, addrs, 1, ROLE_BIT(ROLE_NVE), &end_ops, end,
				 &err);
	if (!end->chan)
		fail_msg("%s", err.text);
}

static void test_own_uid(void **state)
{
	struct end server = { 0 }, client = { 0 };
	struct lab *lab = *state;
	struct chan_server *s;
	struct stat st;

	s = unix_listen(lab, geteuid(), &server);
	assert_int_equal(stat(lab_path(lab, "sock"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	unix_connect(lab, &client);
	LAB_WAIT(lab, server.ups && client.ups);
	assert_int_equal(chan_peer(client.chan)->role, ROLE_NVE);
	assert_string_equal(chan_peer_name(client.chan), "local");
	assert_int_equal(chan_peer(server.chan)->role, ROLE_VSERVER);
	assert_string_equal(chan_peer_name(server.chan), "dc1/host1");
	end_ask(&client, "vm1");
	end_ask(&server, "vm1");
	LAB_WAIT(lab, client.answers && server.answers);
	assert_int_equal(client.code, CODE(OK));
	chan_server_free(s);
	assert_int_equal(server.downs, 1);
	LAB_WAIT(lab, client.downs);
	assert_int_equal(stat(lab_path(lab, "sock"), &st), -1);
	chan_free(client.chan);
}

static void test_other_uid_is_refused(void **state)
{
	struct end server = { 0 }, client = { 0 };
	struct lab *lab = *state;
	struct chan_server *s;
	char said[128];

	/* Only root can make the socket for somebody else; root itself is then the stranger. */
	if (geteuid())
		skip();
	s = unix_listen(lab, 12345, &server);
	unix_connect(lab, &client);
	snprintf(said, sizeof(said), "it refuses us: uid 0 may not connect; uid 12345 may");
	LAB_WAIT(lab, lab_logged(said));
	assert_true(lab_logged("no session with nve at unix:"));
	assert_int_equal(server.ups + client.ups, 0);
	chan_free(client.chan);
	chan_server_free(s);
}

static void test_left_over_socket_is_replaced(void **state)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	struct end server = { 0 }, client = { 0 };
	struct lab *lab = *state;
	struct chan_server *s;

	strcpy(un.sun_path, lab_path(lab, "sock"));
	assert_int_equal(bind(fd, (struct sockaddr *)&un, sizeof(un)), 0);
	close(fd);
	s = unix_listen(lab, geteuid(), &server);
	unix_connect(lab, &client);
	LAB_WAIT(lab, client.ups);
	chan_free(client.chan);
	chan_server_free(s);
}

static void test_socket_in_use_is_kept(void **state)
{
	struct end server = { 0 }, client = { 0 };
	struct lab *lab = *state;
	struct chan_server *s;
	struct err err;

	s = unix_listen(lab, geteuid(), &server);
	assert_null(chan_listen_unix(lab->loop, lab_path(lab, "sock"), 0, &vserver, &end_ops,
				     &server, &err));
	assert_non_null(strstr(err.text, "another process does"));
	unix_connect(lab, &client);
	LAB_WAIT(lab, client.ups);
	chan_free(client.chan);
	chan_server_free(s);
}

static void test_other_file_is_kept(void **state)
{
	struct end server = { 0 };
	struct lab *lab = *state;
	struct stat st;
	struct err err;

	close(open(lab_path(lab, "sock"), O_CREAT | O_WRONLY, 0644));
	assert_null(chan_listen_unix(lab->loop, lab_path(lab, "sock"), 0, &vserver, &end_ops,
				     &server, &err));
	assert_non_null(strstr(err.text, "Address already in use"));
	assert_int_equal(stat(lab_path(lab, "sock"), &st), 0);
	assert_true(S_ISREG(st.st_mode));
}

static void test_bad_paths(void **state)
{
	const char *addr = "unix:/run/nvo3/nve.sock", *tcp = "127.0.0.1:6641";
	struct lab *lab = *state;
	char path[200] = "/";
	struct end end = { 0 };
	struct err err;

	memset(path + 1, 'x', sizeof(path) - 2);
	assert_null(chan_listen_unix(lab->loop, path, 0, &vserver, &end_ops, &end, &err));
	assert_non_null(strstr(err.text, "longer than the 107 bytes"));
	assert_null(chan_connect(lab->loop, NULL, &tcp, 1, ROLE_BIT(ROLE_NVE), &end_ops, &end,
				 &err));
	assert_string_equal(err.text, "127.0.0.1:6641 needs TLS: no certificate is configured");
	assert_null(chan_connect(lab->loop, NULL, &addr, 1,
				 ROLE_BIT(ROLE_NVE) | ROLE_BIT(ROLE_VSERVER),
				 &end_ops, &end, &err));
	assert_string_equal(err.text, "unix:/run/nvo3/nve.sock stands for one role, not for several");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(test_own_uid),
		LAB_TEST(test_other_uid_is_refused),
		LAB_TEST(test_left_over_socket_is_replaced),
		LAB_TEST(test_socket_in_use_is_kept),
		LAB_TEST(test_other_file_is_kept),
		LAB_TEST(test_bad_paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
