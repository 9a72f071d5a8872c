# SPDX-License-Identifier: MIT OR GPL-3.0-or-later
# libbase: the ground that every library stands on. Pure.

BASE_SOURCES = \
	src/base/alloc.c \
	src/base/alloc.h \
	src/base/base.c \
	src/base/base.h \
	src/base/heap.c \
	src/base/heap.h \
	src/base/hist.c \
	src/base/hist.h \
	src/base/map.c \
	src/base/map.h \
	src/base/member.h \
	src/base/packet.c \
	src/base/packet.h \
	src/base/probe.c \
	src/base/probe.h \
	src/base/rng.c \
	src/base/rng.h \
	src/base/text.c \
	src/base/text.h \
	src/base/wire.h

noinst_LIBRARIES += libbase.a
libbase_a_SOURCES = $(BASE_SOURCES)
BASE_LIBS += libbase.a -lm
