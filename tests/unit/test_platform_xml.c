/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What we read of a platform file ourselves: what is refused and at which
 * line, what is only text, and whose profile is whose. */
#include "config.h"

#include "sim/platform_xml.h"

#include <check.h>
#include <simgrid/forward.h> /* the next one needs it */
#include <simgrid/version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"
#include "sim/profile.h"

#define DOCTYPE \
    "<!DOCTYPE platform SYSTEM \"https://simgrid.org/simgrid.dtd\">\n"
#define FILE_OF(body)                                               \
    DOCTYPE "<platform version=\"4.1\">\n"                          \
            "<zone id=\"z\" routing=\"Full\">\n" body "\n</zone>\n" \
            "</platform>\n"
#define LINK(attributes) "<link id=\"k\" bandwidth=\"1Bps\" " attributes "/>"

static char dir[] = "/tmp/dialtone-xml-XXXXXX";
static char path[64], err[512];
static struct sim_platform_xml x;

static void put(const char *name, const char *text)
{
    FILE *f;

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    ck_assert_int_ge(fputs(text, f), 0);
    ck_assert_int_eq(fclose(f), 0);
}

static void folder(void)
{
    snprintf(dir, sizeof(dir), "/tmp/dialtone-xml-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    put("rate", "1 500\n2 600\n");
    put("delay", "1 0.5\n");
    put("unit", "0 1\n1 1Mbps\n");
}

static void no_folder(void)
{
    static const char *const names[] = { "rate", "delay", "unit", "p.xml" };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
        (void)unlink(path);
    }
    ck_assert_int_eq(rmdir(dir), 0);
}

static int read_text(const char *text)
{
    put("p.xml", text);
    return sim_platform_xml_read(&x, path, err, sizeof(err));
}

/* ---- refused ---- */

static const struct {
    const char *text, *where, *message;
} refusals[] = {
    { FILE_OF(LINK("state_file=\"s\"")), ":4: ",
      "link 'k': the state of a link cannot change (state_file): use "
      "bandwidth_file, with 0 for down" },
    /* any white space is white space, and the tag begins at line 5 */
    { FILE_OF("\r\n<link\r\n\tid='k'\tstate_file = 's'\r\n/>"), ":5: ",
      "link 'k': the state of a link cannot change (state_file): use "
      "bandwidth_file, with 0 for down" },
    { FILE_OF("<link id=\"&lt;&#65;\" state_file='&#x73;'/>"), ":4: ",
      "link '<A': the state of a link cannot change (state_file): use "
      "bandwidth_file, with 0 for down" },
    { FILE_OF("<host id=\"h\" speed=\"1f\" state_file=\"s\"/>"),
      ":4: ", "host 'h': the state of a host cannot change (state_file)" },
    { FILE_OF("<peer id=\"h\" speed=\"1f\" state_file=\"s\"/>"),
      ":4: ", "host 'h': the state of a host cannot change (state_file)" },
    { FILE_OF("<trace_connect kind=\"HOST_AVAIL\" trace=\"t\" "
              "element=\"h\"/>"),
      ":4: ", "host 'h': the state of a host cannot change (HOST_AVAIL)" },
    { FILE_OF("<trace_connect trace=\"t\" element=\"h\"/>"),
      ":4: ", "host 'h': the state of a host cannot change (HOST_AVAIL)" },
    { FILE_OF("<trace_connect kind=\"LINK_AVAIL\" trace=\"t\" "
              "element=\"k\"/>"),
      ":4: ",
      "link 'k': the state of a link cannot change (LINK_AVAIL): use "
      "bandwidth_file, with 0 for down" },
    { FILE_OF(LINK("sharing_policy=\"WIFI\"")),
      ":4: ", "link 'k': WIFI links are not simulated" },
    { FILE_OF("<zone id=\"air\" routing=\"wIFI\"/>"),
      ":4: ", "zone 'air': WIFI links are not simulated" },
    { FILE_OF("<AS id=\"air\" routing=\"Wifi\"/>"),
      ":4: ", "zone 'air': WIFI links are not simulated" },
    { FILE_OF(LINK("bandwidth_file=\"nix\"")),
      ":4: ", "profile 'nix': No such file or directory" },
    { FILE_OF(LINK("latency_file=\"/nowhere/x\"")),
      ":4: ", "profile '/nowhere/x': No such file or directory" },
    /* not of the platform's making: XML */
    { "<platform version=\"4.1\"></platform>", ":1: ",
      "no DOCTYPE before <platform>; SimGrid wants <!DOCTYPE platform SYSTEM "
      "\"https://simgrid.org/simgrid.dtd\">" },
    { "<?xml version='1.0'?>\n<!-- <!DOCTYPE platform> -->\n<platform/>",
      ":3: ",
      "no DOCTYPE before <platform>; SimGrid wants <!DOCTYPE platform SYSTEM "
      "\"https://simgrid.org/simgrid.dtd\">" },
    { "", ":1: ", "no element found" },
    { FILE_OF("</zune>"), ":4: ", "mismatched tag" },
    { FILE_OF("<host id=\"a & b\"/>"),
      ":4: ", "not well-formed (invalid token)" },
    { "\xef\xbb\xbf" DOCTYPE,
      ":1: ", "a byte order mark, which SimGrid does not take" },
    { DOCTYPE "<platform version=\"4.1\">\n</platform>\n",
      ":4: ", "no zone and no cluster in it" },
};

START_TEST(refused)
{
    folder();
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        ck_assert_msg(read_text(refusals[i].text) == PPTP_ERR_ARGUMENT, "%s",
                      refusals[i].text);
        ck_assert_msg(strncmp(err, path, strlen(path)) == 0, "%s", err);
        ck_assert_msg(strncmp(err + strlen(path), refusals[i].where,
                              strlen(refusals[i].where)) == 0,
                      "%s", err);
        ck_assert_str_eq(err + strlen(path) + strlen(refusals[i].where),
                         refusals[i].message);
        ck_assert_ptr_null(x.links);
        ck_assert_ptr_null(x.profiles);
    }
    no_folder();
}
END_TEST

/* The profile's own file and line. */
START_TEST(bad_profile)
{
    char want[128];

    folder();
    snprintf(want, sizeof(want), "%s/unit:2: '1Mbps': octets/s, a number",
             dir);
    ck_assert_int_lt(read_text(FILE_OF(LINK("bandwidth_file=\"unit\""))), 0);
    ck_assert_str_eq(err, want);
    snprintf(want, sizeof(want),
             "%s/unit:2: '1Mbps': a share of the host's "
             "speed, a number",
             dir);
    ck_assert_int_lt(
        read_text(FILE_OF("<host id=\"a\" speed_file=\"unit\"/>")), 0);
    ck_assert_str_eq(err, want);
    ck_assert_int_lt(
        read_text(FILE_OF("<host id=\"a\" availability_file=\"unit\"/>")), 0);
    ck_assert_str_eq(err, want);
    no_folder();
}
END_TEST

/* RFC 1122, 3.2.1.3 and RFC 6890: what no host has as its own address. */
START_TEST(addresses)
{
    static const struct {
        const char *ip;
        bool fine;
    } cases[] = {
        { "1.0.0.0", true },
        { "10.0.0.1", true },
        { "126.255.255.255", true },
        { "128.0.0.1", true },
        { "223.255.255.255", true },
        { "0.0.0.0", false },
        { "0.1.2.3", false },
        { "127.0.0.1", false },
        { "127.255.255.255", false },
        { "224.0.0.1", false },
        { "239.1.2.3", false },
        { "240.0.0.0", false },
        { "255.255.255.255", false },
        { "1.2.3", false },
        { "1.2.3.256", false },
        { "1.2.3.4 ", false },
        { "::1", false },
        { "", false },
    };
    char text[512];

    folder();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        snprintf(text, sizeof(text),
                 FILE_OF("<host id=\"a\" speed=\"1f\"><disk id=\"d\">"
                         "<prop id=\"ip\" value=\"a disk's\"/></disk>\n"
                         "<prop id=\"ip\" value=\"%s\"/></host>"
                         "<cluster id=\"c\"><prop id=\"x\" value=\"ip\"/>"
                         "</cluster>"),
                 cases[i].ip);
        ck_assert_msg((read_text(text) == 0) == cases[i].fine, "%s",
                      cases[i].ip);
        if (cases[i].fine) {
            sim_platform_xml_fini(&x);
            continue;
        }
        snprintf(text, sizeof(text),
                 "%s:5: host 'a': its property ip, '%s', is no IPv4 address "
                 "of a host",
                 path, cases[i].ip);
        ck_assert_str_eq(err, text);
    }
    ck_assert_int_lt(read_text(FILE_OF("<cluster id=\"c\"><prop id=\"ip\" "
                                       "value=\"224.0.0.1\"/></cluster>")),
                     0);
    ck_assert_ptr_nonnull(strstr(err, "host 'c': its property ip"));
    no_folder();
}
END_TEST

/* ---- not refused ---- */

/* What looks like something and is only text. */
START_TEST(only_text)
{
    static const char *const texts[] = {
        FILE_OF("<!-- <link id=\"k\" state_file=\"s\"/> -->"),
        FILE_OF("<!-- -- <link\nid=\"k\" state_file=\"s\"/> -- -->"),
        FILE_OF("<?link <!-- state_file=\"s\" ?>"),
        FILE_OF("<link id=\"state_file\" bandwidth=\"1Bps\"/>"),
        FILE_OF("<link id=\"k\" bandwidth=\"1Bps\" state_file=\"\"/>"),
        FILE_OF("<link id=\"k\" bandwidth=\"1Bps\" bandwidth_file=\"\"/>"),
        FILE_OF("<link_ctn id=\"k\" state_file=\"s\"/>"),
        FILE_OF("<prop id=\"ip\" value=\"0.0.0.0\"/>"),
        FILE_OF("<link id=\"k\"><prop id=\"ip\" value=\"none\"/></link>"),
        FILE_OF("<host id=\"a\"/><prop id=\"ip\" value=\"none\"/>"),
        FILE_OF("<trace id=\"t\" periodicity=\"1\"><![CDATA[<link "
                "state_file=\"s\"/><!-- ]]></trace>"),
        "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n" FILE_OF(""),
    };

    folder();
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        ck_assert_msg(read_text(texts[i]) == 0, "%s", err);
        sim_platform_xml_fini(&x);
    }
    no_folder();
}
END_TEST

static const struct sim_xml_link *link_of(const char *name)
{
    const struct sim_xml_link *l = sim_platform_xml_link(&x, name);

    ck_assert_msg(l != NULL, "%s", name);
    return l;
}

/* Both directions of a split link; names as the file's octets. */
START_TEST(profiles)
{
    folder();
    ck_assert_int_eq(
        read_text("<?xml version='1.0' encoding='UTF-8'?>\n" FILE_OF(
            "<link id=\"split\" sharing_policy=\"SPLITDUPLEX\" "
            "bandwidth_file=\"rate\"/>\n"
            "<link id=\"old\" sharing_policy=\"FULLDUPLEX\"/>\n"
            "<link id=\"Z\xc3\xbcrich\xff\" latency_file='delay'/>\n"
            "<link id=\"a\"/><link id=\"&#8364;\"/>")),
        0);
    ck_assert_uint_eq(x.link_count, 7);
    ck_assert_ptr_nonnull(link_of("\xe2\x82\xac"));
    ck_assert_ptr_eq(link_of("split_UP")->rate, link_of("split_DOWN")->rate);
    ck_assert_uint_eq(link_of("split_UP")->rate->n, 2);
    ck_assert_ptr_null(link_of("split_UP")->latency);
    ck_assert_uint_eq(link_of("split_DOWN")->line, 5);
    ck_assert_ptr_null(link_of("old_UP")->rate);
    ck_assert_ptr_null(link_of("old_DOWN")->rate);
    ck_assert_double_eq(link_of("Z\xc3\xbcrich\xff")->latency->points[0].value,
                        0.5);
    ck_assert_ptr_null(link_of("a")->rate);
    ck_assert_ptr_null(sim_platform_xml_link(&x, "split"));
    sim_platform_xml_fini(&x);
    ck_assert_ptr_null(sim_platform_xml_link(&x, "a"));
    no_folder();
}
END_TEST

/* SimGrid's order: the present folder, beside the platform, <config>. */
START_TEST(where_profiles_are)
{
    static const char config[] = DOCTYPE
        "<platform version=\"4.1\"><config id=\"c\">"
        "<prop id=\"path\" value=\"%s/there\"/></config>"
        "<zone id=\"z\" routing=\"Full\">" LINK(
            "bandwidth_file=\"rate\"") "</zone></platform>";
    char text[1024];

    folder();
    snprintf(text, sizeof(text), "%s/there", dir);
    ck_assert_int_eq(mkdir(text, 0700), 0);
    put("there/rate", "1 3\n2 4\n3 5\n");
    snprintf(text, sizeof(text), config, dir);
    ck_assert_int_eq(read_text(text), 0);
    ck_assert_uint_eq(link_of("k")->rate->n, 2);
    sim_platform_xml_fini(&x);
    snprintf(path, sizeof(path), "%s/rate", dir);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(read_text(text), 0);
    ck_assert_uint_eq(link_of("k")->rate->n, 3);
    sim_platform_xml_fini(&x);
    snprintf(path, sizeof(path), "%s/there/rate", dir);
    ck_assert_int_eq(unlink(path), 0);
    *strrchr(path, '/') = '\0';
    ck_assert_int_eq(rmdir(path), 0);
    put("rate", "1 6\n");
    ck_assert_int_eq(chdir(dir), 0);
    ck_assert_int_eq(sim_platform_xml_read(&x, "p.xml", err, sizeof(err)), 0);
    ck_assert_uint_eq(link_of("k")->rate->n, 1);
    sim_platform_xml_fini(&x);
    ck_assert_int_eq(chdir("/"), 0);
    no_folder();
}
END_TEST

/* ---- <trace> and <trace_connect> ---- */

#define TRACE(period, text) \
    "<trace id=\"t\" periodicity=\"" period "\">" text "</trace>\n"
#define CONNECT(kind) \
    "<trace_connect kind=\"" kind "\" trace=\"t\" element=\"k\"/>\n"

/* Hosts' speeds are connected by every version that we know. */
START_TEST(traces_of_hosts)
{
    folder();
    ck_assert_int_eq(
        read_text(FILE_OF(TRACE("5.0", "1 .5\n2 .7\n") CONNECT("SPEED"))), 0);
    sim_platform_xml_fini(&x);
    ck_assert_int_lt(
        read_text(FILE_OF(TRACE("5.0", "\n1 .5\n2 x\n") CONNECT("SPEED"))), 0);
    ck_assert_ptr_nonnull(
        strstr(err, "/p.xml:6: 'x': a share of the host's speed, a number"));
    ck_assert_int_lt(read_text(FILE_OF(TRACE("5.0", "1 .5\n") CONNECT("SPEED")
                                           CONNECT("SPEED"))),
                     0);
    ck_assert_msg(strstr(err, "/p.xml:7: trace 't' is connected like "
                              "this already: SimGrid takes the first "
                              "only") != NULL,
                  "%s", err);
    ck_assert_int_lt(
        read_text(FILE_OF("<trace id=\"t\" file=\"unit\" "
                          "periodicity=\"1\"/>" CONNECT("SPEED"))),
        0);
    ck_assert_ptr_nonnull(strstr(err, "/unit:2: '1Mbps'"));
    no_folder();
}
END_TEST

#if SIMGRID_VERSION < 40000
START_TEST(traces_of_links)
{
    folder();
    ck_assert_int_lt(
        read_text(FILE_OF(LINK("") TRACE("5", "1 5") CONNECT("BANDWIDTH"))),
        0);
    ck_assert_ptr_nonnull(strstr(err, "/p.xml:5: link 'k': SimGrid version "));
    ck_assert_ptr_nonnull(
        strstr(err, " connects no trace with a link: use bandwidth_file"));
    ck_assert_int_lt(
        read_text(FILE_OF(LINK("") TRACE("5", "1 5") CONNECT("LATENCY"))), 0);
    ck_assert_ptr_nonnull(strstr(err, "use latency_file"));
    no_folder();
}
END_TEST
#else
START_TEST(traces_of_links)
{
    folder();
    ck_assert_int_eq(
        read_text(FILE_OF(TRACE("5", "1 7\n2 8") CONNECT("BANDWIDTH")
                              CONNECT("LATENCY") LINK("") "<link id=\"j\"/>")),
        0);
    ck_assert_uint_eq(link_of("k")->rate->period_ns, 5 * PPTP_S);
    ck_assert_double_eq(link_of("k")->latency->points[1].value, 8);
    ck_assert_ptr_null(link_of("j")->rate);
    sim_platform_xml_fini(&x);
    ck_assert_int_eq(read_text(FILE_OF(
                         LINK("") "<trace id=\"t\" file=\"rate\" "
                                  "periodicity=\"5\"/>" CONNECT("BANDWIDTH"))),
                     0);
    ck_assert_uint_eq(link_of("k")->rate->period_ns, 0);
    sim_platform_xml_fini(&x);
    no_folder();
}
END_TEST
#endif

/* From 4.0 on SimGrid dies over one that no zone is around. */
START_TEST(clusters_alone)
{
    static const char alone[] = DOCTYPE
        "<platform version=\"4.1\">\n"
        "<cluster id=\"c\" topology=\"TORUS\"/></platform>";
    bool fine = SIMGRID_VERSION < 40000;

    folder();
    ck_assert_int_eq(read_text(alone) == 0, fine);
    ck_assert(fine ||
              strstr(err, "/p.xml:3: cluster 'c': SimGrid version ") != NULL);
    sim_platform_xml_fini(&x);
    ck_assert_int_eq(
        read_text(FILE_OF("<cluster id=\"c\" topology=\"TORUS\"/>")), 0);
    sim_platform_xml_fini(&x);
    ck_assert_int_eq(
        read_text(DOCTYPE "<platform version=\"4.1\">"
                          "<cluster id=\"c\" topology=\"FLAT\"/></platform>"),
        0);
    sim_platform_xml_fini(&x);
    no_folder();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("platform_xml");
    TCase *t = tcase_create("platform_xml");
    SRunner *r = srunner_create(s);
    int failed;

    tcase_set_timeout(t, 60);
    tcase_add_test(t, refused);
    tcase_add_test(t, bad_profile);
    tcase_add_test(t, addresses);
    tcase_add_test(t, only_text);
    tcase_add_test(t, profiles);
    tcase_add_test(t, where_profiles_are);
    tcase_add_test(t, traces_of_hosts);
    tcase_add_test(t, traces_of_links);
    tcase_add_test(t, clusters_alone);
    suite_add_tcase(s, t);
    srunner_run_all(r, CK_NORMAL);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
