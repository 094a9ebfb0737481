// SPDX-License-Identifier: GPL-2.0
#include "director.h"

static const char *refusal(uint32_t type)
{
	switch (type) {
	case MSG(PLACE):
	case MSG(UNPLACE):
		return "placement-refused";
	case MSG(PROFILE_GET):
	case MSG(PROFILE_SET):
	case MSG(PROFILE_DELETE):
	case MSG(PROFILE_GRANT):
		return "profile-refused";
	case MSG(VN_SET):
	case MSG(VN_DELETE):
		return "vn-refused";
	}
	return "request-refused";
}

void director_answer(struct director *d, struct chan *chan, const struct msg *msg, uint32_t code,
		     const struct err *err, const ProtobufCMessage *body)
{
	if (code != CODE(OK))
		director_alert(d, refusal(msg->type), chan_peer_name(chan), "%s: %s",
			       msg_name(msg->type), err->text);
	if (!msg->id)
		return;
	if (code == CODE(OK))
		chan_reply(chan, msg->id, code, NULL, body);
	else
		chan_reply_err(chan, msg->id, code, err);
}
