// The words of the language: every keyword of pcap-filter(7) with its token kind and value, as rows.

/** Kinds of tokens; single characters and operators stand for themselves. */
export type TokenKind =
  | 'end'
  /** Protocol name that can qualify, index and stand alone. */
  | 'protocol'
  | 'src'
  | 'dst'
  /** addr1..addr4, ra, ta */
  | 'wlan-address'
  /** host, net, port, portrange */
  | 'type'
  | 'mask'
  | 'proto'
  | 'protochain'
  | 'gateway'
  | 'wlan-type'
  | 'wlan-subtype'
  | 'wlan-dir'
  | 'less'
  | 'greater'
  | 'byte'
  | 'broadcast'
  | 'multicast'
  | 'and'
  | 'or'
  | 'not'
  | 'len'
  | 'inbound'
  | 'outbound'
  | 'ifindex'
  | 'vlan'
  | 'mpls'
  | 'pppoed'
  | 'pppoes'
  | 'geneve'
  | 'atm-type'
  | 'atm-multi'
  | 'atm-field'
  | 'mtp2'
  | 'mtp3-field'
  | 'pf-name'
  | 'pf-number'
  | 'pf-reason'
  | 'pf-action'
  | 'llc'
  /** Unsigned 32-bit number, constants included. */
  | 'number'
  /** IPv4 address in two to four parts. */
  | 'ipv4'
  | 'ipv6'
  | 'mac'
  /** ARCnet address. */
  | 'arcnet'
  | 'name'
  | '('
  | ')'
  | '['
  | ']'
  | ':'
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '&'
  | '|'
  | '^'
  | '<<'
  | '>>'
  | '<'
  | '>'
  | '<='
  | '>='
  | '='
  | '!=';

/** What a word means. */
export interface Keyword {
  readonly kind: TokenKind;
  readonly value: string | number;
}

const protocols: Readonly<Record<string, string>> = {
  link: 'link',
  ether: 'link',
  ppp: 'link',
  slip: 'link',
  fddi: 'link',
  tr: 'link',
  wlan: 'link',
  arp: 'arp',
  rarp: 'rarp',
  ip: 'ip',
  sctp: 'sctp',
  tcp: 'tcp',
  udp: 'udp',
  icmp: 'icmp',
  igmp: 'igmp',
  igrp: 'igrp',
  pim: 'pim',
  vrrp: 'vrrp',
  carp: 'carp',
  radio: 'radio',
  ip6: 'ip6',
  icmp6: 'icmp6',
  ah: 'ah',
  esp: 'esp',
  atalk: 'atalk',
  aarp: 'aarp',
  decnet: 'decnet',
  lat: 'lat',
  sca: 'sca',
  moprc: 'moprc',
  mopdl: 'mopdl',
  iso: 'iso',
  esis: 'esis',
  'es-is': 'esis',
  isis: 'isis',
  'is-is': 'isis',
  l1: 'l1',
  l2: 'l2',
  iih: 'iih',
  lsp: 'lsp',
  snp: 'snp',
  csnp: 'csnp',
  psnp: 'psnp',
  clnp: 'clnp',
  stp: 'stp',
  ipx: 'ipx',
  netbeui: 'netbeui',
};

const words: Readonly<Partial<Record<TokenKind, Readonly<Record<string, string>>>>> = {
  src: { src: 'src' },
  dst: { dst: 'dst' },
  'wlan-address': {
    address1: 'addr1',
    addr1: 'addr1',
    address2: 'addr2',
    addr2: 'addr2',
    address3: 'addr3',
    addr3: 'addr3',
    address4: 'addr4',
    addr4: 'addr4',
    ra: 'ra',
    ta: 'ta',
  },
  type: { host: 'host', net: 'net', port: 'port', portrange: 'portrange' },
  mask: { mask: 'mask' },
  proto: { proto: 'proto' },
  protochain: { protochain: 'protochain' },
  gateway: { gateway: 'gateway' },
  'wlan-type': { type: 'type' },
  'wlan-subtype': { subtype: 'subtype' },
  'wlan-dir': { direction: 'dir', dir: 'dir' },
  less: { less: 'less' },
  greater: { greater: 'greater' },
  byte: { byte: 'byte' },
  broadcast: { broadcast: 'broadcast' },
  multicast: { multicast: 'multicast' },
  and: { and: 'and' },
  or: { or: 'or' },
  not: { not: 'not' },
  len: { len: 'len', length: 'len' },
  inbound: { inbound: 'inbound' },
  outbound: { outbound: 'outbound' },
  ifindex: { ifindex: 'ifindex' },
  vlan: { vlan: 'vlan' },
  mpls: { mpls: 'mpls' },
  pppoed: { pppoed: 'pppoed' },
  pppoes: { pppoes: 'pppoes' },
  geneve: { geneve: 'geneve' },
  'atm-type': {
    lane: 'lane',
    metac: 'metac',
    bcc: 'bcc',
    oamf4ec: 'oamf4ec',
    oamf4sc: 'oamf4sc',
    sc: 'sc',
    ilmic: 'ilmic',
  },
  'atm-multi': { oam: 'oam', oamf4: 'oamf4', connectmsg: 'connectmsg', metaconnect: 'metaconnect' },
  'atm-field': { vpi: 'vpi', vci: 'vci' },
  mtp2: { fisu: 'fisu', lssu: 'lssu', lsu: 'lssu', msu: 'msu', hfisu: 'hfisu', hlssu: 'hlssu', hmsu: 'hmsu' },
  'mtp3-field': {
    sio: 'sio',
    opc: 'opc',
    dpc: 'dpc',
    sls: 'sls',
    hsio: 'hsio',
    hopc: 'hopc',
    hdpc: 'hdpc',
    hsls: 'hsls',
  },
  'pf-name': { on: 'ifname', ifname: 'ifname', rset: 'rset', ruleset: 'rset' },
  'pf-number': { rnr: 'rnr', rulenum: 'rnr', srnr: 'srnr', subrulenum: 'srnr' },
  'pf-reason': { reason: 'reason' },
  'pf-action': { action: 'action' },
  llc: { llc: 'llc' },
};

/** Named numbers: offsets of fields, ICMP and ICMPv6 types, TCP flags. */
export const constants: Readonly<Record<string, number>> = {
  icmptype: 0,
  icmpcode: 1,
  icmp6type: 0,
  icmp6code: 1,
  tcpflags: 13,
  'icmp-echoreply': 0,
  'icmp-unreach': 3,
  'icmp-sourcequench': 4,
  'icmp-redirect': 5,
  'icmp-echo': 8,
  'icmp-routeradvert': 9,
  'icmp-routersolicit': 10,
  'icmp-timxceed': 11,
  'icmp-paramprob': 12,
  'icmp-tstamp': 13,
  'icmp-tstampreply': 14,
  'icmp-ireq': 15,
  'icmp-ireqreply': 16,
  'icmp-maskreq': 17,
  'icmp-maskreply': 18,
  'icmp6-destinationunreach': 1,
  'icmp6-packettoobig': 2,
  'icmp6-timeexceeded': 3,
  'icmp6-parameterproblem': 4,
  'icmp6-echo': 128,
  'icmp6-echoreply': 129,
  'icmp6-multicastlistenerquery': 130,
  'icmp6-multicastlistenerreportv1': 131,
  'icmp6-multicastlistenerdone': 132,
  'icmp6-routersolicit': 133,
  'icmp6-routeradvert': 134,
  'icmp6-neighborsolicit': 135,
  'icmp6-neighboradvert': 136,
  'icmp6-redirect': 137,
  'icmp6-routerrenum': 138,
  'icmp6-nodeinformationquery': 139,
  'icmp6-nodeinformationresponse': 140,
  'icmp6-ineighbordiscoverysolicit': 141,
  'icmp6-ineighbordiscoveryadvert': 142,
  'icmp6-multicastlistenerreportv2': 143,
  'icmp6-homeagentdiscoveryrequest': 144,
  'icmp6-homeagentdiscoveryreply': 145,
  'icmp6-mobileprefixsolicit': 146,
  'icmp6-mobileprefixadvert': 147,
  'icmp6-certpathsolicit': 148,
  'icmp6-certpathadvert': 149,
  'icmp6-multicastrouteradvert': 151,
  'icmp6-multicastroutersolicit': 152,
  'icmp6-multicastrouterterm': 153,
  'tcp-fin': 1,
  'tcp-syn': 2,
  'tcp-rst': 4,
  'tcp-push': 8,
  'tcp-ack': 16,
  'tcp-urg': 32,
  'tcp-ece': 64,
  'tcp-cwr': 128,
};

interface Entry extends Keyword {
  readonly word: string;
}

/** Every word that is not a name, by the hash of its text: one is found without making a string of it. */
const TABLE_SIZE = 1024;
let table: readonly (Entry | undefined)[] | undefined;

function hashOf(text: string, start: number, end: number): number {
  let hash = 0;
  for (let at = start; at < end; at++) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0;
  return (hash ^ (hash >>> 10)) & (TABLE_SIZE - 1);
}

function buildTable(): readonly (Entry | undefined)[] {
  const entries = new Array<Entry | undefined>(TABLE_SIZE).fill(undefined);
  const add = (kind: TokenKind, group: Readonly<Record<string, string | number>>): void => {
    for (const word in group) {
      let place = hashOf(word, 0, word.length);
      while (entries[place]) place = (place + 1) % TABLE_SIZE;
      entries[place] = { kind, value: group[word] as string | number, word };
    }
  };
  add('protocol', protocols);
  for (const kind in words) add(kind as TokenKind, words[kind as TokenKind] as Readonly<Record<string, string>>);
  add('number', constants);
  return entries;
}

/** The keyword that a part of a text is; undefined for a name. */
export function keywordAt(text: string, start: number, end: number): Keyword | undefined {
  table ??= buildTable();
  let place = hashOf(text, start, end);
  for (let entry = table[place]; entry; entry = table[place]) {
    if (entry.word.length === end - start && text.startsWith(entry.word, start)) return entry;
    place = (place + 1) % TABLE_SIZE;
  }
  return undefined;
}

/** All keywords. */
export function keywords(): string[] {
  return [protocols, ...Object.values(words), constants].flatMap((group) => Object.keys(group));
}
