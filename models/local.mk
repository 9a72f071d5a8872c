# SPDX-License-Identifier: GPL-3.0-or-later
# libmodels: traffic, users, pings, lines, losses, jitter, queues and people.
# Pure, but for GSL and libm.

MODELS_SOURCES = \
	models/arrivals.c \
	models/arrivals_evening.c \
	models/arrivals.h \
	models/arrivals_trace.c \
	models/arrivals_trace.h \
	models/bit_errors.c \
	models/bit_errors.h \
	models/capture_parse.c \
	models/capture_parse.h \
	models/carrier.c \
	models/carrier.h \
	models/delivery.c \
	models/delivery.h \
	models/dist.c \
	models/dist.h \
	models/emodel.c \
	models/emodel.h \
	models/erlang.c \
	models/erlang.h \
	models/holding.c \
	models/holding.h \
	models/jitter.c \
	models/jitter.def \
	models/jitter.h \
	models/line.c \
	models/line.h \
	models/loop.c \
	models/loop.h \
	models/loss.c \
	models/loss.def \
	models/loss.h \
	models/loss_at.c \
	models/loss_blocks.c \
	models/loss_gilbert.c \
	models/loss_independent.c \
	models/loss_models.h \
	models/modem.c \
	models/modem.def \
	models/modem.h \
	models/modem_link.c \
	models/modem_link.h \
	models/modem_link_default.c \
	models/ping.c \
	models/ping.h \
	models/queue.c \
	models/queue.def \
	models/queue.h \
	models/queue_codel.c \
	models/queue_fq_codel.c \
	models/queue_parts.c \
	models/queue_parts.h \
	models/queue_pie.c \
	models/queue_red.c \
	models/redial.c \
	models/redial.h \
	models/tcp.c \
	models/tcp.def \
	models/tcp.h \
	models/tcp_cc.c \
	models/tcp_cc.def \
	models/tcp_cc.h \
	models/tcp_cubic.c \
	models/tcp_grow.c \
	models/tcp_grow.h \
	models/tcp_loss.c \
	models/tcp_loss.h \
	models/tcp_newreno.c \
	models/tcp_ranges.c \
	models/tcp_ranges.h \
	models/tcp_receive.c \
	models/tcp_receive.h \
	models/tcp_rto.c \
	models/tcp_rto.h \
	models/tcp_send.c \
	models/tcp_send.h \
	models/tcp_wire.c \
	models/tcp_wire.h \
	models/traffic.c \
	models/traffic.def \
	models/traffic.h \
	models/training.c \
	models/training.def \
	models/training.h \
	models/trunks.c \
	models/trunks.h \
	models/user.c \
	models/user.def \
	models/user.h \
	models/user_kinds.h \
	models/user_orders.c \
	models/user_page.c \
	models/user_request.c \
	models/user_typing.c \
	models/voice.c \
	models/voice.def \
	models/voice.h

if WITH_MODELS
noinst_LIBRARIES += libmodels.a
libmodels_a_SOURCES = $(MODELS_SOURCES)
libmodels_a_CFLAGS = $(AM_CFLAGS) $(GSL_CFLAGS)
MODELS_LIBS += libmodels.a
endif
