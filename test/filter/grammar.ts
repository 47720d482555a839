// Primitives from the whole grammar, sensible or not: what is refused must be as right as what is accepted.

import type { Random } from './random.ts';

const words = (text: string): string[] => text.trim().split(/\s+/);
const lines = (text: string): string[] => text.split(';').map((line) => line.trim());

const protocols =
  words(`link ether ppp slip fddi tr wlan arp rarp ip ip6 sctp tcp udp icmp igmp igrp pim vrrp carp radio
  icmp6 ah esp atalk aarp decnet lat sca moprc mopdl iso esis es-is isis is-is l1 l2 iih lsp snp csnp psnp clnp stp ipx netbeui`);
const directions = lines(`;;;src;dst;src or dst;dst or src;src and dst;dst and src;src or src;addr1;addr2;addr3;addr4;
  address1;ra;ta;src or;and dst`);
const types = lines(';host;net;port;portrange;proto;protochain;gateway');

/** Ids that ask no resolver for hosts or networks. */
const ids = lines(`0;1;6;17;80;255;256;300;1500;1501;65535;65536;0x800;0x86dd;010;08;4294967295;4294967296;
  99999999999999999999;1.2;1.2.3;10.0.0.1;1.2.3.256;01.02.03.04;10/8;10/33;10.0.0.0/8;10.1/16;1.2.3.4/24;1.2.3.0/24;1.2.3.4/32;
  1.2.3.4/33;0/0;0.0.0.0/0;0.0.0.0/32;10.0.0.0 mask 255.0.0.0;10.0.0.1 mask 255.0.0.0;10.0.0.0 mask 255.0.255.0;
  10.0.0.0 mask 8;10 mask 255;1.2 mask 255.255;::;::1;::/0;fe80::1;fe80::1%eth0;1:2:3:4:5:6:7:8;1:2:3:4:5:6:7;
  1:2:3:4:5:6:7:8:9;1:2:3:4:5:6;2001:db8::/32;2001:db8::1/32;2001:db8::/129;2001:db8::1/128;::ffff:1.2.3.4;::1.2.3.256;
  1::2::3;aa:bb:cc:dd:ee:ff;aa-bb-cc-dd-ee-ff;aa.bb.cc.dd.ee.ff;aabb.ccdd.eeff;aabbccddeeff;aa:bb:cc:dd:ee;1:2;1:2:3;
  AA:BB:CC:DD:EE:FF;aa:bb:cc:dd:ee:ff/24;$f;$ff;$fff;$g;$;tcp;(80);(80 or 443);((80));((80) or 443);((80 or 443));(80 or (443));
  (((80) or 443) or 22);(1.2.3.4 or 5.6.7.8);((1.2.3.4));(1.2.3.4 or ::1);(80;80);();;not 80;! 80;not (80 or 443);(not 80);
  not not 80;80 or 443;80 and 443;80 or not 443;80 or (443 or 22);80 or ((443));1.2.3.4 or 5.6.7.8;10.123;63.1023;64.1024;
  1.2.3 or 4;len;80 or len;host;src;proto;80 = 80;80 > 3;[0];[0] = 1;broadcast;multicast;broadcast 1`);

/** Names and ranges, which ports and protocols take. */
const names =
  lines(`http;domain;http-alt;ssh;ftp-data;\\http;\\tcp;\\udp;\\ip;\\arp;\\isis;\\clnp;\\icmp6;\\ipv6-icmp;\\stp;\\loopback;\\;
  ssh-http;80-90;90-80;80-;-80;80-65536;65536-1;80--5;ssh-;80-http;http-80;http-domain;1-2-3;80-90x;0-0;80 - 90;20-ftp-data;iso-tsap;
  (http or 80);((http) or 80)`);

const starters =
  words(`broadcast multicast less greater byte inbound outbound ifindex vlan mpls pppoed pppoes geneve lane metac bcc
  oamf4ec oamf4sc sc ilmic oam oamf4 connectmsg metaconnect vpi vci fisu lssu lsu msu hfisu hlssu hmsu sio opc dpc sls hsio hopc
  hdpc hsls on ifname rset ruleset rnr rulenum srnr subrulenum reason action llc type subtype dir direction len length`);
const arguments_ =
  lines(`;0;1;2;3;4;5;7;8;12;15;16;128;240;255;256;1000;4095;4096;16383;16384;65535;65536;1048575;1048576;16777215;
  16777216;4294967295;4294967296;-1;(1);((1));(1 or 2);(> 1);(1 or > 3);> 1;< 1;>= 1;<= 1;= 1;== 1;!= 1;<> 1;> (1);(1) or 2;
  1 or 2;(1 or (2));(1 or 2 or 3);(1 and 2);(1;1);();not 1;i;s;u;rr;rnr;rej;ui;ua;disc;sabme;test;xid;frmr;RR;beacon;assoc-req;
  assocreq;pspoll;data;mgt;ctl;control;management;MGT;qos-data;null;rts;ack;nods;tods;fromds;dstods;pass;accept;block;drop;nat;
  noscrub;synproxy-drop;match;bad-offset;bad-timestamp;congestion;synproxy;SHORT;mgt subtype beacon;data subtype 16;4 subtype ack;
  8 subtype 17;ctl subtype cfend;eth0;abcdefghijklmno;abcdefghijklmnop;\\eth0;\\pass;1 & 2;1 | 2;5 > 3;5 < 3;5 = 3;5 >= 3;0x10;
  010;09;tcp;port;http;1.2;1:2;and;or tcp;and tcp;or 5`);

const indexable = [...protocols, 'len', 'vlan', 'host'];
const numbers =
  lines(`0;1;2;3;13;31;32;33;255;65535;65536;70000;4294967295;4294967296;-1;- 1;--1;010;08;0x10;tcpflags;icmptype;tcp-syn;
  icmp-echo;len;(1);((1));();1+1;1-2;1 2;ip[0];tcp[0];ether[0];http;1.2;2*0;0/1;1/0;1%0;1<<32;1>>40;!1;1&&1`);
const sizes = lines(';;;:0;:1;:2;:3;:4;:8;:;:1:2;:len;:(1);:01;:0x2; : 2');
const operators = words('+ - * / % & | ^ << >>');
const relations = words('= == != < > <= >=');

function joined(...parts: string[]): string {
  return parts.filter((part) => part !== '').join(' ');
}

function idPrimitive(r: Random): string {
  const type = r.pick(types);
  const takesNames = type.startsWith('p');
  const protocol = r.chance(0.3) ? '' : r.pick(protocols);
  return joined(protocol, r.pick(directions), type, takesNames && r.chance(0.4) ? r.pick(names) : r.pick(ids));
}

function wordPrimitive(r: Random): string {
  const before = r.chance(0.6)
    ? ''
    : r.pick(['ether', 'ip', 'ip6', 'wlan', 'link', 'tcp', 'not', 'arp', 'src', 'host']);
  return joined(before, r.pick(starters), r.pick(arguments_));
}

function field(r: Random): string {
  return `${r.pick(indexable)}[${r.pick(numbers)}${r.pick(sizes)}${r.chance(0.95) ? ']' : ''}`;
}

function arithmetic(r: Random, depth: number): string {
  if (depth <= 0 || r.chance(0.5)) return r.chance(0.6) ? field(r) : r.pick(numbers);
  const space = r.chance(0.5) ? ' ' : '';
  const text = `${arithmetic(r, depth - 1)}${space}${r.pick(operators)}${space}${arithmetic(r, depth - 1)}`;
  return r.chance(0.3) ? `(${text})` : r.chance(0.1) ? `-(${text})` : text;
}

function comparison(r: Random): string {
  return `${arithmetic(r, 2)} ${r.pick(relations)} ${arithmetic(r, 1)}`;
}

/** One primitive, most often none that means anything. */
export function randomPrimitive(r: Random): string {
  return r.pick([idPrimitive, idPrimitive, wordPrimitive, comparison])(r);
}

/** Primitives joined in every way there is, with ids that inherit what stands before them. */
export function randomJoin(r: Random, primitives: readonly string[]): string {
  let text = r.pick(primitives);
  for (let more = r.below(4); more > 0; more--) {
    const operator = r.pick(['and', 'or', 'and not', 'or not', '&&', '||', 'and !', 'or !', 'and not not']);
    const next = r.chance(0.3) ? r.pick(ids) : r.pick(primitives);
    text = r.chance(0.25)
      ? `(${text}) ${operator} ${next}`
      : `${text} ${operator} ${r.chance(0.2) ? `(${next})` : next}`;
    if (r.chance(0.1)) text = `not (${text})`;
  }
  return text;
}
