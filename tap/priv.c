/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Privileges and secrets; priv.h. */
#include "config.h"

#include "tap/priv.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ppp/secrets.h"
#include "pptp/base.h"

/* --- the file of secrets ------------------------------------------------ */

static char *read_whole(int fd, size_t *len, char *why, size_t cap)
{
    struct stat st;
    size_t got = 0, size;
    char *text;
    ssize_t n;

    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
        snprintf(why, cap, "is not a plain file");
        return NULL;
    }
    if (st.st_mode & (S_IRWXO | S_IWGRP)) {
        snprintf(why, cap,
                 "holds passwords and others may read or write it (mode "
                 "%04o); cure: chmod 600",
                 (unsigned)st.st_mode & 07777);
        return NULL;
    }
    if (st.st_size > TAP_FILE_MAX) {
        snprintf(why, cap, "is longer than %d octets", TAP_FILE_MAX);
        return NULL;
    }
    size = (size_t)st.st_size;
    text = malloc(size + 1);
    while (text != NULL && got < size &&
           (n = read(fd, text + got, size - got)) > 0)
        got += (size_t)n;
    if (text == NULL)
        snprintf(why, cap, "no memory for it");
    *len = got;
    return text;
}

static int open_file(const char *path)
{
    return open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
}

char *tap_secret_file(const char *path, size_t *len, char *why, size_t cap)
{
    int fd = open_file(path);
    char *text;

    if (fd < 0) {
        snprintf(why, cap, "%s", strerror(errno));
        return NULL;
    }
    text = read_whole(fd, len, why, cap);
    close(fd);
    return text;
}

/* --- the keeper --------------------------------------------------------- */

union control {
    struct cmsghdr align;
    uint8_t octets[CMSG_SPACE(sizeof(int))];
};

/* One octet, and the descriptor or none. */
static int pass(int socket, int fd, int err)
{
    uint8_t octet = (uint8_t)err;
    struct iovec iov = { .iov_base = &octet, .iov_len = 1 };
    union control control;
    struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };

    if (fd >= 0) {
        struct cmsghdr *c;

        memset(&control, 0, sizeof control);
        m.msg_control = control.octets;
        m.msg_controllen = sizeof control.octets;
        c = CMSG_FIRSTHDR(&m);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof fd);
        memcpy(CMSG_DATA(c), &fd, sizeof fd);
    }
    return sendmsg(socket, &m, MSG_NOSIGNAL) == 1 ? 0 : -1;
}

/* Until the daemon is gone. */
_Noreturn static void keep(int socket, const char *path)
{
    char octet;

    prctl(PR_SET_NAME, "dialtone-keeper");
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    signal(SIGINT, SIG_IGN); /* a terminal's reaches us, too */
    signal(SIGHUP, SIG_IGN);
    while (recv(socket, &octet, 1, 0) == 1) {
        int fd = open_file(path), err = fd < 0 ? errno : 0;

        if (pass(socket, fd, err) < 0)
            break;
        if (fd >= 0)
            close(fd);
    }
    _exit(0);
}

int tap_keeper_start(struct tap_keeper *k, const char *path)
{
    int pair[2];

    k->fd = -1;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return -1;
    k->pid = fork();
    if (k->pid == 0) {
        close(pair[0]);
        keep(pair[1], path);
    }
    close(pair[1]);
    if (k->pid < 0) {
        close(pair[0]);
        return -1;
    }
    k->fd = pair[0];
    return 0;
}

/* The descriptor, or -1 with errno. */
static int obtain(struct tap_keeper *k)
{
    uint8_t octet = 0;
    struct iovec iov = { .iov_base = &octet, .iov_len = 1 };
    union control control;
    struct msghdr m = { .msg_iov = &iov,
                        .msg_iovlen = 1,
                        .msg_control = control.octets,
                        .msg_controllen = sizeof control.octets };
    struct cmsghdr *c;
    int fd = -1;

    if (send(k->fd, &octet, 1, MSG_NOSIGNAL) != 1)
        return -1;
    errno = ECONNRESET;
    if (recvmsg(k->fd, &m, MSG_CMSG_CLOEXEC) != 1)
        return -1;
    c = CMSG_FIRSTHDR(&m);
    if (c != NULL && c->cmsg_type == SCM_RIGHTS)
        memcpy(&fd, CMSG_DATA(c), sizeof fd);
    else
        errno = octet;
    return fd;
}

char *tap_keeper_read(struct tap_keeper *k, size_t *len, char *why, size_t cap)
{
    int fd = obtain(k);
    char *text;

    if (fd < 0) {
        snprintf(why, cap, "%s", strerror(errno));
        return NULL;
    }
    text = read_whole(fd, len, why, cap);
    close(fd);
    return text;
}

void tap_keeper_stop(struct tap_keeper *k)
{
    if (k->fd < 0)
        return;
    close(k->fd);
    k->fd = -1;
    waitpid(k->pid, NULL, 0);
}

/* --- less and less ------------------------------------------------------ */

static int capabilities(struct __user_cap_data_struct data[2], bool set)
{
    struct __user_cap_header_struct head = {
        .version = _LINUX_CAPABILITY_VERSION_3
    };

    return (int)syscall(set ? SYS_capset : SYS_capget, &head, data);
}

int tap_priv_check(char *why, size_t cap)
{
    struct __user_cap_data_struct data[2] = { { 0 } };
    const unsigned need = 1u << CAP_NET_ADMIN | 1u << CAP_NET_RAW;

    if (capabilities(data, false) == 0 && (data[0].effective & need) == need)
        return 0;
    snprintf(why, cap,
             "a TUN device and raw GRE need privileges; cure: start as root, "
             "or with the capabilities CAP_NET_ADMIN and CAP_NET_RAW");
    return -1;
}

static int fail(char *why, size_t cap, const char *what)
{
    snprintf(why, cap, "%s: %s", what, strerror(errno));
    return -1;
}

int tap_priv_drop(const char *user, char *why, size_t cap)
{
    struct __user_cap_data_struct none[2] = { { 0 } };
    struct passwd *pw;

    if (user != NULL && geteuid() == 0) {
        errno = 0;
        pw = getpwnam(user);
        if (pw == NULL) {
            snprintf(why, cap,
                     "there is no user '%.60s'; cure: make one, or "
                     "name another in `user`",
                     user);
            return -1;
        }
        if (setgroups(0, NULL) < 0 ||
            setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) < 0 ||
            setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) < 0)
            return fail(why, cap, "becoming another user");
    }
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return fail(why, cap, "no new privileges");
    if (capabilities(none, true) < 0)
        return fail(why, cap, "giving up capabilities");
    if (user != NULL && setuid(0) == 0) {
        snprintf(why, cap, "privileges did not go away");
        return -1;
    }
    return 0;
}

uint64_t tap_random(void)
{
    uint64_t v = 0;

    PPTP_ASSERT(getrandom(&v, sizeof v, 0) == sizeof v);
    return v;
}
