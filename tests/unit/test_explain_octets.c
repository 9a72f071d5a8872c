/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which numbers look as if their octets were in the wrong order. */
#include "config.h"

#include "explain_compose.h"

#define WINDOW 1
#define SPEED 2
#define BOUNDS 4 /* the minimum is above the maximum */
#define SWAPPED_64000 0x00FA0000u
#define SWAPPED_9600 0x80250000u
#define SWAPPED_300 0x2C010000u

static unsigned found(struct explain *x)
{
    const struct explain_finding *f;
    size_t n = explain_findings(x, &f), i;
    unsigned all = 0;

    for (i = 0; i < n; i++)
        all |= f[i].kind == EXPLAIN_WINDOW_SWAPPED  ? WINDOW
               : f[i].kind == EXPLAIN_SPEED_SWAPPED ? SPEED
               : f[i].kind == EXPLAIN_SPEED         ? BOUNDS
                                                    : 0;
    return all;
}

static unsigned found_in_file(void)
{
    struct explain *x = explain_new();
    unsigned all;

    ck_assert_ptr_nonnull(x);
    walk(x, file.len);
    all = found(x);
    explain_free(x);
    return all;
}

static const struct {
    uint32_t min, max, bearer, framing;
    uint16_t window, delay;
    unsigned found;
} asked[] = {
    /* as they are */
    { 300, 64000, 3, 3, 8, 0, 0 },
    { 300, 100000000, 3, 3, 8192, 0, 0 },
    { 0, 64000, 3, 3, 8192, 0, 0 },
    { 0, 0, 3, 3, 8192, 0, 0 },
    { 300, 300, 3, 3, 4096, 0, 0 },
    { 0, 16777216, 3, 3, 8, 0, 0 },
    /* one of them looks odd, all others do not */
    { 0, SWAPPED_64000, 3, 3, 8, 0, 0 },
    { 0, 64000, 0x03000000, 3, 8, 0, 0 },
    { 0, 64000, 3, 3, 8, 0x0100, 0 },
    { 300, SWAPPED_9600, 3, 3, 8, 0, 0 },
    /* two do, and neither is a speed */
    { 0, 64000, 0x03000000, 0x03000000, 8, 0, 0 },
    /* swapped, the minimum were above the maximum */
    { 300, 64000, 3, 3, 0x2000, 0x0100, 0 },
    { 300, SWAPPED_64000, 0x03000000, 3, 0x2000, 0, 0 },
    /* all of it says so */
    { SWAPPED_300, SWAPPED_64000, 0x03000000, 0x03000000, 0x2000, 0,
      WINDOW | BOUNDS },
    { SWAPPED_300, SWAPPED_64000, 3, 3, 8, 0, BOUNDS },
    { SWAPPED_9600, SWAPPED_9600, 3, 3, 8, 0, SPEED },
    { SWAPPED_9600, SWAPPED_9600, 3, 3, 0x4000, 0, SPEED | WINDOW },
    { 0, SWAPPED_64000, 0x02000000, 3, 8, 0, SPEED },
    { 0, SWAPPED_64000, 3, 3, 0x4000, 0, SPEED | WINDOW },
    { 0, 0, 3, 3, 0x4000, 0x0500, WINDOW },
    /* in order, the other way round */
    { 64000, 300, 3, 3, 8, 0, BOUNDS },
};

START_TEST(requests)
{
    struct pptp_msg m = ocrq(7);

    m.ocrq.min_bps = asked[_i].min;
    m.ocrq.max_bps = asked[_i].max;
    m.ocrq.bearer = asked[_i].bearer;
    m.ocrq.framing = asked[_i].framing;
    m.ocrq.recv_window = asked[_i].window;
    m.ocrq.ppd_ds = asked[_i].delay;
    start();
    say(PNS, m);
    ck_assert_uint_eq(found_in_file(), asked[_i].found);
}
END_TEST

static const struct {
    uint32_t min, max, connected;
    uint16_t window, delay;
    unsigned found;
} got[] = {
    { 300, 64000, 64000, 8192, 0, 0 },
    { 0, 0, 64000, 8192, 0, 0 },
    /* within the bounds as it is, and not swapped */
    { 64000, 64000, 64000, 0x2000, 0x0100, 0 },
    { 300, 0xFFFFFFFF, SWAPPED_64000, 8192, 0, WINDOW },
    { 300, 64000, SWAPPED_64000, 0x2000, 0, WINDOW },
    { 300, 64000, SWAPPED_64000, 8, 0, 0 },
    { 0, 0, 64000, 0x2000, 0x0100, WINDOW },
    /* neither is within the bounds: it says nothing */
    { 300, 64000, 100000000, 0x2000, 0, 0 },
    { 300, 64000, 100000000, 0x2000, 0x0200, WINDOW },
};

START_TEST(answers)
{
    struct pptp_msg m = ocrq(7), r = ocrp(9, 7);

    m.ocrq.min_bps = got[_i].min;
    m.ocrq.max_bps = got[_i].max;
    r.ocrp.connect_bps = got[_i].connected;
    r.ocrp.recv_window = got[_i].window;
    r.ocrp.ppd_ds = got[_i].delay;
    start();
    say(PNS, m);
    say(PAC, r);
    ck_assert_uint_eq(found_in_file(), got[_i].found);
}
END_TEST

/* Of a message that is cut only what is known speaks. */
START_TEST(cut)
{
    struct pptp_msg m = ocrq(7);

    m.ocrq.min_bps = m.ocrq.max_bps = SWAPPED_9600;
    m.ocrq.recv_window = 0x2000;
    for (style.snap = 40; style.snap < 40 + 168; style.snap++) {
        start();
        say(PNS, m);
        /* Maximum BPS ends there, and the window */
        ck_assert_uint_eq(found_in_file(), style.snap < 40 + 24 ? 0u
                                           : style.snap < 40 + 34
                                               ? SPEED
                                               : SPEED | WINDOW);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("explain octets");
    TCase *t = tcase_create("octets");
    SRunner *r;
    int failed;

    tcase_add_loop_test(t, requests, 0, sizeof asked / sizeof asked[0]);
    tcase_add_loop_test(t, answers, 0, sizeof got / sizeof got[0]);
    tcase_add_test(t, cut);
    suite_add_tcase(s, t);
    r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? 0 : 1;
}
