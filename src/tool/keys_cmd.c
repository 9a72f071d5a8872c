/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `dialtone keys`; keys_cmd.h. */
#include "config.h"

#include "tool/keys_cmd.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "conf/key_docs.h"
#include "conf/key_path.h"
#include "conf/nearest.h"
#include "script/fields.h"
#include "tool/pac_config.h"
#include "tool/pns_config.h"
#include "tool/run.h"
#include "tool/scenario.h"

static const char help[] =
    "Usage: dialtone keys [options] WHOSE [SECTION]\n"
    "\n"
    "Every key of scenarios (run), of a file of expectations (expect), of a\n"
    "daemon's file (pns, pac, bridge) or of a script (script, limits), or of\n"
    "a section in it, such as calls.line: type, default, what is allowed and\n"
    "what it means.\n"
    "\n"
    "      --markdown   tables, as here without an option\n"
    "      --man        items of an mdoc list\n"
    "      --json       an object, for programs\n"
    "  -h, --help       this text\n"
    "\n"
    "Exit: 0 all well, 2 bad usage.\n";

static const struct {
    const char *name;
    const struct key_section *section;
} whose[] = {
    { "run", &scenario_section },         { "expect", &expect_file_section },
    { "pns", &pns_file_section },         { "pac", &pac_file_section },
    { "bridge", &pac_file_section },      { "script", &script_config_section },
    { "limits", &script_limits_section },
};

static const struct key_section *of_whom(const char *name)
{
    struct nearest near;
    size_t i;

    nearest_begin(&near, name);
    for (i = 0; i < sizeof whose / sizeof whose[0]; i++) {
        nearest_try(&near, whose[i].name);
        if (strcmp(whose[i].name, name) == 0)
            return whose[i].section;
    }
    fprintf(stderr, "dialtone: nobody is called `%s`", name);
    if (nearest_found(&near) != NULL)
        fprintf(stderr, "; did you mean `%s`?", nearest_found(&near));
    fputs("; known: run, expect, pns, pac, bridge, script, limits\n", stderr);
    return NULL;
}

static int tell(const struct key_section *section, char form)
{
    json_t *schema;

    if (form == 'j') {
        schema = keys_schema(section);
        json_dumpf(schema, stdout, JSON_INDENT(2));
        putchar('\n');
        json_decref(schema);
    } else if (form == 'm') {
        keys_man(stdout, section);
    } else {
        keys_reference(stdout, section);
    }
    return RUN_OK;
}

int keys_command(int argc, char **argv)
{
    static const struct option options[] = {
        { "markdown", no_argument, NULL, 'r' },
        { "man", no_argument, NULL, 'm' },
        { "json", no_argument, NULL, 'j' },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 }
    };
    const struct key_section *section;
    struct conf_error err;
    char form = 'r';
    int o;

    while ((o = getopt_long(argc, argv, ":h", options, NULL)) != -1)
        if (o == 'h') {
            fputs(help, stdout);
            return RUN_OK;
        } else if (o == ':' || o == '?') {
            fprintf(stderr,
                    "dialtone: unknown option: %s; `dialtone keys --help` "
                    "tells more\n",
                    argv[optind - 1]);
            return RUN_INPUT;
        } else {
            form = (char)o;
        }
    if (optind == argc || optind + 2 < argc) {
        fputs("dialtone: `keys` takes WHOSE [SECTION]\n", stderr);
        return RUN_INPUT;
    }
    section = of_whom(argv[optind]);
    if (section != NULL && optind + 1 < argc) {
        section = key_path_section(section, argv[optind + 1], &err);
        if (section == NULL)
            fprintf(stderr, "dialtone: %s\n", err.text);
    }
    return section != NULL ? tell(section, form) : RUN_INPUT;
}
