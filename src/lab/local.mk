# SPDX-License-Identifier: GPL-3.0-or-later
# liblab: what many runs say together. It knows no scenario.

LAB_SOURCES = \
	src/lab/batch.c \
	src/lab/batch.h \
	src/lab/judge.c \
	src/lab/judge.h \
	src/lab/stat.c \
	src/lab/stat.h \
	src/lab/stop.c \
	src/lab/stop.h

if WITH_TOOL
noinst_LIBRARIES += liblab.a
liblab_a_SOURCES = $(LAB_SOURCES)
liblab_a_CFLAGS = $(AM_CFLAGS) $(GSL_CFLAGS)
LAB_LIBS += liblab.a
endif
