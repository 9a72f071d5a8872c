/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys of the protocol's parameters; pptp_keys.h. */
#include "config.h"

#include "conf/pptp_keys.h"

#include "conf/key_rows.h"
#include "pptp/values.h"

#define PPTP_WORDS(name) static const struct key_choice name##_words[] = {
#define PPTP_IS(word, value) { #word, (int)(value) },
#define PPTP_END_WORDS \
    {                  \
        NULL, 0        \
    }                  \
    }                  \
    ;
#include "pptp/config.def"

static const struct key_thing engines[] = {
#define X(name) { #name, &pptp_engine_##name },
#include "pptp/engine.def"
#undef X
    { NULL, NULL }
};

#define NUMBER_KEY(of, type, m, key, preset, least, most, help)               \
    of(NUM(pptp_config, PPTP_PATH_##of(m), #key, KEY_##type, KEY_TEXT preset, \
           KEY_TEXT least, KEY_TEXT most, help), )
#define WORD_KEY(of, words, m, key, preset, first, last, help)     \
    of(WORD(pptp_config, PPTP_PATH_##of(m), #key, KEY_WORD preset, \
            words##_words, help), )
#define BOOL_KEY(of, m, key, first, help) \
    of(ROW(pptp_config, PPTP_PATH_##of(m), #key, KEY_BOOL, #first, help), )
#define ENGINE_KEY(of, m, key, first, help)                           \
    of(KEY_ROW(pptp_config, PPTP_PATH_##of(m), #key, KEY_NAMED, help, \
               .preset = #first, .things = engines), )

const struct key pptp_keys[PPTP_KEYS_N] = {
#define ATO(...) __VA_ARGS__
#define WIN(...) __VA_ARGS__
#define PEER(...) __VA_ARGS__
#define PPTP_NUMBER NUMBER_KEY
#define PPTP_WORD WORD_KEY
#define PPTP_BOOL BOOL_KEY
#define PPTP_ENGINE ENGINE_KEY
#include "pptp/config.def"
};
const struct key_section pptp_keys_section = SECTION_NO_NODE(
    pptp_config, "pptp", pptp_keys, "Parameters of the protocol.");

static const struct key self_keys[] = {
#define SELF(...) __VA_ARGS__
#define PPTP_NUMBER NUMBER_KEY
#define PPTP_WORD WORD_KEY
#define PPTP_BOOL BOOL_KEY
#include "pptp/config.def"
};
const struct key_section pptp_self_section = SECTION_NO_NODE(
    pptp_config, "self", self_keys, "What a peer is.");

static const struct key limits_keys[] = {
#define PPTP_LIMIT(m, preset, least, most, help) \
    NUM(pptp_limits, m, #m, KEY_COUNT, #preset, #least, #most, help),
#include "pptp/config.def"
};
const struct key_section pptp_limits_section = SECTION_NO_NODE(
    pptp_limits, "limits", limits_keys, "What a peer has memory for.");

const char *pptp_keys_conflict(const struct pptp_config *c)
{
    const struct pptp_win_config *w = &c->win;

    if (w->ato.min_ns > w->ato.max_ns)
        return "min_timeout is greater than max_timeout; it must not be";
    if (w->reorder_hold_ns > 0 && w->reorder_packets > w->recv_window)
        return "reorder_packets is greater than recv_window; what waits is "
               "part of the window";
    return NULL;
}
