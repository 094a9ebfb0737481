// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "cert.h"
#include "mem.h"
#include "tls.h"
#include "tls_why.h"

/* What the two ends' handshakes can meet, apart from certificates that we refuse ourselves */
static const struct {
	int reason;
	const char *sentence;
} reasons[] = {
	{ SSL_R_TLSV1_ALERT_UNKNOWN_CA, "the peer does not know the CA of our certificate" },
	{ SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED, "the peer says that our certificate expired" },
	{ SSL_R_SSLV3_ALERT_BAD_CERTIFICATE, "the peer refuses our certificate" },
	{ SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN, "the peer refuses our certificate" },
	{ SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED, "the peer says that our certificate is revoked" },
	{ SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED, "the peer wants a certificate of ours" },
	{ SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE, "the peer showed no certificate" },
	{ SSL_R_UNSUPPORTED_PROTOCOL, "the peer does not speak TLS 1.3" },
	{ SSL_R_TLSV1_ALERT_PROTOCOL_VERSION, "the peer does not speak TLS 1.3" },
	{ SSL_R_WRONG_VERSION_NUMBER, "the peer does not speak TLS" },
	{ SSL_R_HTTP_REQUEST, "the peer speaks HTTP, not TLS" },
	{ SSL_R_PACKET_LENGTH_TOO_LONG, "the peer does not speak TLS" },
	{ SSL_R_UNEXPECTED_EOF_WHILE_READING, "the peer closed the connection" },
};

static void text_free(void *parent, void *text, CRYPTO_EX_DATA *data, int index, long argl,
		      void *argp)
{
	free(text);
}

static int text_index(void)
{
	static int index = -1;

	if (index < 0)
		index = SSL_get_ex_new_index(0, NULL, NULL, NULL, text_free);
	return index;
}

int tls_why_verify(int ok, X509_STORE_CTX *store)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct err err;

	if (ok || SSL_get_ex_data(ssl, text_index()))
		return ok;
	cert_problem(store, &err);
	SSL_set_ex_data(ssl, text_index(), mem_strdup(err.text));
	return ok;
}

static const char *known(unsigned long code)
{
	size_t i;

	for (i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (ERR_GET_LIB(code) == ERR_LIB_SSL && ERR_GET_REASON(code) == reasons[i].reason)
			return reasons[i].sentence;
	}
	return NULL;
}

struct watch {
	bool told;
	void (*refused)(int fd, const char *why, void *arg);
	void *arg;
};

static int watch_index(void)
{
	static int index = -1;

	if (index < 0)
		index = SSL_get_ex_new_index(0, NULL, NULL, NULL, text_free);
	return index;
}

static void tell(struct watch *watch, const SSL *ssl, const char *why)
{
	if (watch->told)
		return;
	watch->told = true;
	watch->refused(SSL_get_fd(ssl), why, watch->arg);
}

/*
 * A handshake fails with an alert, the peer's or ours, or in the middle of a record. The error
 * behind
 * it stays where it is, for others to read.
 */
static void on_info(const SSL *ssl, int where, int value)
{
	struct watch *watch = SSL_get_ex_data(ssl, watch_index());
	const char *text = SSL_get_ex_data(ssl, text_index());
	bool alert = where & SSL_CB_ALERT && value >> 8 == SSL3_AL_FATAL;
	bool failed = where & SSL_CB_EXIT && value <= 0;
	unsigned long code = ERR_peek_last_error();

	if (SSL_is_init_finished(ssl))
		return;
	if (alert && where & SSL_CB_READ) {
		code = ERR_PACK(ERR_LIB_SSL, 0, SSL_AD_REASON_OFFSET + (value & 0xff));
		tell(watch, ssl, known(code) ?: SSL_alert_desc_string_long(value));
	} else if (alert || (failed && code)) {
		text = text ?: known(code) ?: ERR_reason_error_string(code);
		tell(watch, ssl, text ?: "the TLS handshake failed");
	}
}

void tls_on_refusal(struct ssl_st *ssl, void (*refused)(int fd, const char *why, void *arg),
		    void *arg)
{
	struct watch *watch = mem_zalloc(sizeof(*watch));

	*watch = (struct watch){ .refused = refused, .arg = arg };
	SSL_set_ex_data(ssl, watch_index(), watch);
	SSL_set_info_callback(ssl, on_info);
}

void tls_reason(struct ssl_st *ssl, unsigned long code, struct err *err)
{
	const char *refused = SSL_get_ex_data(ssl, text_index());
	const char *text;

	if (!code)
		code = ERR_get_error();
	ERR_clear_error();
	text = refused ? refused : known(code);
	if (!text && code)
		text = ERR_SYSTEM_ERROR(code) ? strerror(ERR_GET_REASON(code)) :
						ERR_reason_error_string(code);
	err_set(err, EPROTO, "%s", text ? text : "the TLS handshake failed");
}
