/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The protocol of a PPP frame: src/ppp/peek.h. */
#include "config.h"

#include "ppp/peek.h"

#include <check.h>
#include <stdlib.h>

static const struct {
    uint8_t octets[5];
    uint8_t n;
    struct ppp_peek want; /* protocol, head, full */
} rows[] = {
    { { 0xff, 0x03, 0xc0, 0x21, 1 }, 5, { 0xc021, 4, true } },
    { { 0xff, 0x03, 0xc0, 0x21 }, 4, { 0xc021, 4, true } },
    { { 0xff, 0x03, 0x21, 0x45 }, 4, { 0x21, 3, true } }, /* PFC */
    { { 0x00, 0x21, 0x45 }, 3, { 0x21, 2, false } },      /* ACFC */
    { { 0x21, 0x45 }, 2, { 0x21, 1, false } },            /* both */
    { { 0xfd }, 1, { 0xfd, 1, false } },
    { { 0xff, 0x04, 0x21 }, 3, { 0xff, 1, false } }, /* no FF 03 */
    { { 0xff }, 1, { 0xff, 1, false } },             /* half of one */
    { { 0x00, 0x00 }, 2, { 0, 2, false } },
    { { 0xff, 0x03, 0xc0 }, 3, { 0, 0, true } }, /* too short */
    { { 0xff, 0x03 }, 2, { 0, 0, true } },
    { { 0xc0 }, 1, { 0, 0, false } },
    { { 0 }, 0, { 0, 0, false } },
};

static void is(struct ppp_peek k, struct ppp_peek want)
{
    ck_assert_uint_eq(k.protocol, want.protocol);
    ck_assert_uint_eq(k.head, want.head);
    ck_assert(k.full == want.full);
}

/* No octet beyond the frame is read: the frame is on the heap. */
START_TEST(frames)
{
    uint8_t *o = malloc(rows[_i].n > 0 ? rows[_i].n : 1u);

    for (unsigned i = 0; i < rows[_i].n; i++)
        o[i] = rows[_i].octets[i];
    is(ppp_peek(o, rows[_i].n), rows[_i].want);
    free(o);
}
END_TEST

/* What MPPE gives has no address and control: FF 03 is not stepped over. */
START_TEST(inside)
{
    static const uint8_t o[] = { 0xff, 0x03, 0x00, 0x21 };

    is(ppp_peek_inner(o, sizeof o), (struct ppp_peek){ 0xff, 1, false });
    is(ppp_peek_inner(o + 2, 2), (struct ppp_peek){ 0x21, 2, false });
}
END_TEST

int main(void)
{
    Suite *s = suite_create("peek");
    TCase *t = tcase_create("peek");
    SRunner *r = srunner_create(s);
    int failed;

    tcase_add_loop_test(t, frames, 0, sizeof rows / sizeof rows[0]);
    tcase_add_test(t, inside);
    suite_add_tcase(s, t);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? 0 : 1;
}
