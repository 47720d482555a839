// Random expressions from the whole grammar.

import type { Random } from './random.ts';

const ipv4 = ['10.0.0.1', '10.1.2.3', '192.168.1.1', '172.16.0.9', '224.0.0.1', '10.1', '1.2.3'];
const nets4 = [
  '10.0.0.0/8',
  '192.168.1.0/24',
  '10.1.0.0/16',
  '224.0.0.0/4',
  '128.0.0.0/1',
  '0.0.0.0/0',
  '10.0.0.1/32',
  '172.16',
  '10',
  '10.0.0.0 mask 255.0.0.0',
  '10.0.1.0 mask 255.0.255.0',
];
const ipv6 = ['fe80::1', '2001:db8::1', '::1', '1:2:3:4:5:6:7:8', '::ffff:10.0.0.1'];
const nets6 = ['2001:db8::/32', 'fe80::/10', '::/0', '2001:db8:1::/48', '2001:db8::/65'];
const macs = ['00:11:22:33:44:55', 'ff:ff:ff:ff:ff:ff', '01-80-c2-00-00-00', '0011.2233.4455', '001122334455'];
const ports = ['80', '443', '53', '22', '0', '65535', 'http', 'domain', 'ssh', '8080'];
const ranges = ['80-90', '0-1023', '1024-65535', '5000-6000', '90-80', '0-65535', 'ssh-http', '53'];
const directions = ['', '', '', 'src ', 'dst ', 'src or dst ', 'src and dst '];
const protocolWords = [
  'ip',
  'ip6',
  'arp',
  'rarp',
  'tcp',
  'udp',
  'icmp',
  'icmp6',
  'sctp',
  'igmp',
  'pim',
  'igrp',
  'vrrp',
  'carp',
  'ah',
  'esp',
  'atalk',
  'aarp',
  'decnet',
  'lat',
  'sca',
  'mopdl',
  'moprc',
  'iso',
  'stp',
  'ipx',
  'netbeui',
  'esis',
  'isis',
  'clnp',
  'l1',
  'l2',
  'iih',
  'lsp',
  'snp',
  'csnp',
  'psnp',
];
const indexable = [
  'ether',
  'link',
  'ip',
  'ip6',
  'tcp',
  'udp',
  'icmp',
  'icmp6',
  'arp',
  'rarp',
  'sctp',
  'igmp',
  'ip',
  'tcp',
  'ether',
];
const values = [
  '0',
  '1',
  '2',
  '5',
  '6',
  '17',
  '80',
  '255',
  '256',
  '0x800',
  '0xfff',
  '65535',
  '0xffffffff',
  '100',
  '64',
];
const relations = ['=', '==', '!=', '<', '>', '<=', '>='];
const operators = ['+', '-', '*', '/', '%', '&', '|', '^', '<<', '>>'];

type Maker = (r: Random) => string;

function field(r: Random): string {
  const size = r.pick(['', '', ':1', ':2', ':4']);
  const offset = r.chance(0.9) ? String(r.below(40)) : r.pick(['tcpflags', 'icmptype', `${arithmetic(r, 1)}`, '100']);
  return `${r.pick(indexable)}[${offset}${size}]`;
}

function arithmetic(r: Random, depth: number): string {
  if (depth <= 0 || r.chance(0.5))
    return r.pick([field, field, field, (): string => 'len', (q: Random): string => q.pick(values)])(r);
  const operator = r.pick(operators);
  const left = arithmetic(r, depth - 1);
  const right =
    operator === '<<' || operator === '>>'
      ? String(r.below(32))
      : r.chance(0.6)
        ? String(1 + r.below(300))
        : arithmetic(r, depth - 1);
  const text = `${left} ${operator} ${right}`;
  return r.chance(0.4) ? `(${text})` : text;
}

const common: readonly Maker[] = [
  (r): string => `${r.pick(['', 'ip ', 'arp ', 'rarp '])}${r.pick(directions)}host ${r.pick(ipv4)}`,
  (r): string => `${r.pick(['', 'ip ', 'arp '])}${r.pick(directions)}net ${r.pick(nets4)}`,
  (r): string => `${r.pick(['', 'ip6 '])}${r.pick(directions)}host ${r.pick(ipv6)}`,
  (r): string => `${r.pick(['', 'ip6 '])}${r.pick(directions)}net ${r.pick(nets6)}`,
  (r): string => `${r.pick(['', 'tcp ', 'udp ', 'sctp '])}${r.pick(directions)}port ${r.pick(ports)}`,
  (r): string => `${r.pick(['', 'tcp ', 'udp '])}${r.pick(directions)}portrange ${r.pick(ranges)}`,
  (r): string => `${r.pick(['tcp ', 'udp ', ''])}${r.pick(directions)}port (${r.pick(ports)} or ${r.pick(ports)})`,
  (r): string => r.pick(protocolWords),
  (r): string => r.pick(['ip', 'ip6', 'tcp', 'udp', 'icmp', 'arp']),
  (r): string =>
    `${r.pick(['', 'ip ', 'ip6 '])}proto ${r.pick(['6', '17', '1', '47', '58', '\\tcp', '\\udp', '\\icmp', '44'])}`,
  (r): string => `ether proto ${r.pick(['0x800', '0x86dd', '\\arp', '\\ip', '5', '0x1234', '\\stp', '\\ipx', '1500'])}`,
  (r): string => `${r.pick(['less', 'greater'])} ${r.pick(['60', '100', '1000', '0', '14'])}`,
  (r): string => `${arithmetic(r, 2)} ${r.pick(relations)} ${r.chance(0.7) ? r.pick(values) : arithmetic(r, 1)}`,
  (r): string =>
    `${field(r)} & ${r.pick(['1', '3', '0xf', '0x40', '0xf0', '0x1fff', '0xfffffff0'])} ${r.pick(relations)} ${r.pick(values)}`,
  (r): string => `${field(r)} ${r.pick(relations)} ${r.pick(values)}`,
  (r): string => `tcp[tcpflags] & (tcp-syn|tcp-fin) ${r.pick(['=', '!='])} ${r.pick(['0', 'tcp-syn', '3'])}`,
  (r): string => r.pick(['ip multicast', 'ip6 multicast', 'ip broadcast']),
  (r): string => `byte ${r.below(30)} ${r.pick(['=', '<', '>'])} ${r.below(256)}`,
];

const ethernet: readonly Maker[] = [
  (r): string => `ether ${r.pick(directions)}host ${r.pick(macs)}`,
  (r): string => r.pick(['ether broadcast', 'ether multicast', 'broadcast', 'multicast']),
  (r): string => `vlan${r.pick(['', ' 10', ' 20', ' 4095'])}`,
  (r): string => `mpls${r.pick(['', ' 100', ' 1024'])}`,
  (r): string => `pppoes${r.pick(['', ' 7'])}`,
  (): string => 'pppoed',
  (r): string => `geneve${r.pick(['', ' 5'])}`,
  (r): string => `decnet ${r.pick(['src', 'dst', 'host'])} ${r.pick(['10.123', '1.1'])}`,
  (r): string =>
    `llc${r.pick(['', ' i', ' s', ' u', ' rr', ' rnr', ' rej', ' ui', ' ua', ' disc', ' sabme', ' test', ' xid', ' frmr'])}`,
  (r): string => r.pick(['inbound', 'outbound', 'ifindex 2']),
  (r): string => `iso proto ${r.pick(['\\clnp', '\\isis', '5'])}`,
];

const exotic: readonly Maker[] = [
  (r): string =>
    `wlan ${r.pick(['addr1', 'addr2', 'addr3', 'addr4', 'ra', 'ta', 'src', 'dst', 'host', 'src and dst'])} ${r.pick(macs)}`,
  (r): string => `type ${r.pick(['mgt', 'ctl', 'data', '4'])}`,
  (r): string =>
    r.pick([
      'type mgt subtype beacon',
      'type ctl subtype ack',
      'type data subtype qos-data',
      'subtype probe-req',
      'subtype data',
    ]),
  (r): string => `dir ${r.pick(['nods', 'tods', 'fromds', 'dstods', '1'])}`,
  (r): string => `${r.pick(['vpi', 'vci'])} ${r.pick(['5', '(3 or 4)', '> 6', '<= 9', '!= 3', '(> 3 or < 2)'])}`,
  (r): string =>
    r.pick(['lane', 'metac', 'bcc', 'oamf4ec', 'oamf4sc', 'sc', 'ilmic', 'oam', 'oamf4', 'connectmsg', 'metaconnect']),
  (r): string => r.pick(['fisu', 'lssu', 'msu', 'hfisu', 'hlssu', 'hmsu']),
  (r): string =>
    `${r.pick(['sio', 'sls', 'opc', 'dpc', 'hsio', 'hsls', 'hopc', 'hdpc'])} ${r.pick(['5', '(3 or 4)', '> 6', '<= 9', '!= 3', '0'])}`,
  (r): string =>
    r.pick(['on eth0', 'rset foo', 'rnr 5', 'srnr 6', 'reason match', 'reason 3', 'action pass', 'action block']),
  (): string => 'radio[0] = 0',
  (r): string => `${r.pick(['', 'ip ', 'ip6 '])}protochain ${r.pick(['6', '17', '\\tcp'])}`,
];

/** What to draw from. */
export interface Mix {
  readonly exotic: number;
  readonly ethernet: number;
}

function primitive(r: Random, mix: Mix): string {
  if (r.chance(mix.exotic)) return r.pick(exotic)(r);
  return r.chance(mix.ethernet) ? r.pick(ethernet)(r) : r.pick(common)(r);
}

/** A random expression of up to `size` primitives. */
export function randomExpression(r: Random, size: number, mix: Mix): string {
  if (size <= 1) return r.chance(0.15) ? `not ${primitive(r, mix)}` : primitive(r, mix);
  const left = 1 + r.below(size - 1);
  const text = `${randomExpression(r, left, mix)} ${r.pick(['and', 'or'])} ${r.chance(0.3) ? `(${randomExpression(r, size - left, mix)})` : randomExpression(r, size - left, mix)}`;
  if (r.chance(0.1)) return `not (${text})`;
  return r.chance(0.1) ? `(${text})` : text;
}

/** Text that is hardly ever an expression: raw bytes, or the words of the language in any order. */
export function randomGarbage(r: Random): string {
  if (r.chance(0.3))
    return String.fromCharCode(
      ...Array.from({ length: r.below(40) }, () => (r.chance(0.9) ? 32 + r.below(95) : r.below(0x3000))),
    );
  const words = [
    '(',
    ')',
    'and',
    'or',
    'not',
    '!',
    '&&',
    '||',
    '[',
    ']',
    ':',
    '=',
    '<',
    '+',
    '-',
    '5',
    '80',
    '10.1',
    '1.2.3.4',
    '::1',
    '/',
    '24',
    'foo',
    'a-b',
    '00:11:22:33:44:55',
    'host',
    'net',
    'port',
    'src',
    'dst',
    'proto',
    '\\tcp',
    'len',
    'vlan',
    'type',
    'less',
    'mask',
    ...protocolWords.slice(0, 10),
  ];
  return Array.from({ length: 1 + r.below(10) }, () => r.pick(words)).join(' ');
}
