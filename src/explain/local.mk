# SPDX-License-Identifier: GPL-3.0-or-later
# Explaining captures of others; part of libdialtone.

EXPLAIN_SOURCES = \
	src/explain/calls.c \
	src/explain/calls.h \
	src/explain/control.c \
	src/explain/control.h \
	src/explain/explain.c \
	src/explain/explain.h \
	src/explain/fields.c \
	src/explain/fields.h \
	src/explain/figures.c \
	src/explain/figures.h \
	src/explain/findings.def \
	src/explain/json.c \
	src/explain/judge.c \
	src/explain/judge.h \
	src/explain/numbers.c \
	src/explain/numbers.h \
	src/explain/outer.c \
	src/explain/outer.h \
	src/explain/ppp.c \
	src/explain/ppp.h \
	src/explain/reassemble.c \
	src/explain/reassemble.h \
	src/explain/report.c \
	src/explain/state.h \
	src/explain/store.c \
	src/explain/store.h \
	src/explain/tunnel.c \
	src/explain/tunnel.h \
	src/explain/words.c \
	src/explain/words.h \
	src/tool/explain_cmd.c \
	src/tool/explain_cmd.h
