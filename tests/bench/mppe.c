/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * MPPE-128 against the bare cipher: nettle's arcfour over packets of 64, 576
 * and 1400 octets, MPPE stateful and stateless in both directions, and what
 * stateless mode cannot do without: two key schedules and a SHA-1 a packet.
 * Runs are interleaved and the best of several counts, so that the ratios
 * hold on a busy machine.  Then the look-up of a secret among 100,000.
 *
 * Prints a table, and with a file name as argument writes JSON there too.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <nettle/arcfour.h>
#include <nettle/sha1.h>

#include "ppp/mppe.h"
#include "ppp/secrets.h"

enum { ROUNDS = 15, OCTETS = 4000000, SECRETS = 100000, LOOKS = 200000 };

enum work { BARE, SCHEDULES, FULL_TX, FULL_BOTH, LESS_TX, LESS_BOTH, WORKS };

static const char *const work_names[WORKS] = { "arcfour",
                                               "arcfour, schedules, sha1",
                                               "stateful, encrypt",
                                               "stateful, both ends",
                                               "stateless, encrypt",
                                               "stateless, both ends" };

struct bench {
    struct arcfour_ctx rc4;
    struct ppp_mppe *a, *b;
    uint8_t octets[2 + 1400];
};

static double seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void schedules(struct bench *b)
{
    static uint8_t text[2 * (16 + 40)];
    struct sha1_ctx sha;
    struct arcfour_ctx rc4;
    uint8_t key[16];

    sha1_init(&sha);
    sha1_update(&sha, sizeof text, text);
    sha1_digest(&sha, sizeof key, key);
    arcfour_set_key(&rc4, sizeof key, key);
    arcfour_crypt(&rc4, sizeof key, key, key);
    arcfour_set_key(&b->rc4, sizeof key, key);
}

static void prepare(struct bench *b, enum work w)
{
    static const uint8_t hash[16] = { 1 }, response[24] = { 2 };
    uint8_t bits = PPP_MPPE_128;

    bits |= w == LESS_TX || w == LESS_BOTH ? PPP_MPPE_STATELESS
                                           : PPP_MPPE_STATEFUL;
    arcfour_set_key(&b->rc4, 16, hash);
    ppp_mppe_keys(b->a, hash, response, true);
    ppp_mppe_keys(b->b, hash, response, false);
    ppp_mppe_start(b->a, bits, bits);
    ppp_mppe_start(b->b, bits, bits);
}

/* Nanoseconds an octet. */
static double measure(struct bench *b, enum work w, size_t n)
{
    unsigned packets = (unsigned)(OCTETS / n), i;
    uint8_t *at = b->octets + 2;
    bool reset;
    double t;

    prepare(b, w);
    t = seconds();
    for (i = 0; i < packets; i++)
        switch (w) {
        case SCHEDULES:
            schedules(b);
            arcfour_crypt(&b->rc4, n, at, at);
            break;
        case FULL_TX:
        case LESS_TX: ppp_mppe_encrypt(b->a, at, n); break;
        case FULL_BOTH:
        case LESS_BOTH:
            ppp_mppe_encrypt(b->a, at, n);
            if (ppp_mppe_decrypt(b->b, b->octets, n + 2, &reset) != (int)n)
                exit(1);
            break;
        default: arcfour_crypt(&b->rc4, n, at, at);
        }
    return (seconds() - t) * 1e9 / ((double)packets * (double)n);
}

/* Nanoseconds a look-up. */
static double look_up(void)
{
    char *text = malloc((size_t)SECRETS * 40), name[24];
    struct ppp_secrets table;
    size_t n = 0, octets;
    uint32_t i, rng = 1;
    void *mem;
    double t;

    if (text == NULL)
        exit(1);
    for (i = 0; i < SECRETS; i++)
        n += (size_t)sprintf(text + n, "user%u isp secret%u\n", i, i);
    octets = ppp_secrets_octets(text, n);
    mem = malloc(octets);
    t = seconds();
    if (mem == NULL ||
        ppp_secrets_parse(text, n, mem, octets, &table, NULL) != 0)
        exit(1);
    printf("%d secrets parsed and sorted in %.0f ms, %zu octets\n", SECRETS,
           (seconds() - t) * 1e3, octets);
    t = seconds();
    for (i = 0; i < LOOKS; i++) {
        int len;

        rng = rng * 1664525 + 1013904223;
        len = sprintf(name, "user%u", (rng >> 8) % SECRETS);
        if (ppp_secret_find(&table, name, (size_t)len, "isp") == NULL)
            exit(1);
    }
    t = (seconds() - t) * 1e9 / LOOKS;
    free(mem);
    free(text);
    return t;
}

int main(int argc, char **argv)
{
    static const size_t sizes[] = { 64, 576, 1400 };
    struct bench *b = calloc(1, sizeof *b);
    FILE *json = argc > 1 ? fopen(argv[1], "w") : NULL;
    double best[WORKS], look;
    unsigned s, r, w;

    if (b == NULL || (argc > 1 && json == NULL))
        return 1;
    b->a = calloc(1, ppp_mppe_octets());
    b->b = calloc(1, ppp_mppe_octets());
    if (b->a == NULL || b->b == NULL)
        return 1;
    printf("%-26s %7s %9s %9s\n", "work", "octets", "ns/octet", "to bare");
    if (json != NULL)
        fprintf(json, "{\"mppe\": [");
    for (s = 0; s < 3; s++) {
        for (w = 0; w < WORKS; w++)
            best[w] = 1e9;
        for (r = 0; r < ROUNDS; r++)
            for (w = 0; w < WORKS; w++) {
                double ns = measure(b, (enum work)w, sizes[s]);

                if (ns < best[w])
                    best[w] = ns;
            }
        for (w = 0; w < WORKS; w++) {
            printf("%-26s %7zu %9.3f %9.3f\n", work_names[w], sizes[s],
                   best[w], best[w] / best[BARE]);
            if (json != NULL)
                fprintf(json,
                        "%s{\"work\": \"%s\", \"octets\": %zu, "
                        "\"ns_per_octet\": %.4f, \"to_bare\": %.4f}",
                        s + w == 0 ? "" : ", ", work_names[w], sizes[s],
                        best[w], best[w] / best[BARE]);
        }
    }
    look = look_up();
    printf("a look-up among them: %.0f ns\n", look);
    if (json != NULL) {
        fprintf(json, "], \"look_up_ns\": %.1f}\n", look);
        fclose(json);
    }
    free(b->a);
    free(b->b);
    free(b);
    return 0;
}
