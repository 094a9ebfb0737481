// SPDX-License-Identifier: GPL-2.0
#include <stddef.h>

#include "conf.h"
#include "tls.h"

int conf_tls(struct conf *conf, struct tls_files *ret, struct err *err)
{
	int r;

	r = conf_str(conf, "tls.ca", &ret->ca, err);
	if (!r)
		r = conf_str(conf, "tls.cert", &ret->cert, err);
	if (!r)
		r = conf_str(conf, "tls.key", &ret->key, err);
	if (!r)
		r = conf_str_or(conf, "tls.crl", NULL, &ret->crl, err);
	return r;
}
