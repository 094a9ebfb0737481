/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Stands between a store and libcurl: what happens to each of the requests that the test's own
 * thread makes for the store. Those of the lab and of the lease's thread pass.
 */
#ifndef NVO3_UNIT_ETCD_INTERCEPT_H
#define NVO3_UNIT_ETCD_INTERCEPT_H

#include <curl/curl.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdarg.h>

#include "etcd_lab.h"

static pthread_t etcd_interceptor;
static int etcd_requests;				/* since etcd_intercept() */
static CURLcode (*etcd_meets)(CURL *curl, int n);	/* NULL: they are counted only */

static inline void etcd_intercept(CURLcode (*meets)(CURL *curl, int n))
{
	etcd_interceptor = pthread_self();
	etcd_requests = 0;
	etcd_meets = meets;
}

static inline CURLcode etcd_real(CURL *curl)
{
	CURLcode (*perform)(CURL *curl) = dlsym(RTLD_NEXT, "curl_easy_perform");

	return perform(curl);
}

static curl_write_callback etcd_keeps;	/* who takes the answer, and what he is told */
static void *etcd_keeps_arg;

#undef curl_easy_setopt
static inline CURLcode etcd_setopt(CURL *curl, CURLoption option, void *value)
{
	CURLcode (*setopt)(CURL *curl, CURLoption option, ...);

	setopt = dlsym(RTLD_NEXT, "curl_easy_setopt");
	return setopt(curl, option, value);
}

/* Instead of libcurl's; a long or an offset passes as a pointer does. */
CURLcode curl_easy_setopt(CURL *curl, CURLoption option, ...)
{
	va_list ap;
	void *value;

	va_start(ap, option);
	value = va_arg(ap, void *);
	va_end(ap);
	if (pthread_equal(pthread_self(), etcd_interceptor)) {
		if (option == CURLOPT_WRITEFUNCTION)
			etcd_keeps = (curl_write_callback)value;
		if (option == CURLOPT_WRITEDATA)
			etcd_keeps_arg = value;
	}
	return etcd_setopt(curl, option, value);
}

static inline size_t etcd_drop(char *data, size_t size, size_t n, void *arg)
{
	return size * n;
}

/* It does not leave, and this is answered. */
static inline CURLcode etcd_answer(const char *json)
{
	etcd_keeps((char *)json, 1, strlen(json), etcd_keeps_arg);
	return CURLE_OK;
}

/* It is carried out, and this is answered instead. */
static inline CURLcode etcd_answer_wrong(CURL *curl, const char *json)
{
	CURLcode code;

	etcd_setopt(curl, CURLOPT_WRITEFUNCTION, etcd_drop);
	code = etcd_real(curl);
	return code == CURLE_OK ? etcd_answer(json) : code;
}

/* Instead of libcurl's */
CURLcode curl_easy_perform(CURL *curl)
{
	if (etcd_lab_asks || !pthread_equal(pthread_self(), etcd_interceptor))
		return etcd_real(curl);
	etcd_requests++;
	return etcd_meets ? etcd_meets(curl, etcd_requests) : etcd_real(curl);
}

#endif /* NVO3_UNIT_ETCD_INTERCEPT_H */
