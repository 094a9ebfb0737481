// SPDX-License-Identifier: GPL-2.0
/*
 * Requests to etcd; see etcd_http.h.
 */
#include "etcd_http.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "cleanup.h"
#include "mem.h"

#define PAUSE_MS	100		/* after all have refused, which they may do at once */
#define ANSWER_MAX	(64u * 1024 * 1024)

/* Codes of gRPC, which the gateway tells beside the text */
enum {
	GRPC_CANCELLED = 1,
	GRPC_UNKNOWN = 2,
	GRPC_INVALID = 3,
	GRPC_DEADLINE = 4,
	GRPC_NOT_FOUND = 5,
	GRPC_DENIED = 7,
	GRPC_EXHAUSTED = 8,
	GRPC_OUT_OF_RANGE = 11,
	GRPC_UNAVAILABLE = 14,
	GRPC_UNAUTHENTICATED = 16,
};

struct etcd_client {
	const struct etcd_url *url;
	long attempt_ms;
	CURL *curl;
	struct curl_slist *headers;
	int at;			/* the endpoint that is asked first */
	atomic_bool stop;
};

struct answer {
	char error[CURL_ERROR_SIZE];
	char *data;
	size_t len;
	bool too_long;
};

struct etcd_client *etcd_client_new(const struct etcd_url *url, unsigned int attempt_ms)
{
	struct etcd_client *client = mem_zalloc(sizeof(*client));

	curl_global_init(CURL_GLOBAL_DEFAULT);
	client->url = url;
	client->attempt_ms = attempt_ms;
	client->curl = mem_check(curl_easy_init());
	client->headers = mem_check(curl_slist_append(NULL, "Content-Type: application/json"));
	/* Nobody waits for leave to send the body. */
	client->headers = mem_check(curl_slist_append(client->headers, "Expect:"));
	return client;
}

void etcd_client_free(struct etcd_client *client)
{
	if (!client)
		return;
	curl_slist_free_all(client->headers);
	curl_easy_cleanup(client->curl);
	curl_global_cleanup();
	free(client);
}

void etcd_client_stop(struct etcd_client *client)
{
	client->stop = true;
}

static size_t keep_data(char *data, size_t size, size_t n, void *arg)
{
	struct answer *answer = arg;

	if (n > ANSWER_MAX - answer->len) {
		answer->too_long = true;
		return 0;
	}
	answer->data = mem_check(realloc(answer->data, answer->len + n + 1));
	memcpy(answer->data + answer->len, data, n);
	answer->len += n;
	answer->data[answer->len] = '\0';
	return n;
}

static int may_go_on(void *arg, curl_off_t all, curl_off_t now, curl_off_t up_all, curl_off_t up)
{
	struct etcd_client *client = arg;

	return client->stop;
}

static void use_tls(struct etcd_client *client)
{
	const struct etcd_url *url = client->url;

	curl_easy_setopt(client->curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (url->ca) {
		curl_easy_setopt(client->curl, CURLOPT_CAINFO, url->ca);
		/* Not those that the machine trusts for the web. */
		curl_easy_setopt(client->curl, CURLOPT_CAPATH, NULL);
	}
	if (url->cert) {
		curl_easy_setopt(client->curl, CURLOPT_SSLCERT, url->cert);
		curl_easy_setopt(client->curl, CURLOPT_SSLKEY, url->key);
	}
}

/* Connections are kept by curl_easy_reset(), all else is set anew for each request. */
static CURLcode perform(struct etcd_client *client, const char *path, const char *body,
			long attempt_ms, struct answer *answer)
{
	CURL *curl = client->curl;
	char url[512];

	snprintf(url, sizeof(url), "%s/v3/%s", client->url->endpoints[client->at], path);
	curl_easy_reset(curl);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(body));
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, client->headers);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, attempt_ms);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, client->attempt_ms);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, answer->error);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep_data);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, may_go_on);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, client);
	use_tls(client);
	return curl_easy_perform(curl);
}

/* A stream's errors are wrapped once more, with other names. */
static const char *complaint(json_t *json, long long *code)
{
	json_t *error = json_object_get(json, "error");
	const char *text;

	if (json_is_object(error)) {
		*code = json_integer_value(json_object_get(error, "grpc_code"));
		text = json_string_value(json_object_get(error, "message"));
	} else {
		*code = json_integer_value(json_object_get(json, "code"));
		text = json_string_value(error);
	}
	return text ?: "refused without a reason";
}

static int code_to_errno(long long code, const char *text, bool *unsure)
{
	switch (code) {
	case GRPC_EXHAUSTED:
		if (strstr(text, "too many requests"))
			return -EAGAIN;
		return strstr(text, "space") ? -ENOSPC : -EFBIG;
	case GRPC_INVALID:
		return strstr(text, "too large") || strstr(text, "too many") ? -EFBIG : -EPROTO;
	case GRPC_NOT_FOUND:
		return -ENOENT;
	case GRPC_OUT_OF_RANGE:
		return -ERANGE;
	case GRPC_DENIED:
	case GRPC_UNAUTHENTICATED:
		return -EACCES;
	case GRPC_CANCELLED:
	case GRPC_UNKNOWN:
	case GRPC_DEADLINE:
	case GRPC_UNAVAILABLE:
		/* "request timed out" may be a proposal that is still on its way */
		*unsure = true;
		return -EAGAIN;
	default:
		return -EPROTO;
	}
}

static int judge_status(const char *endpoint, long status, json_t *json, bool *unsure,
			struct err *err)
{
	long long code = 0;
	const char *text;
	int r;

	if (!json_is_object(json)) {
		*unsure = true;
		return err_set(err, EAGAIN, "%s: answered %ld without JSON", endpoint, status);
	}
	if (status == 200 && !json_object_get(json, "error"))
		return 0;
	text = complaint(json, &code);
	r = code_to_errno(code, text, unsure);
	return err_set(err, r, "%s: %s", endpoint, text);
}

static int judge_failure(const char *endpoint, CURLcode code, const struct answer *answer,
			 bool *unsure, struct err *err)
{
	if (answer->too_long)
		return err_set(err, EOVERFLOW, "%s: answers with more than %u bytes", endpoint,
			       ANSWER_MAX);
	if (code != CURLE_COULDNT_CONNECT && code != CURLE_COULDNT_RESOLVE_HOST)
		*unsure = true;
	return err_set(err, EAGAIN, "%s: %s", endpoint,
		       answer->error[0] ? answer->error : curl_easy_strerror(code));
}

static int ask_one(struct etcd_client *client, const char *path, const char *body,
		   struct etcd_patience *patience, json_t **ret, struct err *err)
{
	const char *endpoint = client->url->endpoints[client->at];
	struct answer answer = { };
	json_t *json = NULL;
	long status = 0;
	CURLcode code;
	int r;

	if (client->stop)
		return err_set(err, EAGAIN, "%s: not asked any more", endpoint);
	code = perform(client, path, body, patience->attempt_ms ?: client->attempt_ms, &answer);
	if (code == CURLE_OK) {
		curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
		json = json_loadb(answer.data ?: "", answer.len, 0, NULL);
		r = judge_status(endpoint, status, json, &patience->unsure, err);
	} else {
		r = judge_failure(endpoint, code, &answer, &patience->unsure, err);
	}
	free(answer.data);
	if (r == 0)
		*ret = json;
	else
		json_decref(json);
	return r;
}

static bool more(struct etcd_client *client, const struct etcd_patience *patience)
{
	const struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000 };

	if (client->stop || !patience->more || !patience->more(patience->arg))
		return false;
	nanosleep(&pause, NULL);
	return patience->more(patience->arg);
}

int etcd_post(struct etcd_client *client, const char *path, json_t *body,
	      struct etcd_patience *patience, json_t **ret, struct err *err)
{
	_cleanup_free_ char *text = mem_check(json_dumps(body, JSON_COMPACT));
	int i, r;

	patience->unsure = false;
	do {
		for (i = 0; i < client->url->n_endpoints; i++) {
			r = ask_one(client, path, text, patience, ret, err);
			if (r != -EAGAIN)
				return r;
			client->at = (client->at + 1) % client->url->n_endpoints;
			if (patience->more && !patience->more(patience->arg))
				return r;
		}
	} while (more(client, patience));
	return r;
}
