/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two networks with a cable, and processes in the near one; wire.h. */
#include "config.h"

#include "wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/socket.h>
#include <unistd.h>

int wire_near_ns = -1, wire_far_ns = -1;
char wire_dir[WIRE_DIR];

static unsigned last_cpu(void)
{
    cpu_set_t set;
    unsigned i, last = 0;

    sched_getaffinity(0, sizeof set, &set);
    for (i = 0; i < CPU_SETSIZE; i++)
        if (CPU_ISSET(i, &set))
            last = i;
    return last;
}

static cpu_set_t all_cpus;
static unsigned the_cpu;

static bool cannot(const char *what)
{
    printf("SKIP: %s: %s\n", what, strerror(errno));
    return false;
}

bool wire_sh(const char *format, ...)
{
    char command[400];
    va_list args;

    va_start(args, format);
    vsnprintf(command, sizeof command, format, args);
    va_end(args);
    if (system(command) == 0) /* NOLINT: our own words */
        return true;
    printf("failed: %s\n", command);
    return false;
}

bool wire_net(void)
{
    if (access("/dev/net/tun", R_OK | W_OK) < 0)
        return cannot("/dev/net/tun");
    if (unshare(CLONE_NEWNS | CLONE_NEWNET) < 0)
        return cannot("networks of our own");
    wire_far_ns = open("/proc/self/ns/net", O_RDONLY);
    if (unshare(CLONE_NEWNET) < 0)
        return cannot("a second network");
    wire_near_ns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("none", "/run", "tmpfs", 0, NULL) < 0 ||
        mount("none", "/proc", "proc", 0, NULL) < 0 ||
        mkdir("/run/pptp", 0755) < 0)
        return cannot("a /run and a /proc of our own");
    strcpy(wire_dir, "/run");
    sched_getaffinity(0, sizeof all_cpus, &all_cpus);
    the_cpu = last_cpu();
    return wire_sh("ip link set lo up && ip link add near type veth peer "
                   "name far && ip link set far netns /proc/self/fd/%d && "
                   "ip link set near up && for n in 1 3 4 5 6 7; do "
                   "ip addr add 10.77.0.$n/24 dev near; done",
                   wire_far_ns) &&
           wire_sh("nsenter --net=/proc/self/fd/%d sh -c 'ip link set lo up "
                   "&& ip addr add 10.77.0.2/24 dev far && "
                   "ip link set far up'",
                   wire_far_ns);
}

int wire_socket(int ns, int domain, int type, int protocol)
{
    int fd = -1;

    if (setns(ns, CLONE_NEWNET) == 0)
        fd = socket(domain, type | SOCK_CLOEXEC, protocol);
    if (setns(wire_near_ns, CLONE_NEWNET) < 0)
        exit(1);
    return fd;
}

int wire_bound(int ns, int type, int protocol, uint32_t ip, uint16_t port)
{
    int fd = wire_socket(ns, AF_INET, type, protocol), much = 16 << 20;
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port) };

    a.sin_addr.s_addr = htonl(ip);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &much, sizeof much);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &much, sizeof much);
    if (fd < 0 || bind(fd, (struct sockaddr *)(void *)&a, sizeof a) < 0) {
        perror("socket");
        return -1;
    }
    return fd;
}

int wire_tun(const char *name, const char *local, const char *route)
{
    struct ifreq r = { .ifr_flags = IFF_TUN | IFF_NO_PI };
    int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);

    strncpy(r.ifr_name, name, IFNAMSIZ - 1);
    if (fd < 0 || ioctl(fd, TUNSETIFF, &r) < 0 ||
        !wire_sh("ip addr add %s/32 dev %s && ip link set %s mtu %d up && "
                 "ip route add %s dev %s src %s",
                 local, name, name, WIRE_INNER, route, name, local))
        return -1;
    return fd;
}

/* --- processes ---------------------------------------------------------- */

static const char *path_of(const char *file)
{
    static char path[2 * WIRE_DIR];

    snprintf(path, sizeof path, "%s/%s", wire_dir, file);
    return path;
}

pid_t wire_spawn(char *const argv[], int in, int out, const char *log)
{
    int err = open(path_of(log), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
                   0600);
    int none = open("/dev/null", O_RDWR | O_CLOEXEC);
    pid_t pid = fork();

    if (pid == 0) {
        dup2(in < 0 ? none : in, 0);
        dup2(out < 0 ? none : out, 1);
        dup2(err, 2);
        execvp(argv[0], argv);
        perror(argv[0]);
        _exit(127);
    }
    close(err);
    close(none);
    return pid;
}

bool wire_said(const char *log, const char *text)
{
    char line[400];
    int i;

    for (i = 0; i < 100; i++) {
        FILE *f = fopen(path_of(log), "r");

        while (f != NULL && fgets(line, sizeof line, f) != NULL)
            if (strstr(line, text) != NULL) {
                fclose(f);
                return true;
            }
        if (f != NULL)
            fclose(f);
        wire_sleep_us(50000);
    }
    return false;
}

void wire_show(const char *log)
{
    char line[400];
    FILE *f = fopen(path_of(log), "r");

    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        printf("  %s", line);
    if (f != NULL)
        fclose(f);
}

void wire_watch(struct wire_flow *f, pid_t pid)
{
    cpu_set_t one;

    CPU_ZERO(&one);
    CPU_SET(the_cpu, &one);
    f->pid = pid;
    if (clock_getcpuclockid(pid, &f->cpu) != 0 ||
        sched_setaffinity(pid, sizeof one, &one) < 0) {
        perror("process");
        exit(1);
    }
}

uint64_t wire_cpu_ns(const struct wire_flow *f)
{
    struct timespec t;

    if (clock_gettime(f->cpu, &t) < 0) {
        printf("%s has ended\n", f->name);
        exit(1);
    }
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

void wire_first(bool first)
{
    struct sched_param p = { .sched_priority = first ? 1 : 0 };
    cpu_set_t set = all_cpus;

    if (first) {
        CPU_ZERO(&set);
        CPU_SET(the_cpu, &set);
    } else if (CPU_COUNT(&set) > 1) {
        CPU_CLR(the_cpu, &set);
    }
    sched_setaffinity(0, sizeof set, &set);
    if (sched_setscheduler(
            0, (first ? SCHED_FIFO : SCHED_OTHER) | SCHED_RESET_ON_FORK, &p) <
        0)
        perror("real-time scheduling");
}

/* Neither on a processor nor waiting for one. */
static bool sleeps(pid_t pid)
{
    char path[40], line[200] = { 0 };
    const char *state;
    FILE *f;

    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    f = fopen(path, "r");
    if (f == NULL)
        return true;
    if (fgets(line, sizeof line, f) == NULL)
        line[0] = 0;
    fclose(f);
    state = strstr(line, ") ");
    return state == NULL || state[2] != 'R';
}

void wire_idle(const struct wire_flow *f, unsigned us)
{
    unsigned i;

    wire_sleep_us(us);
    for (i = 0; i < 5000 && !sleeps(f->pid); i++)
        wire_sleep_us(100);
}

void wire_sleep_us(unsigned us)
{
    struct timespec t = { .tv_sec = us / 1000000,
                          .tv_nsec = (long)(us % 1000000) * 1000 };

    nanosleep(&t, NULL);
}
