# SPDX-License-Identifier: GPL-3.0-or-later
# libnas: what a network access server does with calls, pure; the same in
# every world.

NAS_SOURCES = \
	src/nas/aaa.c \
	src/nas/aaa.h \
	src/nas/account.h \
	src/nas/again.c \
	src/nas/again.h \
	src/nas/caller.c \
	src/nas/caller.h \
	src/nas/caller_ip.c \
	src/nas/caller_ip.h \
	src/nas/ends.c \
	src/nas/ends.h \
	src/nas/event.c \
	src/nas/event.def \
	src/nas/event.h \
	src/nas/event_text.c \
	src/nas/event_text.h \
	src/nas/line.h \
	src/nas/node.c \
	src/nas/node.h \
	src/nas/numbers.c \
	src/nas/numbers.h \
	src/nas/pac.c \
	src/nas/pac.h \
	src/nas/pac_line.c \
	src/nas/pac_line.h \
	src/nas/place.c \
	src/nas/place.h \
	src/nas/pns.c \
	src/nas/pns.h \
	src/nas/pns_ip.c \
	src/nas/pns_ip.h \
	src/nas/pool.c \
	src/nas/pool.h \
	src/nas/ppps.c \
	src/nas/ppps.h \
	src/nas/ring.c \
	src/nas/ring.h \
	src/nas/trunk.c \
	src/nas/trunk.h \
	src/nas/why.c \
	src/nas/why.h \
	src/nas/window.c \
	src/nas/window.h

if WITH_PPP
noinst_LIBRARIES += libnas.a
libnas_a_SOURCES = $(NAS_SOURCES)
NAS_LIBS += libnas.a
endif
