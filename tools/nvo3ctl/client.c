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
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/cleanup.h"
#include "lib/mem.h"
#include "lib/tls.h"

#define CONNECT_S	10L
#define ANSWER_S	60L
#define ANSWER_MAX	(64u * 1024 * 1024)
#define AGAIN_MS	500		/* between two tries */
#define AGAIN_TRIES	20
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
	free(client);
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
	r = status == 404 ? -ENOENT : status == 503 ? -EHOSTUNREACH : -EREMOTEIO;
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
	_cleanup_free_ char *url = NULL, *text = NULL;
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

	if (asprintf(&url, "%s/api/v1%s", base ?: "http://localhost", path) < 0)
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
	int r, tries = 0;

	do {
		if (tries)
			nanosleep(&pause, NULL);
		r = client_call(client, service, method, path, json_incref(body), ret, err);
		/* once it was lost, who does not listen is being started again */
	} while ((r == -ECONNRESET || (r == -ECONNREFUSED && tries)) && ++tries < AGAIN_TRIES);
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
	_cleanup_free_ char *url = NULL;
	json_t *answer = NULL;
	long status = 0;
	CURLcode code;
	int r;

	r = check_config(&client->config, service, err);
	if (r < 0)
		return r;
	if (asprintf(&url, "%s/api/v1%s", base ?: "http://localhost", path) < 0)
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
