// SPDX-License-Identifier: GPL-2.0
/* The JSON of a new VM: what is wrong is named, what is left out is filled in. */
#include <errno.h>
#include "fixture.h"
#include "vm_spec.h"

#define ID "6ba7b810-9dad-41d1-80b4-00c04fd430c"

static int parse(struct inventory *inv, const char *text, struct vm_spec *spec, struct err *err)
{
	json_error_t why;
	json_t *json = json_loads(text, 0, &why);
	int ret;

	if (!json)
		fail_msg("the test's JSON: %s", why.text);
	ret = vm_spec_parse(inv, json, spec, err);
	json_decref(json);
	return ret;
}

static void test_defaults(void **state)
{
	struct inventory *inv = inventory_new("dc1");
	struct vn *blue = fix_vn(inv, "blue", 100);
	const struct nic *nics;
	struct vm_spec spec;
	struct err err;

	if (parse(inv, "{\"name\":\"web\",\"tenant\":\"alice\",\"nics\":[{\"vn\":\"blue\"},"
		  "{\"vn\":\"blue\",\"mac\":\"02:00:00:00:00:07\",\"ip\":[\"10.0.0.1/24\",\"fd00::1/64\"]}]}",
		  &spec, &err))
		fail_msg("%s", err.text);
	assert_true(spec.start);
	assert_string_equal(spec.server, "");
	assert_int_equal(spec.vm->size.cpus, 1);
	assert_int_equal(spec.vm->size.disk_mib, 16);
	assert_int_equal(spec.vm->n_nics, 2);
	assert_false(uuid_is_zero(&spec.vm->uuid));
	nics = spec.vm->nics;
	assert_ptr_equal(nics[0].vn, blue);
	assert_int_equal(nics[0].mac.b[0] & 3, 2);
	assert_int_equal(nics[0].n_ips, 0);
	assert_false(mac_addr_equal(&nics[0].mac, &nics[1].mac));
	assert_false(uuid_equal(&nics[0].tsi, &nics[1].tsi));
	assert_int_equal(nics[1].n_ips, 2);
	assert_int_equal(nics[1].ips[1].len, 64);
	free(spec.vm);
	inventory_free(inv);
}

static void test_named(void **state)
{
	struct inventory *inv = inventory_new("dc1");
	char text[UUID_STRLEN];
	struct vm_spec spec;
	struct err err;

	fix_vn(inv, "blue", 100);
	if (parse(inv, "{\"id\":\"" ID "8\",\"name\":\"web\",\"tenant\":\"alice\","
		  "\"nics\":[{\"vn\":\"blue\"},{\"vn\":\"blue\",\"tsi\":\"" ID "9\"}]}",
		  &spec, &err))
		fail_msg("%s", err.text);
	assert_string_equal(uuid_format(&spec.vm->uuid, text), ID "8");
	assert_string_equal(uuid_format(&spec.vm->nics[1].tsi, text), ID "9");
	assert_false(uuid_is_zero(&spec.vm->nics[0].tsi));
	vm_free(spec.vm);
	inventory_free(inv);
}

static void refuse(struct inventory *inv, const char *text, int code, const char *says)
{
	struct err err = { "" };
	struct vm_spec spec;

	assert_int_equal(parse(inv, text, &spec, &err), code);
	if (!strstr(err.text, says))
		fail_msg("\"%s\" does not say \"%s\"", err.text, says);
}

static void test_bad(void **state)
{
	struct inventory *inv = inventory_new("dc1");
	struct vn *blue = fix_vn(inv, "blue", 100);

#define VM(rest) "{\"name\":\"web\",\"tenant\":\"alice\"," rest "}"
#define NIC(rest) VM("\"nics\":[{\"vn\":\"blue\"},{\"vn\":\"blue\"," rest "}]")
	refuse(inv, "{\"tenant\":\"alice\"}", -EINVAL, "name");
	refuse(inv, "{\"name\":\"web\"}", -EINVAL, "tenant");
	refuse(inv, "{\"name\":\"a/b\",\"tenant\":\"alice\"}", -EINVAL, "a/b");
	refuse(inv, VM("\"nics\":{}"), -EINVAL, "nics");
	refuse(inv, VM("\"nics\":[]"), -EINVAL, "nics");
	refuse(inv, VM("\"nics\":[3]"), -EINVAL, "nics[0]");
	refuse(inv, VM("\"nics\":[{\"vn\":\"red\"}]"), -ENOENT, "nics[0]: VN red");
	refuse(inv, VM("\"nics\":[{\"vn\":\"blue\"}],\"cpus\":0"), -EINVAL, "cpus");
	refuse(inv, VM("\"nics\":[{\"vn\":\"blue\"}],\"disk_mib\":15"), -EINVAL, "disk_mib");
	refuse(inv, VM("\"nics\":[{\"vn\":\"blue\"}],\"color\":1"), -EINVAL, "color");
	refuse(inv, VM("\"nics\":[{\"vn\":\"blue\"}],\"start\":1"), -EINVAL, "start");
	refuse(inv, NIC("\"mac\":\"03:00:00:00:00:01\""), -EINVAL, "nics[1]: MAC 03");
	refuse(inv, NIC("\"mac\":\"xx\""), -EINVAL, "nics[1]: mac");
	refuse(inv, NIC("\"ip\":7"), -EINVAL, "nics[1]: ip");
	refuse(inv, NIC("\"ip\":[\"10.0.0.1/24\",\"10.0.0.300\"]"), -EINVAL, "10.0.0.300");
	refuse(inv, NIC("\"ip\":\"127.0.0.1\""), -EINVAL, "127.0.0.1");
	refuse(inv, NIC("\"port\":\"eth0\""), -EINVAL, "port");
	refuse(inv, NIC("\"tsi\":7"), -EINVAL, "nics[1]: tsi");
	refuse(inv, NIC("\"tsi\":\"7\""), -EINVAL, "nics[1]: tsi: ");
	refuse(inv, NIC("\"tsi\":\"00000000-0000-0000-0000-000000000000\""), -EINVAL,
	       "nics[1]: tsi: must not be zero");
	strcpy(blue->tenant, "bob");
	refuse(inv, VM("\"nics\":[{\"vn\":\"blue\"}]"), -EACCES, "VN blue belongs to tenant bob");
	assert_int_equal(blue->users, 0);
	inventory_free(inv);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_named),
		cmocka_unit_test(test_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
