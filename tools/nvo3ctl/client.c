// SPDX-License-Identifier: GPL-2.0
/*
 * The only file of this tool that knows libcurl.
 *
 * A server's certificate names a role and no host, so it is not compared with the address:
 * once the connection is there, and before anything is sent, its role must be that of the
 * service that is asked.
 */
#include "client.h"

#include <curl/curl.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "lib/cleanup.h"
#include "lib/mem.h"
#include "lib/tls.h"
#include "path.h"

#define CONNECT_S	10L
#define ANSWER_S	60L
#define ANSWER_MAX	(64u * 1024 * 1024)
#define AGAIN_MS	500		/* between two tries */
#define AGAIN_S		10
#define STREAM_SILENCE_S 60	/* it says something every 15 s */

static const struct {
	const char *name;
	enum role role;
} services[N_SERVICES] = {
	[VCENTER] = { "vcenterd", ROLE_VCENTER },
	[DIRECTOR] = { "ndirectord", ROLE_DIRECTOR },
};

struct client {
	struct client_config config;
	char *dc;			/* set later than the others */
	CURL *curl;
};

/* One request and what came of it */
struct call {
	CURL *curl;
	enum service service;
	const char *where;
	struct err refused;	/* its certificate, before anything was sent */
	char error[CURL_ERROR_SIZE];
	char *data;
	size_t len;
};

struct client *client_new(const struct client_config *config)
{
	struct client *client = mem_zalloc(sizeof(*client));

	client->config = *config;
	client->curl = mem_check(curl_easy_init());
	return client;
}

void client_free(struct client *client)
{
	if (!client)
		return;
	curl_easy_cleanup(client->curl);
	free(client->dc);
	free(client);
}

void client_set_dc(struct client *client, const char *dc)
{
	free(client->dc);
	client->dc = mem_strdup(dc);
	client->config.dc = client->dc;
}

struct client *client_clone(const struct client *client)
{
	return client_new(&client->config);
}

static size_t keep_data(char *data, size_t size, size_t n, void *arg)
{
	struct call *call = arg;

	if (n > ANSWER_MAX - call->len)
		return 0;
	call->data = mem_check(realloc(call->data, call->len + n + 1));
	memcpy(call->data + call->len, data, n);
	call->len += n;
	call->data[call->len] = '\0';
	return n;
}

static int check_server(void *arg, char *ip, char *local_ip, int port, int local_port)
{
	struct curl_tlssessioninfo *info = NULL;
	struct call *call = arg;
	struct identity id;

	if (curl_easy_getinfo(call->curl, CURLINFO_TLS_SSL_PTR, &info) != CURLE_OK || !info ||
	    info->backend != CURLSSLBACKEND_OPENSSL || !info->internals) {
		err_set(&call->refused, EPROTO, "its certificate cannot be seen");
		return CURL_PREREQFUNC_ABORT;
	}
	if (tls_peer(info->internals, ROLE_BIT(services[call->service].role), &id,
		     &call->refused) < 0)
		return CURL_PREREQFUNC_ABORT;
	return CURL_PREREQFUNC_OK;
}

static void use_tls(struct client *client, struct call *call)
{
	CURL *curl = client->curl;

	curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_3);
	curl_easy_setopt(curl, CURLOPT_CAINFO, client->config.ca);
	/* Not those that the machine trusts for the web. */
	curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(curl, CURLOPT_SSLCERT, client->config.cert);
	curl_easy_setopt(curl, CURLOPT_SSLKEY, client->config.key);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
	curl_easy_setopt(curl, CURLOPT_PREREQFUNCTION, check_server);
	curl_easy_setopt(curl, CURLOPT_PREREQDATA, call);
}

/* Connections are kept by curl_easy_reset(), all else is set anew for each request. */
static void prepare(struct client *client, struct call *call, const char *method,
		    const char *url)
{
	CURL *curl = client->curl;

	curl_easy_reset(curl);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_S);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, ANSWER_S);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, call->error);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep_data);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, call);
	if (client->config.service[call->service].url)
		use_tls(client, call);
	else
		curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH,
				 client->config.service[call->service].socket);
}

static const char *why(struct call *call, CURLcode code)
{
	long os_error = 0;

	if (call->refused.text[0])
		return call->refused.text;
	curl_easy_getinfo(call->curl, CURLINFO_OS_ERRNO, &os_error);
	if (code == CURLE_COULDNT_CONNECT && os_error)
		return strerror(os_error);
	return call->error[0] ? call->error : curl_easy_strerror(code);
}

/* What the server said, as 0 with the answer or as a refusal. */
static int judge(struct call *call, long status, json_t **ret, struct err *err)
{
	const char *name = services[call->service].name;
	json_t *json = json_loadb(call->data ?: "", call->len, 0, NULL);
	const char *sentence;
	int r;

	if (status < 300) {
		if (!json)
			return err_set(err, EREMOTEIO, "%s at %s: its answer is not JSON", name,
				       call->where);
		*ret = json;
		return 0;
	}

	sentence = json_string_value(json_object_get(json, "error"));
	r = status == 404 ? -ENOENT : status == 503 ? -EHOSTUNREACH :
	    status == 504 ? -ECONNRESET : -EREMOTEIO;
	if (sentence)
		err_set(err, r, "%s", sentence);
	else
		err_set(err, r, "%s at %s: answers with HTTP status %ld", name, call->where,
			status);
	json_decref(json);
	return r;
}

static int check_config(const struct client_config *config, enum service service,
			struct err *err)
{
	if (config->dc && service == DIRECTOR)
		return err_set(err, EINVAL,
			       "--dc: ndirectord is asked only about its own data centre");
	if (!config->service[service].url)
		return 0;
	if (strncmp(config->service[service].url, "https://", strlen("https://")) != 0)
		return err_set(err, EINVAL, "\"%s\" must be https://HOST:PORT",
			       config->service[service].url);
	if (!config->ca || !config->cert || !config->key)
		return err_set(err, EINVAL, "https needs --ca, --cert and --key");
	return 0;
}

/* It may have been carried out, and its answer was lost. */
static bool is_lost(CURLcode code)
{
	return code == CURLE_GOT_NOTHING || code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR ||
	       code == CURLE_PARTIAL_FILE || code == CURLE_OPERATION_TIMEDOUT;
}

int client_call(struct client *client, enum service service, const char *method,
		const char *path, json_t *body, json_t **ret, struct err *err)
{
	_cleanup_free_ char *url = NULL, *full = NULL, *text = NULL;
	const char *base = client->config.service[service].url;
	struct call call = {
		.curl = client->curl,
		.service = service,
		.where = base ?: client->config.service[service].socket,
	};
	struct curl_slist *headers = NULL;
	CURLcode code;
	long status;
	int r;

	if (body)
		text = mem_check(json_dumps(body, JSON_COMPACT));
	json_decref(body);
	r = check_config(&client->config, service, err);
	if (r < 0)
		return r;

	full = path_api(client->config.dc, path);
	if (asprintf(&url, "%s%s", base ?: "http://localhost", full) < 0)
		abort();
	prepare(client, &call, method, url);
	if (text) {
		headers = mem_check(curl_slist_append(NULL, "Content-Type: application/json"));
		curl_easy_setopt(client->curl, CURLOPT_HTTPHEADER, headers);
		curl_easy_setopt(client->curl, CURLOPT_POSTFIELDS, text);
	}

	code = curl_easy_perform(client->curl);
	curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
	if (code == CURLE_OK)
		r = judge(&call, status, ret, err);
	else
		r = err_set(err, is_lost(code) ? ECONNRESET : ECONNREFUSED, "%s at %s: %s",
			    services[service].name, call.where, why(&call, code));
	curl_slist_free_all(headers);
	free(call.data);
	return r;
}

int client_call_again(struct client *client, enum service service, const char *method,
		      const char *path, json_t *body, json_t **ret, struct err *err)
{
	const struct timespec pause = { .tv_nsec = AGAIN_MS * 1000000l };
	time_t end = time(NULL) + AGAIN_S;
	bool lost = false;
	int r;

	for (;;) {
		r = client_call(client, service, method, path, json_incref(body), ret, err);
		lost |= r == -ECONNRESET;
		/* once it was lost, who does not listen or is not there is being started again */
		if (!lost || time(NULL) >= end ||
		    (r != -ECONNRESET && r != -ECONNREFUSED && r != -EHOSTUNREACH))
			break;
		nanosleep(&pause, NULL);
	}
	json_decref(body);
	return r;
}

/* --- streams of events */

struct stream {
	struct call call;		/* data: what is not a whole message yet */
	client_event_fn cb;
	void *arg;
	bool ended;			/* by the callback */
	time_t heard;
};

/* "id: 5\nevent: change\ndata: {...}", without the empty line behind it */
static void take_message(struct stream *s, char *text)
{
	const char *event = "", *data = "";
	uint64_t id = 0;
	json_t *json;

	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		if (!strncmp(line, "id: ", 4))
			id = strtoull(line + 4, NULL, 10);
		else if (!strncmp(line, "event: ", 7))
			event = line + 7;
		else if (!strncmp(line, "data: ", 6))
			data = line + 6;
	}
	json = json_loads(data, 0, NULL);
	if (json)
		s->ended = s->cb(event, id, json, s->arg);
	json_decref(json);
}

static size_t take_data(char *data, size_t size, size_t n, void *arg)
{
	struct stream *s = arg;
	struct call *call = &s->call;
	char *end;
	long status = 0;

	s->heard = time(NULL);
	if (keep_data(data, size, n, call) != n)
		return 0;
	/* a refusal is kept for judge() */
	curl_easy_getinfo(call->curl, CURLINFO_RESPONSE_CODE, &status);
	while (status == 200 && !s->ended && (end = strstr(call->data, "\n\n"))) {
		*end = '\0';
		take_message(s, call->data);
		call->len -= end + 2 - call->data;
		memmove(call->data, end + 2, call->len + 1);
	}
	return s->ended ? 0 : n;
}

/* Something but 0 ends it: nothing was heard for too long. */
static int take_time(void *arg, curl_off_t total, curl_off_t now, curl_off_t up_total,
		     curl_off_t up_now)
{
	struct stream *s = arg;

	return time(NULL) - s->heard > STREAM_SILENCE_S;
}

int client_watch(struct client *client, enum service service, const char *path,
		 client_event_fn cb, void *arg, struct err *err)
{
	const char *base = client->config.service[service].url;
	struct stream s = {
		.call = { .curl = client->curl, .service = service,
			  .where = base ?: client->config.service[service].socket },
		.cb = cb,
		.arg = arg,
		.heard = time(NULL),
	};
	_cleanup_free_ char *url = NULL, *full = NULL;
	json_t *answer = NULL;
	long status = 0;
	CURLcode code;
	int r;

	r = check_config(&client->config, service, err);
	if (r < 0)
		return r;
	full = path_api(client->config.dc, path);
	if (asprintf(&url, "%s%s", base ?: "http://localhost", full) < 0)
		abort();
	prepare(client, &s.call, "GET", url);
	curl_easy_setopt(client->curl, CURLOPT_TIMEOUT, 0L);
	curl_easy_setopt(client->curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(client->curl, CURLOPT_XFERINFOFUNCTION, take_time);
	curl_easy_setopt(client->curl, CURLOPT_XFERINFODATA, &s);
	curl_easy_setopt(client->curl, CURLOPT_WRITEFUNCTION, take_data);
	curl_easy_setopt(client->curl, CURLOPT_WRITEDATA, &s);
	code = curl_easy_perform(client->curl);
	curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
	if (s.ended)
		r = 0;
	else if (code == CURLE_OK && status >= 300)
		r = judge(&s.call, status, &answer, err);
	else
		r = err_set(err, ECONNREFUSED, "%s at %s: %s", services[service].name, s.call.where,
			    code == CURLE_OK ? "it has ended the stream" : why(&s.call, code));
	free(s.call.data);
	return r;
}

/* --- bytes both ways */

#define HEAD_MAX 16384u

struct client_link {
	struct client *client;		/* of its own: the connection is */
	struct call call;		/* data: what came behind the head, from @at on */
	size_t at;
	int fd;
	char id[64];
};

ssize_t client_link_recv(struct client_link *link, void *buf, size_t size)
{
	size_t rest = link->call.len - link->at, n = 0;
	CURLcode code;

	if (rest) {
		n = rest < size ? rest : size;
		memcpy(buf, link->call.data + link->at, n);
		link->at += n;
		return n;
	}
	code = curl_easy_recv(link->client->curl, buf, size, &n);
	return code == CURLE_OK ? (ssize_t)n : code == CURLE_AGAIN ? -EAGAIN : -EPIPE;
}

ssize_t client_link_send(struct client_link *link, const void *data, size_t len)
{
	size_t n = 0;
	CURLcode code = curl_easy_send(link->client->curl, data, len, &n);

	return code == CURLE_OK ? (ssize_t)n : code == CURLE_AGAIN ? -EAGAIN : -EPIPE;
}

int client_link_fd(const struct client_link *link)
{
	return link->fd;
}

const char *client_link_id(const struct client_link *link)
{
	return link->id;
}

void client_link_close(struct client_link *link)
{
	if (!link)
		return;
	client_free(link->client);
	free(link->call.data);
	free(link);
}

/* One more piece of the answer; false: there is none, or it is too long. */
static bool read_piece(struct client_link *link)
{
	struct pollfd p = { link->fd, POLLIN, 0 };
	char data[4096];
	size_t n = 0;
	CURLcode code;

	while ((code = curl_easy_recv(link->client->curl, data, sizeof(data), &n)) == CURLE_AGAIN)
		if (poll(&p, 1, ANSWER_S * 1000) <= 0)
			return false;
	return code == CURLE_OK && n && link->call.len < HEAD_MAX &&
	       keep_data(data, 1, n, &link->call) == n;
}

/* The value of a header in @head, in @ret; "" if it is not there. */
static void find_header(const char *head, const char *name, char *ret, size_t size)
{
	size_t len = strlen(name);

	*ret = '\0';
	for (const char *line = head; line; line = strstr(line, "\r\n")) {
		line += *line == '\r' ? 2 : 0;
		if (strncasecmp(line, name, len) || line[len] != ':')
			continue;
		line += len + 1;
		line += strspn(line, " ");
		snprintf(ret, size, "%.*s", (int)strcspn(line, "\r"), line);
		return;
	}
}

/* The status, or 0 if there is no whole answer; a refusal's body is what call.data has then. */
static long read_answer(struct client_link *link)
{
	struct call *call = &link->call;
	char length[32];
	long status;
	size_t want;
	char *end;

	while (!(end = call->data ? strstr(call->data, "\r\n\r\n") : NULL))
		if (!read_piece(link))
			return 0;
	end[2] = '\0';
	if (sscanf(call->data, "HTTP/1.%*d %ld", &status) != 1)
		return 0;
	link->at = end + 4 - call->data;
	find_header(call->data, "Nvo3-Console", link->id, sizeof(link->id));
	if (status == 101)
		return status;
	find_header(call->data, "Content-Length", length, sizeof(length));
	want = strtoul(length, NULL, 10);
	while (call->len - link->at < want)
		if (!read_piece(link))
			return 0;
	call->len -= link->at;
	memmove(call->data, call->data + link->at, call->len + 1);
	return status;
}

static bool is_passing(const struct call *call)
{
	json_t *json = json_loadb(call->data ?: "", call->len, 0, NULL);
	const char *code = json_string_value(json_object_get(json, "code")) ?: "";
	bool passing = !strcmp(code, "busy") || !strcmp(code, "unavailable") ||
		       !strcmp(code, "timeout") || !strcmp(code, "bad-state");

	json_decref(json);
	return passing;
}

static int send_all(struct client_link *link, const char *text, struct err *err)
{
	struct pollfd p = { link->fd, POLLOUT, 0 };
	ssize_t n;

	for (size_t len = strlen(text); len; text += n, len -= n) {
		while ((n = client_link_send(link, text, len)) == -EAGAIN)
			if (poll(&p, 1, ANSWER_S * 1000) <= 0)
				break;
		if (n < 0)
			return err_set(err, ECONNRESET, "%s at %s: it has closed the connection",
				       services[link->call.service].name, link->call.where);
	}
	return 0;
}

static int connect_link(struct client_link *link, struct err *err)
{
	const struct client_config *config = &link->client->config;
	const char *url = config->service[link->call.service].url ?: "http://localhost";
	CURL *curl = link->client->curl;
	curl_socket_t fd;
	CURLcode code;

	prepare(link->client, &link->call, "GET", url);
	curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(curl, CURLOPT_CONNECT_ONLY, 1L);
	code = curl_easy_perform(curl);
	if (code == CURLE_OK)
		code = curl_easy_getinfo(curl, CURLINFO_ACTIVESOCKET, &fd);
	if (code != CURLE_OK)
		return err_set(err, ECONNREFUSED, "%s at %s: %s", services[link->call.service].name,
			       link->call.where, why(&link->call, code));
	link->fd = fd;
	return 0;
}

static int ask_upgrade(struct client_link *link, const char *path, const char *protocol,
		       struct err *err)
{
	_cleanup_free_ char *text = NULL, *full = NULL;
	json_t *answer = NULL;
	long status;
	int r;

	full = path_api(link->client->config.dc, path);
	if (asprintf(&text, "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
		     "Upgrade: %s\r\n\r\n", full, protocol) < 0)
		abort();
	r = send_all(link, text, err);
	if (r < 0)
		return r;
	status = read_answer(link);
	if (status == 101)
		return 0;
	if (!status)
		return err_set(err, ECONNRESET, "%s at %s: there is no answer",
			       services[link->call.service].name, link->call.where);
	r = judge(&link->call, status, &answer, err);
	json_decref(answer);
	if (!r)
		return err_set(err, EREMOTEIO, "%s at %s: it does not speak %s",
			       services[link->call.service].name, link->call.where, protocol);
	return r == -EREMOTEIO && is_passing(&link->call) ? -EAGAIN : r;
}

int client_upgrade(struct client *client, enum service service, const char *path,
		   const char *protocol, struct client_link **ret, struct err *err)
{
	struct client_link *link;
	int r = check_config(&client->config, service, err);

	if (r < 0)
		return r;
	link = mem_zalloc(sizeof(*link));
	link->client = client_clone(client);
	link->call.curl = link->client->curl;
	link->call.service = service;
	link->call.where = client->config.service[service].url ?:
			   client->config.service[service].socket;
	r = connect_link(link, err);
	if (!r)
		r = ask_upgrade(link, path, protocol, err);
	if (r)
		client_link_close(link);
	else
		*ret = link;
	return r;
}
