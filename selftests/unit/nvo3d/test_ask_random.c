// SPDX-License-Identifier: GPL-2.0
/*
 * The NVE role and a director that answers late, at random: addresses come, move and go, frames
 * ask, mappings are idle, sessions end, the agent starts again, the mode changes. At every rest
 * the kernel must have what the director's plain table says.
 */
#include "nve/ask.h"
#include "nve/idle.h"
#include "nve/vn.h"
#include "nve_bed.h"

enum { FIRST = 20, ADDRS = 24, QUEUE = 512, STEPS = 1500, REST = 15 };

#define ON_DEMAND NVO3__DISTRIBUTION__DISTRIBUTION_ON_DEMAND

/* --- the director: what it has read and not done yet is done in order, later */

struct queued {
	struct msg msg;
	uint8_t body[4096];
};

static struct {
	struct chan *chan;
	struct queued queue[QUEUE];
	unsigned int n_queued, heard;
	uint32_t mode;
	uint64_t revision;
	struct {
		bool live, wanted;	/* wanted: of interest */
		bool asked;		/* in this join: an absence is told to end */
		uint64_t epoch, changed;
	} addr[ADDRS];
	bool joined, by_interest;
} dir;

static uint64_t epochs;

static int index_of(const ProtobufCBinaryData *mac)
{
	int n = mac->data[5] - FIRST;

	return n >= 0 && n < ADDRS ? n : -1;
}

static void tell(int n)
{
	send_map(&(struct director_end){ .chan = dir.chan }, FIRST + n, dir.addr[n].epoch,
		 !dir.addr[n].live, dir.revision);
}

static void change(int n, bool live)
{
	if (!live && !dir.addr[n].live)
		return;
	if (live)
		dir.addr[n].epoch = ++epochs;
	dir.addr[n].live = live;
	dir.addr[n].changed = ++dir.revision;
	if (dir.joined && (!dir.by_interest || dir.addr[n].wanted))
		tell(n);
}

static void send_mark(bool begin, bool end)
{
	Nvo3__MapUpdate u = NVO3__MAP_UPDATE__INIT;

	u.vn = (ProtobufCBinaryData){ 16, vn_id };
	u.store = (ProtobufCBinaryData){ 16, at_store };
	u.revision = dir.revision;
	u.snapshot_begin = begin;
	u.snapshot_end = end;
	chan_event(dir.chan, MSG(MAP_UPDATE), &u.base);
}

static void tell_after(uint64_t revision, bool gone)
{
	for (int n = 0; n < ADDRS; n++)
		if (dir.addr[n].changed > revision && (dir.addr[n].live || gone) &&
		    (!dir.by_interest || dir.addr[n].wanted))
			tell(n);
}

static void do_join(const struct msg *msg)
{
	Nvo3__VnJoin *m = msg_decode(msg, &nvo3__vn_join__descriptor, NULL);
	Nvo3__VnJoinReply reply = NVO3__VN_JOIN_REPLY__INIT;
	Nvo3__VnInfo info = NVO3__VN_INFO__INIT;
	bool resume = m->store.len == 16 && !memcmp(m->store.data, at_store, 16);

	info.uuid = (ProtobufCBinaryData){ 16, vn_id };
	info.vni = VNI;
	info.bum = NVO3_BUM_REPLICATE;
	info.distribution = dir.mode;
	reply.vn = &info;
	dir.joined = true;
	dir.by_interest = m->on_demand && dir.mode == ON_DEMAND;
	for (int n = 0; n < ADDRS; n++) {
		dir.addr[n].wanted = false;
		dir.addr[n].asked = false;
	}
	for (size_t i = 0; i < m->n_interest; i++)
		if (index_of(&m->interest[i]) >= 0)
			dir.addr[index_of(&m->interest[i])].wanted = true;
	chan_reply(dir.chan, msg->id, CODE(OK), NULL, &reply.base);
	if (m->on_demand && !dir.by_interest)
		resume = false;
	if (!resume)
		send_mark(true, false);
	tell_after(resume ? m->revision : 0, resume);
	if (!resume)
		send_mark(false, true);
	msg_free(m);
}

static void do_query(const struct msg *msg)
{
	Nvo3__MapQuery *m = msg_decode(msg, &nvo3__map_query__descriptor, NULL);
	Nvo3__MapQueryReply reply = NVO3__MAP_QUERY_REPLY__INIT;
	int n = index_of(&m->mac);

	reply.lifetime = 7000;
	dir.addr[n].wanted = true;
	dir.addr[n].asked = true;
	if (dir.addr[n].live)
		tell(n);
	chan_reply(dir.chan, msg->id, dir.addr[n].live ? CODE(OK) : CODE(NOT_FOUND),
		   dir.addr[n].live ? NULL : "not here", &reply.base);
	msg_free(m);
}

static void do_forget(const struct msg *msg)
{
	Nvo3__MapForget *m = msg_decode(msg, &nvo3__map_forget__descriptor, NULL);

	for (size_t i = 0; i < m->n_macs; i++)
		if (index_of(&m->macs[i]) >= 0)
			dir.addr[index_of(&m->macs[i])].wanted = false;
	chan_reply(dir.chan, msg->id, CODE(OK), NULL, NULL);
	msg_free(m);
}

static void do_advertise(const struct msg *msg)
{
	Nvo3__MapAdvertise *m = msg_decode(msg, &nvo3__map_advertise__descriptor, NULL);
	Nvo3__MapAdvertiseReply reply = NVO3__MAP_ADVERTISE_REPLY__INIT;
	Nvo3__MapResult result = NVO3__MAP_RESULT__INIT, *results = &result;

	assert_int_equal(m->n_maps, 1);
	reply.results = &results;
	reply.n_results = 1;
	chan_reply(dir.chan, msg->id, CODE(OK), NULL, &reply.base);
	msg_free(m);
}

/* The next one of what it has read; false: there is none */
static bool work(void)
{
	struct queued *q = &dir.queue[0];

	if (!dir.n_queued)
		return false;
	switch (q->msg.type) {
	case MSG(VN_JOIN):
		do_join(&q->msg);
		break;
	case MSG(MAP_QUERY):
		do_query(&q->msg);
		break;
	case MSG(MAP_FORGET):
		do_forget(&q->msg);
		break;
	case MSG(MAP_ADVERTISE):
		do_advertise(&q->msg);
		break;
	default:
		chan_reply(dir.chan, q->msg.id, CODE(OK), NULL, NULL);
	}
	dir.n_queued--;
	memmove(&dir.queue[0], &dir.queue[1], dir.n_queued * sizeof(dir.queue[0]));
	for (unsigned int i = 0; i < dir.n_queued; i++)
		dir.queue[i].msg.body = dir.queue[i].body;
	return true;
}

static bool dir_message(struct chan *chan, const struct msg *msg, void *arg)
{
	struct queued *q = &dir.queue[dir.n_queued];

	if (msg->type == MSG(MAP_ACK))
		return true;
	assert_true(dir.n_queued < QUEUE && msg->len <= sizeof(q->body));
	dir.n_queued++;
	dir.heard++;
	q->msg = *msg;
	memcpy(q->body, msg->body, msg->len);
	q->msg.body = q->body;
	return true;
}

static void dir_up(struct chan *chan, void *arg)
{
	dir.chan = chan;
	dir.joined = false;
	dir.n_queued = 0;
}

static void dir_down(struct chan *chan, const char *why, void *arg)
{
	dir.chan = NULL;
	dir.joined = false;
	dir.n_queued = 0;
}

/* --- what happens to the NVE */

static struct nve_bed b;

static struct mac_addr mac_of(int n)
{
	return (struct mac_addr){ { 2, 0, 0, 0, 0, FIRST + n } };
}

static bool open_question(int n)
{
	struct mac_addr mac = mac_of(n);
	struct nvo3_miss *list;
	bool found = false;
	size_t len, i;

	b.kern->ops->miss_list(b.kern, VNI, &list, &len, NULL);
	for (i = 0; i < len; i++)
		found |= mac_addr_equal(&list[i].dst, &mac);
	free(list);
	return found;
}

static void frame(int n)
{
	struct nvo3_miss miss = { .vni = VNI, .dst = mac_of(n), .src = { { 2, 0, 0, 0, 0, 1 } } };
	struct nvo3_vn vn;

	b.kern->ops->vn_get(b.kern, VNI, &vn, NULL);
	kern_stub_use(b.kern, VNI, &miss.dst, 0);
	if (mapped(&b, FIRST + n) || kern_stub_absent(b.kern, VNI, &miss.dst) ||
	    vn.unknown != NVO3_UNKNOWN_ASK)
		return;
	if (!open_question(n))
		kern_stub_ask(b.kern, &miss);
	/* now and then the event is lost, or the frames' time was over and it comes again */
	if (rand() % 4)
		ask_miss(b.nve, &miss);
}

static void time_goes_on(void)
{
	struct mac_addr mac;

	for (int n = 0; n < ADDRS; n++) {
		mac = mac_of(n);
		if (rand() % 3 == 0)
			kern_stub_use(b.kern, VNI, &mac, 1000);
	}
	idle_look(b.nve);
}

static void turn_mode(void)
{
	Nvo3__VnUpdate update = NVO3__VN_UPDATE__INIT;
	Nvo3__VnInfo info = NVO3__VN_INFO__INIT;

	dir.mode = dir.mode == ON_DEMAND ? 0 : ON_DEMAND;
	info.uuid = (ProtobufCBinaryData){ 16, vn_id };
	info.vni = VNI;
	info.bum = NVO3_BUM_REPLICATE;
	info.distribution = dir.mode;
	update.vn = &info;
	if (dir.joined)
		chan_event(dir.chan, MSG(VN_UPDATE), &update.base);
}

static void restart(void)
{
	chan_free(b.vs);
	nve_stop(b.nve);
	begin_nve(&b);
	begin_vserver(&b);
}

static void step(void)
{
	switch (rand() % 26) {
	case 0:
		if (dir.chan)
			chan_drop(dir.chan, "as the test wishes");
		break;
	case 1:
		turn_mode();
		break;
	case 2:
		if (rand() % 4 == 0)
			restart();
		break;
	case 3:
	case 24:
	case 25:
		time_goes_on();
		break;
	case 4 ... 9:
		change(rand() % ADDRS, rand() % 3);
		break;
	case 10 ... 13:
		bed_turn(b.bed);
		break;
	case 14 ... 17:
		if (dir.chan)
			work();
		break;
	default:
		frame(rand() % ADDRS);
	}
}

/* --- at rest */

static bool is_quiet(void)
{
	struct nve_vn *vn = b.nve->vns;

	return dir.joined && !dir.n_queued && !b.nve->asks && vn && vn->session == VN_JOINED &&
	       !vn->model->forgets && vn->by_interest == (dir.mode == ON_DEMAND);
}

static void settle(void)
{
	unsigned int quiet = 0, heard;

	while (quiet < 3) {
		heard = dir.heard;
		while (dir.chan && work())
			;
		bed_settle(b.bed, 2);
		quiet = is_quiet() && heard == dir.heard ? quiet + 1 : 0;
	}
}

static void check(unsigned int step_no, int n)
{
	struct mac_addr mac = mac_of(n);
	bool live = dir.addr[n].live, has, absent;
	struct nvo3_map map;

	has = !b.kern->ops->map_get(b.kern, VNI, &mac, &map, NULL);
	absent = kern_stub_absent(b.kern, VNI, &mac);
	if (has && (!live || map.epoch != dir.addr[n].epoch))
		fail_msg("step %u: address %d is not so any more", step_no, n);
	if (live && !has && (!dir.by_interest || dir.addr[n].wanted))
		fail_msg("step %u: address %d is missing", step_no, n);
	if (has && dir.by_interest && !dir.addr[n].wanted)
		fail_msg("step %u: nobody would correct address %d", step_no, n);
	/* what was asked before a session was lost may be absent for its lifetime */
	if (absent && live && dir.addr[n].asked)
		fail_msg("step %u: address %d is said to be absent", step_no, n);
}

static void rest(unsigned int step_no)
{
	settle();
	/* an event that was lost is in the list */
	ask_all(b.nve);
	settle();
	for (int n = 0; n < ADDRS; n++) {
		check(step_no, n);
		if (open_question(n))
			fail_msg("step %u: address %d has no answer", step_no, n);
	}
}

static void test_against_a_plain_table(void **state)
{
	static const char *const can[] = { CAN_ON_DEMAND, NULL };
	static const struct chan_ops ops = { .up = dir_up, .down = dir_down,
					     .message = dir_message, .capabilities = can };
	const char *seed = getenv("SEED");
	unsigned int n;

	srand(seed ? atoi(seed) : 4);
	memset(&dir, 0, sizeof(dir));
	dir.mode = ON_DEMAND;
	dir.revision = 1;
	setup(&b, state);
	/* its own director instead of that of the bed */
	assert_int_equal(associate(&b, 1, 3).code, CODE(OK));
	assert_int_equal(activate(&b, 1, 3).code, CODE(OK));
	end_director(&b);
	b.d_server = bed_listen(b.bed, "director", ROLE_NVE, "dc1", &ops, NULL);
	at_store[0]++;
	for (n = 1; n <= STEPS; n++) {
		step();
		if (n % REST == 0)
			rest(n);
	}
	at_store[0]--;
	teardown(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(test_against_a_plain_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
