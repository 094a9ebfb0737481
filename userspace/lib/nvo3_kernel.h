/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Requests to the kernel module by generic netlink, one function a verb.
 * @nve is the ifindex of the NVE's device in the netns of the connection.
 * Functions return 0 or a negative errno; struct err then has the kernel's
 * sentence. See nvo3_obj.h for which fields of an object are sent.
 */
#ifndef NVO3_LIB_NVO3_KERNEL_H
#define NVO3_LIB_NVO3_KERNEL_H

#include "cleanup.h"
#include "nvo3_obj.h"

struct nvo3_kernel;

/* @netns_fd negative for the present netns; -ENOENT when the module is not loaded */
int kernel_open(struct nvo3_kernel **ret, int netns_fd, struct err *err);
/* Accepts NULL */
void kernel_close(struct nvo3_kernel *k);
DEFINE_CLEANUP(struct nvo3_kernel *, kernel, kernel_close);
#define _cleanup_kernel_ _cleanup_(cleanup_kernel)

int kernel_nve_get(struct nvo3_kernel *k, uint32_t nve, struct nvo3_nve *ret, struct err *err);

int kernel_vn_add(struct nvo3_kernel *k, uint32_t nve, const struct nvo3_vn *vn, struct err *err);
int kernel_vn_set(struct nvo3_kernel *k, uint32_t nve, const struct nvo3_vn *vn, struct err *err);
int kernel_vn_del(struct nvo3_kernel *k, uint32_t nve, uint32_t vni, struct err *err);

int kernel_port_add(struct nvo3_kernel *k, uint32_t nve, const struct nvo3_port *port,
		    struct err *err);
int kernel_port_set(struct nvo3_kernel *k, uint32_t nve, const struct nvo3_port *port,
		    struct err *err);
int kernel_port_del(struct nvo3_kernel *k, uint32_t nve, uint32_t dev, uint16_t vlan,
		    struct err *err);

/* @remote is one that was listed: its locator counts. -ENOENT: nothing leads there */
int kernel_remote_set(struct nvo3_kernel *k, uint32_t nve, const struct nvo3_remote *remote,
		      enum nvo3_remote_state state, struct err *err);

/*
 * Any number of objects, in as few requests as they fit in. A request is done
 * wholly or not at all. On failure *ret_done (may be NULL) is how many of the
 * first objects were done with requests before; the sentence names the culprit.
 */
int kernel_member_add(struct nvo3_kernel *k, uint32_t nve, const struct nvo3_member *members,
		      size_t n, size_t *ret_done, struct err *err);
int kernel_member_del(struct nvo3_kernel *k, uint32_t nve, const struct nvo3_member *members,
		      size_t n, size_t *ret_done, struct err *err);
/* @flags: 0, NLM_F_REPLACE or NLM_F_EXCL */
int kernel_map_add(struct nvo3_kernel *k, uint32_t nve, const struct nvo3_map *maps, size_t n,
		   uint16_t flags, size_t *ret_done, struct err *err);
int kernel_map_del(struct nvo3_kernel *k, uint32_t nve, const struct nvo3_map *maps, size_t n,
		   size_t *ret_done, struct err *err);
/* @filter: vni 0 for all VNs; prov and stale_generation only with their bits in has */
int kernel_map_flush(struct nvo3_kernel *k, uint32_t nve, const struct nvo3_map *filter,
		     struct err *err);

/* In a VN that tracks uses: a new period begins, and that which was counts still */
int kernel_idle_turn(struct nvo3_kernel *k, uint32_t nve, uint32_t vni, struct err *err);

/*
 * Nobody has the address (dst or addr) for its lifetime; forget what is known of it. @miss has
 * nothing else but the VNI. -EEXIST: it is mapped
 */
int kernel_miss_set(struct nvo3_kernel *k, uint32_t nve, const struct nvo3_miss *miss,
		    struct err *err);
int kernel_miss_del(struct nvo3_kernel *k, uint32_t nve, const struct nvo3_miss *miss,
		    struct err *err);

int kernel_guest_answer(struct nvo3_kernel *k, uint32_t nve, const struct nvo3_guest *guest,
			struct err *err);

/* One object by its key. -ENOENT if it is not there */
int kernel_vn_get(struct nvo3_kernel *k, uint32_t nve, uint32_t vni, struct nvo3_vn *ret,
		  struct err *err);
/* With the sums of its buckets */
int kernel_digest_get(struct nvo3_kernel *k, uint32_t nve, uint32_t vni, struct nvo3_digest *ret,
		      uint64_t buckets[NVO3_DIGEST_BUCKETS], struct err *err);
int kernel_port_get(struct nvo3_kernel *k, uint32_t nve, uint32_t dev, uint16_t vlan,
		    struct nvo3_port *ret, struct err *err);
int kernel_map_get(struct nvo3_kernel *k, uint32_t nve, uint32_t vni, const struct mac_addr *mac,
		   struct nvo3_map *ret, struct err *err);
int kernel_ipmap_get(struct nvo3_kernel *k, uint32_t nve, uint32_t vni, const struct ip_addr *ip,
		     struct nvo3_map *ret, struct err *err);

/*
 * All objects of a kind, in an array for the caller to free(); with none it is
 * NULL. A dump that the kernel calls interrupted (the table changed meanwhile)
 * is taken again a few times; if all were, *ret_intr says so, or the value is
 * -EINTR when it is NULL.
 */
int kernel_nve_list(struct nvo3_kernel *k, struct nvo3_nve **ret, size_t *ret_n, bool *ret_intr,
		    struct err *err);
int kernel_vn_list(struct nvo3_kernel *k, uint32_t nve, struct nvo3_vn **ret, size_t *ret_n,
		   bool *ret_intr, struct err *err);
/* @vni 0 for all VNs */
int kernel_member_list(struct nvo3_kernel *k, uint32_t nve, uint32_t vni, struct nvo3_member **ret,
		       size_t *ret_n, bool *ret_intr, struct err *err);
int kernel_port_list(struct nvo3_kernel *k, uint32_t nve, struct nvo3_port **ret, size_t *ret_n,
		     bool *ret_intr, struct err *err);
/* @filter as for kernel_map_flush(), NULL for all; those of IP addresses come last */
int kernel_map_list(struct nvo3_kernel *k, uint32_t nve, const struct nvo3_map *filter,
		    struct nvo3_map **ret, size_t *ret_n, bool *ret_intr, struct err *err);
/*
 * The same one by one, in no memory; once. -EINTR: the table changed meanwhile, some may have been
 * left out or told twice.
 */
int kernel_map_walk(struct nvo3_kernel *k, uint32_t nve, const struct nvo3_map *filter,
		    void (*each)(const struct nvo3_map *map, void *arg), void *arg,
		    struct err *err);
/* The agent's mappings to other NVEs that were not used in this period nor in the one before */
int kernel_idle_list(struct nvo3_kernel *k, uint32_t nve, uint32_t vni, struct nvo3_map **ret,
		     size_t *ret_n, bool *ret_intr, struct err *err);
/* Addresses that are asked for or absent; @vni 0 for all VNs */
int kernel_miss_list(struct nvo3_kernel *k, uint32_t nve, uint32_t vni, struct nvo3_miss **ret,
		     size_t *ret_n, bool *ret_intr, struct err *err);
int kernel_remote_list(struct nvo3_kernel *k, uint32_t nve, struct nvo3_remote **ret,
		       size_t *ret_n, bool *ret_intr, struct err *err);

#endif
