#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Linux' pptp acknowledges nothing until it has data of its own.
#
# Packages:  user-mode-linux 6.1um4+b13 (Debian 12): pptp.ko of Linux 6.1
# Seen:      Of 100 packets that arrive 10 ms apart the module acknowledges
#            none, nor in the second after the last.  Its next packet of data
#            acknowledges the 100th: it has had them all.
# Expected:  Acknowledgments without data, for each packet or for some (RFC
#            2637 4.2: "can also be sent separately from data packets", 4.2.5),
#            since the other end stops when as many packets as the window has
#            are not acknowledged (4.2.1).
# Matters:   It is the data path of accel-ppp.  A peer that keeps to the window
#            stalls in every one-way flow, and each time-out halves its window
#            although nothing is lost: a tunnel that pings well and copies at
#            a crawl.  Towards such a receiver the window must be let go.
#
# Exit: 0 as described, 1 it has changed, 2 it could not be tried.
set -u

work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 2' HUP INT TERM

# RELEASE PACKAGE=VERSION ...: unpacked in $work/RELEASE with all that they
# need, nothing is installed
fetch()
{
    dir=$work/$1
    mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial" "$dir/root" &&
        : >"$dir/status" || return 1
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]" \
        "http://deb.debian.org/debian $1 main" >"$dir/sources"
    cat >"$dir/apt" <<END
quiet "2";
APT::Sandbox::User "root";
APT::Install-Recommends "false";
Dir::Etc::SourceList "$dir/sources";
Dir::Etc::SourceParts "-";
Dir::State::Status "$dir/status";
Dir::State::Lists "$dir/lists";
Dir::Cache "$dir/cache";
END
    shift
    apt-get -c "$dir/apt" update >"$dir/log" 2>&1 &&
        apt-get -c "$dir/apt" -y --download-only install "$@" \
            >>"$dir/log" 2>&1 &&
        for deb in "$dir"/cache/archives/*.deb; do
            dpkg-deb -x "$deb" "$dir/root" || return 1
        done && return
    cat "$dir/log" >&2
    return 1
}

# A kernel of its own, whose root is $work, runs $work/guest there: not every
# machine has PPP, and none is to be touched.
guest()
{
    mkdir "$work/bin" "$work/dev" "$work/lib" "$work/proc" "$work/run" &&
        cp "$work/bookworm/root/bin/busybox" "$work/bin" &&
        ln -s /bookworm/root/usr/lib/uml/modules "$work/lib" || return 1
    cat >"$work/init" <<'END'
#!/bin/busybox sh
busybox mount -t proc proc /proc
busybox mount -t tmpfs tmpfs /run
busybox mount -t tmpfs tmpfs /dev
busybox mkdir /dev/pts
busybox mount -t devpts devpts /dev/pts
for each in ppp,108,0 ptmx,5,2 tty,5,0 null,1,3 random,1,8 urandom,1,9; do
    (IFS=,; set -- $each; busybox mknod /dev/$1 c $2 $3)
done
. /guest >/found 2>/said
busybox poweroff -f
END
    chmod +x "$work/init"
    timeout 200 "$work/bookworm/root/usr/bin/linux.uml" mem=128M quiet \
        root=/dev/root rootfstype=hostfs rootflags="$work" rw init=/init \
        con=null ssl=null uml_dir="$work/" </dev/null >"$work/log" 2>&1
    test -s "$work/found" || { cat "$work/log" "$work/said" >&2; return 1; }
}

fetch bookworm user-mode-linux=6.1um4+b13 iproute2=6.1.0-3 \
    busybox-static=1:1.35.0-4+deb12u1+b1 || exit 2
mkdir -p "$work/bookworm/root/dev" "$work/bookworm/root/proc" \
    "$work/bookworm/root/run" "$work/bookworm/root/sys" || exit 2

cat >"$work/end.c" <<'END'
/*
 * `end kernel`: call 7 in the kernel of 10.0.0.1; after 4 s one LCP frame of
 * its own.  `end sender`: 100 LCP frames to it from call 9 of 10.0.0.2, 10 ms
 * apart, by a raw socket; prints what comes back.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <linux/if_pppox.h>
#include <linux/ppp-ioctl.h>

static const uint8_t echo[] = { 0xff, 0x03, 0xc0, 0x21, 9,
                                1,    0,    8,    1,    2, 3, 4 };

static struct sockaddr_pppox call(uint16_t id, const char *address)
{
    struct sockaddr_pppox a = { .sa_family = AF_PPPOX,
                                .sa_protocol = PX_PROTO_PPTP };

    a.sa_addr.pptp.call_id = id;
    inet_pton(AF_INET, address, &a.sa_addr.pptp.sin_addr);
    return a;
}

static int kernel(void)
{
    struct sockaddr_pppox me = call(7, "10.0.0.1"), to = call(9, "10.0.0.2");
    int s = socket(AF_PPPOX, SOCK_STREAM, PX_PROTO_PPTP);
    int channel = open("/dev/ppp", O_RDWR), number;

    if (bind(s, (void *)&me, sizeof me) != 0 ||
        connect(s, (void *)&to, sizeof to) != 0 ||
        ioctl(s, PPPIOCGCHAN, &number) != 0 ||
        ioctl(channel, PPPIOCATTCHAN, &number) != 0)
        return 1;
    sleep(4);
    return write(channel, echo + 2, sizeof echo - 2) < 0;
}

static void deliver(int s, const struct sockaddr_in *to, uint32_t sequence)
{
    uint8_t gre[12 + sizeof echo] = { 0x30, 1, 0x88, 0x0b, 0, sizeof echo,
                                      0, 7 };

    sequence = htonl(sequence);
    memcpy(gre + 8, &sequence, sizeof sequence);
    memcpy(gre + 12, echo, sizeof echo);
    sendto(s, gre, sizeof gre, 0, (const void *)to, sizeof *to);
}

/* Counts what comes within some milliseconds, and tells of data in it. */
static int listen_to(int s, int ms)
{
    struct pollfd p = { .fd = s, .events = POLLIN };
    struct timespec begin, now;
    int lone = 0;

    clock_gettime(CLOCK_MONOTONIC, &begin);
    for (;;) {
        uint8_t b[100];
        uint32_t acknowledged;

        clock_gettime(CLOCK_MONOTONIC, &now);
        if ((now.tv_sec - begin.tv_sec) * 1000 +
                (now.tv_nsec - begin.tv_nsec) / 1000000 >= ms)
            return lone;
        if (poll(&p, 1, 10) <= 0 || recv(s, b, sizeof b, 0) < 32)
            continue;
        if ((b[20] & 0x10) == 0) {
            lone++;
        } else if ((b[21] & 0x80) != 0) {
            memcpy(&acknowledged, b + 32, sizeof acknowledged);
            printf("with data: acknowledges %u\n", ntohl(acknowledged));
        }
    }
}

static int sender(void)
{
    struct sockaddr_in to = { .sin_family = AF_INET };
    int s = socket(AF_INET, SOCK_RAW, IPPROTO_GRE), lone = 0;

    inet_pton(AF_INET, "10.0.0.1", &to.sin_addr);
    sleep(1);
    for (uint32_t sequence = 1; sequence <= 100; sequence++) {
        deliver(s, &to, sequence);
        lone += listen_to(s, 10);
    }
    printf("100 packets: %d acknowledgments\n", lone + listen_to(s, 1000));
    listen_to(s, 4000);
    return 0;
}

int main(int argc, char **argv)
{
    return argc == 2 && strcmp(argv[1], "kernel") == 0 ? kernel() : sender();
}
END
cc -static "$work/end.c" -o "$work/bookworm/root/end" 2>"$work/said" || {
    cat "$work/said" >&2
    exit 2
}

cat >"$work/guest" <<'END'
root=/bookworm/root
in="busybox chroot $root"
busybox modprobe veth
busybox modprobe pptp
busybox mount -o bind $root $root
for each in proc dev run; do
    busybox mount -o bind /$each $root/$each
done
busybox mount -t sysfs sysfs $root/sys
$in /sbin/ip netns add sender
$in /sbin/ip link add near type veth peer name far netns sender
$in /sbin/ip addr add 10.0.0.1/24 dev near
$in /sbin/ip link set near up
$in /sbin/ip -n sender addr add 10.0.0.2/24 dev far
$in /sbin/ip -n sender link set far up
$in /end kernel &
$in /sbin/ip netns exec sender /end sender
wait
END
guest || exit 2
cat "$work/found"
cat >"$work/described" <<'END'
100 packets: 0 acknowledgments
with data: acknowledges 100
END
cmp -s "$work/found" "$work/described"
