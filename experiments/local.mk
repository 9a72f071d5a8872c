# SPDX-License-Identifier: GPL-3.0-or-later
# Programs of experiments that are not scenarios.

EXTRA_PROGRAMS += experiments/netgraph-beside-rfc2637/sequences
experiments_netgraph_beside_rfc2637_sequences_SOURCES = \
	experiments/netgraph-beside-rfc2637/sequences.c
experiments_netgraph_beside_rfc2637_sequences_LDADD = $(PPTP_LIBS) \
	$(BASE_LIBS)
CLEANFILES += experiments/netgraph-beside-rfc2637/sequences sequences.dat \
	netgraph-beside-rfc2637.svg

netgraph-figure: experiments/netgraph-beside-rfc2637/sequences$(EXEEXT)
	experiments/netgraph-beside-rfc2637/sequences$(EXEEXT) >sequences.dat
	gnuplot -e "data='sequences.dat'; out='netgraph-beside-rfc2637.svg'" \
	    "$(srcdir)/experiments/netgraph-beside-rfc2637/figure.gp"

.PHONY: netgraph-figure
