/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of RFC 1661 §4.1, src/ppp/fsm.c, beside a second writing of it:
 * here one line a state, as text. */
#include "config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "ppp/fsm.h"

/* Actions and next state, `-` for what cannot occur, in the order of enum
 * ppp_event: up down open close to+ to- rcr+ rcr- rca rcn rtr rta ruc rxj+
 * rxj- rxr. */
static const char *const by_state[PPP_STATES] = {
    "/2 - tls/1 /0 - - - - - - - - - - - -",
    "irc,scr/6 - /1 tlf/0 - - - - - - - - - - - -",
    "- /0 irc,scr/6 /2 - - sta/2 sta/2 sta/2 sta/2 sta/2 /2 scj/2 /2 tlf/2 "
    "/2",
    "- tls/1 /3 /2 - - irc,scr,sca/8 irc,scr,scn/6 sta/3 sta/3 sta/3 /3 "
    "scj/3 /3 tlf/3 /3",
    "- /0 /5 /4 str/4 tlf/2 /4 /4 /4 /4 sta/4 tlf/2 scj/4 /4 tlf/2 /4",
    "- /1 /5 /4 str/5 tlf/3 /5 /5 /5 /5 sta/5 tlf/3 scj/5 /5 tlf/3 /5",
    "- /1 /6 irc,str/4 scr/6 tlf/3 sca/8 scn/6 irc/7 irc,scr/6 sta/6 /6 "
    "scj/6 /6 tlf/3 /6",
    "- /1 /7 irc,str/4 scr/6 tlf/3 sca,tlu/9 scn/7 scr,x/6 scr,x/6 sta/6 "
    "/6 scj/7 /6 tlf/3 /7",
    "- /1 /8 irc,str/4 scr/8 tlf/3 sca/8 scn/6 irc,tlu/9 irc,scr/8 sta/6 "
    "/8 scj/8 /8 tlf/3 /8",
    "- tld/1 /9 tld,irc,str/4 - - tld,scr,sca/8 tld,scr,scn/6 "
    "tld,scr,x/6 tld,scr,x/6 tld,zrc,sta/5 tld,scr/6 scj/9 /9 "
    "tld,irc,str/5 ser/9",
};

static const struct {
    const char *name;
    unsigned bit;
} actions[] = {
    { "tld", PPP_TLD }, { "tls", PPP_TLS },   { "tlf", PPP_TLF },
    { "irc", PPP_IRC }, { "zrc", PPP_ZRC },   { "scr", PPP_SCR },
    { "sca", PPP_SCA }, { "scn", PPP_SCN },   { "str", PPP_STR },
    { "sta", PPP_STA }, { "scj", PPP_SCJ },   { "ser", PPP_SER },
    { "tlu", PPP_TLU }, { "x", PPP_CROSSED },
};

static unsigned bits_of(const char *text, size_t n)
{
    unsigned i, bits = 0;
    size_t part;

    while (n > 0) {
        part = strcspn(text, ",/");
        if (part > n)
            part = n;
        for (i = 0; i < sizeof actions / sizeof *actions; i++)
            if (part == strlen(actions[i].name) &&
                memcmp(text, actions[i].name, part) == 0)
                break;
        ck_assert_uint_lt(i, sizeof actions / sizeof *actions);
        bits |= actions[i].bit;
        text += part;
        n -= part;
        if (n > 0 && *text == ',') {
            text++;
            n--;
        }
    }
    return bits;
}

START_TEST(every_cell)
{
    unsigned state, event;

    for (state = 0; state < PPP_STATES; state++) {
        const char *at = by_state[state];

        for (event = 0; event < PPP_EVENTS; event++) {
            struct ppp_step got = ppp_fsm_step((enum ppp_state)state,
                                               (enum ppp_event)event);
            size_t n = strcspn(at, " ");
            const char *slash = memchr(at, '/', n);

            if (n == 1 && *at == '-') {
                ck_assert_uint_eq(got.actions, PPP_ILLEGAL);
            } else {
                ck_assert_ptr_nonnull(slash);
                ck_assert_msg(got.actions == bits_of(at, (size_t)(slash - at)),
                              "actions of %s in %s",
                              ppp_event_name((enum ppp_event)event),
                              ppp_state_name((enum ppp_state)state));
                ck_assert_msg(got.next == slash[1] - '0',
                              "next state of %s in %s",
                              ppp_event_name((enum ppp_event)event),
                              ppp_state_name((enum ppp_state)state));
            }
            at += n;
            at += *at == ' ';
        }
        ck_assert_int_eq(*at, 0);
    }
}
END_TEST

/* §4.1: the timer runs in states 4 to 8. A cell that comes to such a state
 * from one without sends something that starts it, and every illegal pair is
 * one of the RFC's 40 dashes. */
START_TEST(timer_states)
{
    unsigned state, event, illegal = 0;

    for (state = 0; state < PPP_STATES; state++) {
        ck_assert_int_eq(ppp_fsm_timer((enum ppp_state)state),
                         state >= 4 && state <= 8);
        for (event = 0; event < PPP_EVENTS; event++) {
            struct ppp_step got = ppp_fsm_step((enum ppp_state)state,
                                               (enum ppp_event)event);

            if (got.actions & PPP_ILLEGAL) {
                illegal++;
                continue;
            }
            ck_assert_uint_lt(got.next, PPP_STATES);
            if (!ppp_fsm_timer((enum ppp_state)state) &&
                ppp_fsm_timer((enum ppp_state)got.next))
                ck_assert_uint_ne(got.actions & (PPP_SCR | PPP_STR | PPP_ZRC),
                                  0);
            if (event == PPP_EV_TO_PLUS || event == PPP_EV_TO_MINUS)
                ck_assert(ppp_fsm_timer((enum ppp_state)state));
        }
    }
    ck_assert_uint_eq(illegal, 40);
}
END_TEST

START_TEST(names)
{
    ck_assert_str_eq(ppp_state_name(PPP_INITIAL), "initial");
    ck_assert_str_eq(ppp_state_name(PPP_STOPPING), "stopping");
    ck_assert_str_eq(ppp_state_name(PPP_REQ_SENT), "req_sent");
    ck_assert_str_eq(ppp_state_name(PPP_OPENED), "opened");
    ck_assert_str_eq(ppp_state_name(PPP_STATES), "?");
    ck_assert_str_eq(ppp_event_name(PPP_EV_UP), "up");
    ck_assert_str_eq(ppp_event_name(PPP_EV_TO_MINUS), "to-");
    ck_assert_str_eq(ppp_event_name(PPP_EV_RCR_MINUS), "rcr-");
    ck_assert_str_eq(ppp_event_name(PPP_EV_RXR), "rxr");
    ck_assert_str_eq(ppp_event_name(PPP_EVENTS), "?");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("ppp_fsm");
    TCase *t = tcase_create("table");
    SRunner *r;
    int failed;

    tcase_add_test(t, every_cell);
    tcase_add_test(t, timer_states);
    tcase_add_test(t, names);
    suite_add_tcase(s, t);
    r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? 0 : 1;
}
