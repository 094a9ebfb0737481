/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel in memory, for the two files that it is in */
#ifndef NVO3D_NVE_KERN_STUB_PRIV_H
#define NVO3D_NVE_KERN_STUB_PRIV_H

#include "kern-stub.h"

#define STUB_MAX 256

struct kern_stub {
	struct kern kern;
	struct nvo3_vn vns[STUB_MAX];
	struct nvo3_port ports[STUB_MAX];
	struct nvo3_map maps[STUB_MAX];
	struct nvo3_member members[STUB_MAX];
	struct nvo3_remote remotes[STUB_MAX];
	struct nvo3_miss asked[STUB_MAX];
	struct stub_absent {
		uint32_t vni, lifetime_ms;
		struct mac_addr mac;
		struct ip_addr ip;	/* with a family instead of mac */
	} absent[STUB_MAX];
	struct stub_stamp {
		uint32_t dev;
		uint64_t last_out, first_in;
	} stamps[STUB_MAX];
	size_t n_stamps;
	struct {
		uint32_t dev;
		size_t len;
		unsigned int n;		/* so many, this is the last one */
	} guest;
	struct stub_profile {
		struct nvo3_profile p;
		size_t rules;
	} profiles[STUB_MAX];
	size_t n_profiles;
	uint32_t unused_s[STUB_MAX];	/* of the mapping with that index */
	unsigned int digests;		/* how often the buckets were asked for */
	size_t n_vns, n_ports, n_maps, n_members, n_remotes, n_asked, n_absent;
};

static inline struct kern_stub *self(struct kern *k)
{
	return (struct kern_stub *)k;
}

#define REMOVE(array, n, i) ((array)[i] = (array)[--(n)])

extern const struct ip_addr stub_no_ip;

struct nvo3_vn *stub_find_vn(struct kern_stub *s, uint32_t vni);
struct nvo3_port *stub_find_port(struct kern_stub *s, uint32_t dev, uint16_t vlan);
struct nvo3_map *stub_find_map(struct kern_stub *s, uint32_t vni, const struct mac_addr *mac);
void stub_map_remove(struct kern_stub *s, size_t i);
struct nvo3_map *stub_map_new(struct kern_stub *s, uint32_t vni, const struct mac_addr *mac,
			      const struct ip_addr *ip);
int stub_check_claim(const struct nvo3_map *have, uint64_t epoch, struct err *err);
int stub_dev_index(struct kern *k, const char *dev, uint32_t *ret, struct err *err);
int stub_dev_release(struct kern *k, uint32_t dev, struct err *err);
int stub_profile_add(struct kern *k, const struct nvo3_profile *profile,
		     const struct nvo3_rule *rules, size_t n, bool replace,
		     struct err *err);
int stub_profile_del(struct kern *k, uint32_t id, struct err *err);
int stub_port_add(struct kern *k, const struct nvo3_port *port, struct err *err);
int stub_port_set(struct kern *k, const struct nvo3_port *port, struct err *err);
int stub_port_del(struct kern *k, uint32_t dev, uint16_t vlan, struct err *err);
int stub_port_get(struct kern *k, uint32_t dev, uint16_t vlan, struct nvo3_port *ret,
		  struct err *err);
int stub_dev_mtu(struct kern *k, uint32_t dev, uint32_t *ret, struct err *err);
int stub_guest_answer(struct kern *k, const struct nvo3_guest *guest, struct err *err);
int stub_port_stamp(struct kern *k, uint32_t dev, uint16_t vlan, bool on, struct err *err);
int stub_port_stamps(struct kern *k, uint32_t dev, uint16_t vlan, uint64_t *last_out,
		     uint64_t *first_in, struct err *err);

#endif
