/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Privileges and secrets; priv.h. */
#include "config.h"

#include "tap/priv.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/base.h"

/* --- files -------------------------------------------------------------- */

int tap_file_check(int fd, bool secret, char *why, size_t cap)
{
    mode_t bad = secret ? S_IRWXO | S_IWGRP : S_IWOTH;
    struct stat st;

    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
        snprintf(why, cap, "is not a plain file");
        return -1;
    }
    if (st.st_mode & bad) {
        snprintf(why, cap,
                 secret ? "holds passwords and others may read or write it "
                          "(mode %04o); cure: chmod 600"
                        : "may be written by anybody (mode %04o); cure: chmod "
                          "o-w",
                 (unsigned)st.st_mode & 07777);
        return -1;
    }
    if (st.st_size > TAP_FILE_MAX) {
        snprintf(why, cap, "is longer than %d octets", TAP_FILE_MAX);
        return -1;
    }
    return 0;
}

/* Not of a device, which others need as it is, nor of a pipe, whose reader
 * could keep us waiting. */
int tap_own_file(const char *path, int how, char *why, size_t cap)
{
    int fd = open(
        path, how | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK,
        0600);
    struct stat st;

    if (fd >= 0 && fstat(fd, &st) == 0 && !S_ISREG(st.st_mode))
        snprintf(why, cap, "is not a plain file");
    else if (fd >= 0 && fchmod(fd, 0600) == 0)
        return fd;
    else
        snprintf(why, cap, "%s", strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

char *tap_file_read(int fd, size_t *len, char *why, size_t cap)
{
    struct stat st;
    size_t got = 0, size;
    char *text;
    ssize_t n = 0;

    /* it may have grown since it was checked */
    if (fstat(fd, &st) < 0) {
        snprintf(why, cap, "%s", strerror(errno));
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
    if (text == NULL || n < 0) {
        snprintf(why, cap, "%s",
                 text == NULL ? "no memory for it" : strerror(errno));
        free(text);
        return NULL;
    }
    text[got] = 0;
    *len = got;
    return text;
}

char *tap_secret_file(const char *path, size_t *len, char *why, size_t cap)
{
    int fd = open(path, TAP_FILE_FLAGS);
    char *text = NULL;

    if (fd < 0) {
        snprintf(why, cap, "%s", strerror(errno));
        return NULL;
    }
    if (tap_file_check(fd, true, why, cap) == 0)
        text = tap_file_read(fd, len, why, cap);
    close(fd);
    return text;
}

/* --- less and less ------------------------------------------------------ */

static int capabilities(struct __user_cap_data_struct data[2], bool set)
{
    struct __user_cap_header_struct head = {
        .version = _LINUX_CAPABILITY_VERSION_3
    };

    return (int)syscall(set ? SYS_capset : SYS_capget, &head, data);
}

int tap_priv_keep(uint32_t wanted)
{
    struct __user_cap_data_struct data[2] = { { 0 } };

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
        capabilities(data, false) < 0)
        return -1;
    data[0].permitted &= wanted;
    data[0].effective = data[0].permitted;
    data[0].inheritable = 0;
    data[1] = (struct __user_cap_data_struct){ 0 };
    return capabilities(data, true);
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

int tap_priv_files(uint64_t want)
{
    struct rlimit r;

    if (getrlimit(RLIMIT_NOFILE, &r) < 0 || r.rlim_cur >= want)
        return 0;
    r.rlim_cur = want;
    if (r.rlim_max < want)
        r.rlim_max = want;
    return setrlimit(RLIMIT_NOFILE, &r);
}

void tap_priv_close_others(int but)
{
#ifdef SYS_close_range
    if (but > STDERR_FILENO + 1)
        syscall(SYS_close_range, STDERR_FILENO + 1, but - 1, 0);
    syscall(SYS_close_range, but + 1, ~0u, 0);
#else
    (void)but;
#endif
}

uint64_t tap_random(void)
{
    uint64_t v = 0;

    PPTP_ASSERT(getrandom(&v, sizeof v, 0) == sizeof v);
    return v;
}
