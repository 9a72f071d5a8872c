/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The PNS, nas/pns.h: each event, each early return. */
#include "config.h"

#include "nas_pns_rig.h"

/* --- a life ------------------------------------------------------------- */

/* A VPN client comes, is given an address, hangs up. */
START_TEST(client_comes_and_goes)
{
    struct nas_pns_view v;
    pptp_call_id call;
    pptp_ns began;

    begin();
    began = now;
    call = vpn();
    run(5);
    told("NEW UP");
    ck_assert_uint_eq(events[1].ip, up_ip);
    ck_assert(up_ip >= FIRST && up_ip <= FIRST + 3);
    nas_pns_view(&pns, pptp_call_slot(events[0].call), &v);
    ck_assert(v.begun && v.up);
    ck_assert_str_eq(v.user, "alice");
    ck_assert_str_eq(v.claimed, "alice");
    ck_assert_uint_eq(v.ip, up_ip);
    ck_assert_uint_eq(v.mtu, 1396);
    ck_assert_uint_eq(pns.sessions, 1);
    run(60);
    hang_up(call);
    run(1);
    told("DOWN END");
    ck_assert_int_eq(account.why, NAS_END_CALL);
    ck_assert_uint_eq(account.ip, up_ip);
    ck_assert_uint_eq(account.remote, CLIENT);
    ck_assert_uint_ge(account.up_ns, began);
    ck_assert_uint_eq(account.end_ns, began + 65 * PPTP_S);
    ck_assert_uint_eq(down_ip, up_ip);
    ck_assert_uint_eq(pns.sessions, 0);
    ck_assert_uint_eq(nas_pns_call_at(&pns, 0), PPTP_NONE);
    ck_assert_uint_eq(map_get(&pns.calls_source, CLIENT), BASE_MAP_NONE);
    ck_assert_uint_eq(nas_pns_deadline(&pns), PPTP_NEVER);
    ck_assert_uint_eq(pool.used, 0);
}
END_TEST

/* A PAC rings: our PPP begins, and tells the PAC its maps. */
START_TEST(pac_rings)
{
    struct pptp_call_info info;
    pptp_call_id call;

    config.ppp.accm = 0x000a0000;
    begin();
    call = ring();
    run(5);
    told("NEW UP");
    ck_assert_int_eq(pptp_peer_call_info(side[FAR].nas.node.peer, call, &info),
                     PPTP_OK);
    ck_assert_uint_eq(info.rx_accm, 0x000a0000);
    /* the user says goodbye: IPCP first */
    nas_ppps_close(&callers, pptp_call_slot(call), now);
    nas_do(&side[FAR].nas);
    run(10);
    told("DOWN END");
    ck_assert_int_eq(account.why, NAS_END_PPP);
    ck_assert_int_eq(account.reason, PPP_END_PEER);
    ck_assert_uint_eq(pool.used, 0);
}
END_TEST

START_TEST(connection_ends)
{
    begin();
    vpn();
    run(5);
    told("NEW UP");
    nas_begin(&side[NEAR].nas, now);
    pptp_node_tcp_event(&side[NEAR].nas.node, side[NEAR].conn, PPTP_TCP_CLOSED,
                        NULL);
    nas_settle(&side[NEAR].nas);
    told("DOWN END");
    ck_assert_int_eq(account.why, NAS_END_CONN);
}
END_TEST

/* --- calls that we place ------------------------------------------------- */

START_TEST(we_dial)
{
    pptp_call_id call = PPTP_NONE;

    begin();
    ck_assert_int_eq(nas_pns_dial(&pns, now, side[NEAR].conn, &request, &call),
                     PPTP_OK);
    told("NEW");
    ck_assert_uint_eq(nas_pns_call_at(&pns, pptp_call_slot(call)), call);
    run(5);
    told("ANSWERED UP");
    nas_pns_close(&pns, now, call, true);
    nas_do(&side[NEAR].nas);
    run(10);
    told("DOWN PPP_END END");
    ck_assert_int_eq(account.reason, PPP_END_LOCAL);
    nas_pns_close(&pns, now, call, true); /* nothing happens */
    /* a line that is busy */
    answer = PPTP_LINE_BUSY;
    ck_assert_int_eq(nas_pns_dial(&pns, now, side[NEAR].conn, &request, &call),
                     PPTP_OK);
    run(5);
    ck_assert_uint_eq(events_n, 3);
    ck_assert_uint_eq(events[1].call, call);
    told("NEW UNANSWERED END");
    ck_assert_int_eq(account.why, NAS_END_CALL);
    ck_assert_uint_eq(account.up_ns, 0);
    ck_assert_uint_eq(pns.sessions, 0);
    /* nobody to ask */
    ck_assert_int_eq(nas_pns_dial(&pns, now, 12345, &request, &call),
                     PPTP_ERR_UNKNOWN);
    nas_pns_drain(&pns);
    ck_assert_int_eq(nas_pns_dial(&pns, now, side[NEAR].conn, &request, &call),
                     PPTP_ERR_STATE);
    told("");
    ck_assert_uint_eq(pool.used, 0);
}
END_TEST

/* --- who does not come in ------------------------------------------------ */

/* A client hears it as his line's answer, a PAC by the call's end. */
START_TEST(one_too_many)
{
    config.calls_source = 1;
    begin();
    vpn();
    run(5);
    told("NEW UP");
    vpn();
    run(1);
    ck_assert_uint_eq(events[1].value, NAS_PNS_SOURCE);
    told("NEW REFUSED END");
    ck_assert_int_eq(account.why, NAS_END_REFUSED);
    config.calls_source = CALLS;
    config.calls = 1;
    ring();
    run(1);
    ck_assert_uint_eq(events[1].value, NAS_PNS_FULL);
    told("NEW REFUSED END");
    nas_pns_drain(&pns);
    ring();
    run(1);
    ck_assert_uint_eq(events[1].value, NAS_PNS_DRAINING);
    told("NEW REFUSED END");
    ck_assert_uint_eq(pns.stats.calls_refused, 3);
    ck_assert_uint_eq(pns.sessions, 1);
    nas_pns_close_all(&pns, now, true);
    run(10);
    told("DOWN PPP_END END");
    ck_assert_uint_eq(pns.sessions, 0);
}
END_TEST

START_TEST(wrong_secret)
{
    known.secret = (const uint8_t *)"wander";
    begin();
    vpn();
    run(60);
    told("NEW END");
    ck_assert_int_eq(account.why, NAS_END_PPP);
    ck_assert_int_eq(account.reason, PPP_END_AUTH_PEER);
    ck_assert_str_eq(account.user, "");
    ck_assert_uint_eq(account.ip, 0);
}
END_TEST

START_TEST(pool_is_dry)
{
    config.pool[0].last = FIRST;
    begin();
    vpn();
    run(5);
    told("NEW UP");
    vpn();
    run(10);
    ck_assert_uint_eq(events[1].value, NAS_AAA_NONE_FREE);
    told("NEW NO_ADDRESS PPP_END END");
    ck_assert_int_eq(account.why, NAS_END_NO_ADDRESS);
    ck_assert_uint_eq(pns.stats.no_address, 1);
    /* other pools, and there is one */
    config.pool[0].last = FIRST + 1;
    nas_pns_changed(&pns);
    vpn();
    run(10);
    told("NEW UP");
}
END_TEST

static void begin_anew(pptp_call_id call)
{
    nas_ppps_begin(&callers, pptp_call_slot(call), now);
    nas_do(&side[FAR].nas);
    run(10);
}

/* He proves who he is once more: what is left of before ends. */
START_TEST(taken_over)
{
    lines[0].ip_first = lines[0].ip_last = FIXED;
    begin();
    vpn();
    run(5);
    ck_assert_uint_eq(events[1].ip, FIXED);
    told("NEW UP");
    vpn();
    run(5);
    ck_assert_uint_eq(events[1].index, 0);
    ck_assert_uint_eq(events[1].ip, FIXED);
    told("NEW TAKEN_OVER DOWN END UP");
    ck_assert_uint_eq(account.ip, FIXED);
    ck_assert_uint_eq(down_ip, FIXED);
    ck_assert_uint_eq(nas_pns_address(&pns, 1), FIXED);
    ck_assert_uint_eq(pns.sessions, 1);
}
END_TEST

/* ... and goes on talking: nobody confirms the end of its call, so its session
 * and PPP are there still, and get no frame that could take it back. */
START_TEST(taken_over_and_talks)
{
    pptp_call_id call;

    lines[0].ip_first = lines[0].ip_last = FIXED;
    begin();
    call = ring();
    run(5);
    told("NEW UP");
    deaf = true;
    ring();
    run(5);
    told("NEW TAKEN_OVER DOWN UP");
    begin_anew(call);
    told("");
    ck_assert_uint_eq(nas_pns_call_at(&pns, 0), call);
    ck_assert_uint_eq(nas_pns_address(&pns, 0), 0);
    ck_assert_uint_eq(nas_pns_address(&pns, 1), FIXED);
}
END_TEST

/* The line names one that is something else. */
START_TEST(cannot_be_given)
{
    lines[0].ip_first = lines[0].ip_last = LOCAL;
    begin();
    vpn();
    run(10);
    ck_assert_uint_eq(events[1].value, NAS_AAA_TAKEN);
    ck_assert_uint_eq(events[1].ip, LOCAL);
    told("NEW NO_ADDRESS PPP_END END");
}
END_TEST

/* The world has no device; IPCP ends with another address than was given. */
START_TEST(no_way_for_it)
{
    no_device = true;
    begin();
    vpn();
    run(5);
    told("NEW NO_DEVICE END");
    no_device = false;
    vpn();
    while (pns.session[1].ip == 0 && count > 0)
        deliver();
    pns.session[1].ip = FIXED;
    run(5);
    told("NEW NOT_TAKEN END");
}
END_TEST

/* --- time --------------------------------------------------------------- */

START_TEST(session_time)
{
    config.session_ns = 30 * PPTP_S;
    begin();
    vpn();
    run(29);
    told("NEW UP");
    run(10);
    told("SESSION_TIME DOWN PPP_END END");
    ck_assert_int_eq(account.why, NAS_END_SESSION_TIME);
    ck_assert_uint_eq(pns.stats.session_ended, 1);
}
END_TEST

/* A packet leaves him his time; and what is read again counts. */
START_TEST(idle_time)
{
    pptp_call_id call;

    begin();
    call = vpn();
    run(5);
    told("NEW UP");
    config.idle_ns = 30 * PPTP_S;
    nas_pns_changed(&pns);
    run(20);
    ck_assert_int_eq(
        nas_pns_ip_in(&pns, now, NAS_PNS_ANY, packet(0x01020304, up_ip, 100)),
        PPTP_OK);
    run(25);
    caller_sends(call, up_ip, 100);
    run(25);
    told("");
    run(30);
    told("IDLE_TIME DOWN PPP_END END");
    ck_assert_int_eq(account.why, NAS_END_IDLE_TIME);
    ck_assert_uint_eq(account.tx_packets, 1);
    ck_assert_uint_eq(account.tx_octets, 100);
    ck_assert_uint_eq(pns.stats.idle_ended, 1);
}
END_TEST

/* Nobody speaks PPP there. */
START_TEST(silence)
{
    struct nas_pns_view v;

    mute = true;
    begin();
    vpn();
    run(0);
    nas_pns_view(&pns, 0, &v);
    ck_assert(!v.begun); /* he is to begin, for a second */
    run(2);
    nas_pns_view(&pns, 0, &v);
    ck_assert(v.begun);
    run(60);
    told("NEW PPP_END NO_GRE END");
    ck_assert_int_eq(account.reason, PPP_END_NO_ANSWER);
    /* we may be told to wait for him, a minute */
    config.silent = true;
    ring();
    run(59);
    told("NEW");
    run(10);
    told("NO_GRE END");
    mute = false;
    ring();
    run(10);
    told("NEW UP");
}
END_TEST

static void renegotiate(pptp_call_id call)
{
    nas_pns_renegotiate(&pns, now, call);
    nas_do(&side[NEAR].nas);
    run(10);
}

/* By an order of ours: address and time stay as they are. */
START_TEST(we_negotiate_anew)
{
    pptp_call_id call;
    uint32_t ip;

    begin();
    call = vpn();
    run(5);
    told("NEW UP");
    ip = up_ip;
    renegotiate(call);
    told("DOWN UP");
    ck_assert_uint_eq(up_ip, ip);
    ck_assert_uint_eq(down_ip, 0);
    nas_pns_close(&pns, now, call, false);
    nas_pns_renegotiate(&pns, now, call); /* too late */
    nas_do(&side[NEAR].nas);
    run(5);
    told("DOWN END");
    renegotiate(call); /* nobody's any more */
    told("");
}
END_TEST

/* Who negotiates anew keeps his address, and is no newcomer; somebody else
 * gets one of his own. */
START_TEST(negotiates_anew)
{
    struct nas_pns_view v;
    pptp_call_id call;
    uint32_t ip;
    pptp_ns up_ns;

    lines[1].ip_first = lines[1].ip_last = FIXED;
    begin();
    call = vpn();
    run(5);
    told("NEW UP");
    ip = up_ip;
    nas_pns_view(&pns, 0, &v);
    up_ns = v.up_ns;
    begin_anew(call);
    told("DOWN UP");
    ck_assert_uint_eq(up_ip, ip);
    ck_assert_uint_eq(down_ip, 0);
    ck_assert_uint_eq(nas_pool_holder(&pns.pool, ip), 0);
    nas_ppps_fini(&callers);
    callers = (struct nas_ppps){ .owner = &callers_owner, .pool = &pool };
    strcpy(caller.user, "bob");
    ck_assert_int_eq(nas_ppps_init(&callers, &caller, CALLS, 8), 0);
    begin_anew(call);
    told("DOWN UP");
    ck_assert_uint_eq(down_ip, ip);
    ck_assert_uint_eq(up_ip, FIXED);
    ck_assert_uint_eq(nas_pool_holder(&pns.pool, ip), BASE_MAP_NONE);
    nas_pns_view(&pns, 0, &v);
    ck_assert_str_eq(v.user, "bob");
    ck_assert_uint_eq(v.up_ns, up_ns);
}
END_TEST

/* Users may be others while he is there: he stays, and is not asked for. */
START_TEST(users_change)
{
    static const struct ppp_secrets none = { .list = NULL };

    begin();
    vpn();
    run(5);
    told("NEW UP");
    ck_assert_int_eq(nas_pns_secrets(&pns, &none), PPTP_OK);
    run(5);
    told("");
    vpn();
    run(60);
    told("NEW END");
    ck_assert_int_eq(account.reason, PPP_END_AUTH_PEER);
}
END_TEST

/* --- packets ------------------------------------------------------------ */

/* From a session: its own address, IPv4; given back at once or later. */
START_TEST(packets_from_him)
{
    pptp_call_id call;
    pptp_pkt bad;

    begin();
    call = vpn();
    run(5);
    caller_sends(call, up_ip, 100);
    ck_assert_uint_eq(out_packets, 1);
    caller_sends(call, up_ip + 1, 100);
    ck_assert_uint_eq(pns.stats.spoofed, 1);
    bad = packet(up_ip, 0x01020304, 40);
    pptp_packet_data(pptp_pool_at(&pool, bad))[0] = 0x65;
    nas_ppps_output(&callers, pptp_call_slot(call), bad);
    nas_begin(&side[FAR].nas, now);
    pptp_node_frame(&side[FAR].nas.node, call, bad);
    nas_settle(&side[FAR].nas);
    run(1);
    ck_assert_uint_eq(pns.stats.not_ipv4, 1);
    ck_assert_uint_eq(out_packets, 1);
    keeps = true;
    caller_sends(call, up_ip, 60);
    caller_sends(call, up_ip, 70);
    ck_assert_uint_eq(kept_n, 2);
    /* what is no packet comes back in order: all is wanted back */
    caller_sends(call, up_ip + 1, 100);
    ck_assert_uint_eq(kept_n, 0);
    ck_assert_uint_eq(out_packets, 3);
    hang_up(call);
    run(1);
    ck_assert_uint_eq(account.rx_packets, 3);
    ck_assert_uint_eq(account.rx_octets, 230);
    ck_assert_uint_eq(pool.used, 0);
}
END_TEST

static void gives(uint32_t to, uint16_t n, int result)
{
    pptp_pkt pkt = packet(0x01020304, to, n);

    ck_assert_int_eq(nas_pns_ip_in(&pns, now, NAS_PNS_ANY, pkt), result);
    if (result != PPTP_OK)
        pptp_pool_free(&pool, pkt);
    run(1);
}

/* To a session: by address, or by its device. */
START_TEST(packets_to_him)
{
    pptp_pkt pkt;

    begin();
    vpn();
    run(5);
    gives(up_ip, 100, PPTP_OK);
    ck_assert_uint_eq(got_packets, 1);
    gives(up_ip + 1, 100, PPTP_ERR_UNKNOWN);
    ck_assert_uint_eq(pns.stats.tun_unknown, 1);
    ck_assert_int_eq(
        nas_pns_ip_in(&pns, now, 0, packet(0x01020304, FIXED, 100)), PPTP_OK);
    run(1);
    ck_assert_uint_eq(got_packets, 2);
    pkt = packet(0x01020304, up_ip, 100);
    ck_assert_int_eq(nas_pns_ip_in(&pns, now, 3, pkt), PPTP_ERR_UNKNOWN);
    pptp_pool_free(&pool, pkt);
    pkt = packet(0x01020304, up_ip, 100);
    pptp_packet_data(pptp_pool_at(&pool, pkt))[0] = 0x60;
    ck_assert_int_eq(nas_pns_ip_in(&pns, now, NAS_PNS_ANY, pkt), PPTP_OK);
    ck_assert_uint_eq(pns.stats.tun_not_ipv4, 1);
    ck_assert_uint_eq(pns.session[0].tx_packets, 2);
    ck_assert_uint_eq(pool.used, 0);
}
END_TEST

/* More than he takes at once: the core says so, and when he does again. */
START_TEST(held)
{
    uint64_t lost;
    unsigned i;

    begin();
    vpn();
    run(5);
    for (i = 0; i < 200; i++)
        ck_assert_int_eq(nas_pns_ip_in(&pns, now, NAS_PNS_ANY,
                                       packet(0x01020304, up_ip, 100)),
                         PPTP_OK);
    lost = pns.stats.tun_held;
    ck_assert_uint_gt(lost, 0);
    run(1);
    ck_assert_uint_eq(got_packets, 200 - lost);
    gives(up_ip, 100, PPTP_OK);
    ck_assert_uint_eq(got_packets, 201 - lost);
    ck_assert_uint_eq(pool.used, 0);
}
END_TEST

/* Longer than he takes: as fragments, or its sender is told. */
START_TEST(too_long)
{
    pptp_pkt pkt;

    caller.mru = 1000;
    begin();
    vpn();
    run(5);
    told("NEW UP");
    gives(up_ip, 1200, PPTP_OK);
    ck_assert_uint_eq(got_packets, 2);
    ck_assert_uint_eq(pns.stats.tun_cut, 1);
    told("");
    pkt = packet(0x01020304, up_ip, 1200);
    pptp_packet_data(pptp_pool_at(&pool, pkt))[6] = 0x40; /* DF */
    ck_assert_int_eq(nas_pns_ip_in(&pns, now, NAS_PNS_ANY, pkt), PPTP_OK);
    ck_assert_uint_eq(events[0].value, 1000);
    told("TOO_LONG");
    ck_assert_uint_eq(answers, 1);
    ck_assert_uint_eq(pns.stats.tun_long, 1);
    ck_assert_uint_eq(pns.session[0].tx_packets, 1);
    ck_assert_uint_eq(pool.used, 0);
}
END_TEST

static void gives_syn(void)
{
    pptp_pkt pkt = packet(0x01020304, up_ip, 44);
    uint8_t *ip = pptp_packet_data(pptp_pool_at(&pool, pkt));

    ip[9] = 6;
    ip[20 + 12] = 6 << 4;
    ip[20 + 13] = 2;
    ip[40] = 2;
    ip[41] = 4;
    pptp_put16(ip + 42, 1460);
    ck_assert_int_eq(nas_pns_ip_in(&pns, now, NAS_PNS_ANY, pkt), PPTP_OK);
    run(1);
}

/* A SYN with an MSS that the tunnel does not take gets less, if we may. */
START_TEST(less_mss)
{
    begin();
    vpn();
    run(5);
    gives_syn();
    ck_assert_uint_eq(pns.stats.mss_clamped, 1);
    config.clamp_mss = false;
    gives_syn();
    ck_assert_uint_eq(pns.stats.mss_clamped, 1);
    ck_assert_uint_eq(got_packets, 2);
}
END_TEST

/* PPP does not take it: IPCP is open no more in the middle. */
START_TEST(ppp_refuses)
{
    begin();
    vpn();
    run(5);
    ppp_lower_down(pns.ppps.ppp, nas_ppps_at(&pns.ppps, 0), now);
    gives(up_ip, 100, PPTP_OK);
    ck_assert_uint_eq(pns.stats.tun_refused, 1);
    ck_assert_uint_eq(pool.used, 0);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("nas_pns");
    TCase *tc = tcase_create("sessions");
    SRunner *sr = srunner_create(s);
    int failed;

    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, client_comes_and_goes);
    tcase_add_test(tc, pac_rings);
    tcase_add_test(tc, connection_ends);
    tcase_add_test(tc, we_dial);
    tcase_add_test(tc, one_too_many);
    tcase_add_test(tc, wrong_secret);
    tcase_add_test(tc, pool_is_dry);
    tcase_add_test(tc, taken_over);
    tcase_add_test(tc, taken_over_and_talks);
    tcase_add_test(tc, cannot_be_given);
    tcase_add_test(tc, no_way_for_it);
    tcase_add_test(tc, session_time);
    tcase_add_test(tc, idle_time);
    tcase_add_test(tc, silence);
    tcase_add_test(tc, we_negotiate_anew);
    tcase_add_test(tc, negotiates_anew);
    tcase_add_test(tc, users_change);
    tcase_add_test(tc, packets_from_him);
    tcase_add_test(tc, packets_to_him);
    tcase_add_test(tc, held);
    tcase_add_test(tc, too_long);
    tcase_add_test(tc, less_mss);
    tcase_add_test(tc, ppp_refuses);
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
