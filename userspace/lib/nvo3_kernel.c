// SPDX-License-Identifier: GPL-2.0
#include "nvo3_kernel.h"

#include <errno.h>
#include <string.h>

#include "errs.h"
#include "nl.h"
#include "nvo3_nl.h"
#include "nvo3_req.h"

int kernel_open(struct nvo3_kernel **ret, int netns_fd, struct err *err)
{
	_cleanup_kernel_ struct nvo3_kernel *k = calloc(1, sizeof(*k));
	int r;

	if (!k)
		return err_set(err, ENOMEM, "out of memory");
	r = nlsock_open(&k->sock, NETLINK_GENERIC, netns_fd, err);
	if (r < 0)
		return r;
	r = nlgenl_resolve(k->sock, NVO3_GENL_NAME, &k->family, err);
	if (r < 0)
		return r;
	*ret = steal_ptr(k);
	return 0;
}

void kernel_close(struct nvo3_kernel *k)
{
	if (!k)
		return;
	nlsock_close(k->sock);
	free(k);
}

void req_init(const struct nvo3_kernel *k, struct nlbuf *b, void *mem, size_t cap, uint8_t cmd,
	      uint16_t flags, uint32_t nve)
{
	nlgenl_init(b, mem, cap, &k->family, cmd, flags);
	if (nve)
		nlbuf_put_u32(b, NVO3_A_IFINDEX, nve);
}

static int send_object(struct nvo3_kernel *k, uint32_t nve, const struct nvo3_event *req,
		       struct err *err)
{
	NLBUF_MEM(mem, NLBUF_SMALL);
	struct nlbuf b;

	req_init(k, &b, mem, sizeof(mem), req->cmd, 0, nve);
	nvo3_event_put(&b, req);
	return nlsock_request(k->sock, &b, NULL, NULL, err);
}

int kernel_vn_add(struct nvo3_kernel *k, uint32_t nve, const struct nvo3_vn *vn, struct err *err)
{
	const struct nvo3_event req = { .cmd = NVO3_CMD_VN_ADD, .vn = *vn };

	return send_object(k, nve, &req, err);
}

int kernel_vn_set(struct nvo3_kernel *k, uint32_t nve, const struct nvo3_vn *vn, struct err *err)
{
	const struct nvo3_event req = { .cmd = NVO3_CMD_VN_SET, .vn = *vn };

	return send_object(k, nve, &req, err);
}

int kernel_vn_del(struct nvo3_kernel *k, uint32_t nve, uint32_t vni, struct err *err)
{
	const struct nvo3_event req = { .cmd = NVO3_CMD_VN_DEL, .vn.vni = vni };

	return send_object(k, nve, &req, err);
}

int kernel_port_add(struct nvo3_kernel *k, uint32_t nve, const struct nvo3_port *port,
		    struct err *err)
{
	const struct nvo3_event req = { .cmd = NVO3_CMD_PORT_ADD, .port = *port };

	return send_object(k, nve, &req, err);
}

int kernel_port_set(struct nvo3_kernel *k, uint32_t nve, const struct nvo3_port *port,
		    struct err *err)
{
	const struct nvo3_event req = { .cmd = NVO3_CMD_PORT_SET, .port = *port };

	return send_object(k, nve, &req, err);
}

int kernel_port_del(struct nvo3_kernel *k, uint32_t nve, uint32_t dev, uint16_t vlan,
		    struct err *err)
{
	const struct nvo3_event req = {
		.cmd = NVO3_CMD_PORT_DEL, .port = { .dev = dev, .vlan = vlan },
	};

	return send_object(k, nve, &req, err);
}

int kernel_map_flush(struct nvo3_kernel *k, uint32_t nve, const struct nvo3_map *filter,
		     struct err *err)
{
	const struct nvo3_event req = { .cmd = NVO3_CMD_MAP_FLUSH, .map = *filter };

	return send_object(k, nve, &req, err);
}

int kernel_remote_set(struct nvo3_kernel *k, uint32_t nve, const struct nvo3_remote *remote,
		      enum nvo3_remote_state state, struct err *err)
{
	const struct nvo3_event req = {
		.cmd = NVO3_CMD_REMOTE_SET,
		.remote = {
			.has = NVO3_HAS(REMOTE_ENCAP) | NVO3_HAS(REMOTE_STATE),
			.addr = remote->addr,
			.encap = remote->encap,
			.dstport = remote->dstport,
			.remote_vni = remote->remote_vni,
			.state = state,
		},
	};

	return send_object(k, nve, &req, err);
}

int kernel_idle_turn(struct nvo3_kernel *k, uint32_t nve, uint32_t vni, struct err *err)
{
	const struct nvo3_event req = { .cmd = NVO3_CMD_IDLE_TURN, .map.vni = vni };

	return send_object(k, nve, &req, err);
}

int kernel_miss_set(struct nvo3_kernel *k, uint32_t nve, const struct nvo3_miss *miss,
		    struct err *err)
{
	const struct nvo3_event req = { .cmd = NVO3_CMD_MISS_SET, .miss = *miss };

	return send_object(k, nve, &req, err);
}

int kernel_miss_del(struct nvo3_kernel *k, uint32_t nve, const struct nvo3_miss *miss,
		    struct err *err)
{
	const struct nvo3_event req = { .cmd = NVO3_CMD_MISS_DEL, .miss = *miss };

	return send_object(k, nve, &req, err);
}

int kernel_guest_answer(struct nvo3_kernel *k, uint32_t nve, const struct nvo3_guest *guest,
			struct err *err)
{
	const struct nvo3_event req = { .cmd = NVO3_CMD_GUEST_ANSWER, .guest = *guest };
	NLBUF_MEM(mem, NLBUF_SMALL + NVO3_GUEST_FRAME_MAX);
	struct nlbuf b;

	req_init(k, &b, mem, sizeof(mem), req.cmd, 0, nve);
	nvo3_event_put(&b, &req);
	return nlsock_request(k->sock, &b, NULL, NULL, err);
}

struct reply {
	struct nvo3_event event;
	uint64_t *buckets;	/* NULL: none are wanted */
	bool got;
	struct err *err;
};

static int take_reply(const struct nlmsghdr *nlh, void *data)
{
	struct reply *reply = data;

	reply->got = true;
	if (reply->buckets && nvo3_buckets_parse(reply->buckets, nlh, reply->err) < 0)
		return -EBADMSG;
	return nvo3_event_parse(&reply->event, nlh, reply->err);
}

/* @req is the key on the way in and the object on the way out */
static int get_with_buckets(struct nvo3_kernel *k, uint32_t nve, struct nvo3_event *req,
			    uint64_t *buckets, struct err *err)
{
	struct reply reply = { .buckets = buckets, .err = err };
	NLBUF_MEM(mem, NLBUF_SMALL);
	struct nlbuf b;
	int r;

	req_init(k, &b, mem, sizeof(mem), req->cmd, 0, nve);
	if (req->cmd != NVO3_CMD_NVE_GET)
		nvo3_event_put(&b, req);
	r = nlsock_request(k->sock, &b, take_reply, &reply, err);
	if (r < 0)
		return r;
	if (!reply.got || reply.event.cmd != req->cmd)
		return err_set(err, EBADMSG, "the kernel did not answer what was asked");
	*req = reply.event;
	return 0;
}

static int get_object(struct nvo3_kernel *k, uint32_t nve, struct nvo3_event *req, struct err *err)
{
	return get_with_buckets(k, nve, req, NULL, err);
}

int kernel_nve_get(struct nvo3_kernel *k, uint32_t nve, struct nvo3_nve *ret, struct err *err)
{
	struct nvo3_event req = { .cmd = NVO3_CMD_NVE_GET };
	int r = get_object(k, nve, &req, err);

	if (!r)
		*ret = req.nve;
	return r;
}

int kernel_vn_get(struct nvo3_kernel *k, uint32_t nve, uint32_t vni, struct nvo3_vn *ret,
		  struct err *err)
{
	struct nvo3_event req = { .cmd = NVO3_CMD_VN_GET, .vn.vni = vni };
	int r = get_object(k, nve, &req, err);

	if (!r)
		*ret = req.vn;
	return r;
}

int kernel_digest_get(struct nvo3_kernel *k, uint32_t nve, uint32_t vni, struct nvo3_digest *ret,
		      uint64_t buckets[NVO3_DIGEST_BUCKETS], struct err *err)
{
	struct nvo3_event req = { .cmd = NVO3_CMD_DIGEST_GET, .digest.vni = vni };
	int r = get_with_buckets(k, nve, &req, buckets, err);

	if (!r)
		*ret = req.digest;
	return r;
}

int kernel_port_get(struct nvo3_kernel *k, uint32_t nve, uint32_t dev, uint16_t vlan,
		    struct nvo3_port *ret, struct err *err)
{
	struct nvo3_event req = {
		.cmd = NVO3_CMD_PORT_GET, .port = { .dev = dev, .vlan = vlan },
	};
	int r = get_object(k, nve, &req, err);

	if (!r)
		*ret = req.port;
	return r;
}

static int get_map(struct nvo3_kernel *k, uint32_t nve, struct nvo3_event *req,
		   struct nvo3_map *ret, struct err *err)
{
	int r = get_object(k, nve, req, err);

	if (!r)
		*ret = req->map;
	return r;
}

int kernel_map_get(struct nvo3_kernel *k, uint32_t nve, uint32_t vni, const struct mac_addr *mac,
		   struct nvo3_map *ret, struct err *err)
{
	struct nvo3_event req = {
		.cmd = NVO3_CMD_MAP_GET, .map = { .vni = vni, .mac = *mac },
	};

	return get_map(k, nve, &req, ret, err);
}

int kernel_ipmap_get(struct nvo3_kernel *k, uint32_t nve, uint32_t vni, const struct ip_addr *ip,
		     struct nvo3_map *ret, struct err *err)
{
	struct nvo3_event req = {
		.cmd = NVO3_CMD_MAP_GET, .map = { .vni = vni, .ip = *ip },
	};

	return get_map(k, nve, &req, ret, err);
}
