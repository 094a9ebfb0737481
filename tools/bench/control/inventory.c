// SPDX-License-Identifier: GPL-2.0
/*
 * What is around a vCenter that is measured (T25): an nDirector that grants every placement,
 * vServers with a driver that does nothing, and clients of its API.
 *
 *	inventory fill STORE VMS SERVERS	a store as vcenterd would have written it
 *	inventory drive FOLDER PKI VCENTER DIRECTOR	FOLDER/socket is the API
 *
 * drive says {} when vcenterd is ready, then reads one command a line and answers with one of JSON:
 *
 *	create FIRST COUNT AT_ONCE	VMs, until they run
 *	register FIRST COUNT		one vServer has made them: until all are answered
 *	use VMS SERVERS			one report of each server in a session, until they are taken
 *	get ROUNDS ALL PATH		one after the other: median and p99 of their times
 *	walk PATH			all pages of it: how many items
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include "inventory.h"
#include "lib/chan.h"
#include "lib/json.h"
#include "lib/mem.h"
#include "lib/pki.h"
#include "proto/management.pb-c.h"
#include "proto/placement.pb-c.h"

#define REPLY_MAX	(64u << 20)
#define ROUNDS_MAX	100000u

void die(const char *what, const char *why)
{
	fprintf(stderr, "%s: %s\n", what, why);
	exit(1);
}

static double now_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* --- the nDirector and the vServers */

static struct loop *loop;
static struct loop_timer *turn;
static struct chan *servers[SESSIONS];
static unsigned int registered, created, answered, failed;
static uint64_t epochs = 1ull << 32, seconds;
static char api[108];

static void stop(void *unused)
{
	loop_stop(loop);
}

/* Until @n of what is counted are there. */
static void wait_for(const unsigned int *count, unsigned int n)
{
	double end = now_s() + 600;

	while (*count < n && now_s() < end) {
		loop_timer_set(turn, 10);
		loop_run(loop);
	}
	if (*count < n)
		die("no end", "ten minutes are over");
}

static bool director_message(struct chan *chan, const struct msg *msg, void *arg)
{
	Nvo3__PlaceReply reply = NVO3__PLACE_REPLY__INIT;
	Nvo3__Place *req;

	if (msg->type != MSG(PLACE)) {
		chan_reply(chan, msg->id, CODE(OK), NULL, NULL);
		return true;
	}
	req = msg_decode(msg, &nvo3__place__descriptor, NULL);
	reply.epoch = req->epoch ? req->epoch : ++epochs;
	msg_free(req);
	chan_reply(chan, msg->id, CODE(OK), NULL, &reply.base);
	return true;
}

static bool server_message(struct chan *chan, const struct msg *msg, void *arg)
{
	Nvo3__VmReport report = NVO3__VM_REPORT__INIT;

	if (msg->type != MSG(VM_CREATE)) {
		if (msg->id)
			chan_reply(chan, msg->id, CODE(OK), NULL, NULL);
		return true;
	}
	report.state = NVO3__VM_STATE__VM_RUNNING;
	created++;
	chan_reply(chan, msg->id, CODE(OK), NULL, &report.base);
	return true;
}

static void server_registered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	if (code != CODE(OK))
		die("a vServer is refused", text);
	registered++;
}

static void server_up(struct chan *chan, void *arg)
{
	Nvo3__ServerRegister req = NVO3__SERVER_REGISTER__INIT;
	char nve[24];

	snprintf(nve, sizeof(nve), "dc1/s%05u", (unsigned int)(uintptr_t)arg);
	req.nve = nve;
	req.image_addr = "127.0.0.1:6660";
	req.cpus = 65536;
	req.memory_mib = 1 << 28;
	req.disk_mib = 1 << 30;
	req.max_vms = 65536;
	chan_request(chan, MSG(SERVER_REGISTER), &req.base, 0, server_registered, NULL);
}

static struct tls *identity(const char *pki, const char *name, const char *role)
{
	char ca[256], cert[256], key[256], text[80];
	const char *uri = text;
	struct err err;
	struct tls *tls;

	snprintf(text, sizeof(text), "nvo3://dc1/%s/%s", role, name);
	snprintf(ca, sizeof(ca), "%s/ca.pem", pki);
	snprintf(cert, sizeof(cert), "%s/%s.pem", pki, name);
	snprintf(key, sizeof(key), "%s/%s.key", pki, name);
	if (pki_issue(pki, name, &uri, 1, 10, false, &err))
		die(name, err.text);
	tls = tls_new(ca, cert, key, &err);
	if (!tls)
		die(name, err.text);
	return tls;
}

static void open_sessions(const char *pki, const char *vcenter, const char *director)
{
	static const struct chan_ops director_ops = { .message = director_message };
	static const struct chan_ops server_ops = { .up = server_up, .message = server_message };
	struct err err;
	char name[16];

	if (!chan_listen(loop, identity(pki, "director", "director"), director,
			 ROLE_BIT(ROLE_VCENTER), &director_ops, NULL, &err))
		die("director", err.text);
	for (uintptr_t i = 0; i < SESSIONS; i++) {
		snprintf(name, sizeof(name), "s%05u", (unsigned int)i);
		servers[i] = chan_connect(loop, identity(pki, name, "vserver"), &vcenter, 1,
					  ROLE_BIT(ROLE_VCENTER), &server_ops, (void *)i, &err);
		if (!servers[i])
			die(name, err.text);
	}
}

/* --- the API */

struct client {
	int fd;
	struct loop_fd *watch;
	uint32_t n;			/* of the VM that it makes */
	char head[1024];
	size_t len;
};

static uint32_t next_vm, end_vm;

static int connect_api(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", api);
	if (fd < 0 || connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
		die(api, strerror(errno));
	return fd;
}

static void send_all(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t n = write(fd, text, len);

		if (n < 0)
			die(api, strerror(errno));
		text += n;
		len -= n;
	}
}

static void post_next(struct client *c)
{
	char body[256], request[512];
	int len;

	if (next_vm == end_vm)
		return;
	c->n = next_vm++;
	c->len = 0;
	len = snprintf(body, sizeof(body),
		       "{\"name\":\"vm%u\",\"tenant\":\"t%u\",\"nics\":[{\"vn\":\"n%u\",\"mac\":\"02:01:%02x:%02x:%02x:%02x\",\"ip\":\"10.%u.%u.%u/24\"}]}",
		       c->n, c->n % TENANTS, c->n % VNS, c->n >> 24, c->n >> 16 & 255,
		       c->n >> 8 & 255, c->n & 255, c->n >> 16 & 255, c->n >> 8 & 255, c->n & 255);
	len = snprintf(request, sizeof(request),
		       "POST /api/v1/vms HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", len,
		       body);
	send_all(c->fd, request, len);
}

/* Length of the whole answer, as soon as its head says it; else 0. */
static size_t whole(const char *text)
{
	const char *end = strstr(text, "\r\n\r\n"), *length = strcasestr(text, "\r\nContent-Length:");

	if (!end || !length || length > end)
		return 0;
	return end + 4 - text + strtoul(length + 17, NULL, 10);
}

static void posted(int fd, unsigned int events, void *arg)
{
	struct client *c = arg;
	ssize_t n = read(fd, c->head + c->len, sizeof(c->head) - 1 - c->len);
	size_t size;

	if (n <= 0)
		die(api, "the connection ends");
	c->len += n;
	c->head[c->len] = '\0';
	size = whole(c->head);
	if (!size)
		return;
	/* of the body nothing is of interest but that it has come: it goes where the head began */
	if (c->len < size) {
		size_t left = size - c->len;

		while (left) {
			n = read(fd, c->head, left < sizeof(c->head) ? left : sizeof(c->head));
			if (n <= 0)
				die(api, "the connection ends");
			left -= n;
			c->head[0] = '\0';
		}
	} else if (strncmp(c->head, "HTTP/1.1 202", 12)) {
		if (!failed++)
			fprintf(stderr, "%s\n", c->head);
	}
	answered++;
	post_next(c);
}

static void do_create(uint32_t first, uint32_t count, uint32_t at_once)
{
	struct client *clients = mem_calloc(at_once, sizeof(*clients));
	double begin = now_s();

	next_vm = first;
	end_vm = first + count;
	created = 0;
	answered = 0;
	failed = 0;
	for (uint32_t i = 0; i < at_once; i++) {
		clients[i].fd = connect_api();
		clients[i].watch = loop_fd_new(loop, clients[i].fd, LOOP_READ, posted,
					       &clients[i]);
		post_next(&clients[i]);
	}
	wait_for(&answered, count);
	wait_for(&created, count - failed);
	printf("{\"seconds\": %.6f, \"failed\": %u}\n", now_s() - begin, failed);
	for (uint32_t i = 0; i < at_once; i++) {
		loop_fd_free(clients[i].watch);
		close(clients[i].fd);
	}
	free(clients);
}

static void vm_registered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	if (code != CODE(OK) && !failed++)
		fprintf(stderr, "%s\n", text);
	answered++;
}

static void do_register(uint32_t first, uint32_t count)
{
	double begin = now_s();

	answered = 0;
	failed = 0;
	for (uint32_t n = first; n < first + count; n++) {
		Nvo3__VmRegister msg = NVO3__VM_REGISTER__INIT;
		Nvo3__VmReport report = NVO3__VM_REPORT__INIT;
		Nvo3__VmProfile profile = NVO3__VM_PROFILE__INIT;
		Nvo3__Nic nic = NVO3__NIC__INIT, *nics = &nic;
		struct uuid vn = uuid_of('n', 0), vm = uuid_of('v', n);
		struct mac_addr mac = mac_of(n);
		char name[24];

		snprintf(name, sizeof(name), "vm%u", n);
		nic.vn = msg_put_uuid(&vn);
		nic.mac = msg_put_mac(&mac);
		profile.vm = msg_put_uuid(&vm);
		profile.name = name;
		profile.tenant = "t0";
		profile.cpus = 1;
		profile.memory_mib = 128;
		profile.disk_mib = 16;
		profile.nics = &nics;
		profile.n_nics = 1;
		report.profile = &profile;
		report.state = NVO3__VM_STATE__VM_RUNNING;
		msg.vm = &report;
		chan_request(servers[0], MSG(VM_REGISTER), &msg.base, 0, vm_registered, NULL);
	}
	wait_for(&answered, count);
	printf("{\"seconds\": %.6f, \"failed\": %u}\n", now_s() - begin, failed);
}

static void looked_up(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	answered++;
}

/* The VMs of a session's server are those that were created: @count of them, by turns. */
static void do_use(uint32_t first, uint32_t count)
{
	Nvo3__VmLookup last = NVO3__VM_LOOKUP__INIT;
	uint32_t each = count / SESSIONS;
	double begin = now_s();
	uint64_t wall = (uint64_t)time(NULL) * 1000;

	seconds += 20;
	answered = 0;
	for (uint32_t s = 0; s < SESSIONS; s++) {
		Nvo3__VmUseEvent event = NVO3__VM_USE_EVENT__INIT;
		Nvo3__VmUse *uses = mem_calloc(each, sizeof(*uses));
		Nvo3__VmUse **list = mem_calloc(each, sizeof(*list));
		struct uuid *ids = mem_calloc(each, sizeof(*ids));

		for (uint32_t i = 0; i < each; i++) {
			ids[i] = uuid_of('v', first + s * each + i);
			nvo3__vm_use__init(&uses[i]);
			uses[i].vm = msg_put_uuid(&ids[i]);
			uses[i].time = wall - 1000000 + seconds * 1000;
			uses[i].cpu_ns = seconds * 300000000;
			uses[i].memory_kib = 100000;
			uses[i].net_in = seconds * 1000000;
			uses[i].disk_read = seconds * 1000;
			list[i] = &uses[i];
		}
		event.uses = list;
		event.n_uses = each;
		chan_event(servers[s], MSG(VM_USE), &event.base);
		last.name = "vm0";
		chan_request(servers[s], MSG(VM_LOOKUP), &last.base, 0, looked_up, NULL);
		free(uses);
		free(list);
		free(ids);
	}
	wait_for(&answered, SESSIONS);
	printf("{\"seconds\": %.6f}\n", now_s() - begin);
}

static char *reply;

/* The body of the answer; the session goes on for the next. */
static const char *get(int fd, const char *path)
{
	char request[512];
	size_t len = 0, size = 0;

	send_all(fd, request, snprintf(request, sizeof(request),
				       "GET /api/v1%s HTTP/1.1\r\nHost: x\r\n\r\n", path));
	do {
		ssize_t n = read(fd, reply + len, REPLY_MAX - 1 - len);

		if (n <= 0)
			die(path, "the connection ends");
		len += n;
		reply[len] = '\0';
		if (!size)
			size = whole(reply);
	} while (!size || len < size);
	if (strncmp(reply, "HTTP/1.1 200", 12))
		die(path, reply);
	return strstr(reply, "\r\n\r\n") + 4;
}

static int compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The sessions are not to be taken for dead while we ask. */
static void keep_alive(void)
{
	loop_timer_set(turn, 0);
	loop_run(loop);
}

/* vCenter is in another process: our loop need not turn while it answers. */
static void do_get(uint32_t rounds, uint32_t all, const char *path)
{
	double *times = mem_calloc(rounds, sizeof(*times));
	int fd = connect_api();
	char where[512];

	for (uint32_t i = 0; i < rounds; i++) {
		uint64_t n = (uint64_t)i * 2654435761u;
		double begin;

		/* %u in the path is another number below @all each time */
		snprintf(where, sizeof(where), path, (unsigned int)(n % all));
		begin = now_s();
		get(fd, where);
		times[i] = now_s() - begin;
		keep_alive();
	}
	qsort(times, rounds, sizeof(*times), compare);
	printf("{\"median\": %.7f, \"p99\": %.7f}\n", times[rounds / 2], times[rounds * 99 / 100]);
	close(fd);
	free(times);
}

static void do_walk(const char *path)
{
	double begin = now_s(), longest = 0;
	unsigned int items = 0, pages = 0;
	int fd = connect_api();
	char where[512];
	json_t *after = NULL, *page = NULL;

	do {
		double one = now_s();

		snprintf(where, sizeof(where), "%s%s%s", path, after ? "&after=" : "",
			 after ? json_string_value(after) : "");
		json_decref(page);
		page = json_loads(get(fd, where), 0, NULL);
		one = now_s() - one;
		longest = one > longest ? one : longest;
		items += json_array_size(json_object_get(page, "items"));
		after = json_object_get(page, "after");
		pages++;
		keep_alive();
	} while (after);
	json_decref(page);
	close(fd);
	printf("{\"seconds\": %.6f, \"items\": %u, \"pages\": %u, \"longest\": %.6f}\n",
	       now_s() - begin, items, pages, longest);
}

static void command(int argc, char **argv)
{
	uint32_t first = argc > 1 ? strtoul(argv[1], NULL, 0) : 0;
	uint32_t second = argc > 2 ? strtoul(argv[2], NULL, 0) : 0;
	uint32_t third = argc > 3 ? strtoul(argv[3], NULL, 0) : 1;

	if (!strcmp(argv[0], "create") && argc == 4)
		do_create(first, second, third);
	else if (!strcmp(argv[0], "register") && argc == 3)
		do_register(first, second);
	else if (!strcmp(argv[0], "use") && argc == 3)
		do_use(first, second);
	else if (!strcmp(argv[0], "get") && argc == 4 && first && first <= ROUNDS_MAX && second)
		do_get(first, second, argv[3]);
	else if (!strcmp(argv[0], "walk") && argc == 2)
		do_walk(argv[1]);
	else
		printf("{\"error\": \"no command %s\"}\n", argv[0]);
}

static bool readable;

static void input(int fd, unsigned int events, void *arg)
{
	readable = true;
	loop_stop(loop);
}

/* The loop does not turn within itself: a command is carried out when it has stopped. */
static void read_command(void)
{
	char text[512], *words[8];
	int n = 0;

	if (!fgets(text, sizeof(text), stdin))
		exit(0);
	for (char *word = strtok(text, " \n"); word && n < 8; word = strtok(NULL, " \n"))
		words[n++] = word;
	if (n)
		command(n, words);
}

static void __attribute__((noreturn))
drive(const char *folder, const char *pki, const char *vcenter, const char *director)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	setvbuf(stdin, NULL, _IONBF, 0);
	snprintf(api, sizeof(api), "%s/socket", folder);
	reply = mem_zalloc(REPLY_MAX);
	loop = loop_new();
	turn = loop_timer_new(loop, stop, NULL);
	open_sessions(pki, vcenter, director);
	wait_for(&registered, SESSIONS);
	puts("{}");
	for (;;) {
		struct loop_fd *in = loop_fd_new(loop, STDIN_FILENO, LOOP_READ, input, NULL);

		readable = false;
		loop_run(loop);
		loop_fd_free(in);
		if (readable)
			read_command();
	}
}

int main(int argc, char **argv)
{
	if (argc == 5 && !strcmp(argv[1], "fill"))
		return inventory_fill(argv[2], strtoul(argv[3], NULL, 0),
				      strtoul(argv[4], NULL, 0));
	if (argc == 6 && !strcmp(argv[1], "drive"))
		drive(argv[2], argv[3], argv[4], argv[5]);
	fprintf(stderr, "usage: %s fill STORE VMS SERVERS | drive FOLDER PKI VCENTER DIRECTOR\n",
		argv[0]);
	return 2;
}
