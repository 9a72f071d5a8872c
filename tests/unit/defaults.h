/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parts of a default configuration, and what the core says of them in one. */
#ifndef TESTS_DEFAULTS_H
#define TESTS_DEFAULTS_H

#include "pptp/peer.h"

static inline struct pptp_ato_config default_ato(void)
{
    struct pptp_config c;

    pptp_config_default(&c);
    return c.win.ato;
}

static inline int check_win(const struct pptp_win_config *win)
{
    struct pptp_config c;

    pptp_config_default(&c);
    c.win = *win;
    return pptp_config_check(&c);
}

static inline int check_ato(const struct pptp_ato_config *ato)
{
    struct pptp_config c;

    pptp_config_default(&c);
    c.win.ato = *ato;
    return pptp_config_check(&c);
}

#endif
