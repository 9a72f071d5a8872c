#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# pppd's chat aborts on words that it typed itself.
#
# Packages:  ppp 2.4.9-1+1.1+b1 (Debian 12)
# Seen:      With `ABORT BUSY`, a login script whose user is "BUSYBEE" ends
#            with exit code 4 (the first ABORT) as soon as the other side
#            echoes the name, although the line is up and the next prompt
#            comes.  The same script succeeds where nothing is echoed, and
#            with a user "alice" both ways.
# Expected:  ABORT words are results of the modem, which come on lines of
#            their own (ITU-T V.250 5.7.1), or are at least not looked for in
#            the echo of what chat has just sent.
# Matters:   Modems and login prompts echo by default.  A user, a password or
#            a dial string that holds an ABORT word can never log in, and
#            pppd says no more than "Connect script failed".  A simulated
#            modem must not put result words into what it echoes.
#
# Exit: 0 as described, 1 it has changed, 2 it could not be tried.
set -u

work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 2' HUP INT TERM

# RELEASE PACKAGE=VERSION: unpacked in $work/RELEASE, nothing is installed
fetch()
{
    dir=$work/$1
    mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial" "$dir/root" &&
        : >"$dir/status" || return 1
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]" \
        "http://deb.debian.org/debian $1 main" >"$dir/sources"
    set -- "$2" -qq -o APT::Sandbox::User=root \
        -o Dir::Etc::SourceList="$dir/sources" -o Dir::Etc::SourceParts=- \
        -o Dir::State::Status="$dir/status" -o Dir::State::Lists="$dir/lists" \
        -o Dir::Cache="$dir/cache"
    package=$1
    shift
    apt-get "$@" update >"$dir/log" 2>&1 &&
        (cd "$dir" && apt-get "$@" download "$package" >>log 2>&1) &&
        dpkg-deb -x "$dir"/*.deb "$dir/root" && return
    cat "$dir/log" >&2
    return 1
}

# A modem and a login prompt on a terminal; prints chat's exit codes.
look()
{
    python3 - "$1" <<'END'
import os, pty, subprocess, sys, time, tty

def run(user, echo):
    ours, chats = pty.openpty()
    tty.setraw(chats)
    os.set_blocking(ours, False)
    chat = subprocess.Popen(
        [sys.argv[1], "-t", "5", "ABORT", "BUSY", "", "ATDT1", "CONNECT",
         "\\c", "ogin:", user, "word:", "secret"],
        stdin=chats, stdout=chats, stderr=subprocess.DEVNULL)
    answers = [b"\r\nCONNECT 9600\r\n\r\nlogin: ", b"\r\nPassword: "]
    end = time.monotonic() + 20
    while chat.poll() is None and time.monotonic() < end:
        time.sleep(0.01)
        try:
            typed = os.read(ours, 100)
        except OSError:
            continue
        if echo:
            os.write(ours, typed)
        if b"\r" in typed and answers:
            os.write(ours, answers.pop(0))
    if chat.poll() is None:
        chat.kill()
    return chat.wait()

for user in "alice", "BUSYBEE":
    for echo in False, True:
        print("%s %s: exit %d" % (user, "echoed" if echo else "silent",
                                  run(user, echo)))
END
}

fetch bookworm ppp=2.4.9-1+1.1+b1 || exit 2
look "$work/bookworm/root/usr/sbin/chat" >"$work/found" || exit 2
cat "$work/found"
cat >"$work/described" <<END
alice silent: exit 0
alice echoed: exit 0
BUSYBEE silent: exit 0
BUSYBEE echoed: exit 4
END
cmp -s "$work/found" "$work/described"
