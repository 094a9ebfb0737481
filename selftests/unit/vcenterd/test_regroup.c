// SPDX-License-Identifier: GPL-2.0
/*
 * A VM comes to another group (V7): what that means for the rules of others, and that vCenter and
 * vServer agree on it, whatever is lost or started again.
 */
#include "fixture.h"
#include "lab_api.h"
#include "regroup.h"

/* --- rules; all VMs are alice's, on servers a and b */

struct world {
	struct inventory *inv;
	struct vn *vn;
	struct server *a, *b;
	struct vm *vm;		/* on a, of group "old" */
	unsigned int n;
};

static struct vm *vm_add(struct world *w, const char *name, const char *group, struct server *at,
			 const char *rule)
{
	struct vm *vm = fix_vm(w->vn, name, ++w->n);

	vm_set_group(vm, group);
	if (*rule) {
		vm->rules = mem_zalloc(sizeof(*vm->rules));
		vm->rules->n = 1;
		vm->rules->v[0].apart = !strncmp(rule, "apart ", 6);
		vm->rules->v[0].group = true;
		strcpy(vm->rules->v[0].name, strchr(rule, ' ') + 1);
	}
	return fix_add(w->inv, vm, at);
}

static int world_up(void **state)
{
	struct world *w = mem_zalloc(sizeof(*w));

	w->inv = inventory_new("dc1");
	w->vn = fix_vn(w->inv, "blue", 1);
	w->a = fix_server(w->inv, "a", 8);
	w->b = fix_server(w->inv, "b", 8);
	w->vm = vm_add(w, "web", "old", w->a, "");
	*state = w;
	return 0;
}

static int world_down(void **state)
{
	struct world *w = *state;

	inventory_free(w->inv);
	free(w);
	return 0;
}

static void allowed(struct world *w, const char *name)
{
	struct err err = { "" };

	if (regroup_check(w->inv, w->vm, name, &err))
		fail_msg("%s", err.text);
}

static void refused(struct world *w, const char *name, const char *why)
{
	struct err err = { "" };

	assert_int_equal(regroup_check(w->inv, w->vm, name, &err), -EPERM);
	assert_string_equal(err.text, why);
}

static void test_nobody_minds(void **state)
{
	struct world *w = *state;

	allowed(w, "new");
	allowed(w, "");
	allowed(w, "old");
	vm_add(w, "x", "new", w->a, "apart other");
	vm_add(w, "y", "old", w->a, "near other");
	allowed(w, "new");
	allowed(w, "");
}

static void test_apart_from_the_new_one(void **state)
{
	struct world *w = *state;
	struct vm *db;

	db = vm_add(w, "db", "", w->b, "apart new");
	allowed(w, "new");
	inventory_vm_set_dest(db, w->a);
	refused(w, "new", "VM db on server a is to be apart from group new, and VM web is there");
	inventory_vm_set_dest(db, NULL);
	inventory_vm_set_server(db, w->a);
	refused(w, "new", "VM db on server a is to be apart from group new, and VM web is there");
	allowed(w, "other");
	/* one that has gone to another data centre minds no more */
	vm_set_left(db, true);
	allowed(w, "new");
}

static void test_near_to_the_old_one(void **state)
{
	struct world *w = *state;
	struct vm *one;

	vm_add(w, "db", "", w->a, "near old");
	/* nobody is left at all: so nothing is asked */
	allowed(w, "");
	vm_add(w, "far", "old", w->b, "");
	refused(w, "", "VM db is to be near to group old, and has only VM web of it on server a");
	one = vm_add(w, "one", "old", w->a, "");
	allowed(w, "");
	/* not where it is: web is not what it is near to */
	inventory_vm_set_server(one, w->b);
	inventory_vm_set_server(inventory_vm_by_name(w->inv, "db"), w->b);
	allowed(w, "");
}

/* Members of the group that have the rule themselves: each means the others. */
static void test_near_among_themselves(void **state)
{
	struct world *w = *state;

	vm_add(w, "two", "old", w->a, "near old");
	allowed(w, "");
	vm_add(w, "far", "old", w->b, "");
	refused(w, "", "VM two is to be near to group old, and has only VM web of it on server a");
}

static void test_near_to_a_new_one_that_was_empty(void **state)
{
	struct world *w = *state;

	vm_add(w, "db", "", w->b, "near new");
	refused(w, "new", "VM db is to be near to group new, which has nobody yet, and VM web is on server a");
	vm_add(w, "first", "new", w->b, "");
	allowed(w, "new");
}

/* --- with a vServer */

static void begin(struct lab *lab)
{
	lab_expect(lab, 0, "POST", "/vns", "{\"name\":\"blue\",\"vni\":100}", 201, NULL, NULL);
	lab_expect(lab, 0, "POST", "/vms",
		   "{\"name\":\"web1\",\"tenant\":\"alice\",\"group\":\"web\","
		   "\"server\":\"host1\",\"nics\":[{\"vn\":\"blue\"}]}", 202, NULL, NULL);
	lab_until(lab, 0, "/vms/web1", "state", "running");
}

static void change(struct lab *lab, const char *body)
{
	lab_expect(lab, 0, "PATCH", "/vms/web1", body, 202, NULL, NULL);
	lab_until(lab, 0, "/vms/web1", "doing", "");
}

static void group_is(struct lab *lab, const char *name)
{
	lab_until(lab, 0, "/vms/web1", "group", name);
	assert_string_equal(fake_vm_find(lab, 0, "web1")->profile->group, name);
}

static size_t listed(struct lab *lab, const char *group)
{
	char path[64];
	struct reply r;
	size_t n;

	snprintf(path, sizeof(path), "/vms?tenant=alice&group=%s", group);
	r = lab_api(lab, 0, "GET", path, NULL);
	n = json_array_size(json_object_get(r.body, "items"));
	reply_free(&r);
	return n;
}

static void test_comes_and_goes(void **state)
{
	struct lab *lab = *state;

	begin(lab);
	change(lab, "{\"group\":\"db\"}");
	group_is(lab, "db");
	assert_true(listed(lab, "db") == 1 && listed(lab, "web") == 0);
	assert_true(lab_event(lab, 0, false, "vm-regroup", "done on server host1"));
	change(lab, "{\"group\":\"db\"}");
	group_is(lab, "db");
	change(lab, "{\"group\":\"\"}");
	group_is(lab, "");
	assert_int_equal(listed(lab, "db"), 0);
	lab_vcenter_stop(lab, 0);
	lab_vcenter_start(lab, 0);
	LAB_WAIT(lab, lab_ready(lab));
	group_is(lab, "");
	/* operations on the group have it from now on */
	change(lab, "{\"group\":\"ops\"}");
	lab_expect(lab, 0, "POST", "/operations",
		   "{\"tenant\":\"alice\",\"group\":\"ops\",\"action\":\"stop\"}", 202, NULL, NULL);
	lab_until(lab, 0, "/vms/web1", "state", "stopped");
}

/* Its interfaces keep what judges them; one that is new has what the new group has. */
static void test_profiles(void **state)
{
	struct lab *lab = *state;
	const struct vm *vm;

	begin(lab);
	lab_expect(lab, 0, "POST", "/profiles",
		   "{\"name\":\"gold\",\"tenant\":\"alice\",\"group\":\"db\"}", 201, NULL, NULL);
	change(lab, "{\"group\":\"db\"}");
	vm = inventory_vm_by_name(lab->vc[0]->inv, "web1");
	assert_true(uuid_is_zero(&vm->nics[0].profile));
	change(lab, "{\"plug\":{\"vn\":\"blue\"}}");
	assert_true(uuid_is_zero(&vm->nics[0].profile));
	assert_true(uuid_equal(&vm->nics[1].profile,
			       &inventory_profile_by_name(lab->vc[0]->inv, "gold")->uuid));
}

static void test_a_rule_is_kept(void **state)
{
	struct lab *lab = *state;

	begin(lab);
	lab_expect(lab, 0, "POST", "/vms",
		   "{\"name\":\"db1\",\"tenant\":\"alice\",\"server\":\"host1\",\"apart\":"
		   "[\"group:db\"],\"nics\":[{\"vn\":\"blue\"}]}", 202, NULL, NULL);
	lab_until(lab, 0, "/vms/db1", "state", "running");
	lab_expect(lab, 0, "PATCH", "/vms/web1", "{\"group\":\"db\"}", 409, "error",
		   "VM db1 on server host1 is to be apart from group db, and VM web1 is there");
	group_is(lab, "web");
	assert_int_equal(lab->server[0].updates, 0);
}

static void test_refused(void **state)
{
	struct lab *lab = *state;

	begin(lab);
	lab->refuse = MSG(VM_UPDATE);
	change(lab, "{\"group\":\"db\"}");
	lab->refuse = 0;
	lab_until(lab, 0, "/vms/web1", "error", "no, says the fake");
	group_is(lab, "web");
	assert_true(lab_event(lab, 0, true, "vm-regroup", "no, says the fake"));
	/* One that has never heard of it says that all is well */
	lab->server[0].old = true;
	change(lab, "{\"group\":\"db\"}");
	lab_until(lab, 0, "/vms/web1", "error", "server host1 does not know this change of a VM");
	group_is(lab, "web");
}

/* --- what the vServer says of it meanwhile */

struct answer {
	bool done;
	uint32_t code;
};

static void heard(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	*(struct answer *)arg = (struct answer){ true, code };
}

/* As at the start of a session: web1 as it is there, behind @strangers that nobody takes */
static void say_all(struct lab *lab, struct answer *a, const char *group, size_t strangers)
{
	const struct fake_vm *vm = fake_vm_find(lab, 0, "web1");
	Nvo3__VmBulkRegister msg = NVO3__VM_BULK_REGISTER__INIT;
	Nvo3__VmProfile stranger = NVO3__VM_PROFILE__INIT, own = *vm->profile;
	Nvo3__VmReport other = NVO3__VM_REPORT__INIT, ours = NVO3__VM_REPORT__INIT;
	Nvo3__VmReport **list = mem_calloc(strangers + 1, sizeof(*list));

	*a = (struct answer){ };
	own.group = (char *)group;
	other.profile = &stranger;
	ours.profile = &own;
	ours.state = NVO3__VM_STATE__VM_RUNNING;
	for (size_t i = 0; i < strangers; i++)
		list[i] = &other;
	list[strangers] = &ours;
	msg.group = (char *)group;
	msg.common = &own;
	msg.members = list;
	msg.n_members = strangers + 1;
	chan_request(lab->server[0].chan, MSG(VM_BULK_REGISTER), &msg.base, 0, heard, a);
	free(list);
}

/* It has changed it, and its yes was lost; its next session says so, and vCenter asks again. */
static void test_a_lost_answer(void **state)
{
	struct lab *lab = *state;
	struct answer a;

	begin(lab);
	lab->mute = MSG(VM_UPDATE);
	lab_expect(lab, 0, "PATCH", "/vms/web1", "{\"group\":\"db\"}", 202, "doing", "regroup");
	LAB_WAIT(lab, lab->server[0].updates == 1);
	say_all(lab, &a, "db", 0);
	LAB_WAIT(lab, a.done);
	assert_int_equal(a.code, CODE(OK));
	lab_expect(lab, 0, "GET", "/vms/web1", NULL, 200, "doing", "regroup");
	lab_vcenter_stop(lab, 0);
	lab->mute = 0;
	lab_vcenter_start(lab, 0);
	lab_until(lab, 0, "/vms/web1", "doing", "");
	group_is(lab, "db");
	assert_int_equal(lab->server[0].updates, 2);
}

/* What it said before it was told is still being worked at when it has said yes. */
static void test_said_before_and_read_behind(void **state)
{
	Nvo3__VmReport report = NVO3__VM_REPORT__INIT;
	struct lab *lab = *state;
	struct answer a;
	struct vm *vm;

	begin(lab);
	vm = inventory_vm_by_name(lab->vc[0]->inv, "web1");
	lab->keep = MSG(VM_UPDATE);
	lab_expect(lab, 0, "PATCH", "/vms/web1", "{\"group\":\"db\"}", 202, "doing", "regroup");
	LAB_WAIT(lab, lab->kept);
	say_all(lab, &a, "web", 9000);
	report.profile = fake_vm_find(lab, 0, "web1")->profile;
	report.state = NVO3__VM_STATE__VM_RUNNING;
	chan_reply(lab->server[0].chan, lab->kept, CODE(OK), NULL, &report.base);
	LAB_WAIT(lab, vm->op == VM_OP_NONE);
	assert_false(a.done);
	LAB_WAIT(lab, a.done);
	group_is(lab, "db");
	/* its own word afterwards counts: groups change there, too */
	say_all(lab, &a, "own", 0);
	LAB_WAIT(lab, a.done);
	lab_until(lab, 0, "/vms/web1", "group", "own");
}

#define WORLD_TEST(fn) cmocka_unit_test_setup_teardown(fn, world_up, world_down)
#define LAB_TEST(fn) cmocka_unit_test_setup_teardown(fn, lab_setup, lab_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_nobody_minds),
		WORLD_TEST(test_apart_from_the_new_one),
		WORLD_TEST(test_near_to_the_old_one),
		WORLD_TEST(test_near_among_themselves),
		WORLD_TEST(test_near_to_a_new_one_that_was_empty),
		LAB_TEST(test_comes_and_goes),
		LAB_TEST(test_profiles),
		LAB_TEST(test_a_rule_is_kept),
		LAB_TEST(test_refused),
		LAB_TEST(test_a_lost_answer),
		LAB_TEST(test_said_before_and_read_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
