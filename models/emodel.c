/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The E-model: numbers in brackets are the equations of G.107; emodel.h. */
#include "config.h"

#include "models/emodel.h"

#include <math.h>

/* Table 3. */
#define SLR 8.0    /* send loudness */
#define RLR 2.0    /* receive loudness */
#define STMR 15.0  /* sidetone */
#define DS 3.0     /* the telephone's way to take less noise of the room, */
#define DR 3.0     /* and at the receiver's */
#define WEPL 110.0 /* weighted echo path loss */
#define QDU 1.0    /* quantizations */
#define NC (-70.0) /* circuit noise */
#define NFOR (-64.0)
#define PS 35.0 /* the room's noise at either end */
#define PR 35.0

static double power(double db)
{
    return pow(10, db / 10);
}

/* (1 + x^n)^(1/n), for x >= 0 or n even. */
static double bent(double x, double n)
{
    return pow(1 + pow(x, n), 1 / n);
}

/* 7.2: all the noise that there is, No (7-3 … 7-7). */
static double noise(void)
{
    double olr = SLR + RLR;
    double s = PS - olr - DS - 14;
    double nos = PS - SLR - DS - 100 + 0.004 * s * s;
    double pre = PR + 10 * log10(1 + power(10 - (STMR + DR)));
    double nor = RLR - 121 + pre + 0.008 * (pre - 35) * (pre - 35);

    return 10 * log10(power(NC) + power(nos) + power(nor) + power(NFOR + RLR));
}

/* 7.3: too loud an overall loudness (7-9), */
static double loudness(double no)
{
    double x = SLR + RLR + 0.2 * (64 + no - RLR);

    return 20 * (bent(x / 8, 8) - x / 8);
}

/* sidetone (7-12), with what returns of it so late (7-13), */
static double sidetone(const struct emodel *m)
{
    double late = exp(-m->delay_s * 1e3 / 4) * power(-m->telr_db);
    double o = -10 * log10(power(-STMR) + late);

    return 12 * bent((o - 13) / 6, 8) - 28 * bent((o + 1) / 19.4, 35) -
           13 * bent((o - 3) / 33, 13) + 29;
}

/* and quantizing (7-14 … 7-18). */
static double quantizing(double ro)
{
    double q = 37 - 15 * log10(QDU);
    double g = 1.07 + 0.258 * q + 0.0602 * q * q;
    double y = (ro - 100) / 15 + 46 / 8.4 - g / 9;
    double z = 46.0 / 30 - g / 40;

    return 15 * log10(1 + pow(10, y) + pow(10, z));
}

/* 7.4: hearing oneself (7-21 … 7-24), */
static double talker_echo(const struct emodel *m, double no)
{
    double t = m->delay_s * 1e3;
    double terv = m->telr_db - 40 * log10((1 + t / 10) / (1 + t / 150)) +
                  6 * exp(-0.3 * t * t);
    double half = (-1.5 * (no - RLR) - (80 + 2.5 * (terv - 14))) / 2;

    return (half + sqrt(half * half + 100) - 1) * (1 - exp(-t));
}

/* hearing the other twice (7-25, 7-26), */
static double listener_echo(const struct emodel *m, double ro)
{
    double tr = 2 * m->delay_s * 1e3;
    double half = (ro - 10.5 * (WEPL + 7) * pow(tr + 1, -0.25)) / 2;

    return half + sqrt(half * half + 169);
}

/* and waiting for him (7-27, 7-28), with sT and mT of table 1's default. */
static double waiting(const struct emodel *m)
{
    double t = m->delay_s * 1e3, x;

    if (t <= 100)
        return 0;
    x = log(t / 100) / log(2);
    return 25 * (bent(x, 6) - 3 * bent(x / 3, 6) + 2);
}

/* 7.5: the codec, with what it lost (7-29). */
static double equipment(const struct emodel *m)
{
    double ppl = 100 * m->loss;

    return m->ie + (95 - m->ie) * ppl / (ppl / m->burst + m->bpl);
}

void emodel_default(struct emodel *m)
{
    *m = (struct emodel){ .burst = 1, .ie = 0, .bpl = 4.3, .telr_db = 65 };
}

double emodel_r(const struct emodel *m)
{
    double no = noise(), ro = 15 - 1.5 * (SLR + no); /* 7-2 */
    double is = loudness(no) + sidetone(m) + quantizing(ro);
    double id = talker_echo(m, no) + listener_echo(m, ro) + waiting(m);

    PPTP_ASSERT(m->burst > 0 && m->bpl > 0 && m->loss >= 0 && m->loss <= 1);
    return fmin(fmax(ro - is - id - equipment(m), 0), 100);
}

double emodel_mos(double r)
{
    double mos = 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6;

    return fmin(fmax(mos, 1), 4.5);
}
