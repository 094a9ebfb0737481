// SPDX-License-Identifier: GPL-2.0
#include <linux/slab.h>
#include "mapping.h"
#include "nl_parse.h"

struct digest {
	const struct nvo3_vn *vn;
	u64 buckets[NVO3_DIGEST_BUCKETS];
};

static int fill(struct sk_buff *skb, struct nvo3_nve *nve, const void *object)
{
	struct nlattr *nest = nla_nest_start(skb, NVO3_A_DIGEST);
	const struct digest *digest = object;
	const struct nvo3_vn *vn = digest->vn;

	if (!nest || nla_put_u32(skb, NVO3_A_DIGEST_VNI, vn->vni) ||
	    nla_put_u64_64bit(skb, NVO3_A_DIGEST_SUM, vn->digest.sum, NVO3_A_DIGEST_PAD) ||
	    nla_put_u32(skb, NVO3_A_DIGEST_MAPS, vn->digest.maps) ||
	    nla_put(skb, NVO3_A_DIGEST_BUCKETS, sizeof(digest->buckets), digest->buckets))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

int nvo3_nl_digest_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[NVO3_A_DIGEST_MAX + 1], *nest = info->attrs[NVO3_A_DIGEST];
	struct nvo3_nve *nve = nvo3_nl_nve(info);
	struct digest *digest;
	struct nvo3_vn *vn;
	int err;

	err = nvo3_nl_parse_digest(nest, tb, info->extack);
	if (err)
		return err;
	vn = nvo3_nl_vn(nve, nest, tb[NVO3_A_DIGEST_VNI], info->extack);
	if (IS_ERR(vn))
		return PTR_ERR(vn);
	digest = kzalloc(sizeof(*digest), GFP_KERNEL);
	if (!digest)
		return -ENOMEM;
	digest->vn = vn;
	nvo3_mapping_digest(nve, vn, digest->buckets);
	err = nvo3_nl_reply(info, fill, digest);
	kfree(digest);
	return err;
}
