// SPDX-License-Identifier: GPL-2.0

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "msg.h"
#include "token.h"

void token_offer(struct token *t, const uint8_t value[TOKEN_LEN], const char *dest)
{
	memset(t, 0, sizeof(*t));
	memcpy(t->value, value, TOKEN_LEN);
	snprintf(t->dest, sizeof(t->dest), "%s", dest);
}

bool token_matches(const struct token *t, const void *value, size_t len)
{
	const uint8_t *v = value;
	uint8_t differ = 0;

	if (len != TOKEN_LEN)
		return false;
	for (size_t i = 0; i < TOKEN_LEN; i++)
		differ |= t->value[i] ^ v[i];
	return !differ;
}

uint32_t token_show(struct token *t, const char *peer, const void *session, struct err *err)
{
	if (strcmp(t->dest, peer))
		err_set(err, EACCES, "the token is for %s, not for %s", t->dest, peer);
	else if (t->spent)
		err_set(err, EACCES, "the token has been used up");
	else if (t->shown && t->session != session)
		err_set(err, EACCES, "the token belongs to another session");
	else
		goto good;
	return CODE(DENIED);
good:
	t->shown = true;
	t->session = session;
	return CODE(OK);
}

void token_spend(struct token *t)
{
	t->spent = true;
	t->session = NULL;
}

void token_session_ended(struct token *t, const void *session)
{
	if (t->shown && t->session == session)
		token_spend(t);
}
