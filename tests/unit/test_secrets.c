/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The secrets of pppd's chap-secrets: src/ppp/secrets.h. */
#include "config.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ppp/secrets.h"

static void *mem;
static size_t mem_octets;
static struct ppp_secrets table;
static struct ppp_secrets_error error;

/* Parses with exactly the memory that was promised to be enough. */
static int parse_octets(const char *text, size_t n)
{
    free(mem);
    mem_octets = ppp_secrets_octets(text, n);
    mem = malloc(mem_octets);
    ck_assert_ptr_nonnull(mem);
    memset(&error, 0, sizeof error);
    return ppp_secrets_parse(text, n, mem, mem_octets, &table, &error);
}

static int parse(const char *text)
{
    /* without the NUL, so that reading on is seen */
    size_t n = strlen(text);
    char *copy = malloc(n == 0 ? 1 : n);
    int e;

    memcpy(copy, text, n);
    e = parse_octets(copy, n);
    free(copy);
    return e;
}

static void finish(void)
{
    free(mem);
    mem = NULL;
}

/* The secret as text, "-" if there is none. */
static const char *find(const char *client, const char *server)
{
    static char text[256];
    const struct ppp_secret *s = ppp_secret_find(&table, client,
                                                 strlen(client), server);

    if (s == NULL)
        return "-";
    memcpy(text, s->secret, s->secret_len);
    text[s->secret_len] = 0;
    return text;
}

START_TEST(words)
{
    ck_assert_int_eq(parse("# a comment, and an empty line\n"
                           "\n"
                           "  \t # another\n"
                           "alice isp wonder # and one behind\n"
                           "\tbob\tisp   \"two words\"\r\n"
                           "carol isp 'it is \"so\"'\n"
                           "dave isp don\\'t\\ go\\x21\\041\\t.\n"
                           "e\"ve \"x isp \"\"\n"
                           "frank isp half\\\nway\n"
                           "gina \\\n isp continued\n"
                           "hans isp a#b\n"
                           "ida isp \\x4g\\1018\\q\n"
                           "jan isp @home"),
                     0);
    ck_assert_uint_eq(table.n, 10);
    ck_assert_str_eq(find("alice", "isp"), "wonder");
    ck_assert_str_eq(find("bob", "isp"), "two words");
    ck_assert_str_eq(find("carol", "isp"), "it is \"so\"");
    ck_assert_str_eq(find("dave", "isp"), "don't go!!\t.");
    ck_assert_str_eq(find("eve x", "isp"), "");
    ck_assert_str_eq(find("frank", "isp"), "halfway");
    ck_assert_str_eq(find("gina", "isp"), "continued");
    ck_assert_str_eq(find("hans", "isp"), "a#b");
    ck_assert_str_eq(find("ida", "isp"), "\x04gA8q");
    ck_assert_str_eq(find("jan", "isp"), "@home");
    ck_assert_str_eq(find("kim", "isp"), "-");
    ck_assert_int_eq(parse(""), 0);
    ck_assert_uint_eq(table.n, 0);
    ck_assert_str_eq(find("alice", "isp"), "-");
    /* a NUL is an octet of a secret as others */
    ck_assert_int_eq(parse("a b c\\000d"), 0);
    ck_assert_uint_eq(table.list[0].secret_len, 3);
    ck_assert_mem_eq(table.list[0].secret, "c\0d", 3);
    finish();
}
END_TEST

/* Exact before `*`; the server's name counts more. */
START_TEST(wildcards)
{
    static const char text[] = "* * neither\n"
                               "alice * client\n"
                               "* isp server\n"
                               "alice isp both\n"
                               "alice isp later\n"
                               "bob two b2\n"
                               "bob one b1\n";
    char more[4096];
    unsigned round, i;

    strcpy(more, text);
    /* few entries are searched in a row, many by halves */
    for (round = 0; round < 2; round++) {
        ck_assert_int_eq(parse(more), 0);
        ck_assert_int_eq(table.n > PPP_SECRETS_UNSORTED, round == 1);
        ck_assert_str_eq(find("alice", "isp"), "both");
        ck_assert_str_eq(find("bob", "isp"), "server");
        ck_assert_str_eq(find("alice", "other"), "client");
        ck_assert_str_eq(find("bob", "other"), "neither");
        ck_assert_str_eq(find("bob", "one"), "b1");
        ck_assert_str_eq(find("", ""), "neither");
        ck_assert_str_eq(find("alic", "isp"), "server");
        ck_assert_str_eq(find("alicee", "isp"), "server");
        /* the server did not say its name */
        ck_assert_ptr_nonnull(strstr("b1b2", find("bob", NULL)));
        ck_assert_str_eq(find("zoe", NULL), "neither");
        /* a peer's octets: a NUL does not cut a name short */
        ck_assert_mem_eq(
            ppp_secret_look(&table, "alice\0x", 7, "isp", 3)->secret, "server",
            6);
        ck_assert_mem_eq(
            ppp_secret_look(&table, "alice", 5, "isp\0", 4)->secret, "client",
            6);
        for (i = 0; i < 20; i++)
            sprintf(more + strlen(more), "user%u isp%u s%u\n", i * 7 % 20, i,
                    i);
    }
    ck_assert_int_eq(parse("alice * client\n* isp server\n"), 0);
    ck_assert_str_eq(find("alice", "isp"), "server");
    ck_assert_ptr_null(ppp_secret_find(NULL, "a", 1, "b"));
    finish();
}
END_TEST

/* Tables made by hand need no order while they are small. */
START_TEST(by_hand)
{
    struct ppp_secret list[40] = { 0 };
    struct ppp_secrets t = { .list = list, .n = 0 };
    struct ppp_secret two[2] = { { .client = "u", .server = "*" },
                                 { .client = "*", .server = "isp" } };
    struct ppp_secrets pair = { .list = two, .n = 2 };
    char names[40][8];
    uint32_t i;

    ck_assert_ptr_eq(ppp_secret_find(&pair, "u", 1, "isp"), &two[1]);
    for (i = 0; i < 40; i++) {
        sprintf(names[i], "u%u", i * 17 % 40);
        list[i].client = names[i];
        list[i].server = i % 2 == 0 ? "*" : "isp";
        list[i].secret = (const uint8_t *)names[i];
        list[i].secret_len = (uint8_t)strlen(names[i]);
        t.n++;
        if (t.n > PPP_SECRETS_UNSORTED)
            ppp_secrets_sort(&t);
        ck_assert_ptr_nonnull(ppp_secret_find(&t, "u0", 2, "isp"));
    }
    for (i = 0; i < 40; i++) {
        const struct ppp_secret *s = ppp_secret_find(&t, names[i],
                                                     strlen(names[i]), "isp");

        ck_assert_ptr_nonnull(s);
        ck_assert_mem_eq(s->secret, names[i], strlen(names[i]));
    }
    for (i = 1; i < 40; i++)
        ck_assert_int_lt(strcmp(list[i - 1].client, list[i].client), 0);
}
END_TEST

static bool allows(const char *client, uint32_t ip)
{
    const struct ppp_secret *s = ppp_secret_find(&table, client,
                                                 strlen(client), "isp");

    ck_assert_ptr_nonnull(s);
    return ppp_secret_allows(&table, s, ip);
}

/* Whether a server has any line at all. */
START_TEST(for_a_server)
{
    struct ppp_secret some[] = { { .client = "a", .server = "isp" },
                                 { .client = "b", .server = "gate" } };
    struct ppp_secrets t = { .list = some, .n = 2 };

    ck_assert(ppp_secrets_for(&t, "isp") && ppp_secrets_for(&t, "gate"));
    ck_assert(!ppp_secrets_for(&t, "other") && !ppp_secrets_for(&t, "is"));
    some[1].server = "*";
    ck_assert(ppp_secrets_for(&t, "other"));
    t.n = 0;
    ck_assert(!ppp_secrets_for(&t, "isp"));
}
END_TEST

START_TEST(addresses)
{
    ck_assert_int_eq(parse("any isp x *\n"
                           "none isp x -\n"
                           "unsaid isp x\n"
                           "one isp x 10.0.0.1\n"
                           "net isp x 10.1.2.3/16\n"
                           "list isp x 10.2.0.9 10.2.0.1 192.168.0.0/30\n"
                           "list isp y 10.9.9.9\n"),
                     0);
    ck_assert_uint_eq(table.n, 9);
    ck_assert(allows("any", 0x01020304));
    ck_assert(!allows("none", 0x01020304));
    ck_assert(!allows("none", UINT32_MAX));
    ck_assert(allows("unsaid", 0x01020304));
    ck_assert(allows("one", 0x0a000001));
    ck_assert(!allows("one", 0x0a000002));
    ck_assert(allows("net", 0x0a010000));
    ck_assert(allows("net", 0x0a01ffff));
    ck_assert(!allows("net", 0x0a020000));
    ck_assert(!allows("net", 0x0a00ffff));
    ck_assert(allows("list", 0x0a020001));
    ck_assert(allows("list", 0x0a020009));
    ck_assert(!allows("list", 0x0a020005));
    ck_assert(allows("list", 0xc0a80003));
    ck_assert(!allows("list", 0xc0a80004));
    ck_assert(!allows("list", 0x0a090909)); /* of the line that is not used */
    ck_assert_str_eq(find("list", "isp"), "x");
    finish();
}
END_TEST

static void refused(const char *text, uint32_t line, const char *part)
{
    ck_assert_int_eq(parse(text), PPTP_ERR_FORMAT);
    ck_assert_msg(error.line == line, "line %u of \"%s\"", error.line, text);
    ck_assert_ptr_nonnull(error.why);
    ck_assert_msg(strstr(error.why, part) != NULL, "\"%s\" for \"%s\"",
                  error.why, text);
    ck_assert_uint_eq(table.n, 0);
}

START_TEST(errors)
{
    char text[400];

    refused("alice", 1, "needs");
    refused("a b c\n\nalice isp\n", 3, "needs");
    refused("alice isp # no\n", 1, "needs");
    refused("a b \\\n c\na b @/etc/secret\n", 3, "@file");
    refused("a b \"@/etc/secret\"\n", 1, "@file"); /* so does pppd */
    refused("a b \"open\nc d e\n", 1, "quote");
    refused("a b 'open", 1, "quote");
    refused("a b c\\", 1, "backslash");
    refused("a\\000 b c", 1, "NUL");
    refused("a b\\0 c", 1, "NUL");
    refused("a b c !10.0.0.1", 1, "forbidden");
    refused("a b c 10.0.0.1 -- mtu 500", 1, "options");
    refused("a b c host.example", 1, "a.b.c.d");
    refused("a b c 10.0.0", 1, "a.b.c.d");
    refused("a b c 10.0.0.256", 1, "a.b.c.d");
    refused("a b c 10.0.0.1/33", 1, "a.b.c.d");
    refused("a b c 10.0.0.1/", 1, "a.b.c.d");
    refused("a b c 10.0.0.1/24+", 1, "a.b.c.d");
    refused("a b c 10.0.0.1x", 1, "a.b.c.d");
    refused("a b c 0.0.0.0", 1, "a.b.c.d");
    refused("a b c 10.0.0.1\\0002", 1, "a.b.c.d");
    refused("a b c 99999999999999999999.1.1.1", 1, "a.b.c.d");
    memset(text, 0, sizeof text);
    memset(text, 'x', 255);
    strcat(text, " b c");
    ck_assert_int_eq(parse(text), 0);
    memset(text, 'x', 256);
    strcpy(text + 256, " b c");
    refused(text, 1, "255");
    finish();
}
END_TEST

/* Every shorter arena is refused, and wiped; every cut text is one thing or
 * the other and reads no further. */
START_TEST(memory)
{
    static const char text[] = "alice isp \"wonder\" 10.0.0.1 10.0.0.2/31\n"
                               "# bob\n"
                               "'bob' * \\x62ob\\\n -\n"
                               "* \"i s p\" z\n";
    uint64_t arena[64];
    size_t need = ppp_secrets_octets(text, sizeof text - 1), n, i;
    int last = PPTP_ERR_RESOURCE;

    ck_assert_uint_le(need, sizeof arena);
    for (n = 0; n <= need; n++) {
        memset(arena, 0x55, sizeof arena);
        last = ppp_secrets_parse(text, sizeof text - 1, arena, n, &table,
                                 &error);
        if (last == 0)
            continue;
        ck_assert_int_eq(last, PPTP_ERR_RESOURCE);
        ck_assert_uint_eq(error.line, 0);
        ck_assert_ptr_nonnull(strstr(error.why, "memory"));
        for (i = 0; i < sizeof arena; i++)
            ck_assert_uint_eq(((uint8_t *)arena)[i], i < n ? 0 : 0x55);
    }
    ck_assert_int_eq(last, 0);
    for (n = 0; n < sizeof text; n++) {
        char *cut = malloc(n == 0 ? 1 : n);
        int e;

        memcpy(cut, text, n);
        e = parse_octets(cut, n);
        ck_assert(e == 0 || e == PPTP_ERR_FORMAT);
        ck_assert(e == 0 || error.line > 0);
        free(cut);
    }
    /* no error wanted */
    ck_assert_int_eq(
        ppp_secrets_parse("a", 1, arena, sizeof arena, &table, NULL),
        PPTP_ERR_FORMAT);
    finish();
}
END_TEST

/* Octets at random: refused or taken, within the promised memory. */
START_TEST(noise)
{
    static const char set[] = "ab* \t\n\r\\\"'#@/-!.0123x";
    uint32_t rng = 1;
    char text[200];
    unsigned round, taken = 0;
    size_t i;

    for (round = 0; round < 20000; round++) {
        size_t n = round % sizeof text;

        for (i = 0; i < n; i++) {
            rng = rng * 1664525 + 1013904223;
            text[i] = set[(rng >> 16) % (sizeof set - 1)];
        }
        switch (parse_octets(text, n)) {
        case 0:
            taken++;
            for (i = 0; i < table.n; i++)
                ck_assert_ptr_nonnull(ppp_secret_find(
                    &table, table.list[i].client, strlen(table.list[i].client),
                    table.list[i].server));
            break;
        case PPTP_ERR_FORMAT: break;
        default:
            ck_abort_msg("memory of %zu octets is too little", mem_octets);
        }
    }
    ck_assert_uint_gt(taken, 100);
    finish();
}
END_TEST

/* 100,000 lines are all found; the time of a look-up is printed. */
START_TEST(many)
{
    enum { N = 100000 };
    char *text = malloc((size_t)N * 40), name[32], want[32];
    struct timespec a, b;
    size_t n = 0;
    uint32_t i;

    ck_assert_ptr_nonnull(text);
    for (i = 0; i < N; i++) {
        unsigned k = (unsigned)((uint64_t)i * 77777 % N);

        n += (size_t)sprintf(text + n, "user%u * secret%u\n", k, k);
    }
    ck_assert_int_eq(parse_octets(text, n), 0);
    ck_assert_uint_eq(table.n, N);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
    for (i = 0; i < N; i++) {
        sprintf(name, "user%u", i);
        sprintf(want, "secret%u", i);
        ck_assert(strcmp(find(name, "isp"), want) == 0);
    }
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
    printf("a look-up among %d: %.0f ns\n", N,
           ((double)(b.tv_sec - a.tv_sec) * 1e9 +
            (double)(b.tv_nsec - a.tv_nsec)) /
               N);
    free(text);
    finish();
}
END_TEST

START_TEST(comparing)
{
    uint8_t wiped[16];
    unsigned i;

    ck_assert(ppp_same("abc", 3, "abc", 3));
    ck_assert(!ppp_same("abc", 3, "abd", 3));
    ck_assert(!ppp_same("abc", 3, "bbc", 3));
    ck_assert(!ppp_same("abc", 3, "ab", 2));
    ck_assert(!ppp_same("ab", 2, "abc", 3));
    ck_assert(!ppp_same("abab", 4, "ab", 2));
    ck_assert(!ppp_same("", 0, "a", 1));
    ck_assert(!ppp_same("a", 1, "", 0));
    ck_assert(ppp_same("", 0, "", 0));
    memset(wiped, 0x55, sizeof wiped);
    ppp_wipe(wiped, 15);
    for (i = 0; i < 15; i++)
        ck_assert_uint_eq(wiped[i], 0);
    ck_assert_uint_eq(wiped[15], 0x55);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("secrets");
    TCase *tc = tcase_create("secrets");
    SRunner *sr = srunner_create(s);
    int failed;

    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, words);
    tcase_add_test(tc, wildcards);
    tcase_add_test(tc, by_hand);
    tcase_add_test(tc, for_a_server);
    tcase_add_test(tc, addresses);
    tcase_add_test(tc, errors);
    tcase_add_test(tc, memory);
    tcase_add_test(tc, noise);
    tcase_add_test(tc, many);
    tcase_add_test(tc, comparing);
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
