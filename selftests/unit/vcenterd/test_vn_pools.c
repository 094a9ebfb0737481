// SPDX-License-Identifier: GPL-2.0
/* Addresses from a VN's subnets: given, taken by hand, refused, and free again. */
#include <errno.h>
#include "fixture.h"
#include "inventory_pool.h"
#include "view_subnet.h"
#include "vm_spec.h"

static void subnets_are(struct inventory *inv, struct vn *vn, const char *text)
{
	json_t *body = json_loads(text, 0, NULL);
	struct vn want = *vn;
	struct err err;

	assert_non_null(body);
	if (api_vn_subnets(body, &want, &err))
		fail_msg("%s", err.text);
	inventory_vn_set_subnets(inv, vn, &want.subnets);
	json_decref(body);
}

#define SMALL "{\"subnets\":[{\"prefix\":\"10.1.0.0/29\",\"gateway\":\"10.1.0.1\"," \
	      "\"reserved\":\"10.1.0.3\"}]}"

static struct inventory *world(struct vn **blue, const char *subnets)
{
	struct inventory *inv = inventory_new("dc1");

	*blue = fix_vn(inv, "blue", 100);
	subnets_are(inv, *blue, subnets);
	return inv;
}

static int spec(struct inventory *inv, const char *name, const char *nics, struct vm_spec *ret,
		struct err *err)
{
	json_t *body = json_pack("{s:s, s:s, s:o}", "name", name, "tenant", "alice", "nics",
				 json_loads(nics, 0, NULL));
	int res = vm_spec_parse(inv, body, ret, err);

	json_decref(body);
	return res;
}

/* As api_vm_create does it */
static struct vm *create(struct inventory *inv, const char *name, const char *nics)
{
	struct vm_spec s;
	struct err err;

	if (spec(inv, name, nics, &s, &err))
		fail_msg("%s", err.text);
	vm_spec_give_back(inv, s.vm);
	return fix_add(inv, s.vm, NULL);
}

static void assert_ip(const struct vm *vm, int nic, int n, const char *want)
{
	char text[IP_PREFIX_STRLEN];

	assert_string_equal(ip_prefix_format(&vm->nics[nic].ips[n], text), want);
}

#define NIC "[{\"vn\":\"blue\"}]"

static void lowest_free_one(void **state)
{
	struct vm *a, *b, *c;
	struct vn *blue;
	struct inventory *inv = world(&blue, SMALL);

	assert_int_equal(inventory_pool_size(blue, 0), 4);
	a = create(inv, "a", NIC);
	b = create(inv, "b", NIC);
	c = create(inv, "c", NIC);
	assert_ip(a, 0, 0, "10.1.0.2/29");
	assert_ip(b, 0, 0, "10.1.0.4/29");
	assert_ip(c, 0, 0, "10.1.0.5/29");
	assert_true(a->nics[0].dhcp);
	assert_int_equal(inventory_pool_used(blue, 0), 3);
	inventory_vm_del(inv, b);
	assert_int_equal(inventory_pool_used(blue, 0), 2);
	assert_ip(create(inv, "d", NIC), 0, 0, "10.1.0.4/29");
	inventory_free(inv);
}

static void exhausted_is_named(void **state)
{
	struct err err = { "" };
	struct vm_spec s;
	struct vn *blue;
	struct inventory *inv = world(&blue, SMALL);

	create(inv, "a", "[{\"vn\":\"blue\"},{\"vn\":\"blue\"},{\"vn\":\"blue\"}]");
	assert_int_equal(spec(inv, "b", "[{\"vn\":\"blue\"},{\"vn\":\"blue\"}]", &s, &err),
			 -ENOSPC);
	assert_non_null(strstr(err.text, "pool of VN blue, subnet 10.1.0.0/29, range 10.1.0.1-"));
	assert_non_null(strstr(err.text, "10.1.0.6 is exhausted"));
	/* What it had got before is free again */
	assert_int_equal(inventory_pool_used(blue, 0), 3);
	create(inv, "c", NIC);
	assert_int_equal(inventory_pool_used(blue, 0), 4);
	inventory_free(inv);
}

static void by_hand(void **state)
{
	struct vn *blue;
	struct inventory *inv = world(&blue, SMALL);
	struct vm *gw, *vm;

	vm = create(inv, "a", "[{\"vn\":\"blue\",\"ip\":\"10.1.0.2/29\"}]");
	assert_true(vm->nics[0].dhcp);
	vm = create(inv, "b", "[{\"vn\":\"blue\",\"ip\":\"192.0.2.1/24\"}]");
	assert_false(vm->nics[0].dhcp);
	vm = create(inv, "c", "[{\"vn\":\"blue\",\"ip\":\"10.1.0.6\",\"dhcp\":false}]");
	assert_false(vm->nics[0].dhcp);
	vm = create(inv, "d", "[{\"vn\":\"blue\",\"ip\":[]}]");
	assert_int_equal(vm->nics[0].n_ips, 0);
	assert_int_equal(inventory_pool_used(blue, 0), 2);
	/* The gateway may be a VM; its address is not given when that is gone */
	gw = create(inv, "gw", "[{\"vn\":\"blue\",\"ip\":\"10.1.0.1/29\"}]");
	assert_int_equal(inventory_pool_used(blue, 0), 2);
	inventory_vm_del(inv, gw);
	assert_ip(create(inv, "e", NIC), 0, 0, "10.1.0.4/29");
	inventory_free(inv);
}

static void one_of_each_family(void **state)
{
	struct vn *blue;
	struct inventory *inv = world(&blue, "{\"subnets\":[{\"prefix\":\"10.1.0.4/32\"},"
					     "{\"prefix\":\"fd00:1::/64\"},"
					     "{\"prefix\":\"10.2.0.0/24\"}]}");
	struct vm *a = create(inv, "a", NIC), *b = create(inv, "b", NIC);

	assert_int_equal(a->nics[0].n_ips, 2);
	assert_ip(a, 0, 0, "10.1.0.4/32");
	assert_ip(a, 0, 1, "fd00:1::1/64");
	/* The first IPv4 subnet is full */
	assert_ip(b, 0, 0, "10.2.0.1/24");
	assert_ip(b, 0, 1, "fd00:1::2/64");
	inventory_free(inv);
}

/* Pools of subnets that change know the VMs that there are. */
static void other_subnets(void **state)
{
	struct nic nics[VC_NICS_MAX];
	struct vn *blue;
	struct inventory *inv = world(&blue, "{\"subnets\":[]}");
	struct vm *vm = create(inv, "a", "[{\"vn\":\"blue\",\"ip\":\"10.1.0.2/29\"}]");

	subnets_are(inv, blue, SMALL);
	assert_int_equal(inventory_pool_used(blue, 0), 1);
	memcpy(nics, vm->nics, sizeof(nics));
	nics[0].ips[0].addr.b[3] = 5;
	assert_int_equal(inventory_vm_set_nics(inv, vm, nics, NULL), 0);
	assert_int_equal(inventory_pool_used(blue, 0), 1);
	assert_ip(create(inv, "b", NIC), 0, 0, "10.1.0.2/29");
	inventory_free(inv);
}

/* Another DC's vCenter begins elsewhere. */
static void other_dc(void **state)
{
	struct inventory *inv = inventory_new("dc2");
	struct vn tmpl = { .uuid = uuid_new(), .vni = 7, .name = "blue", .home_dc = "dc1" };
	struct vn *blue = inventory_vn_add(inv, &tmpl, NULL);
	struct vm *vm;

	subnets_are(inv, blue, "{\"subnets\":[{\"prefix\":\"10.0.0.0/16\"}]}");
	vm = create(inv, "a", NIC);
	assert_true(vm->nics[0].ips[0].addr.b[2] || vm->nics[0].ips[0].addr.b[3] > 16);
	inventory_free(inv);
}

static void vnis(void **state)
{
	struct inventory *inv = inventory_new("dc1");
	struct err err = { "" };
	struct vn *vn;
	uint32_t vni;

	assert_int_equal(inventory_vni_find(inv, &vni, &err), -EINVAL);
	fix_vn(inv, "a", 100);
	inventory_set_vnis(inv, 100, 102);
	assert_int_equal(inventory_vni_find(inv, &vni, &err), 0);
	assert_int_equal(vni, 101);
	vn = fix_vn(inv, "b", 101);
	fix_vn(inv, "c", 102);
	fix_vn(inv, "d", 99);
	assert_int_equal(inventory_vni_find(inv, &vni, &err), -ENOSPC);
	assert_non_null(strstr(err.text, "from 100 to 102"));
	assert_int_equal(inventory_vn_del(inv, vn, NULL), 0);
	assert_int_equal(inventory_vni_find(inv, &vni, &err), 0);
	assert_int_equal(vni, 101);
	inventory_free(inv);
}

static void refuse(const char *text, const char *says)
{
	json_t *body = json_loads(text, 0, NULL);
	struct vn vn = { .vni = 0 };
	struct err err = { "" };

	assert_non_null(body);
	assert_int_equal(api_vn_subnets(body, &vn, &err), -EINVAL);
	if (!strstr(err.text, says))
		fail_msg("\"%s\" does not say \"%s\"", err.text, says);
	json_decref(body);
}

static void bad_subnets(void **state)
{
	refuse("{\"subnets\":1}", "subnets: must be a list");
	refuse("{\"subnets\":[1]}", "subnets[0]: must be an object");
	refuse("{\"subnets\":[{}]}", "prefix");
	refuse("{\"subnets\":[{\"prefix\":\"10.0.0.1/24\"}]}", "host bits");
	refuse("{\"subnets\":[{\"prefix\":\"10.0.0.0/24\",\"color\":1}]}", "color");
	refuse("{\"subnets\":[{\"prefix\":\"10.0.0.0/24\",\"dns\":[1]}]}", "dns");
	refuse("{\"subnets\":[{\"prefix\":\"10.0.0.0/24\",\"dns\":\"x\"}]}", "dns");
	refuse("{\"subnets\":[{\"prefix\":\"10.0.0.0/24\",\"lease_s\":1}]}", "lease_s");
	refuse("{\"subnets\":[{\"prefix\":\"10.0.0.0/24\",\"range\":\"x-y\"}]}", "range");
	refuse("{\"subnets\":[{\"prefix\":\"10.0.0.0/24\",\"reserved\":[\"10.1.0.1\"]}]}",
	       "reserved range");
	refuse("{\"subnets\":[{\"prefix\":\"10.0.0.0/24\",\"dns\":[\"1.1.1.1\",\"1.1.1.2\","
	       "\"1.1.1.3\",\"1.1.1.4\",\"1.1.1.5\"]}]}", "at most 4");
}

/* What is shown can be told back. */
static void shown_and_told_back(void **state)
{
	struct vn *blue, want = { .vni = 0 };
	struct inventory *inv = world(&blue, SMALL);
	json_t *body = json_pack("{s:o}", "subnets", view_subnets(blue));

	assert_int_equal(api_vn_subnets(body, &want, NULL), 0);
	assert_memory_equal(&want.packed, &blue->packed, sizeof(want.packed));
	json_decref(body);
	inventory_free(inv);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lowest_free_one),
		cmocka_unit_test(exhausted_is_named),
		cmocka_unit_test(by_hand),
		cmocka_unit_test(one_of_each_family),
		cmocka_unit_test(other_subnets),
		cmocka_unit_test(other_dc),
		cmocka_unit_test(vnis),
		cmocka_unit_test(bad_subnets),
		cmocka_unit_test(shown_and_told_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
