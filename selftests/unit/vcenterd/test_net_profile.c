// SPDX-License-Identifier: GPL-2.0
/*
 * Profiles at vCenter: made, given to interfaces, changed under running VMs, told to the
 * nDirector.
 */
#include "lab_api.h"
#include "profile_spec.h"

#define MAC "02:00:00:00:00:01"

static void make_vm(struct lab *lab, const char *name, const char *more)
{
	char body[512], path[64];

	snprintf(body, sizeof(body),
		 "{\"name\": \"%s\", \"tenant\": \"alice\", \"server\": \"host1\", \"group\": \"web\", "
		 "\"nics\": [{\"vn\": \"blue\", \"mac\": \"" MAC "\", \"ip\": \"10.0.0.1/24\"%s}]}",
		 name, more);
	lab_expect(lab, 0, "POST", "/vms", body, 202, NULL, NULL);
	snprintf(path, sizeof(path), "/vms/%s", name);
	lab_until(lab, 0, path, "state", "running");
}

static void begin(struct lab *lab)
{
	lab_expect(lab, 0, "POST", "/vns", "{\"name\": \"blue\", \"vni\": 100}", 201, NULL, NULL);
	lab_expect(lab, 0, "POST", "/profiles",
		   "{\"name\": \"http\", \"default\": \"deny\", \"rate\": 1000000, \"dscp\": 46, "
		   "\"rules\": [\"permit from-vm proto tcp dport 80-90\", \"permit to-vm\"]}",
		   201, "version", "1");
}

static struct uuid uuid_of(struct lab *lab, const char *name)
{
	struct profile *p = inventory_profile_by_name(lab->vc[0]->inv, name);

	assert_non_null(p);
	return p->uuid;
}

static void test_a_profile_is_told_before_its_placement(void **state)
{
	struct lab *lab = *state;
	struct fake_place *p;
	struct uuid uuid;

	begin(lab);
	LAB_WAIT(lab, lab->director[0].profiles == 1);
	assert_int_equal(lab->director[0].profile_rules, 2);
	make_vm(lab, "web1", ", \"profile\": \"http\"");
	p = fake_place_find(lab, 0, MAC);
	uuid = uuid_of(lab, "http");
	assert_true(uuid_equal(&p->profile, &uuid));
	assert_int_equal(fake_vm_find(lab, 0, "web1")->profile->nics[0]->profile.len, 16);
	/* in use, so it stays */
	lab_expect(lab, 0, "DELETE", "/profiles/http", NULL, 409, "error",
		   "profile http is in use by VM web1");
	lab_expect(lab, 0, "DELETE", "/vms/web1", NULL, 202, NULL, NULL);
	LAB_WAIT(lab, !inventory_vm_by_name(lab->vc[0]->inv, "web1"));
	lab_expect(lab, 0, "DELETE", "/profiles/http", NULL, 200, NULL, NULL);
	LAB_WAIT(lab, lab->director[0].profiles_gone == 1);
	lab_expect(lab, 0, "GET", "/profiles/http", NULL, 404, NULL, NULL);
}

static void test_changing_one_tells_the_director(void **state)
{
	struct lab *lab = *state;

	begin(lab);
	lab_expect(lab, 0, "PATCH", "/profiles/http", "{\"rules\": []}", 200, "version", "2");
	LAB_WAIT(lab, lab->director[0].profile_version == 2);
	assert_int_equal(lab->director[0].profile_rules, 0);
	/* what is not named stays */
	lab_expect(lab, 0, "GET", "/profiles/http", NULL, 200, "rate", "1000000");
	lab_expect(lab, 0, "GET", "/profiles/http", NULL, 200, "dscp", "46");
	lab_expect(lab, 0, "PATCH", "/profiles/http", "{\"rate\": -1}", 400, "error", "rate");
	lab_expect(lab, 0, "PATCH", "/profiles/http", "{\"name\": \"x\"}", 400, NULL, NULL);
	lab_expect(lab, 0, "PATCH", "/profiles/http", "{\"rules\": [\"permit\"]}", 400, "error",
		   "from-vm or to-vm must follow permit");
	lab_expect(lab, 0, "GET", "/profiles/http", NULL, 200, "version", "2");
	lab_expect(lab, 0, "POST", "/profiles", "{\"name\": \"http\"}", 409, NULL, NULL);
	lab_expect(lab, 0, "PATCH", "/profiles/none", "{}", 404, NULL, NULL);
}

/* The nDirector first, then the vServer; the epoch of the placement stays. */
static void test_a_running_vm_gets_another(void **state)
{
	struct lab *lab = *state;
	struct fake_place *p;
	struct uuid uuid;
	uint64_t epoch;

	begin(lab);
	make_vm(lab, "web1", "");
	p = fake_place_find(lab, 0, MAC);
	epoch = p->epoch;
	assert_true(uuid_is_zero(&p->profile));
	lab_expect(lab, 0, "PATCH", "/vms/web1", "{\"nics\": [{\"profile\": \"http\"}]}", 202, NULL,
		   NULL);
	LAB_WAIT(lab, lab->server[0].updates == 1);
	lab_until(lab, 0, "/vms/web1", "doing", "");
	lab_until(lab, 0, "/vms/web1", "state", "running");
	uuid = uuid_of(lab, "http");
	assert_true(uuid_equal(&lab->server[0].profile, &uuid));
	assert_true(uuid_equal(&p->profile, &uuid));
	assert_int_equal(p->epoch, epoch);
	/* other addresses, and none */
	lab_expect(lab, 0, "PATCH", "/vms/web1",
		   "{\"nics\": [{\"ip\": [\"10.0.0.7/24\", \"10.0.0.8/24\"], \"profile\": \"\"}]}",
		   202, NULL, NULL);
	LAB_WAIT(lab, lab->server[0].updates == 2);
	assert_int_equal(lab->server[0].n_ips, 2);
	assert_int_equal(p->n_ips, 2);
	assert_true(uuid_is_zero(&p->profile));
	lab_until(lab, 0, "/vms/web1", "doing", "");
	lab_expect(lab, 0, "GET", "/lookup?vn=blue&ip=10.0.0.7", NULL, 200, "name", "web1");
	lab_expect(lab, 0, "GET", "/lookup?vn=blue&ip=10.0.0.1", NULL, 200, "result", "not-found");
}

static void test_bad_updates(void **state)
{
	struct lab *lab = *state;

	begin(lab);
	make_vm(lab, "web1", "");
	lab_expect(lab, 0, "POST", "/vms",
		   "{\"name\": \"web2\", \"tenant\": \"alice\", \"nics\": [{\"vn\": \"blue\", "
		   "\"ip\": \"10.0.0.2/24\"}]}", 202, NULL, NULL);
	lab_until(lab, 0, "/vms/web2", "state", "running");
	lab_expect(lab, 0, "PATCH", "/vms/web1", "{\"nics\": [{\"ip\": \"10.0.0.2/24\"}]}", 409,
		   "error", "web2");
	lab_expect(lab, 0, "PATCH", "/vms/web1", "{\"nics\": [{\"profile\": \"none\"}]}", 404, "error",
		   "profile none is not known in dc1");
	lab_expect(lab, 0, "PATCH", "/vms/web1",
		   "{\"nics\": [{\"mac\": \"02:00:00:00:00:99\"}]}", 400,
		   "error", "no interface has");
	lab_expect(lab, 0, "PATCH", "/vms/web1", "{\"nics\": []}", 400, NULL, NULL);
	lab_expect(lab, 0, "GET", "/lookup?vn=blue&ip=10.0.0.1", NULL, 200, "name", "web1");
	assert_int_equal(lab->server[0].updates + lab->server[1].updates, 0);
}

/* New VMs of a group have its profile; a restart has forgotten nothing of all this. */
static void test_groups_and_restart(void **state)
{
	struct lab *lab = *state;
	struct uuid uuid;

	begin(lab);
	lab_expect(lab, 0, "PATCH", "/profiles/http", "{\"group\": \"web\"}", 200, NULL, NULL);
	lab_expect(lab, 0, "POST", "/profiles", "{\"name\": \"p2\", \"group\": \"web\"}", 409, "error",
		   "group web has profile http already");
	make_vm(lab, "web1", "");
	uuid = uuid_of(lab, "http");
	assert_true(uuid_equal(&fake_place_find(lab, 0, MAC)->profile, &uuid));
	lab_vcenter_stop(lab, 0);
	lab->director[0].profiles = 0;
	lab_vcenter_start(lab, 0);
	LAB_WAIT(lab, lab->vc[0]->director.ready && lab->server[0].registered);
	assert_int_equal(lab->director[0].profiles, 1);
	assert_int_equal(lab->director[0].profile_version, 2);
	assert_true(uuid_equal(&fake_place_find(lab, 0, MAC)->profile, &uuid));
	lab_expect(lab, 0, "GET", "/profiles/http", NULL, 200, "group", "web");
}

static void test_the_destination_of_a_move_is_granted_it(void **state)
{
	struct lab *lab = *state;

	begin(lab);
	make_vm(lab, "web1", ", \"profile\": \"http\"");
	lab_expect(lab, 0, "POST", "/vms/web1/move", "{\"server\": \"host2\"}", 202, NULL, NULL);
	LAB_WAIT(lab, lab->director[0].grants == 1);
	lab_until(lab, 0, "/vms/web1", "server", "host2");
	lab_until(lab, 0, "/vms/web1", "state", "running");
	assert_non_null(fake_vm_find(lab, 1, "web1"));
}

static void test_rules_as_text(void **state)
{
	static const char *const good[] = {
		"permit from-vm",
		"deny to-vm ethertype 0x0806",
		"permit from-vm proto tcp src 10.0.0.0/8 dst 192.0.2.0/24 sport 1024-65535 dport 80",
		"deny to-vm proto 99 src 2001:db8::/32",
		"permit to-vm proto icmpv6",
	};
	static const char *const bad[] = {
		"", "allow from-vm", "permit", "permit up", "permit from-vm proto", "permit from-vm proto 256",
		"permit from-vm proto 0", "permit from-vm dport 0", "permit from-vm dport 9-8",
		"permit from-vm dport 70000", "permit from-vm src 10.0.0.0/33", "permit from-vm color red",
		"permit from-vm src 10.0.0.0/8 src 10.0.0.0/8", "permit from-vm ethertype 65536",
	};
	Nvo3__ProfileRule *r;
	char text[256];
	struct err err;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		r = profile_rule_parse(good[i], &err);
		if (!r)
			fail_msg("%s: %s", good[i], err.text);
		assert_string_equal(profile_rule_format(r, text, sizeof(text)), good[i]);
		msg_free(r);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (profile_rule_parse(bad[i], &err))
			fail_msg("\"%s\" was taken", bad[i]);
}

#define LAB_TEST(f) cmocka_unit_test_setup_teardown(f, lab_setup, lab_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules_as_text),
		LAB_TEST(test_a_profile_is_told_before_its_placement),
		LAB_TEST(test_changing_one_tells_the_director),
		LAB_TEST(test_a_running_vm_gets_another),
		LAB_TEST(test_bad_updates),
		LAB_TEST(test_groups_and_restart),
		LAB_TEST(test_the_destination_of_a_move_is_granted_it),
	};

	return cmocka_run_group_tests_name("net_profile", tests, NULL, NULL);
}
