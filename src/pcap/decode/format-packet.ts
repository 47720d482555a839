// A decoded packet as the line that tcpdump prints with -n.

import type {
  ArpLayer,
  DnsLayer,
  EthernetLayer,
  Ipv4Layer,
  Ipv6Layer,
  Layer,
  TcpLayer,
  TcpOption,
  VlanLayer,
} from './layers.ts';
import { TcpConversations } from './tcp-conversations.ts';

type LayerOf<P extends Layer['protocol']> = Extract<Layer, { protocol: P }>;

/** What a formatter knows beside its layer. */
interface LineState {
  readonly showsLink: boolean;
  readonly conversations: TcpConversations;
  /** Addresses of the IP layer before. */
  source: string;
  destination: string;
  areHostsTold: boolean;
  /** EtherType that the link header told, for packets that are not interpreted. */
  linkText: string;
  length: number;
}

type Formatter<P extends Layer['protocol']> = (layer: LayerOf<P>, state: LineState) => string;

const etherTypeNames: Readonly<Record<number, string>> = {
  2048: 'IPv4',
  2054: 'ARP',
  32821: 'Reverse ARP',
  33024: '802.1Q',
  34525: 'IPv6',
  34887: 'MPLS unicast',
  34915: 'PPPoE D',
  34916: 'PPPoE S',
  34984: '802.1Q-QinQ',
  35020: 'LLDP',
  37120: '802.1Q-9100',
};

const hex = (value: number, digits: number): string => `0x${value.toString(16).padStart(digits, '0')}`;
const etherTypeText = (type: number): string =>
  type < 0x600 ? `802.3, length ${type}` : `ethertype ${etherTypeNames[type] ?? 'Unknown'} (${hex(type, 4)})`;

/** As `tcpdump -X` writes it: eight words a line, then their printable characters. */
function hexDump(data: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < data.byteLength; at += 16) {
    const row = data.subarray(at, at + 16);
    const bytes = Array.from(row, (byte, index) => `${index % 2 ? '' : ' '}${byte.toString(16).padStart(2, '0')}`);
    const characters = Array.from(row, (byte) => (byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.'));
    lines.push(`\n\t${hex(at, 4)}: ${bytes.join('').padEnd(40)}  ${characters.join('')}`);
  }
  return lines.join('');
}

function linkHeader({ source, destination, type }: EthernetLayer, state: LineState): string {
  return `${source} > ${destination}, ${etherTypeText(type)}, length ${state.length}: `;
}

function vlanText({ id, priority, dropEligible, type }: VlanLayer): string {
  return `vlan ${id}, p ${priority}${dropEligible ? ', DEI' : ''}, ${etherTypeText(type)}, `;
}

const arpOperations: Readonly<Record<number, (layer: ArpLayer) => string>> = {
  1: ({ targetAddress, targetHardware, senderAddress }) => {
    const isKnown = !/^(00:){5}00$|^(ff:){5}ff$/.test(targetHardware);
    return `Request who-has ${targetAddress}${isKnown ? ` (${targetHardware})` : ''} tell ${senderAddress}`;
  },
  2: ({ senderAddress, senderHardware }) => `Reply ${senderAddress} is-at ${senderHardware}`,
  3: ({ targetHardware, senderHardware }) => `Reverse Request who-is ${targetHardware} tell ${senderHardware}`,
  4: ({ targetHardware, targetAddress }) => `Reverse Reply ${targetHardware} at ${targetAddress}`,
};

function optionText({ name, values = [] }: TcpOption, relative: (value: number) => number): string {
  if (name === 'TS' && values.length === 2) return `TS val ${values[0]} ecr ${values[1]}`;
  if (name === 'sack') {
    const edges = values.map(relative);
    const blocks = Array.from(
      { length: edges.length >> 1 },
      (_, index) => `{${edges[index * 2]}:${edges[index * 2 + 1]}}`,
    );
    return `sack ${blocks.length} ${blocks.join('')}`;
  }
  return [name, ...values].join(' ');
}

function tcpText(tcp: TcpLayer, state: LineState): string {
  const { source, destination } = state;
  const { sequence, acknowledgement, relativeSack } = state.conversations.relative(tcp, source, destination);
  const parts = [`Flags [${tcp.flags || 'none'}]`];
  if (tcp.length > 0) parts.push(`seq ${sequence}:${sequence + tcp.length}`);
  else if (/[SFR]/.test(tcp.flags)) parts.push(`seq ${sequence}`);
  if (tcp.flags.includes('.')) parts.push(`ack ${acknowledgement}`);
  parts.push(`win ${tcp.window}`);
  if (tcp.flags.includes('U')) parts.push(`urg ${tcp.urgent}`);
  if (tcp.options.length > 0)
    parts.push(`options [${tcp.options.map((option) => optionText(option, relativeSack)).join(',')}]`);
  parts.push(`length ${tcp.length}`);
  return `${source}.${tcp.sourcePort} > ${destination}.${tcp.destinationPort}: ${parts.join(', ')}`;
}

const dnsOperations = ['', ' inv_q', ' stat', ' op3', ' notify', ' update'];
const dnsResponses = [
  '',
  ' FormErr',
  ' ServFail',
  ' NXDomain',
  ' NotImp',
  ' Refused',
  ' YXDomain',
  ' YXRRSet',
  ' NXRRSet',
  ' NotAuth',
  ' NotZone',
];

function dnsText({ id, isResponse, operation, responseCode, flags, ...dns }: DnsLayer): string {
  const [questions, answers, authorities, additional] = dns.counts;
  const start = `${id}${dnsOperations[operation] ?? ` op${operation}`}`;
  const cut = dns.isTruncated ? ' [|domain]' : '';
  const end = `${cut} (${dns.length})`;
  if (isResponse) {
    const records = dns.answers.map(({ type, value }) => ` ${type}${value ? ` ${value}` : ''}`).join(',');
    const code = dnsResponses[responseCode] ?? ` Resp${responseCode}`;
    return `${start}${code}${flags}${questions === 1 ? '' : ` [${questions}q]`} ${answers}/${authorities}/${additional}${records}${end}`;
  }
  const counts = [
    answers ? ` [${answers}a]` : '',
    questions === 1 ? '' : ` [${questions}q]`,
    authorities ? ` [${authorities}n]` : '',
    additional ? ` [${additional}au]` : '',
  ];
  return `${start}${flags}${counts.join('')}${dns.questions.map(({ type, name }) => ` ${type}? ${name}`).join('')}${end}`;
}

/** `A > B: `, once per IP header. */
function betweenHosts(state: LineState): string {
  if (state.areHostsTold) return '';
  state.areHostsTold = true;
  return `${state.source} > ${state.destination}: `;
}

/** `IP `; within another IP packet, that one's hosts before it. */
function ipStart(name: string, { source, destination, missing }: Ipv4Layer | Ipv6Layer, state: LineState): string {
  const isNested = state.source !== '';
  const outer = isNested ? betweenHosts(state) : '';
  Object.assign(state, { source, destination, areHostsTold: false });
  const gap = missing > 0 ? `truncated-${name.toLowerCase()} - ${missing} bytes missing! ` : '';
  return `${outer}${state.showsLink && !isNested ? '' : `${name} `}${gap}`;
}

/** Text of each layer; what several layers give is written one after the other. */
const formatters: { readonly [P in Layer['protocol']]: Formatter<P> } = {
  ethernet: (layer, state) => {
    state.linkText = linkHeader(layer, state);
    return state.showsLink ? state.linkText : '';
  },
  vlan: (layer, state) => {
    state.linkText += vlanText(layer);
    return state.showsLink ? vlanText(layer) : '';
  },
  arp: (layer, { showsLink }) => {
    const text = arpOperations[layer.operation]?.(layer) ?? `Unknown (${layer.operation})`;
    return `${showsLink ? '' : 'ARP, '}${text}, length ${layer.length}`;
  },
  ipv4: (layer, state) => {
    const start = ipStart('IP', layer, state);
    return layer.fragmentOffset > 0 ? `${start}${betweenHosts(state)}ip-proto-${layer.next}` : start;
  },
  ipv6: (layer, state) => {
    const start = ipStart('IP6', layer, state);
    if (layer.extensions.length === 0) return start;
    // tcpdump tells the hosts before the first extension header, and then not again.
    return `${start}${betweenHosts(state)}${layer.extensions.map((extension) => `${extension} `).join('')}`;
  },
  tcp: tcpText,
  udp: ({ sourcePort, destinationPort, length }, { source, destination }) =>
    `${source}.${sourcePort} > ${destination}.${destinationPort}: UDP, length ${length}`,
  icmp: ({ text, length }, state) => `${betweenHosts(state)}ICMP ${text}, length ${length}`,
  icmp6: ({ text, length }, state) => `${betweenHosts(state)}ICMP6, ${text}, length ${length}`,
  dns: dnsText,
  http: ({ line }) => (line ? `: HTTP: ${line}` : ': HTTP'),
  unknown: ({ of, type, length, data }, state) => {
    if (of === 'ip') return `${betweenHosts(state)} ip-proto-${type} ${length}`;
    if (of === 'link') return `link type ${type}, length ${length}: ${hexDump(data)}`;
    return `${state.showsLink ? '' : state.linkText}${hexDump(data)}`;
  },
  cut: ({ of, ports }, state) => {
    const { source, destination } = state;
    if (ports) return `${source}.${ports[0]} > ${destination}.${ports[1]}:  [|${of}]`;
    const space = of === 'tcp' ? '' : ' ';
    return source ? `${betweenHosts(state)}${space}[|${of}]` : ` [|${of}]`;
  },
};

function formatLayer<P extends Layer['protocol']>(layer: LayerOf<P>, state: LineState): string {
  return (formatters[layer.protocol as P] as Formatter<P>)(layer, state);
}

/** How lines look. */
export interface PacketPrinterOptions {
  /** With the link-layer header, as `tcpdump -e`. */
  readonly showsLink?: boolean;
}

/** Makes one line per packet; keeps what relative TCP sequence numbers need. */
export class PacketPrinter {
  readonly #showsLink: boolean;
  readonly #conversations = new TcpConversations();

  constructor({ showsLink = false }: PacketPrinterOptions = {}) {
    this.#showsLink = showsLink;
  }

  /** The line without a time; `wireLength` is the packet's. */
  format(layers: readonly Layer[], wireLength: number): string {
    const state: LineState = {
      showsLink: this.#showsLink,
      conversations: this.#conversations,
      source: '',
      destination: '',
      areHostsTold: false,
      linkText: '',
      length: wireLength,
    };
    let line = '';
    for (const layer of layers) {
      // A message over UDP takes the place of "UDP, length N".
      if (layer.protocol === 'dns') line = line.replace(/ UDP, length \d+$/, ' ').replace(/ length \d+$/, '$& ');
      line += formatLayer(layer, state);
    }
    return line;
  }
}
