/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel as the NVE role sees it: one NVE device with its VNs, ports, members and
 * mappings. kern-netlink.c is the module, kern-stub.c a table in memory for unit tests.
 *
 * All functions block for the short time of a netlink request and return 0 or a negative
 * errno; struct err then has the kernel's sentence. Lists are for the caller to free().
 */
#ifndef NVO3D_NVE_KERN_H
#define NVO3D_NVE_KERN_H

#include <stddef.h>

#include "errs.h"
#include "nvo3_obj.h"
#include "nvo3_profile_obj.h"

enum kern_verb {
	KERN_MAP_ADD,		/* new; the same again is no error */
	KERN_MAP_REPLACE,
	KERN_MAP_DEL,
	KERN_MEMBER_ADD,
	KERN_MEMBER_DEL,
};

#define KERN_ANY (-1)	/* provenance */

struct kern_op {
	enum kern_verb verb;
	union {
		struct nvo3_map map;
		struct nvo3_member member;
	};
};

struct kern {
	const struct kern_ops *ops;
};

struct kern_ops {
	void (*free)(struct kern *k);

	int (*vn_add)(struct kern *k, const struct nvo3_vn *vn, struct err *err);
	int (*vn_set)(struct kern *k, const struct nvo3_vn *vn, struct err *err);
	int (*vn_del)(struct kern *k, uint32_t vni, struct err *err);
	int (*vn_get)(struct kern *k, uint32_t vni, struct nvo3_vn *ret, struct err *err);
	/* The digest that vn_get tells, by buckets; walks the table */
	int (*digest)(struct kern *k, uint32_t vni, uint64_t ret[NVO3_DIGEST_BUCKETS],
		      struct err *err);

	/* Enslave the access device, *ret is its ifindex; and set it free */
	int (*dev_take)(struct kern *k, const char *dev, uint32_t *ret, struct err *err);
	int (*dev_release)(struct kern *k, uint32_t dev, struct err *err);
	int (*dev_index)(struct kern *k, const char *dev, uint32_t *ret, struct err *err);
	int (*dev_mtu)(struct kern *k, uint32_t dev, uint32_t *ret, struct err *err);

	int (*port_add)(struct kern *k, const struct nvo3_port *port, struct err *err);
	int (*port_set)(struct kern *k, const struct nvo3_port *port, struct err *err);
	int (*port_del)(struct kern *k, uint32_t dev, uint16_t vlan, struct err *err);
	int (*port_get)(struct kern *k, uint32_t dev, uint16_t vlan, struct nvo3_port *ret,
			struct err *err);

	/* Keep the times of its frames, from none, or no longer. -EOPNOTSUPP: the kernel cannot */
	int (*port_stamp)(struct kern *k, uint32_t dev, uint16_t vlan, bool on, struct err *err);
	/* The last frame that it passed, and the first one; ns of CLOCK_REALTIME, 0 none yet */
	int (*port_stamps)(struct kern *k, uint32_t dev, uint16_t vlan, uint64_t *last_out,
			   uint64_t *first_in, struct err *err);
	/* A frame for the guest behind a port with guest. -ENETDOWN: the port is not active */
	int (*guest_answer)(struct kern *k, const struct nvo3_guest *guest, struct err *err);
	/* @replace: the one with its id as a whole; else it must not be there */
	int (*profile_add)(struct kern *k, const struct nvo3_profile *profile,
			   const struct nvo3_rule *rules, size_t n, bool replace,
			   struct err *err);
	int (*profile_del)(struct kern *k, uint32_t id, struct err *err);

	/* -ENOENT: there is none */
	int (*map_get)(struct kern *k, uint32_t vni, const struct mac_addr *mac,
		       struct nvo3_map *ret, struct err *err);
	int (*ipmap_get)(struct kern *k, uint32_t vni, const struct ip_addr *ip,
			 struct nvo3_map *ret, struct err *err);
	/* Those of IP addresses come last */
	int (*map_list)(struct kern *k, uint32_t vni, struct nvo3_map **ret, size_t *ret_n,
			struct err *err);
	/* Those with this provenance, or all with KERN_ANY. -EINTR: they changed meanwhile */
	int (*map_walk)(struct kern *k, uint32_t vni, int prov,
			void (*each)(const struct nvo3_map *map, void *arg), void *arg,
			struct err *err);
	/* Remove the agent's that are of another generation */
	int (*map_sweep)(struct kern *k, uint32_t vni, uint8_t generation, struct err *err);
	int (*member_list)(struct kern *k, uint32_t vni, struct nvo3_member **ret, size_t *ret_n,
			   struct err *err);
	/* Those that mappings or members lead to */
	int (*remote_list)(struct kern *k, struct nvo3_remote **ret, size_t *ret_n,
			   struct err *err);
	/* @remote as it was listed. -ENOENT: nothing leads there */
	int (*remote_set)(struct kern *k, const struct nvo3_remote *remote,
			  enum nvo3_remote_state state, struct err *err);
	/* Of those in the VN that came from a director, which no frame has used for so long */
	int (*map_idle)(struct kern *k, uint32_t vni, uint32_t seconds, struct mac_addr **ret,
			size_t *ret_n, struct err *err);
	/*
	 * Questions that frames have opened, and their answer "nobody has it": what is held
	 * goes, and nothing more is asked for so long. A mapping answers them too.
	 */
	int (*miss_list)(struct kern *k, uint32_t vni, struct nvo3_miss **ret, size_t *ret_n,
			 struct err *err);
	int (*miss_absent)(struct kern *k, const struct nvo3_miss *miss, struct err *err);
	/* All that was said to be absent in the VN may be asked for again */
	int (*miss_forget)(struct kern *k, uint32_t vni, struct err *err);
	/*
	 * Do all, one after the other; what is refused is told to @failed and does not hold up
	 * the rest. The value is about the transport.
	 */
	int (*apply)(struct kern *k, const struct kern_op *ops, size_t n,
		     void (*failed)(const struct kern_op *op, int code, const char *text,
				    void *arg),
		     void *arg, struct err *err);
};

#endif
