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

/* Instead of libcurl's */
CURLcode curl_easy_perform(CURL *curl)
{
	if (etcd_lab_asks || !pthread_equal(pthread_self(), etcd_interceptor))
		return etcd_real(curl);
	etcd_requests++;
	return etcd_meets ? etcd_meets(curl, etcd_requests) : etcd_real(curl);
}

#endif /* NVO3_UNIT_ETCD_INTERCEPT_H */
