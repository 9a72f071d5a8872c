# SPDX-License-Identifier: GPL-3.0-or-later
# libpptp: the protocol. Pure: needs a C compiler, libbase and nothing else.

PPTP_SOURCES = \
	src/pptp/ato.c \
	src/pptp/ato.h \
	src/pptp/call.c \
	src/pptp/call.h \
	src/pptp/config.def \
	src/pptp/ctrl.c \
	src/pptp/ctrl.h \
	src/pptp/engine.def \
	src/pptp/engine.h \
	src/pptp/engine_fixed.c \
	src/pptp/engine_netgraph.c \
	src/pptp/engine_off.c \
	src/pptp/engine_rfc2637.c \
	src/pptp/gre.c \
	src/pptp/gre.h \
	src/pptp/journal.c \
	src/pptp/journal.h \
	src/pptp/journal_impl.h \
	src/pptp/msg.c \
	src/pptp/msg.def \
	src/pptp/msg.h \
	src/pptp/node.c \
	src/pptp/node.h \
	src/pptp/peer.c \
	src/pptp/peer.h \
	src/pptp/replay.c \
	src/pptp/replay.h \
	src/pptp/rows.h \
	src/pptp/send.c \
	src/pptp/send.h \
	src/pptp/stats.c \
	src/pptp/stats.def \
	src/pptp/stats.h \
	src/pptp/stock.c \
	src/pptp/stock.h \
	src/pptp/table.c \
	src/pptp/table.h \
	src/pptp/timers.c \
	src/pptp/timers.h \
	src/pptp/trace.c \
	src/pptp/trace.def \
	src/pptp/trace.h \
	src/pptp/tunnel.c \
	src/pptp/tunnel.h \
	src/pptp/values.h \
	src/pptp/window.c \
	src/pptp/window.h

noinst_LIBRARIES += libpptp.a
libpptp_a_SOURCES = $(PPTP_SOURCES)
PPTP_LIBS += libpptp.a
