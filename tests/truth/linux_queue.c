/* SPDX-License-Identifier: GPL-3.0-or-later */
/* linux_queue.h: netlink and namespaces of the guest. */
#include "config.h"

#include "tests/truth/linux_queue.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/gen_stats.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int netlink, bottleneck; /* a socket, an interface */
static char buffer[1 << 14];

static void read_stats(const struct rtattr *all, struct queue *q);

void guest_check(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "linux_flows: %s: %s\n", what, strerror(errno));
    exit(1);
}

void guest_enter(const char *name)
{
    char path[64];
    int fd;

    snprintf(path, sizeof path, "/run/netns/%s", name);
    fd = open(path, O_RDONLY);
    guest_check(fd >= 0 && setns(fd, CLONE_NEWNET) == 0, path);
    close(fd);
}

void queue_open(void)
{
    guest_enter("way");
    netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    bottleneck = (int)if_nametoindex("slow");
    guest_check(netlink >= 0 && bottleneck != 0, "interface slow");
}

/* RTM_GETQDISC of one discipline is answered as an echo, or not at all. */
struct queue queue_ask(void)
{
    struct {
        struct nlmsghdr head;
        struct tcmsg body;
    } m = { .head = { .nlmsg_len = sizeof m,
                      .nlmsg_type = RTM_GETQDISC,
                      .nlmsg_flags = NLM_F_REQUEST | NLM_F_ECHO },
            .body = { .tcm_family = AF_UNSPEC,
                      .tcm_ifindex = bottleneck,
                      .tcm_parent = TC_H_ROOT } };
    struct queue q = { 0 };
    const struct nlmsghdr *h = (const void *)buffer;
    const struct rtattr *a;
    ssize_t octets;
    int left;

    guest_check(send(netlink, &m, sizeof m, 0) == sizeof m, "netlink");
    octets = recv(netlink, buffer, sizeof buffer, 0);
    guest_check(octets > 0 && h->nlmsg_type == RTM_NEWQDISC, "no queue");
    left = (int)(h->nlmsg_len - NLMSG_LENGTH(sizeof(struct tcmsg)));
    a = TCA_RTA((const struct tcmsg *)NLMSG_DATA(h));
    for (; RTA_OK(a, left); a = RTA_NEXT(a, left))
        if (a->rta_type == TCA_STATS2)
            read_stats(a, &q);
    return q;
}

static void read_stats(const struct rtattr *all, struct queue *q)
{
    const struct rtattr *a = RTA_DATA(all);
    const struct gnet_stats_queue *queue = NULL;
    const struct gnet_stats_basic *basic = NULL;
    int left = (int)RTA_PAYLOAD(all);

    for (; RTA_OK(a, left); a = RTA_NEXT(a, left))
        if (a->rta_type == TCA_STATS_QUEUE)
            queue = RTA_DATA(a);
        else if (a->rta_type == TCA_STATS_BASIC)
            basic = RTA_DATA(a);
    guest_check(queue != NULL && basic != NULL, "no statistics");
    *q = (struct queue){ queue->qlen, queue->drops, basic->packets };
}
