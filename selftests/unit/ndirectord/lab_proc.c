// SPDX-License-Identifier: GPL-2.0
/*
 * The loop of a test, and the directors that it runs; see lab.h.
 */
#include <arpa/inet.h>
#include <curl/curl.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utlist.h>
#include "../lib/faults_lab.h"
#include "../lib/free_port.h"
#include "lab_peer.h"
#include "lib/pki.h"
#include "lib/textfile.h"
#include "ndirectord/run.h"

#define AS_DIRECTOR	"--as-director"
#define LOG_SHOWN	8192	/* bytes */

static void tick(void *arg)
{
	loop_stop(arg);
}

void lab_turn(struct lab *lab)
{
	loop_timer_set(lab->tick, 2);
	assert_int_equal(loop_run(lab->loop), 0);
}

const char *lab_path(struct lab *lab, const char *fmt, ...)
{
	static char paths[8][160];
	static unsigned int next;
	char *path = paths[next++ % 8];
	va_list ap;
	int len;

	len = snprintf(path, sizeof(paths[0]), "%s/", lab->dir);
	va_start(ap, fmt);
	vsnprintf(path + len, sizeof(paths[0]) - len, fmt, ap);
	va_end(ap);
	return path;
}

static void issue(struct lab *lab, const char *dc, const char *role, const char *name)
{
	char file[64], uri[96];
	const char *uris = uri;
	struct err err;

	snprintf(file, sizeof(file), "%s-%s-%s", dc, role, name);
	snprintf(uri, sizeof(uri), "nvo3://%s/%s/%s", dc, role, name);
	if (!access(lab_path(lab, "%s.pem", file), F_OK))
		return;
	if (pki_issue(lab->dir, file, &uris, 1, 1, false, &err))
		fail_msg("%s", err.text);
}

int lab_setup(void **state)
{
	struct lab *lab = calloc(1, sizeof(*lab));
	struct err err;

	/* the death of a process is tested, not that of the machine: a disk would only be slow */
	snprintf(lab->dir, sizeof(lab->dir), "%s/nvo3-director-XXXXXX",
		 access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
	assert_non_null(mkdtemp(lab->dir));
	lab->loop = loop_new();
	lab->tick = loop_timer_new(lab->loop, tick, lab->loop);
	if (pki_init(lab->dir, false, &err))
		fail_msg("%s", err.text);
	issue(lab, "dc1", "operator", "root");
	chan_timers.retry_min = 5;
	chan_timers.retry_max = 50;
	chan_timers.dial_max = 50;
	chan_timers.silence = LAB_DEADLINE_MS;
	*state = lab;
	return 0;
}

/* A director must not only do what is asked, but end in good order, too. */
int lab_teardown(void **state)
{
	struct lab *lab = *state;
	char command[128];

	while (lab->peers)
		peer_close(lab->peers);
	while (lab->procs)
		proc_end(lab->procs, SIGTERM, 0);
	loop_timer_free(lab->tick);
	loop_free(lab->loop);
	snprintf(command, sizeof(command), "rm -rf %s", lab->dir);
	assert_int_equal(system(command), 0);
	free(lab);
	return 0;
}

void proc_init(struct proc *d, struct lab *lab, int dc_id)
{
	*d = (struct proc){ .lab = lab, .dc_id = dc_id, .grace = 3600, .port = free_ports(1),
			    .api = free_ports(1) };
	snprintf(d->dc, sizeof(d->dc), "dc%d", dc_id);
	issue(lab, d->dc, "director", "d");
}

static const char *addr_of(const struct proc *d)
{
	return d->addr ?: "127.0.0.1";
}

static void write_conf(struct proc *d)
{
	FILE *f = fopen(lab_path(d->lab, "%s.conf", d->dc), "w");
	const char *dir = d->lab->dir;
	int i;

	assert_non_null(f);
	fprintf(f, "dc = \"%s\"; name = \"d\"; dc_id = %d; grace = %u; lease = %u;\n", d->dc,
		d->dc_id, d->grace, d->lease);
	fprintf(f, "tls: { ca = \"%s/ca.pem\"; cert = \"%s/%s-director-d.pem\";", dir, dir, d->dc);
	fprintf(f, " key = \"%s/%s-director-d.key\";", dir, d->dc);
	if (d->crl)
		fprintf(f, " crl = \"%s/crl.pem\";", dir);
	fprintf(f, " };\n");
	if (d->store)
		fprintf(f, "store = \"%s\";\n", d->store);
	else
		fprintf(f, "store = \"sqlite:%s/%s.db\";\n", dir, d->dc);
	if (d->alone)
		fprintf(f, "alone = %u;\n", d->alone);
	if (d->forget)
		fprintf(f, "forget = %u;\n", d->forget);
	if (d->more)
		fprintf(f, "%s\n", d->more);
	if (d->absent)
		fprintf(f, "absent = %u;\n", d->absent);
	fprintf(f, "listen = \"%s:%u\"; api = \"%s:%u\";\n", addr_of(d), d->port, addr_of(d),
		d->api);
	fprintf(f, "peers = (");
	for (i = 0; i < 3 && d->with[i]; i++)
		fprintf(f, "%s { dc = \"%s\"; addrs = [ \"%s:%u\" ]; }", i ? "," : "",
			d->with[i]->dc, addr_of(d->with[i]), d->with[i]->port);
	fprintf(f, " );\n");
	assert_int_equal(fclose(f), 0);
}

static void become_director(struct proc *d)
{
	struct rlimit limit = { d->file_limit, d->file_limit };
	int log;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (d->net && setns(*d->net, CLONE_NEWNET))
		_exit(126);
	log = open(lab_path(d->lab, "%s.log", d->dc), O_WRONLY | O_CREAT | O_APPEND, 0600);
	dup2(log, STDOUT_FILENO);
	dup2(log, STDERR_FILENO);
	if (d->file_limit) {
		signal(SIGXFSZ, SIG_IGN);
		setrlimit(RLIMIT_FSIZE, &limit);
	}
	if (d->faults)
		faults_load(d->faults);
	execl("/proc/self/exe", "ndirectord", AS_DIRECTOR, "-c", lab_path(d->lab, "%s.conf", d->dc),
	      NULL);
	_exit(127);
}

/* A host that is cut off does not answer at all: it is not waited for. */
bool proc_serves(const struct proc *d)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(d->api),
				  .sin_addr.s_addr = inet_addr(addr_of(d)) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const struct timeval patience = { .tv_usec = 200000 };
	bool ok;

	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	ok = !connect(fd, (struct sockaddr *)&in, sizeof(in));
	close(fd);
	return ok;
}

void proc_launch(struct proc *d)
{
	write_conf(d);
	d->pid = fork();
	assert_true(d->pid >= 0);
	if (!d->pid)
		become_director(d);
	DL_APPEND(d->lab->procs, d);
}

void proc_start(struct proc *d)
{
	proc_launch(d);
	LAB_WAIT(d->lab, proc_serves(d));
}

/* Its end says why; a message of cmocka has room for a thousand bytes. */
static void show_log(struct proc *d)
{
	char *text = textfile_read(lab_path(d->lab, "%s.log", d->dc), 1 << 24, NULL);
	char *rest = text, *line;

	if (text && strlen(text) > LOG_SHOWN)
		rest += strlen(text) - LOG_SHOWN;
	while (rest && (line = strsep(&rest, "\n")))
		print_message("%s\n", line);
	free(text);
}

bool proc_alive(struct proc *d)
{
	siginfo_t info = { };

	waitid(P_PID, d->pid, &info, WEXITED | WNOHANG | WNOWAIT);
	return !info.si_pid;
}

/* One that has only just begun would be ended by SIGTERM as any program is. */
static bool catches(struct proc *d, int signo)
{
	unsigned long long caught = 0;
	char path[32], *line = NULL;
	size_t size = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", d->pid);
	f = fopen(path, "r");
	while (f && getline(&line, &size, f) > 0)
		if (sscanf(line, "SigCgt: %llx", &caught) == 1)
			break;
	if (f)
		fclose(f);
	free(line);
	return caught & 1ULL << (signo - 1);
}

void proc_end(struct proc *d, int signo, int status)
{
	pid_t done = 0;
	int got;

	DL_DELETE(d->lab->procs, d);
	if (signo == SIGTERM)
		LAB_WAIT(d->lab, catches(d, signo) || !proc_alive(d));
	if (signo)
		kill(d->pid, signo);
	LAB_WAIT(d->lab, (done = waitpid(d->pid, &got, WNOHANG)) != 0);
	assert_int_equal(done, d->pid);
	if (WIFSIGNALED(got) ? status == -1 : WEXITSTATUS(got) == status)
		return;
	show_log(d);
	fail_msg("the director of %s ended with %#x", d->dc, got);
}

bool proc_logged(struct proc *d, const char *text)
{
	char *log = textfile_read(lab_path(d->lab, "%s.log", d->dc), 1 << 24, NULL);
	bool found = log && strstr(log, text);

	free(log);
	return found;
}

static size_t collect(char *data, size_t size, size_t n, void *arg)
{
	FILE *f = arg;

	return fwrite(data, size, n, f);
}

static json_t *call(struct proc *d, const char *method, const char *path, const char *body,
		    long *status)
{
	CURL *curl = curl_easy_init();
	char url[128], *text = NULL;
	json_t *json;
	size_t len;
	FILE *f;

	f = open_memstream(&text, &len);
	snprintf(url, sizeof(url), "https://%s:%u/api/v1%s", addr_of(d), d->api, path);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
	if (body)
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
	curl_easy_setopt(curl, CURLOPT_SSLCERT, lab_path(d->lab, "dc1-operator-root.pem"));
	curl_easy_setopt(curl, CURLOPT_SSLKEY, lab_path(d->lab, "dc1-operator-root.key"));
	curl_easy_setopt(curl, CURLOPT_CAINFO, lab_path(d->lab, "ca.pem"));
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
	curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, collect);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, f);
	assert_int_equal(curl_easy_perform(curl), CURLE_OK);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, status);
	curl_easy_cleanup(curl);
	fclose(f);
	json = json_loads(text, 0, NULL);
	assert_non_null(json);
	free(text);
	return json;
}

json_t *proc_get(struct proc *d, const char *path)
{
	long status;
	json_t *json = call(d, "GET", path, NULL, &status);

	if (status != 200)
		fail_msg("%s: %ld %s", path, status, json_dumps(json, 0));
	return json;
}

void proc_metrics(struct proc *d, const char *wishes)
{
	const char *dir = d->lab->dir;
	char curl[512], cmd[1024];

	snprintf(curl, sizeof(curl),
		 "curl -sfk --cert %s/dc1-operator-root.pem --key %s/dc1-operator-root.key", dir,
		 dir);
	snprintf(cmd, sizeof(cmd), "%s --noproxy '*' https://%s:%u/metrics >%s/metrics", curl,
		 addr_of(d), d->api, dir);
	if (system(cmd))
		fail_msg("%s has no metrics", d->dc);
	snprintf(cmd, sizeof(cmd), "python3 tools/check/metrics.py %s/metrics %s", dir, wishes);
	if (system(cmd))
		fail_msg("metrics of %s: not as they ought to be: %s", d->dc, wishes);
}

static void expect(struct proc *d, const char *method, const char *path, const char *body,
		   long status, const char *error)
{
	long got;
	json_t *json = call(d, method, path, body, &got);
	const char *text = json_string_value(json_object_get(json, "error"));

	if (got != status || (error && (!text || strcmp(error, text))))
		fail_msg("%s %s: %ld %s", method, path, got, json_dumps(json, 0));
	json_decref(json);
}

void proc_delete(struct proc *d, const char *path, long status, const char *error)
{
	expect(d, "DELETE", path, NULL, status, error);
}

void proc_post(struct proc *d, const char *path, const char *body, long status, const char *error)
{
	expect(d, "POST", path, body, status, error);
}

static bool has(json_t *item, const char *key, const char *value)
{
	json_t *found = json_object_get(item, key);
	const char *text = json_string_value(found);

	if (json_is_boolean(found))
		text = json_is_true(found) ? "true" : "false";
	return text && strstr(text, value);
}

int proc_count(struct proc *d, const char *path, const char *key, const char *value)
{
	json_t *json = proc_get(d, path), *items = json_object_get(json, "items"), *item;
	size_t i;
	int n = 0;

	assert_true(json_is_array(items));
	json_array_foreach(items, i, item)
		n += !key || has(item, key, value);
	json_decref(json);
	return n;
}

int lab_main(int argc, char **argv, const char *name, const struct CMUnitTest *tests, size_t n)
{
	if (argc > 1 && !strcmp(argv[1], AS_DIRECTOR)) {
		argv[1] = argv[0];
		if (getenv("LAB_MINOR"))
			chan_our_minor = atoi(getenv("LAB_MINOR"));
		return director_main(argc - 1, argv + 1);
	}
	curl_global_init(CURL_GLOBAL_ALL);
	if (getenv("LAB_TEST"))
		cmocka_set_test_filter(getenv("LAB_TEST"));
	return _cmocka_run_group_tests(name, tests, n, NULL, NULL);
}
