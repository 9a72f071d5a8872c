# SPDX-License-Identifier: MIT OR GPL-3.0-or-later
# libppp: PPP for many sessions, pure; primitives from nettle.

PPP_SOURCES = \
	src/ppp/auth.c \
	src/ppp/auth.h \
	src/ppp/ccp.c \
	src/ppp/ccp.h \
	src/ppp/chap.c \
	src/ppp/chap.h \
	src/ppp/config.def \
	src/ppp/early.c \
	src/ppp/early.h \
	src/ppp/engine.c \
	src/ppp/engine.h \
	src/ppp/fsm.c \
	src/ppp/fsm.h \
	src/ppp/hdlc.c \
	src/ppp/hdlc.h \
	src/ppp/ipcp.c \
	src/ppp/ipcp.h \
	src/ppp/ipv6cp.c \
	src/ppp/ipv6cp.h \
	src/ppp/lcp.c \
	src/ppp/lcp.h \
	src/ppp/mppe.c \
	src/ppp/mppe.h \
	src/ppp/mschap.c \
	src/ppp/mschap.h \
	src/ppp/pap.c \
	src/ppp/pap.h \
	src/ppp/peek.h \
	src/ppp/phase.c \
	src/ppp/phase.h \
	src/ppp/ppp.c \
	src/ppp/ppp.h \
	src/ppp/proto.c \
	src/ppp/proto.h \
	src/ppp/secrets.c \
	src/ppp/secrets.h \
	src/ppp/state.h \
	src/ppp/stats.c \
	src/ppp/stats.def \
	src/ppp/stats.h

if WITH_PPP
noinst_LIBRARIES += libppp.a
libppp_a_SOURCES = $(PPP_SOURCES)
libppp_a_CFLAGS = $(AM_CFLAGS) $(NETTLE_CFLAGS)
PPP_LIBS += libppp.a
endif
