#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# pppd 2.5's require-mppe fails with servers that want 128 bits.
#
# Packages:  ppp 2.4.9-1+1.1+b1 (Debian 12), 2.5.2-1+1 (Debian 13), on the
#            kernel of user-mode-linux 6.1um4+b13
# Seen:      With require-mppe 2.4.9 asks in CCP for 128 or 40 bits (+S +L) and
#            gets either from a peer that insists on one.  2.5.2 asks for 40
#            alone (-S +L), rejects the other when it is asked for, and the
#            peer ends the call: "MPPE required but peer negotiation failed".
# Expected:  Both sizes, as pppd(8) of both has it: "This option enables both
#            40-bit and 128-bit encryption."
# Matters:   A dial-in or PPTP configuration that has worked for years stops
#            working with an upgrade of Debian, against most servers: pptpd's
#            shipped options have require-mppe-128.  Both sides' logs show
#            MPPE being asked for and refused.  Cure: write require-mppe-128.
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
    for each in bin lib lib64; do
        test -e "$root/$each" || ln -s "usr/$each" "$root/$each" || exit 2
    done
    test -e "$root/bin/sh" || cp "$work/bookworm/root/bin/busybox" \
        "$root/bin/sh" || exit 2
    mkdir -p "$root/dev" "$root/proc" "$root/run" || exit 2
    echo "alice * wonder *" >"$root/etc/ppp/chap-secrets"
    : >"$root/etc/ppp/options"
done
cat >"$work/guest" <<'END'
# RELEASE SERVER: a pppd with require-mppe calls one with SERVER
call()
{
    busybox chroot /$1/root /usr/sbin/pppd nodetach noauth nodefaultroute \
        local debug logfile /run/log maxconnect 1 10.0.0.1:10.0.0.2 \
        name server require-mschap-v2 $2 pty "/usr/sbin/pppd notty noauth \
            nodefaultroute local user alice remotename server require-mppe"
    asked=$(busybox sed -n \
        's/^rcvd \[CCP ConfReq id=0x1 <mppe \(.*\)>\]/\1/p' /run/log)
    came=$(busybox sed -n 's/^MPPE \(.*-bit\) .* enabled/\1/p' /run/log)
    echo "$1: asks $asked, $2: ${came:-no call}"
    busybox rm /run/log
}

busybox modprobe ppp_async
busybox modprobe ppp_mppe
for release in bookworm trixie; do
    for each in proc dev dev/pts run; do
        busybox mount -o bind /$each /$release/root/$each
    done
    call $release require-mppe-128
    call $release require-mppe-40
done
END
guest || exit 2
cat "$work/found"
cat >"$work/described" <<'END'
bookworm: asks +H -M +S +L -D -C, require-mppe-128: 128-bit
bookworm: asks +H -M +S +L -D -C, require-mppe-40: 40-bit
trixie: asks +H -M -S +L -D -C, require-mppe-128: no call
trixie: asks +H -M -S +L -D -C, require-mppe-40: 40-bit
END
cmp -s "$work/found" "$work/described"
