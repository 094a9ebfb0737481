// SPDX-License-Identifier: GPL-2.0
/* Freeing and dropping from inside callbacks; what is wrong here, ASan tells. */
#include "chan_lab.h"

static void client_frees(struct lab *lab, struct end *client, bool talk)
{
	Nvo3__VmStateEvent event = NVO3__VM_STATE_EVENT__INIT;
	struct end server = { 0 };
	struct chan_server *s;

	s = lab_listen(lab, lab->port, &server);
	lab_connect(lab, lab->nve, lab->port, client);
	LAB_WAIT(lab, server.ups);
	if (talk) {
		/* Several at once: the rest of what was received must not be delivered. */
		LAB_WAIT(lab, client->ups);
		chan_event(server.chan, MSG(VM_STATE), &event.base);
		chan_event(server.chan, MSG(VM_STATE), &event.base);
		end_ask(&server, "vm1");
		end_ask(client, "vm1");
		end_ask(client, "vm2");
	}
	LAB_WAIT(lab, !client->chan && server.downs);
	lab_settle(lab, 50);
	assert_int_equal(server.ups, 1);
	assert_int_equal(client->downs, 0);
	chan_server_free(s);
}

static void test_client_freed_in_up(void **state)
{
	struct end client = { .free_in_up = true };

	client_frees(*state, &client, false);
	assert_int_equal(client.ups, 1);
}

static void test_client_freed_in_message(void **state)
{
	struct end client = { .free_in_message = true };

	client_frees(*state, &client, true);
	assert_int_equal(client.messages, 1);
	/* Its two requests were open or answered; each had its one answer. */
	assert_int_equal(client.answers, 2);
}

static void test_client_freed_in_answer(void **state)
{
	struct end client = { .free_in_answer = true };

	client_frees(*state, &client, true);
	assert_int_equal(client.answers, 2);
}

static void test_client_freed_in_down(void **state)
{
	struct end server = { 0 }, client = { .free_in_down = true };
	struct lab *lab = *state;
	struct chan_server *s;

	s = lab_listen(lab, lab->port, &server);
	lab_connect(lab, lab->nve, lab->port, &client);
	LAB_WAIT(lab, server.ups && client.ups);
	end_ask(&client, "vm1");
	chan_server_free(s);
	LAB_WAIT(lab, client.downs);
	assert_null(client.chan);
	assert_int_equal(client.answers, 1);
	assert_int_equal(client.code, CODE(UNAVAILABLE));
	lab_settle(lab, 50);
}

static void test_client_freed_in_answer_of_lost_session(void **state)
{
	struct end server = { .hold = true }, client = { .free_in_answer = true };
	struct lab *lab = *state;
	struct chan_server *s;

	s = lab_listen(lab, lab->port, &server);
	lab_connect(lab, lab->nve, lab->port, &client);
	LAB_WAIT(lab, server.ups && client.ups);
	end_ask(&client, "vm1");
	end_ask(&client, "vm2");
	LAB_WAIT(lab, server.messages == 2);
	chan_server_free(s);
	LAB_WAIT(lab, client.answers == 2);
	assert_null(client.chan);
	assert_int_equal(client.downs, 0);
}

static void test_client_freed_before_it_is_up(void **state)
{
	struct end server = { 0 }, client = { 0 };
	struct lab *lab = *state;
	struct chan_server *s;
	int turns;

	s = lab_listen(lab, lab->port, &server);
	for (turns = 0; turns < 6; turns++) {
		lab_connect(lab, lab->nve, lab->port, &client);
		end_ask(&client, "vm1");
		for (int i = 0; i < turns; i++)
			lab_turn(lab);
		end_free(&client);
		LAB_WAIT(lab, client.answers == turns + 1);
	}
	chan_server_free(s);
}

static void server_side(struct lab *lab, struct end *server, struct end *client)
{
	struct chan_server *s;

	s = lab_listen(lab, lab->port, server);
	lab_connect(lab, lab->nve, lab->port, client);
	LAB_WAIT(lab, client->ups);
	end_ask(client, "vm1");
	end_ask(client, "vm2");
	/* Or it would connect again, and its next session would be counted too. */
	client->free_in_down = true;
	LAB_WAIT(lab, client->answers == 2 && !client->chan);
	chan_server_free(s);
}

static void test_server_side_freed_in_message(void **state)
{
	struct end server = { .free_in_message = true }, client = { 0 };

	server_side(*state, &server, &client);
	assert_int_equal(server.downs, 0);
	assert_int_equal(client.code, CODE(UNAVAILABLE));
}

static void test_server_side_dropped_in_message(void **state)
{
	struct end server = { .drop_in_message = true, .hold = true }, client = { 0 };

	server_side(*state, &server, &client);
	assert_int_equal(server.downs, 1);
	assert_string_equal(server.text, "as the test wishes");
	assert_int_equal(server.messages, 1);
	assert_int_equal(client.code, CODE(UNAVAILABLE));
}

struct whole {
	struct chan_server *server;
	int downs;
};

static bool whole_message(struct chan *chan, const struct msg *msg, void *arg)
{
	struct whole *w = arg;

	chan_server_free(w->server);
	w->server = NULL;
	return true;
}

static void whole_down(struct chan *chan, const char *why, void *arg)
{
	struct whole *w = arg;

	w->downs++;
}

static void test_server_freed_in_message_of_its_channel(void **state)
{
	static const struct chan_ops ops = { .message = whole_message, .down = whole_down };
	struct end client = { 0 }, other = { 0 };
	struct lab *lab = *state;
	struct whole w = { 0 };

	w.server = chan_listen(lab->loop, lab->director, lab_addr(lab->port), ROLE_BIT(ROLE_NVE),
			       &ops, &w, NULL);
	assert_non_null(w.server);
	lab_connect(lab, lab->nve, lab->port, &client);
	lab_connect(lab, lab->nve, lab->port, &other);
	LAB_WAIT(lab, client.ups && other.ups);
	end_ask(&client, "vm1");
	end_ask(&client, "vm2");
	LAB_WAIT(lab, !w.server);
	assert_int_equal(w.downs, 2);
	LAB_WAIT(lab, client.downs && other.downs);
	assert_int_equal(client.answers, 2);
	chan_free(client.chan);
	chan_free(other.chan);
}

static void again(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	struct end *end = arg;

	if (++end->answers < 5)
		chan_request(end->chan, MSG(VM_LOOKUP), NULL, 0, again, end);
}

/* A callback that asks again at once, with nobody there: no recursion, no endless turn. */
static void test_asking_from_the_answer(void **state)
{
	struct lab *lab = *state;
	struct end client = { 0 };

	lab_connect(lab, lab->nve, lab->port, &client);
	chan_request(client.chan, MSG(VM_LOOKUP), NULL, 0, again, &client);
	LAB_WAIT(lab, client.answers == 5);
	chan_free(client.chan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(test_client_freed_in_up),
		LAB_TEST(test_client_freed_in_message),
		LAB_TEST(test_client_freed_in_answer),
		LAB_TEST(test_client_freed_in_down),
		LAB_TEST(test_client_freed_in_answer_of_lost_session),
		LAB_TEST(test_client_freed_before_it_is_up),
		LAB_TEST(test_server_side_freed_in_message),
		LAB_TEST(test_server_side_dropped_in_message),
		LAB_TEST(test_server_freed_in_message_of_its_channel),
		LAB_TEST(test_asking_from_the_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
