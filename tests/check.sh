#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What `--check` of pns, pac and bridge says of configurations: what cannot
# work is one line with its place, exit 2; what may be meant is a line, exit 0;
# and of what is good nothing is said.
set -u

: "${top_srcdir:=$(cd "$(dirname "$0")/.." && pwd)}"
: "${top_builddir:=$top_srcdir/build}"
dialtone=$top_builddir/dialtone
if ! test -x "$dialtone" || ! "$dialtone" pns --reference >/dev/null; then
    echo "SKIP: no daemons in this build"
    exit 77
fi
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
bad=0

say()
{
    echo "FAIL: $*"
    bad=1
}

printf '%s\n' 'alice * wonder *' 'bob * builder 10.99.0.20' >secrets
: >empty
printf '%s\n' '# nobody' '' >comment
echo 'alice other wonder *' >others
printf '%s\n' '# two lines' 'alice * wonder \' ' 10.99.0.17' \
    'bob * builder 127.0.0.5' >fixed
echo 'bob * builder 10.98.0.5' >outside
printf '%s\n' 'bob * builder 10.99.0.20' 'alice * wonder *' \
    'carol * x 10.99.0.20' >twice
printf '%s\n' 'u1 * a *' 'u2 * b *' >numbered
printf '%s\n' 'alice * wonder *' 'bob * "" 10.99.0.20 10.99.0.21' >blank
chmod 600 blank numbered twice secrets empty comment others fixed outside

# ROLE STATUS WORDS LINE...: of the configuration; WORDS empty: nothing is said
check()
{
    role=$1 want=$2 words=$3
    shift 3
    printf '%s\n' "$@" >c.yaml
    "$dialtone" "$role" --check c.yaml >out 2>&1
    code=$?
    test $code -eq "$want" || say "$*: exit $code: $(cat out)"
    if test -z "$words"; then
        test ! -s out || say "$*: $(cat out)"
    else
        grep -qF -e "$words" out || say "$*: '$(cat out)' lacks '$words'"
        test "$(wc -l <out)" -eq 1 || say "$*: not one line: $(cat out)"
    fi
}

# LINE...: a PNS at no address in particular
pns()
{
    status=$1 said=$2
    shift 2
    check pns "$status" "$said" 'local: 10.99.0.1' "$@"
}

# --- who can log in ---

pool='pool: 10.99.0.16-10.99.0.99'
pns 0 '' "$pool" 'secrets: secrets'
pns 2 'secrets empty: no user is in it, so nobody can log in' \
    "$pool" 'secrets: empty'
pns 2 'nobody can log in' "$pool" 'secrets: comment'
pns 2 "every line is for another server than 'gate'" \
    "$pool" 'secrets: others' 'name: gate'
pns 0 '' "$pool" 'secrets: others' 'name: other'
pns 0 '' "$pool" 'secrets: empty' 'ppp: { auth: none }'
pns 0 "blank:2: note: the secret of 'bob' is empty" "$pool" 'secrets: blank'
pns 2 'secrets none: No such file' "$pool" 'secrets: none'
pns 2 'fixed:4: 127.0.0.5 cannot be given: it is not an address of a host' \
    "$pool" 'secrets: fixed'
check pns 2 'fixed:2: 10.99.0.17 cannot be given: it is our own inside' \
    'local: 10.99.0.17' "$pool" 'secrets: fixed'
pns 0 'twice:3: note: line 1 has 10.99.0.20, too' "$pool" 'secrets: twice'
pns 0 'outside:1: note: 10.98.0.5 is outside `pool` and `routes`' \
    "$pool" 'secrets: outside'
pns 0 '' "$pool" 'routes: 10.98.0.0/24' 'secrets: outside'

# --- addresses that nobody can have, and more than there are ---

for all in 0.0.0.0/0 0.0.0.0-255.255.255.255 127.0.0.1-127.0.0.9 \
    224.0.0.0/24 255.255.255.255; do
    pns 2 "c.yaml:2: key 'pool': '$all' has addresses that no host has" \
        "pool: $all" 'secrets: secrets'
done
pns 2 "key 'pool': no address is left to give" \
    'pool: 10.99.0.1' 'secrets: secrets'
check pns 2 "c.yaml:1: key 'local': no host has that address" \
    'local: 224.0.0.1' "$pool" 'secrets: secrets'
pns 0 '100 calls, and the pool has 84 addresses' "$pool" 'secrets: secrets' \
    'limits: { calls: 100 }'

# --- what is not there, or there twice ---

pns 2 "c.yaml:4: key 'proxy_arp': there is no device 'nowhere'" \
    "$pool" 'secrets: secrets' 'proxy_arp: nowhere'
pns 2 "c.yaml:4: key 'user': there is no user 'no-such-user'" \
    "$pool" 'secrets: secrets' 'user: no-such-user'
pns 2 "c.yaml:4: key 'group': there is no group 'no-such-group'" \
    "$pool" 'secrets: secrets' 'control: { group: no-such-group }'
pns 0 "c.yaml:4: note: key 'listen': this machine does not have the address \
192.0.2.77 now" "$pool" 'secrets: secrets' 'listen: 192.0.2.77'
pns 2 'the same file as `secrets`' "$pool" 'secrets: secrets' \
    'journal: secrets'
pns 2 'the same file as the configuration' "$pool" 'secrets: secrets' \
    'journal: c.yaml'
pns 2 'its port is that of control connections' "$pool" 'secrets: secrets' \
    'control: { metrics: "127.0.0.1:1723" }'

# --- a PAC ---

# STATUS WORDS CLIENT [LINE...]: with one line of clients
pac()
{
    status=$1 said=$2 client=$3 secrets=secrets
    shift 3
    case ${1-} in secrets:*) secrets=${1#secrets: } && shift ;; esac
    check pac "$status" "$said" 'mode: icrq' 'peers: 192.0.2.1' \
        "secrets: $secrets" 'lines:' ' - name: u' "   client: { $client }" "$@"
}

pac 0 '' 'user: alice'
pac 2 "c.yaml:6: key 'user': 'carol' is not in secrets" 'user: carol'
pac 0 '' 'user: carol, auth: none'
pac 2 "c.yaml:6: key 'user': 'u3' is not in secrets" \
    'user: "u{n}", count: 3' 'secrets: numbered'
pac 0 '' 'user: "u{n}", count: 2' 'secrets: numbered'
pac 2 "key 'local': an address is there twice" 'user: alice' \
    'local: [127.0.0.2, 127.0.0.2]'
pac 0 '' 'user: alice' 'local: [127.0.0.2, 127.0.0.3]'
pac 0 "blank:2: note: the secret of 'bob' is empty" 'user: bob' \
    'secrets: blank'
pac 2 "c.yaml:6: key 'count': 5000 lines, and \`limits\` has 256 calls" \
    'user: alice, count: 5000'
pac 0 '' 'user: alice, count: 5000' 'limits: { calls: 5000 }'
pac 2 'one client only can have them' \
    'user: alice, count: 2, device: dt%d, routes: 10.1.0.0/16'
check pac 0 '' 'mode: ocrq' 'peers: vpn.example.net' 'secrets: secrets' \
    'lines:' ' - name: u' '   client: { user: alice }'
check pac 2 "'10.0.0' is neither an IPv4 address nor a name" 'mode: ocrq' \
    'peers: 10.0.0' 'secrets: secrets' 'lines:' ' - name: u' \
    '   client: { user: alice }'
check pac 2 "c.yaml:5: key 'device': /dev/no-such-port: No such file" \
    'mode: icrq' 'peers: 192.0.2.1' 'lines:' ' - name: port' \
    '   serial: { device: /dev/no-such-port }'
check pac 2 'c.yaml is no serial port' 'mode: icrq' 'peers: 192.0.2.1' \
    'lines:' ' - name: port' '   serial: { device: c.yaml }'

check bridge 0 '' 'mode: ocrq' 'peers: 192.0.2.1' 'secrets: secrets' \
    'lines:' ' - name: u' '   simulated: { user: alice }'
check bridge 2 "c.yaml:6: key 'user': 'carol' is not in secrets" \
    'mode: ocrq' 'peers: 192.0.2.1' 'secrets: secrets' \
    'lines:' ' - name: u' '   simulated: { user: carol }'
check pac 2 'simulated callers are of `dialtone bridge` only' \
    'mode: ocrq' 'peers: 192.0.2.1' 'secrets: secrets' \
    'lines:' ' - name: u' '   simulated: { user: alice }'

# what simulates by SimGrid is another program
ldd "$dialtone" | grep simgrid && say 'dialtone needs SimGrid'

exit $bad
