// SPDX-License-Identifier: GPL-2.0
/* The file of a memory: what arrives, what is checked, what is gone */
#include "bed.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "vserver/savedfile.h"

static struct err err;

static int setup(void **state)
{
	static char dir[] = "/tmp/nvo3d-saved.XXXXXX";

	strcpy(dir + sizeof(dir) - 7, "XXXXXX");
	*state = mkdtemp(dir);
	return !*state;
}

static int teardown(void **state)
{
	return image_remove_dir(*state, &err);
}

static bool is_there(const char *dir, const char *name)
{
	char path[SAVED_PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return !access(path, F_OK);
}

/* In place of job.c's: nobody gives it up */
static const struct job *job;

bool job_is_cancelled(const struct job *it)
{
	return false;
}

static void arrives(const char *dir, const char *text)
{
	int fd = saved_part_open(dir, &err);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, text, strlen(text), 0), strlen(text));
	close(fd);
}

static void test_it_arrives(void **state)
{
	struct saved was = { .fd = -1 }, other;
	const char *dir = *state;

	arrives(dir, "memory");
	/* What is not what was announced stays what it is */
	assert_int_equal(saved_part_finish(job, dir, &was, &err), -EBADMSG);
	assert_string_equal(err.text, "the saved memory has 6 bytes, 0 were announced");
	was.size = 6;
	assert_int_equal(saved_part_finish(job, dir, &was, &err), -EBADMSG);
	assert_non_null(strstr(err.text, "another SHA-256"));
	assert_false(is_there(dir, "saved"));
	assert_true(image_sum("memory", 6, was.sha256));
	assert_int_equal(saved_part_finish(job, dir, &was, &err), 0);
	assert_true(is_there(dir, "saved") && !is_there(dir, "saved.part"));
	other.fd = saved_open(dir, &err);
	assert_true(other.fd >= 0);
	close(other.fd);
	assert_int_equal(saved_hash(job, dir, &other, &err), 0);
	assert_int_equal(other.size, 6);
	assert_memory_equal(other.sha256, was.sha256, sizeof(was.sha256));
}

/* A new one is not what is left of an old one */
static void test_it_arrives_anew(void **state)
{
	struct saved was = { .size = 2 };
	const char *dir = *state;

	arrives(dir, "longer");
	arrives(dir, "ab");
	assert_true(image_sum("ab", 2, was.sha256));
	assert_int_equal(saved_part_finish(job, dir, &was, &err), 0);
}

static void test_it_goes(void **state)
{
	const char *dir = *state;
	char path[SAVED_PATH_MAX];

	assert_true(saved_open(dir, &err) < 0);
	assert_int_equal(saved_remove(dir, &err), 0);
	close(open(saved_path(path, dir), O_CREAT | O_WRONLY, 0600));
	assert_int_equal(saved_remove(dir, &err), 0);
	assert_false(is_there(dir, "saved"));
	assert_int_equal(saved_remove(dir, &err), 0);
	assert_true(saved_remove("/nowhere", &err) < 0);
}

static void test_room(void **state)
{
	char want[256];

	assert_int_equal(saved_room(*state, 1, "it", &err), 0);
	assert_int_equal(saved_room(*state, 1ull << 60, "the memory of VM a", &err), -ENOSPC);
	snprintf(want, sizeof(want), "MiB are free in %s, and 1099511627776 MiB are wanted for the memory of VM a",
		 (char *)*state);
	assert_non_null(strstr(err.text, want));
	assert_true(saved_room("/nowhere", 1, "it", &err) < 0);
}

/* Whether it can be written past the caches is a matter of the file system, and not made up */
static void test_past_the_caches(void **state)
{
	char path[SAVED_PATH_MAX];
	bool direct;
	int fd;

	saved_path(path, *state);
	assert_false(saved_is_direct(path, true));
	direct = saved_is_direct(path, false);
	fd = open(path, O_RDONLY | O_DIRECT | O_CREAT, 0600);
	assert_int_equal(fd >= 0, direct);
	if (fd >= 0)
		close(fd);
	assert_int_equal(saved_is_direct(path, true), direct);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_it_arrives, setup, teardown),
		cmocka_unit_test_setup_teardown(test_it_arrives_anew, setup, teardown),
		cmocka_unit_test_setup_teardown(test_it_goes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_room, setup, teardown),
		cmocka_unit_test_setup_teardown(test_past_the_caches, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
