#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Linux' PPTP helper gives every call of a connection the same Call ID.
#
# Packages:  user-mode-linux 6.1um4+b13 (Debian 12): Linux 6.1 with
#            nf_conntrack_pptp and nf_nat_pptp; iptables 1.8.9-2
# Seen:      A PNS behind NAT asks for calls 7 and 9 on one control connection
#            from port 40000.  With the helper the PAC is asked for call 40000
#            both times, the TCP port, though nothing clashes.  The PNS is
#            told 7 and 9 again.  Without the helper both pass unchanged.
# Expected:  Call IDs are kept, or changed where two PNSs behind the box use
#            the same one, and stay "unique to a particular PAC-PNS pair" (RFC
#            2637 2.7): they are all that tells the calls' GRE packets apart.
# Matters:   The helper is what one is told to load for PPTP behind NAT, and it
#            works for VPN clients with one call each.  With a PNS that places
#            several on a connection, all data that the PAC sends carries one
#            key.  PACs should be ready for a Call ID that is in use; PNSs
#            behind such a box need a connection a call.
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

fetch bookworm user-mode-linux=6.1um4+b13 iproute2=6.1.0-3 iptables=1.8.9-2 \
    busybox-static=1:1.35.0-4+deb12u1+b1 || exit 2
mkdir -p "$work/bookworm/root/dev" "$work/bookworm/root/proc" \
    "$work/bookworm/root/run" "$work/bookworm/root/sys" || exit 2

cat >"$work/peer.c" <<'END'
/*
 * `peer pac`: answers a PNS, every call with one more than the Call ID asked
 * for.  `peer pns`: asks for calls 7 and 9 from port 40000.  Both print the
 * Call IDs that they are told.
 */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SCCRQ = 1, SCCRP, OCRQ = 7, OCRP, PORT = 1723 };

static void put(uint8_t *at, unsigned value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static unsigned get(const uint8_t *at)
{
    return (unsigned)at[0] << 8 | at[1];
}

static void send_message(int s, unsigned type, unsigned call, unsigned peer)
{
    static const unsigned lengths[] = { [SCCRQ] = 156, [SCCRP] = 156,
                                        [OCRQ] = 168, [OCRP] = 32 };
    uint8_t m[168] = { 0, 0, 0, 1, 0x1a, 0x2b, 0x3c, 0x4d };

    put(m, lengths[type]);
    put(m + 8, type);
    put(m + 12, type < OCRQ ? 0x100 : call);
    if (type == SCCRP || type == OCRP)
        m[type == SCCRP ? 14 : 16] = 1;
    if (type == OCRP)
        put(m + 14, peer);
    if (write(s, m, lengths[type]) < 0)
        _exit(1);
}

static unsigned take_message(int s, uint8_t *m)
{
    if (recv(s, m, 12, MSG_WAITALL) != 12 || get(m) > 168 ||
        recv(s, m + 12, get(m) - 12, MSG_WAITALL) != (int)get(m) - 12)
        return 0;
    return get(m + 8);
}

static int pac(int s)
{
    uint8_t m[168];
    unsigned type;

    listen(s, 1);
    s = accept(s, NULL, NULL);
    while ((type = take_message(s, m)) != 0) {
        if (type == SCCRQ) {
            send_message(s, SCCRP, 0, 0);
        } else if (type == OCRQ) {
            printf("PAC is asked for call %u\n", get(m + 12));
            send_message(s, OCRP, 100 + m[15], get(m + 12));
        }
    }
    return 0;
}

static int pns(int s, const struct sockaddr_in *to)
{
    uint8_t m[168];

    for (int i = 0; connect(s, (const void *)to, sizeof *to) != 0; i++) {
        if (i == 100)
            return 1;
        usleep(100000);
    }
    send_message(s, SCCRQ, 0, 0);
    take_message(s, m);
    for (unsigned n = 0; n < 2; n++) {
        send_message(s, OCRQ, 7 + 2 * n, 0);
        put(m + 14, 0);
        take_message(s, m);
        printf("PNS is told that call %u is up\n", get(m + 14));
    }
    return 0;
}

int main(int argc, char **argv)
{
    int is_pac = argc == 2 && strcmp(argv[1], "pac") == 0;
    int s = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    struct sockaddr_in me = { .sin_family = AF_INET,
                              .sin_port = htons(is_pac ? PORT : 40000) };
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(PORT) };

    alarm(30);
    setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    inet_pton(AF_INET, "10.0.2.2", &to.sin_addr);
    if (bind(s, (const void *)&me, sizeof me) != 0)
        return 1;
    return is_pac ? pac(s) : pns(s, &to);
}
END
cc -static "$work/peer.c" -o "$work/bookworm/root/peer" || exit 2

cat >"$work/guest" <<'END'
root=/bookworm/root
in="busybox chroot $root"
for each in veth nf_nat_pptp iptable_nat iptable_raw xt_MASQUERADE xt_CT \
    xt_tcpudp; do
    busybox modprobe $each
done
busybox mount -o bind $root $root
for each in proc dev run; do
    busybox mount -o bind /$each $root/$each
done
busybox mount -t sysfs sysfs $root/sys
for each in pns,10.0.1 pac,10.0.2; do
    peer=${each%,*} net=${each#*,}
    $in /sbin/ip netns add $peer
    $in /sbin/ip link add $peer type veth peer name eth0 netns $peer
    $in /sbin/ip addr add $net.1/24 dev $peer
    $in /sbin/ip link set $peer up
    $in /sbin/ip -n $peer addr add $net.2/24 dev eth0
    $in /sbin/ip -n $peer link set eth0 up
    $in /sbin/ip -n $peer route add default via $net.1
done
echo 1 >/proc/sys/net/ipv4/ip_forward
$in /usr/sbin/iptables-legacy -t nat -A POSTROUTING -o pac -j MASQUERADE
# HELPER: two calls, one after the other, on one connection
calls()
{
    echo "$1:"
    $in /sbin/ip netns exec pac /peer pac >/run/pac &
    pac=$!
    $in /sbin/ip netns exec pns /peer pns >/run/pns
    wait $pac
    busybox cat /run/pac /run/pns
}
calls "no helper"
$in /usr/sbin/iptables-legacy -t raw -A PREROUTING -p tcp --dport 1723 -j CT \
    --helper pptp
calls "helper"
END
guest || exit 2
cat "$work/found"
cat >"$work/described" <<'END'
no helper:
PAC is asked for call 7
PAC is asked for call 9
PNS is told that call 7 is up
PNS is told that call 9 is up
helper:
PAC is asked for call 40000
PAC is asked for call 40000
PNS is told that call 7 is up
PNS is told that call 9 is up
END
cmp -s "$work/found" "$work/described"
