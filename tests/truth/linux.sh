#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# linux.sh OUT.csv: goodput and queue of bulk flows under Linux's own TCP,
# where its clock is not the machine's.
#
# A QEMU guest with Debian's standard kernel whose clock is the number of
# instructions that it has executed, a nanosecond each (-icount shift=0), and
# which sleeps in no time (sleep=off): a machine that is busy makes it slower
# to wait for, and changes nothing in it.  What is in the guest: linux-init;
# what it measures: linux_flows.c.  A run is a guest of its own; lines that
# OUT.csv has are not run again, so that it may be interrupted.  RUNS, words
# with colons, are other runs than those below.
#
# SKIP, exit 77: something is missing; FAIL, 1: the guest's path is not what it
# is said to be.  Nothing is installed and root is not needed: the kernel is unpacked from its
# package.  A second of the guest takes a third of one of the processor.
set -u

here=$(cd "$(dirname "$0")" && pwd)
: "${top_builddir:=.}"
out=$1
work=$top_builddir/tests/truth/linux.d
from=20 until=120

# QUEUE:LIMIT:CONGESTION:FLOWS:SEED; one flow alone has a period, seeds say
# little.  `far` is tbf with 200 ms there and back: the queue is empty at times.
runs()
{
    for seed in 1 2 3; do
        for flows in 1 2 10; do
            test $flows -gt 1 || test $seed -eq 1 || continue
            for congestion in cubic reno; do
                echo "tbf:100:$congestion:$flows:$seed"
                echo "tbf:50:$congestion:$flows:$seed"
            done
        done
        for flows in 1 2 10; do
            test $flows -gt 1 || test $seed -eq 1 || continue
            for congestion in cubic reno; do
                echo "far:50:$congestion:$flows:$seed"
            done
        done
    done
    # the cell that is 11 % off, and not by chance: linux.awk
    for seed in 4 5 6 7; do
        echo "far:50:cubic:2:$seed"
    done
}

skip()
{
    echo "SKIP: truth-linux: $*"
    exit 77
}

for need in qemu-system-x86_64:qemu-system-x86 busybox:busybox-static \
    ip:iproute2 tc:iproute2 cpio:cpio xz:xz-utils apt-get:apt; do
    command -v "${need%:*}" >/dev/null ||
        skip "no ${need%:*}: apt-get install --no-install-recommends ${need#*:}"
done
ldd "$(command -v busybox)" >/dev/null 2>&1 &&
    skip "busybox needs libraries: apt-get install busybox-static"
mkdir -p "$work" || exit 1

# the kernel as it is: a packed one would unpack itself by emulation
kernel()
{
    test ! -s "$work/vmlinux" || return 0
    package=$(apt-cache depends linux-image-amd64 |
        sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1)
    rm -rf "$work/kernel"
    rm -f "$work"/linux-image-*.deb
    (cd "$work" && apt-get -qq -o APT::Sandbox::User=root \
        download "${package:-linux-image-amd64}" &&
        dpkg-deb -x linux-image-*.deb kernel) || return 1
    packed=$(echo "$work"/kernel/boot/vmlinuz-*)
    # setup_sects and payload_offset of Linux's boot protocol
    sectors=$(od -An -tu1 -j497 -N1 "$packed")
    offset=$(od -An -tu4 -j584 -N4 "$packed")
    tail -c +$(((sectors + 1) * 512 + offset + 1)) "$packed" |
        xz -dc --single-stream >"$work/vmlinux" 2>/dev/null
    test -s "$work/vmlinux"
}

# with_libraries PROGRAM
with_libraries()
{
    cp "$(command -v "$1")" "$root/sbin/$1" || return 1
    for library in $(ldd "$root/sbin/$1" | grep -o '/[^ ]*'); do
        mkdir -p "$root${library%/*}"
        cp -L "$library" "$root$library" || return 1
    done
}

# shellcheck disable=SC2086 # CC may be two words
initramfs()
{
    root=$work/root
    rm -rf "$root"
    mkdir -p "$root/bin" "$root/sbin"
    cp "$(command -v busybox)" "$root/bin/busybox" &&
        ln -s busybox "$root/bin/sh" &&
        ${CC:-cc} -I"$top_builddir" -I"$here/../.." -O2 -std=gnu11 -Wall \
            -Wextra -static -o "$root/bin/linux_flows" "$here"/linux_*.c \
            -lm &&
        with_libraries ip && with_libraries tc || return 1
    for module in veth sch_netem sch_tbf; do
        cp "$(find "$work/kernel" -name $module.ko)" "$root/" || return 1
    done
    cp "$here/linux-init" "$root/init" && chmod +x "$root/init" &&
        (cd "$root" && find . | sort | cpio -o -H newc --quiet) \
            >"$work/initramfs"
}

# guest QUEUE LIMIT WORDS: KEY=VALUE... of linux_flows
guest()
{
    nice -n 19 timeout 3600 qemu-system-x86_64 -accel tcg,tb-size=64 \
        -icount shift=0,sleep=off -cpu qemu64,-rdrand \
        -rtc base=2026-01-01T00:00:00,clock=vm -nodefaults -no-user-config \
        -display none -no-reboot -M pc -m 192 -kernel "$work/vmlinux" \
        -initrd "$work/initramfs" -serial stdio -append "console=ttyS0 quiet \
panic=-1 nokaslr tsc=reliable random.trust_cpu=off mitigations=off \
QUEUE=$1 LIMIT=$2 FLOWS=$3" </dev/null >"$work/console" 2>&1
    sed -n 's/^RESULT \([a-z_]*=.*[0-9]\).*/\1/p' "$work/console" |
        tr -d '\r' | grep . || { cat "$work/console" >&2 && return 1; }
}

# LINE: its values, with commas
values()
{
    echo "$1" | tr ' ' '\n' | sed 's/.*=//' | tr '\n' ',' | sed 's/,$//'
}

columns=queue,limit,congestion,flows,seed,goodput_bps,jain,resent,queue_mean
columns=$columns,queue_deviation,samples,sent_pps,drop_ratio

kernel || skip "no package linux-image-amd64 to unpack"
initramfs || exit 1
package=$(basename "$work"/linux-image-*.deb _amd64.deb)

# the path is what it is said to be: 5 Mbit/s of 1,500 octets wait for nobody
# (tbf lets a packet go and the next wait); of 12 Mbit/s 10 come, behind a full
# queue
for rate in 5e6 12e6; do
    told=$(guest tbf 100 udp:1:1500:$rate:2:6) || exit 1
    echo "udp $rate: $told"
    echo "$told" | tr ' ' '\n' | awk -F= -v rate=$rate '
        { v[$1] = $2 }
        END {
            come = v["received_bps"] / (rate < 1e7 ? rate : 1e7)
            good = come > 0.999 && come < 1.001
            if (rate < 1e7)
                good = good && v["delay_mean_s"] > 0.02 && \
                    v["delay_mean_s"] < 0.0201
            else
                good = good && v["queue_mean"] > 98.5 && \
                    v["queue_mean"] <= 100 && v["drop_ratio"] > 0.165 && \
                    v["drop_ratio"] < 0.168
            exit !good
        }' || { echo "FAIL: the path is not that"; exit 1; }
done

test -s "$out" || printf '# %s, %s, -icount shift=0,sleep=off\n%s\n' \
    "$package" "$(qemu-system-x86_64 --version | head -n 1)" "$columns" >"$out"
for run in ${RUNS:-$(runs)}; do
    key=$(echo "$run" | tr : ,)
    grep -q "^$key," "$out" && continue
    # shellcheck disable=SC2046 # five words
    set -- $(echo "$run" | tr : ' ')
    told=$(guest "$1" "$2" "tcp:$5:$4:$3:$from:$until") || exit 1
    echo "$key,$(values "$told")" | tee -a "$out"
done
