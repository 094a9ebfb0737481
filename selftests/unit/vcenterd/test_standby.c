// SPDX-License-Identifier: GPL-2.0
/* Two real vCenters, one store in etcd: the second stands by, ends when told, takes over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../lib/etcd_lab.h"
#include "lib/mem.h"
#include "lib/pki.h"
#include "lib/textfile.h"

static struct etcd_lab cluster;
static char dir[] = "/tmp/nvo3-standby-XXXXXX";
static char program[256];

/* A vCenter, numbered, whose files have that number */
struct proc {
	int n;
	uint16_t port;
	pid_t pid;
};

static const char *path(const char *name, int n)
{
	static char text[4][96];
	static unsigned int next;
	char *out = text[next++ % 4];

	snprintf(out, sizeof(text[0]), "%s/%s%d", dir, name, n);
	return out;
}

static int enter(void **state)
{
	const char *const uri = "nvo3://dc1/vcenter/vc";
	ssize_t len = readlink("/proc/self/exe", program, sizeof(program) - 1);
	struct err err;
	char *slash;

	program[len < 0 ? 0 : len] = '\0';
	slash = strstr(program, "/unit/vcenterd/");
	if (!slash || !mkdtemp(dir))
		return -1;
	strcpy(slash, "/bin/vcenterd");
	if (pki_init(dir, false, &err) || pki_issue(dir, "vc", &uri, 1, 1, false, &err))
		return -1;
	etcd_lab_start(&cluster, 1, 0);
	return 0;
}

static int leave(void **state)
{
	int r = etcd_lab_stop(&cluster);

	return nftw(dir, etcd_lab_remove, 8, FTW_DEPTH | FTW_PHYS) || r ? -1 : 0;
}

static void launch(struct proc *p, int n)
{
	FILE *f = fopen(path("conf", n), "w");
	int log;

	assert_non_null(f);
	*p = (struct proc){ .n = n, .port = free_ports(1) };
	fprintf(f, "dc = \"dc1\"; name = \"vc\"; listen = \"127.0.0.1:%u\";\n", p->port);
	fprintf(f, "tls: { ca = \"%s/ca.pem\"; cert = \"%s/vc.pem\";", dir, dir);
	fprintf(f, " key = \"%s/vc.key\"; };\n", dir);
	fprintf(f, "directors = [ \"127.0.0.1:1\" ];\n");
	fprintf(f, "store = \"etcd:%s\";\n", etcd_lab_url(&cluster, -1, "prefix=/vc"));
	assert_int_equal(fclose(f), 0);
	p->pid = fork();
	assert_true(p->pid >= 0);
	if (p->pid)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	log = open(path("log", n), O_WRONLY | O_CREAT | O_TRUNC, 0600);
	dup2(log, STDOUT_FILENO);
	dup2(log, STDERR_FILENO);
	execl(program, "vcenterd", "-c", path("conf", n), NULL);
	_exit(127);
}

static bool logged(struct proc *p, const char *text)
{
	char *log = textfile_read(path("log", p->n), 1 << 20, NULL);
	bool found = log && strstr(log, text);

	free(log);
	return found;
}

static void end(struct proc *p, int signo, int status)
{
	int got;

	kill(p->pid, signo);
	assert_int_equal(waitpid(p->pid, &got, 0), p->pid);
	if (WIFSIGNALED(got))
		assert_int_equal(status, -1);
	else
		assert_int_equal(WEXITSTATUS(got), status);
}

static void stands_by_for(struct proc *p, int n, const struct proc *owner)
{
	char text[128];

	launch(p, n);
	snprintf(text, sizeof(text),
		 "standing by: store etcd:/vc: is in use by vcenterd, process %d on ", owner->pid);
	ETCD_LAB_WAIT(logged(p, text));
	assert_false(logged(p, "vcenterd: ready"));
}

static void test_it_stands_by(void **state)
{
	struct proc first, second;

	launch(&first, 1);
	ETCD_LAB_WAIT(logged(&first, "vcenterd: ready"));
	stands_by_for(&second, 2, &first);
	end(&second, SIGTERM, 0);
	stands_by_for(&second, 3, &first);
	end(&first, SIGKILL, -1);
	etcd_lab_end_lease(&cluster, "/vc");
	ETCD_LAB_WAIT(logged(&second, "vcenterd: ready"));
	stands_by_for(&first, 4, &second);
	end(&second, SIGTERM, 0);
	ETCD_LAB_WAIT(logged(&first, "vcenterd: ready"));
	end(&first, SIGTERM, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_it_stands_by),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
