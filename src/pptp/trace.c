/* SPDX-License-Identifier: MIT OR GPL-3.0-or-later */
/* JSON lines and hash of trace records, all from trace.def. */
#include "config.h"

#include "pptp/trace.h"

#include "base/text.h"

#define GOLDEN 0x9e3779b97f4a7c15u /* 2^64 over the golden ratio, odd */
#define MIX_A 0xbf58476d1ce4e5b9u  /* the two multipliers of splitmix64 */
#define MIX_B 0x94d049bb133111ebu

static const struct {
    const char *name;
    const char *member[4];
} kinds[] = {
#define X(kind, level, a, b, c, d) { #kind, { #a, #b, #c, #d } },
#include "pptp/trace.def"
#undef X
};

_Static_assert(sizeof kinds / sizeof kinds[0] == PPTP_TRACE_KINDS,
               "a row for each kind");

/* trace.def calls a member that the kind has no use for `unused`. */
static bool is_unused(const char *name)
{
    static const char word[] = "unused";
    size_t i;

    for (i = 0; i < sizeof word; i++)
        if (name[i] != word[i])
            return false;
    return true;
}

static void key(struct pptp_text *t, const char *name)
{
    pptp_text_str(t, ",\"");
    pptp_text_str(t, name);
    pptp_text_str(t, "\":");
}

size_t pptp_trace_print(const struct pptp_trace_rec *r, const char *node,
                        char *out, size_t cap)
{
    struct pptp_text t;
    size_t i;

    PPTP_ASSERT(r->kind < PPTP_TRACE_KINDS);
    pptp_text_init(&t, out, cap);
    pptp_text_str(&t, "{\"t\":");
    pptp_text_u64(&t, r->at_ns);
    pptp_text_str(&t, ",\"k\":\"");
    pptp_text_str(&t, kinds[r->kind].name);
    pptp_text_char(&t, '"');
    key(&t, "node");
    pptp_text_quoted(&t, node, SIZE_MAX);
    key(&t, "call");
    pptp_text_u64(&t, r->call);
    for (i = 0; i < 4; i++) {
        if (is_unused(kinds[r->kind].member[i]))
            continue;
        key(&t, kinds[r->kind].member[i]);
        pptp_text_u64(&t, r->v[i]);
    }
    pptp_text_char(&t, '}');
    return t.len;
}

/* A bijection of h for each w and of w for each h: no word is ever lost. */
static uint64_t fold(uint64_t h, uint64_t w)
{
    h = (h ^ w) * MIX_A;
    return h ^ h >> 32;
}

uint64_t pptp_trace_hash(uint64_t h, const struct pptp_trace_rec *r)
{
    /* the constant keeps a record of zeros from leaving h at 0 */
    h = fold(h + GOLDEN, r->at_ns);
    h = fold(h, (uint64_t)r->kind << 32 | r->call);
    h = fold(h, r->v[0]);
    h = fold(h, r->v[1]);
    h = fold(h, r->v[2]);
    h = fold(h, r->v[3]);
    h = (h ^ h >> 29) * MIX_B;
    return h ^ h >> 32;
}
