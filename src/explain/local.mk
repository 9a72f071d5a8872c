# SPDX-License-Identifier: GPL-3.0-or-later
# Explaining captures of others; part of libdialtone.

EXPLAIN_SOURCES = \
	src/explain/calls.c \
	src/explain/control.c \
	src/explain/explain.c \
	src/explain/explain.h \
	src/explain/fields.c \
	src/explain/figures.c \
	src/explain/findings.def \
	src/explain/impl.h \
	src/explain/json.c \
	src/explain/judge.c \
	src/explain/numbers.c \
	src/explain/outer.c \
	src/explain/ppp.c \
	src/explain/reassemble.c \
	src/explain/report.c \
	src/explain/store.c \
	src/explain/tunnel.c \
	src/tool/explain_cmd.c \
	src/tool/explain_cmd.h
