# SPDX-License-Identifier: GPL-3.0-or-later
# Timed scripts, and the peers they can be run against; part of libdialtone.

SCRIPT_SOURCES = \
	src/script/fields.c \
	src/script/fields.h \
	src/script/inject.c \
	src/script/inject.h \
	src/script/inside.c \
	src/script/inside.h \
	src/script/match.c \
	src/script/match.h \
	src/script/parse.c \
	src/script/run.c \
	src/script/runner.h \
	src/script/script.h \
	src/script/tester.c \
	src/script/values.c \
	src/script/values.h \
	src/script/verdict.c \
	src/script/verdict.h \
	src/script/world.c \
	src/script/world.h \
	src/script/world_bare.c \
	src/script/world_sim.c \
	src/script/world_sim.h \
	src/script/world_wire.c
