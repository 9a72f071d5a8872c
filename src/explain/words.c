/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers, addresses, names and codes as text; words.h. */
#include "config.h"

#include "explain/words.h"

#include <string.h>

const char *explain_ip(uint32_t ipv4)
{
    static char buffers[8][16];
    static unsigned turn;
    char *out = buffers[turn++ % 8];

    snprintf(out, sizeof buffers[0], "%u.%u.%u.%u", ipv4 >> 24,
             ipv4 >> 16 & 255, ipv4 >> 8 & 255, ipv4 & 255);
    return out;
}

const char *explain_num(struct num n)
{
    static char buffers[8][12];
    static unsigned turn;
    char *out = buffers[turn++ % 8];

    if (n.known)
        snprintf(out, sizeof buffers[0], "%u", n.v);
    else
        snprintf(out, sizeof buffers[0], "?");
    return out;
}

void explain_text(char *out, size_t cap, const char *field, size_t n)
{
    size_t i;

    for (i = 0; i < n && i + 1 < cap && field[i] != '\0'; i++)
        out[i] = field[i] >= ' ' && field[i] <= '~' ? field[i] : '.';
    out[i] = '\0';
}

struct text explain_text_of(const struct said *s, unsigned at,
                            const char *field, size_t n)
{
    size_t known = s->known > at ? s->known - at : 0;
    struct text t = { .known = true };

    if (known > n)
        known = n;
    explain_text(t.s, sizeof t.s, field, known);
    /* whole when its end is known */
    t.known = known == n || strlen(t.s) < known;
    return t;
}

const char *explain_role(int pns, int side)
{
    if (pns < 0)
        return side == 0 ? "originator" : "receiver";
    return pns == side ? "PNS" : "PAC";
}

const char *explain_pick(const char *const *names, size_t n, unsigned i)
{
    return i < n ? names[i] : "unknown";
}

const char *explain_error_text(struct num code)
{
    static const char *const names[] = { "no error",    "not connected",
                                         "bad format",  "bad value",
                                         "no resource", "bad Call ID",
                                         "PAC error" };

    return code.known
               ? explain_pick(names, sizeof names / sizeof *names, code.v)
               : "?";
}
