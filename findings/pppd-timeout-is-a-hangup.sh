#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# pppd says "hung up" (16) where nobody has answered.
#
# Packages:  ppp 2.4.9-1+1.1+b1 (Debian 12), 2.5.2-1+1 (Debian 13), on the
#            kernel of user-mode-linux 6.1um4+b13
# Seen:      On a line that stays open and says nothing, LCP times out, and
#            pppd ends with exit code 16 and "Modem hangup" in its log, with
#            the option local, which ignores carrier, too.  The hangup comes
#            after "Connection terminated", from its own closing of the line.
# Expected:  10.  pppd(8), EXIT STATUS: 10 is a negotiation that did not reach
#            the point where a network protocol was running; 16 is a modem
#            that hung up, and none has.
# Matters:   Redial scripts and test suites sort failures by this code.  A
#            server that never starts PPP, or a PPTP tunnel whose GRE is
#            filtered, is counted as callers that drop the line, and who waits
#            for 10 waits for ever.  The words to look for are in the log
#            alone: "LCP: timeout sending Config-Requests".
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

fetch bookworm ppp=2.4.9-1+1.1+b1 user-mode-linux=6.1um4+b13 \
    busybox-static=1:1.35.0-4+deb12u1+b1 || exit 2
fetch trixie ppp=2.5.2-1+1 || exit 2
for release in bookworm trixie; do
    root=$work/$release/root
    for each in lib lib64; do
        test -e "$root/$each" || ln -s "usr/$each" "$root/$each" || exit 2
    done
    mkdir -p "$root/dev" "$root/proc" "$root/run" || exit 2
    : >"$root/etc/ppp/options"
done

cat >"$work/line.c" <<'END'
/* A terminal that takes everything, says nothing and is never closed. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(void)
{
    char taken[512];
    int line = posix_openpt(O_RDWR | O_NOCTTY);

    if (grantpt(line) != 0 || unlockpt(line) != 0)
        return 1;
    if (open(ptsname(line), O_RDWR | O_NOCTTY) < 0)
        return 1;
    puts(ptsname(line));
    fflush(stdout);
    while (read(line, taken, sizeof taken) >= 0)
        ;
    return 1;
}
END
cc -static "$work/line.c" -o "$work/line" || exit 2

cat >"$work/guest" <<'END'
busybox modprobe ppp_async
/line >/run/line &
while ! busybox test -s /run/line; do
    busybox usleep 10000
done
for release in bookworm trixie; do
    for each in proc dev dev/pts run; do
        busybox mount -o bind /$each /$release/root/$each
    done
    busybox chroot /$release/root /usr/sbin/pppd $(busybox cat /run/line) \
        nodetach local noauth nodefaultroute lcp-max-configure 2 \
        lcp-restart 1 logfile /run/log
    echo "$release: exit $?"
    busybox sed -n '/^LCP: /p; /^Modem/p' /run/log
    busybox rm /run/log
done
END
guest || exit 2
cat "$work/found"
cat >"$work/described" <<'END'
bookworm: exit 16
LCP: timeout sending Config-Requests
Modem hangup
trixie: exit 16
LCP: timeout sending Config-Requests
Modem hangup
END
cmp -s "$work/found" "$work/described"
