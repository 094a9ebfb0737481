// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include "addr_index.h"
#include "fixture.h"

static void test_vn_names(void **state)
{
	struct inventory *inv = inventory_new("dc1");
	struct vn *blue = fix_vn(inv, "blue", 100);
	struct vn tmpl = { .uuid = uuid_new(), .name = "blue", .vni = 7, .home_dc = "dc2" };
	struct err err;

	assert_null(inventory_vn_add(inv, &tmpl, &err));
	assert_non_null(strstr(err.text, "name blue is taken by VN blue of dc1"));
	strcpy(tmpl.name, "red");
	tmpl.vni = 100;
	assert_null(inventory_vn_add(inv, &tmpl, &err));
	assert_non_null(strstr(err.text, "VNI 100 is taken by VN blue"));
	tmpl.vni = 7;
	assert_non_null(inventory_vn_add(inv, &tmpl, &err));
	assert_ptr_equal(inventory_vn(inv, &blue->uuid), blue);
	assert_ptr_equal(inventory_vn_by_name(inv, "blue"), blue);
	assert_null(inventory_vn_by_name(inv, "green"));
	inventory_free(inv);
}

static void test_vn_in_use(void **state)
{
	struct inventory *inv = inventory_new("dc1");
	struct server *s = fix_server(inv, "host1", 4);
	struct vn *blue = fix_vn(inv, "blue", 100);
	struct vm *vm = fix_add(inv, fix_vm(blue, "web", 1), s);
	struct err err;

	assert_int_equal(inventory_vn_del(inv, blue, &err), -EBUSY);
	assert_non_null(strstr(err.text, "blue"));
	inventory_vm_del(inv, vm);
	assert_int_equal(inventory_vn_del(inv, blue, &err), 0);
	assert_null(inv->vns);
	assert_null(inv->vns_by_name);
	assert_null(inv->vns_by_vni);
	inventory_free(inv);
}

static void refuse(struct inventory *inv, struct vm *vm, const char *culprit)
{
	struct err err;

	assert_int_equal(inventory_vm_add(inv, vm, NULL, &err), -EEXIST);
	if (!strstr(err.text, culprit))
		fail_msg("\"%s\" does not name \"%s\"", err.text, culprit);
	vm_free(vm);
}

static void test_vm_conflicts(void **state)
{
	struct inventory *inv = inventory_new("dc1");
	struct server *s = fix_server(inv, "host1", 4);
	struct vn *blue = fix_vn(inv, "blue", 100), *red = fix_vn(inv, "red", 200);
	struct vm *web = fix_add(inv, fix_vm(blue, "web", 1), s), *vm;
	struct capacity used = s->used;

	vm = fix_vm(blue, "web", 2);
	refuse(inv, vm, "the name web is taken in dc1");
	vm = fix_vm(blue, "other", 2);
	vm->uuid = web->uuid;
	refuse(inv, vm, "as web");
	vm = fix_vm(blue, "other", 2);
	vm->nics[0].mac = web->nics[0].mac;
	refuse(inv, vm, "MAC 02:00:00:00:00:01 is taken in VN blue by VM web");
	vm = fix_vm(blue, "other", 2);
	vm->nics[0].ips[0].addr = web->nics[0].ips[0].addr;
	refuse(inv, vm, "IP 10.0.0.1 is taken in VN blue by VM web");
	/* twice in itself */
	vm = fix_vm(blue, "other", 2);
	vm->nics[1] = vm->nics[0];
	vm->nics[1].tsi = uuid_new();
	vm->n_nics = 2;
	refuse(inv, vm, "MAC 02:00:00:00:00:02 is given twice");
	vm = fix_vm(blue, "other", 2);
	vm->nics[1] = vm->nics[0];
	vm->nics[1].mac.b[1]++;
	vm->nics[1].n_ips = 0;
	vm->n_nics = 2;
	refuse(inv, vm, "interface ");
	/* what has no name yet is nobody's */
	vm = fix_vm(blue, "other", 2);
	vm->nics[0].tsi = (struct uuid){ };
	vm->nics[1] = vm->nics[0];
	vm->nics[1].mac.b[1]++;
	vm->nics[1].n_ips = 0;
	vm->n_nics = 2;
	assert_int_equal(inventory_vm_check(inv, vm, NULL), 0);
	vm_free(vm);
	/* of another VN, too, for there is one interface of that name */
	vm = fix_vm(red, "other", 2);
	vm->nics[0].tsi = web->nics[0].tsi;
	refuse(inv, vm, "is there already, of VM web");
	vm = fix_vm(blue, "other", 2);
	vm->nics[0].ips[1] = vm->nics[0].ips[0];
	vm->nics[0].n_ips = 2;
	refuse(inv, vm, "IP 10.0.0.2 is given twice");
	assert_memory_equal(&used, &s->used, sizeof(used));
	assert_int_equal(blue->users, 1);
	/* the same addresses in another VN are others */
	fix_add(inv, fix_vm(red, "other", 1), s);
	assert_ptr_equal(inventory_vm_by_mac(inv, blue, &web->nics[0].mac), web);
	assert_ptr_not_equal(inventory_vm_by_mac(inv, red, &web->nics[0].mac), web);
	inventory_free(inv);
}

static void test_capacity(void **state)
{
	struct inventory *inv = inventory_new("dc1");
	struct server *a = fix_server(inv, "host1", 4), *b = fix_server(inv, "host2", 4);
	struct vm *vm = fix_add(inv, fix_vm(fix_vn(inv, "blue", 1), "web", 1), a);

	assert_int_equal(a->used.vms, 1);
	inventory_vm_set_dest(vm, b);
	assert_int_equal(a->used.memory_mib, 100);
	assert_int_equal(b->used.memory_mib, 100);
	assert_int_equal(b->vms.n, 0);
	inventory_vm_set_server(vm, b);
	inventory_vm_set_dest(vm, NULL);
	assert_int_equal(a->used.vms, 0);
	assert_int_equal(b->used.vms, 1);
	assert_ptr_equal(vm_set_next(&b->vms, NULL), vm);
	inventory_vm_set_dest(vm, a);
	inventory_vm_del(inv, vm);
	assert_int_equal(a->used.vms + b->used.vms + b->used.cpus, 0);
	inventory_free(inv);
}

/* Everything that is counted or indexed, counted anew. */
static void check(struct inventory *inv)
{
	struct server *server, *stmp;
	unsigned int addrs = 0, vms = 0;
	struct vm *vm, *tmp, *v;

	HASH_ITER(hh, inv->vms, vm, tmp) {
		vms++;
		assert_ptr_equal(inventory_vm(inv, &vm->uuid), vm);
		assert_ptr_equal(inventory_vm_by_name(inv, vm->name), vm);
		for (int i = 0; i < vm->n_nics; i++) {
			const struct nic *nic = &vm->nics[i];

			addrs += 2 + nic->n_ips;
			assert_ptr_equal(inventory_vm_by_mac(inv, nic->vn, &nic->mac), vm);
			for (int j = 0; j < nic->n_ips; j++)
				assert_ptr_equal(inventory_vm_by_ip(inv, nic->vn,
								    &nic->ips[j].addr), vm);
		}
	}
	assert_int_equal(HASH_CNT(hh_name, inv->vms_by_name), vms);
	assert_int_equal(addr_index_count(inv->addrs), addrs);
	HASH_ITER(hh, inv->servers, server, stmp) {
		struct capacity used = { 0 };

		for (v = vm_set_next(&server->vms, NULL); v;
		     v = vm_set_next(&server->vms, &v->uuid))
			assert_ptr_equal(v->server, server);
		HASH_ITER(hh, inv->vms, vm, tmp) {
			uint32_t n = (vm->server == server) + (vm->dest == server);

			used.vms += n;
			used.cpus += n * vm->size.cpus;
			used.memory_mib += n * vm->size.memory_mib;
			used.disk_mib += n * vm->size.disk_mib;
		}
		assert_memory_equal(&used, &server->used, sizeof(used));
	}
	for (v = inv->jobs, vms = 0; v; v = v->job_next, vms++)
		assert_int_not_equal(v->op, VM_OP_NONE);
	HASH_ITER(hh, inv->vms, vm, tmp)
		vms -= vm->op != VM_OP_NONE;
	assert_int_equal(vms, 0);
}

static void test_random(void **state)
{
	struct inventory *inv = inventory_new("dc1");
	struct server *servers[3] = { fix_server(inv, "a", 9), fix_server(inv, "b", 9), NULL };
	struct vn *vns[2] = { fix_vn(inv, "blue", 1), fix_vn(inv, "red", 2) };
	unsigned int seed = 1, refused = 0;
	struct vm *vms[40] = { NULL };
	char name[16];

	for (int i = 0; i < 20000; i++) {
		unsigned int n = rand_r(&seed) % 40, r = rand_r(&seed);
		struct vm *vm = vms[n];

		if (!vm) {
			/* names and addresses out of a space that is too small */
			snprintf(name, sizeof(name), "vm%u", r % 50);
			vm = fix_vm(vns[r % 2], name, r / 2 % 60);
			vm->op = r % 7;
			if (inventory_vm_add(inv, vm, servers[r % 3], NULL)) {
				vm_free(vm);
				refused++;
			} else {
				vms[n] = vm;
			}
		} else if (r % 4 == 0) {
			inventory_vm_set_server(vm, servers[r / 4 % 3]);
		} else if (r % 4 == 1) {
			inventory_vm_set_dest(vm, servers[r / 4 % 3]);
		} else if (r % 4 == 2) {
			inventory_job_set(inv, vm, r / 4 % 7);
		} else {
			inventory_vm_del(inv, vm);
			vms[n] = NULL;
		}
		if (i % 50 == 0)
			check(inv);
	}
	check(inv);
	assert_true(refused > 1000);
	for (int n = 0; n < 40; n++)
		if (vms[n])
			inventory_vm_del(inv, vms[n]);
	check(inv);
	assert_int_equal(addr_index_count(inv->addrs) + vns[0]->users + vns[1]->users, 0);
	inventory_free(inv);
}

/* What a resize adds is taken at once, what it gives back is given when it is over. */
static void test_a_resize_keeps_what_it_adds(void **state)
{
	struct inventory *inv = inventory_new("dc1");
	struct server *server = fix_server(inv, "host1", 8);
	struct vn *vn = fix_vn(inv, "blue", 100);
	struct vm *vm = fix_vm(vn, "vm1", 1);

	vm_set_group(vm, "web");
	fix_add(inv, vm, server);
	vm->want_cpus = 3;
	vm->want_memory_mib = 50;
	inventory_job_set(inv, vm, VM_OP_RESIZE);
	assert_int_equal(server->used.cpus, 3);
	assert_int_equal(server->used.memory_mib, 100);
	assert_int_equal(inventory_group(inv, "alice", "web")->used.cpus, 3);
	assert_int_equal(inventory_group(inv, "alice", "")->used.cpus, 3);
	/* it is done */
	inventory_vm_resized(vm);
	inventory_job_set(inv, vm, VM_OP_NONE);
	assert_int_equal(server->used.cpus, 3);
	assert_int_equal(server->used.memory_mib, 50);
	assert_int_equal(inventory_group(inv, "alice", "web")->used.memory_mib, 50);
	assert_int_equal(server->used.disk_mib, 16);
	/* a larger disk, which is done, too */
	vm->want_disk_mib = 40;
	inventory_job_set(inv, vm, VM_OP_RESIZE);
	assert_int_equal(server->used.disk_mib, 40);
	assert_int_equal(inventory_group(inv, "alice", "web")->used.disk_mib, 40);
	inventory_vm_resized(vm);
	inventory_job_set(inv, vm, VM_OP_NONE);
	assert_int_equal(server->used.disk_mib, 40);
	assert_int_equal(vm->size.disk_mib, 40);
	vm->want_disk_mib = 0;
	/* it failed */
	vm->want_cpus = 5;
	inventory_job_set(inv, vm, VM_OP_RESIZE);
	assert_int_equal(server->used.cpus, 5);
	inventory_job_set(inv, vm, VM_OP_NONE);
	assert_int_equal(server->used.cpus, 3);
	assert_int_equal(server->used.vms, 1);
	/* the VM goes in the middle */
	inventory_job_set(inv, vm, VM_OP_RESIZE);
	inventory_vm_del(inv, vm);
	assert_int_equal(server->used.cpus, 0);
	assert_int_equal(server->used.memory_mib, 0);
	assert_null(inventory_group(inv, "alice", ""));
	inventory_free(inv);
}

/* After whatever has happened to them: as many of each as somebody finds who looks at them all. */
static void test_counts_are_those_of_a_walk(void **state)
{
	struct inventory *inv = inventory_new("dc1");
	struct server *server = fix_server(inv, "host1", 100);
	struct vn *vn = fix_vn(inv, "blue", 100);
	struct vm *vms[40] = { NULL }, **vm;
	char name[8];

	for (int i = 0; i < 20000; i++) {
		struct vm_counts walked = { 0 };
		int n = random() % 40;

		vm = &vms[n];
		snprintf(name, sizeof(name), "vm%d", n);
		if (!*vm) {
			*vm = fix_vm(vn, name, n + 1);
			vm_set_state(*vm, random() % (NVO3__VM_STATE__VM_FAILED + 1));
			(*vm)->incoming = random() % 2;
			fix_add(inv, *vm, server);
		}
		switch (random() % 5) {
		case 0:
			inventory_vm_del(inv, *vm);
			*vm = NULL;
			break;
		case 1:
			vm_set_incoming(*vm, random() % 2);
			break;
		case 2:
			vm_set_left(*vm, random() % 2);
			break;
		case 3:
			vm_set_state(*vm, NVO3__VM_STATE__VM_SUSPENDED);
			break;
		default:
			vm_set_state(*vm, random() % (NVO3__VM_STATE__VM_FAILED + 1));
		}
		for (int k = 0; k < 40; k++)
			if (vms[k] && !vms[k]->incoming && !vms[k]->left)
				walked.by_state[vms[k]->state]++;
		assert_memory_equal(&walked, &inv->counts, sizeof(walked));
	}
	inventory_free(inv);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vn_names),
		cmocka_unit_test(test_vn_in_use),
		cmocka_unit_test(test_vm_conflicts),
		cmocka_unit_test(test_capacity),
		cmocka_unit_test(test_a_resize_keeps_what_it_adds),
		cmocka_unit_test(test_counts_are_those_of_a_walk),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
