/* SPDX-License-Identifier: GPL-2.0 */
/* A VM of two data centres that goes from one server to another, and where it is then. */
#ifndef LAB_MOVE_H
#define LAB_MOVE_H

#include "lab_api.h"
#include "lib/msg.h"
#include "move_dest.h"
#include "move_run.h"

#define MAC "02:00:00:00:00:01"
#define VM(name, mac, ip) "{\"name\":\"" name "\",\"tenant\":\"alice\",\"server\":\"host1\"," \
	"\"nics\":[{\"vn\":\"blue\",\"mac\":\"" mac "\",\"ip\":\"" ip "\"}]}"
#define WEB VM("web", MAC, "10.0.0.1/24")
#define HOST3 "{\"dc\":\"dc2\",\"server\":\"host3\"}"

static inline void make_web(struct lab *lab)
{
	lab_expect(lab, 0, "POST", "/vns", "{\"name\":\"blue\",\"vni\":100}", 201, "name", "blue");
	LAB_WAIT(lab, inventory_vn_by_name(lab->vc[1]->inv, "blue"));
	lab_expect(lab, 0, "POST", "/vms", WEB, 202, "state", "creating");
	lab_until(lab, 0, "/vms/web", "state", "running");
}

/* Begins a move and returns its path in the API. */
static inline const char *begin_by(struct lab *lab, const char *verb, const char *where)
{
	static char path[80];
	struct reply r;
	char id[64];

	snprintf(path, sizeof(path), "/vms/web/%s", verb);
	r = lab_api(lab, 0, "POST", path, where);
	assert_int_equal(r.status, 202);
	snprintf(path, sizeof(path), "/moves/%s", reply_text(&r, "id", id, sizeof(id)));
	reply_free(&r);
	return path;
}

/* Servers that hold something of the VM, and those where it runs. */
static inline int holders(struct lab *lab, const char *name, bool running)
{
	int n = 0;

	for (int i = 0; i < LAB_DCS * LAB_SERVERS; i++) {
		struct fake_vm *vm = fake_vm_find(lab, i, name);

		n += vm && (!running || vm->running);
	}
	return n;
}

static inline void check_at_home(struct lab *lab)
{
	/* the source has its VM back before the destination cleans up */
	LAB_WAIT(lab, holders(lab, "web", false) == 1 && !lab->vc[1]->inv->vms);
	assert_true(fake_vm_find(lab, 0, "web")->running);
	lab_expect(lab, 0, "GET", "/vms/web", NULL, 200, "server", "host1");
	lab_expect(lab, 0, "GET", "/vms/web", NULL, 200, "state", "running");
	assert_string_equal(fake_place_find(lab, 0, MAC)->nve, "dc1/host1");
	assert_null(fake_place_find(lab, 1, MAC));
	assert_int_equal(inventory_server(lab->vc[1]->inv, "host3")->used.vms, 0);
}

static inline void check_at_host3(struct lab *lab, uint64_t old_epoch)
{
	assert_int_equal(holders(lab, "web", false), 1);
	assert_true(fake_vm_find(lab, 2, "web")->running);
	assert_true(fake_place_find(lab, 1, MAC)->epoch > old_epoch);
	assert_string_equal(fake_place_find(lab, 1, MAC)->nve, "dc2/host3");
	assert_null(fake_place_find(lab, 0, MAC));
	lab_expect(lab, 0, "GET", "/vms/web", NULL, 404, NULL, NULL);
	lab_expect(lab, 1, "GET", "/vms/web", NULL, 200, "server", "host3");
	lab_expect(lab, 1, "GET", "/vms/web", NULL, 200, "state", "running");
	lab_expect(lab, 0, "GET", "/lookup?name=web", NULL, 200, "dc", "dc2");
	assert_int_equal(inventory_server(lab->vc[0]->inv, "host1")->used.vms, 0);
}

/* Either vCenter, or both, die after the n-th request to a vServer or nDirector. */
static inline void crash(struct lab *lab, const char *verb, int who, const char *where, bool local)
{
	const char *move;
	uint64_t end;

	for (int n = 1;; n++) {
		struct vm *vm;

		end = loop_now_ms() + LAB_DEADLINE_MS;
		lab->crash_who = who;
		lab->crash_at = lab->count + n;
		move = begin_by(lab, verb, where);
		for (;;) {
			struct reply r = lab_api(lab, 0, "GET", move, NULL);
			char text[32];
			bool running;

			reply_text(&r, "state", text, sizeof(text));
			running = strcmp(text, "done") && strcmp(text, "aborted");
			assert_true(holders(lab, "web", true) <= 1);
			assert_true(holders(lab, "web", false) >= 1);
			reply_free(&r);
			if (!running)
				break;
			if (loop_now_ms() > end)
				fail_msg("crash %d of %d: the move stays %s", n, who, text);
		}
		LAB_WAIT(lab, lab_ready(lab));
		LAB_WAIT(lab, holders(lab, "web", false) == 1 && holders(lab, "web", true) == 1);
		/* one owner, and his nDirector's placement is the one in force */
		vm = inventory_vm_by_name(lab->vc[0]->inv, "web");
		assert_true(!local || vm);
		if (lab->crash_at > lab->count) {
			lab->crash_at = 0;
			assert_true(n > 3);
			return;
		}
		if (!local && !vm) {
			/* back home for the next round */
			lab->crash_at = 0;
			assert_non_null(fake_vm_find(lab, 2, "web"));
			lab_expect(lab, 1, "POST", "/vms/web/move",
				   "{\"dc\":\"dc1\",\"server\":\"host1\"}", 202, NULL, NULL);
			lab_until(lab, 0, "/vms/web", "state", "running");
			LAB_WAIT(lab, !lab->vc[1]->inv->vms);
		} else if (local && strcmp(vm->server->name, "host1")) {
			lab->crash_at = 0;
			move = begin_by(lab, "move", "{\"server\":\"host1\"}");
			lab_until(lab, 0, move, "state", "done");
		}
		LAB_WAIT(lab, holders(lab, "web", false) == 1);
		check_at_home(lab);
	}
}

#endif
