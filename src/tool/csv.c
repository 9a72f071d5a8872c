/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fields of a CSV file; csv.h. */
#include "config.h"

#include "tool/csv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void csv_text(FILE *f, const char *text)
{
    if (strpbrk(text, ",\"\r\n") == NULL) {
        fputs(text, f);
        return;
    }
    fputc('"', f);
    for (; *text != '\0'; text++) {
        if (*text == '"')
            fputc('"', f);
        fputc(*text, f);
    }
    fputc('"', f);
}

void csv_number(FILE *f, double x)
{
    char text[40];
    double again;

    if (isnan(x))
        return;
    /* 0.1, not 0.10000000000000001, where that is the same number */
    snprintf(text, sizeof text, "%.15g", x);
    again = strtod(text, NULL);
    if (again < x || again > x)
        snprintf(text, sizeof text, "%.17g", x);
    fputs(text, f);
}
