# SPDX-License-Identifier: GPL-3.0-or-later
# Studies of many runs: axes, designs, processes, the file of outcomes, and
# what these say together.  Knows no scenario: what a point is, its caller says.

LAB_SOURCES = \
	src/lab/axes.c \
	src/lab/axes.h \
	src/lab/batch.c \
	src/lab/batch.h \
	src/lab/cells.c \
	src/lab/cells.h \
	src/lab/count.c \
	src/lab/count.h \
	src/lab/design.c \
	src/lab/design.h \
	src/lab/judge.c \
	src/lab/judge.h \
	src/lab/merge.c \
	src/lab/merge.h \
	src/lab/outcome.c \
	src/lab/outcome.h \
	src/lab/pool.c \
	src/lab/pool.h \
	src/lab/quantity.c \
	src/lab/quantity.h \
	src/lab/range.c \
	src/lab/range.h \
	src/lab/sheet.c \
	src/lab/sheet.h \
	src/lab/sql.c \
	src/lab/sql.h \
	src/lab/stat.c \
	src/lab/stat.h \
	src/lab/stop.c \
	src/lab/stop.h \
	src/lab/store.c \
	src/lab/store.h \
	src/lab/store_point.c \
	src/lab/store_state.c \
	src/lab/store_state.h \
	src/lab/sweep.c \
	src/lab/sweep.h

if WITH_TOOL
noinst_LIBRARIES += liblab.a
liblab_a_SOURCES = $(LAB_SOURCES)
liblab_a_CFLAGS = $(AM_CFLAGS) $(GSL_CFLAGS) $(SQLITE_CFLAGS)
LAB_LIBS += liblab.a
endif
