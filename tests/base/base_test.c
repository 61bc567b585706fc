/* Status, arena, log and thread pool. */
#include "vkpcl/arena.h"
#include "vkpcl/log.h"
#include "vkpcl/status.h"
#include "vkpcl/thread_pool.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void failures_carry_a_sentence(void **state) {
    (void)state;
    struct vp_error err = {0};
    assert_int_equal(vp_fail(&err, VP_ERR_IO, "cannot open %s", "a.png"), VP_ERR_IO);
    assert_string_equal(err.message, "cannot open a.png");
    assert_int_equal(vp_fail_context(&err, "list.txt:%d", 7), VP_ERR_IO);
    assert_string_equal(err.message, "list.txt:7: cannot open a.png");
    assert_int_equal(vp_fail(NULL, VP_ERR_FORMAT, "nobody listens"), VP_ERR_FORMAT);
}

static void a_long_context_keeps_the_cause(void **state) {
    (void)state;
    struct vp_error err = {0};
    char longest[3000];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    vp_fail(&err, VP_ERR_IO, "the cause");
    vp_fail_context(&err, "%s", longest);
    assert_int_equal(strlen(err.message), sizeof err.message - 1);
    assert_non_null(strstr(err.message, ": the cause"));
    vp_fail(&err, VP_ERR_IO, "%s", longest);
    vp_fail_context(&err, "no room");
    assert_int_equal(strlen(err.message), sizeof err.message - 1);
}

static void arena_memory_is_zeroed_apart_and_aligned(void **state) {
    (void)state;
    struct vp_arena *arena = vp_arena_create();
    enum { N = 3000 };
    unsigned char *blocks[N];
    for (size_t i = 0; i < N; i++) {
        size_t bytes = i % 500 == 499 ? 100000 : i % 97;
        blocks[i] = vp_arena_alloc(arena, bytes);
        assert_int_equal((uintptr_t)blocks[i] % sizeof(double), 0);
        for (size_t k = 0; k < bytes; k++) assert_int_equal(blocks[i][k], 0);
        memset(blocks[i], (int)(i % 251) + 1, bytes);
    }
    for (size_t i = 0; i < N; i++) {
        size_t bytes = i % 500 == 499 ? 100000 : i % 97;
        for (size_t k = 0; k < bytes; k++) assert_int_equal(blocks[i][k], i % 251 + 1);
    }
    assert_string_equal(vp_arena_printf(arena, "%s.%d", vp_arena_strdup(arena, "layer"), 3), "layer.3");
    vp_arena_destroy(arena);
    vp_arena_destroy(NULL);
}

static void log_levels(void **state) {
    (void)state;
    FILE *out = tmpfile();
    assert_non_null(out);
    struct vp_log log = vp_log_init(out, false);
    assert_false(log.is_tty);
    vp_log(&log, VP_LOG_DEBUG, "hidden");
    vp_log(&log, VP_LOG_INFO, "step %d", 3);
    vp_log(&log, VP_LOG_WARN, "slow");
    log.verbose = true;
    vp_log(&log, VP_LOG_DEBUG, "shown");
    vp_log(NULL, VP_LOG_WARN, "nobody listens");
    struct vp_log silent = vp_log_init(NULL, true);
    vp_log(&silent, VP_LOG_WARN, "nobody listens");
    rewind(out);
    char text[200];
    text[fread(text, 1, sizeof text - 1, out)] = '\0';
    fclose(out);
    assert_string_equal(text, "step 3\nwarning: slow\nshown\n");
}

struct squares {
    int64_t values[1000];
};

static void square(void *context, int index) {
    struct squares *squares = context;
    squares->values[index] += (int64_t)index * index;
}

static void every_job_runs_once(void **state) {
    (void)state;
    struct squares squares;
    for (int threads = 0; threads <= 5; threads++) {
        struct vp_pool *pool = vp_pool_create(threads);
        assert_true(vp_pool_threads(pool) >= 1);
        for (int round = 0; round < 50; round++) {
            int count = round * 20;
            memset(&squares, 0, sizeof squares);
            if (round % 2) {
                vp_pool_for(pool, count, square, &squares);
            } else {
                vp_pool_start(pool, count, square, &squares);
                vp_pool_wait(pool);
            }
            for (int i = 0; i < 1000; i++) assert_int_equal(squares.values[i], i < count ? (int64_t)i * i : 0);
        }
        memset(&squares, 0, sizeof squares);
        vp_pool_start(pool, 1000, square, &squares);
        vp_pool_destroy(pool); /* waits for the batch under way */
        assert_int_equal(squares.values[999], 999 * 999);
    }
    vp_pool_destroy(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(failures_carry_a_sentence),
        cmocka_unit_test(a_long_context_keeps_the_cause),
        cmocka_unit_test(arena_memory_is_zeroed_apart_and_aligned),
        cmocka_unit_test(log_levels),
        cmocka_unit_test(every_job_runs_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
