// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>
#include <net/rtnetlink.h>
#include "acl.h"
#include "addr.h"
#include "budget.h"
#include "bypass.h"
#include "departures.h"
#include "digest.h"
#include "encap.h"
#include "group.h"
#include "flow.h"
#include "map.h"
#include "members.h"
#include "mss.h"
#include "netlink.h"
#include "pending.h"
#include "police.h"
#include "relays.h"
#include "rtnl.h"
#include "spoof.h"
#include "table.h"
#include "template.h"
#include "underlay.h"
#include "used.h"
#include "verify.h"
#include "vmgroups.h"
#include "vouch.h"

#ifdef DEBUG
static int __init selftest(void)
{
	bool ok = nvo3_addr_selftest();

	ok &= nvo3_budget_selftest();
	ok &= nvo3_vxlan_selftest();
	ok &= nvo3_geneve_selftest();
	ok &= nvo3_nvgre_selftest();
	ok &= nvo3_flow_selftest();
	ok &= nvo3_mss_selftest();
	ok &= nvo3_acl_selftest();
	ok &= nvo3_police_selftest();
	ok &= nvo3_spoof_selftest();
	ok &= nvo3_pending_selftest();
	ok &= nvo3_members_selftest();
	ok &= nvo3_relays_selftest();
	ok &= nvo3_verify_selftest();
	ok &= nvo3_group_selftest();
	ok &= nvo3_index_selftest();
	ok &= nvo3_table_selftest();
	ok &= nvo3_map_selftest();
	ok &= nvo3_used_selftest();
	ok &= nvo3_vmgroups_selftest();
	ok &= nvo3_digest_selftest();
	ok &= nvo3_departures_selftest();
	ok &= nvo3_hosts_selftest();
	ok &= nvo3_bypass_selftest();
	ok &= nvo3_vouch_selftest();
	ok &= nvo3_template_selftest();
	if (ok)
		pr_info("leaf selftests passed\n");
	return ok ? 0 : -EUCLEAN;
}
#else
static int __init selftest(void)
{
	return 0;
}
#endif

static int __init nvo3_init(void)
{
	int err;

	err = selftest();
	if (err)
		return err;
	err = nvo3_underlay_init();
	if (err)
		return err;
	err = nvo3_rtnl_init();
	if (err)
		goto err_underlay;
	err = nvo3_nl_init();
	if (err)
		goto err_rtnl;
	return 0;

err_rtnl:
	nvo3_rtnl_uninit();
err_underlay:
	nvo3_underlay_uninit();
	return err;
}

/*
 * NVEs first, so that nothing notifies through a family that is gone; requests
 * that come meanwhile find no NVE. Then the underlay, which NVEs stand on; at last
 * the callbacks that are on their way.
 */
static void __exit nvo3_exit(void)
{
	nvo3_rtnl_uninit();
	nvo3_nl_uninit();
	nvo3_underlay_uninit();
	rcu_barrier();
}

module_init(nvo3_init);
module_exit(nvo3_exit);

MODULE_DESCRIPTION("Network virtualization overlay edge (NVE)");
MODULE_LICENSE("GPL");
MODULE_ALIAS_RTNL_LINK("nvo3");
MODULE_ALIAS_GENL_FAMILY(NVO3_GENL_NAME);
