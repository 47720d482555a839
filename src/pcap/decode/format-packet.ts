// A decoded packet as the line that tcpdump prints with -n.

import type {
  ArpLayer,
  CookedLayer,
  DnsLayer,
  EthernetLayer,
  Ipv4Layer,
  Ipv6Layer,
  Layer,
  TcpLayer,
  TcpOption,
  VlanLayer,
} from './layers.ts';
import { dumpPacket } from './packet-dump.ts';
import { TcpConversations } from './tcp-conversations.ts';

type LayerOf<P extends Layer['protocol']> = Extract<Layer, { protocol: P }>;

/** How lines look. */
export interface PacketPrinterOptions {
  /** With the link-layer header, as `tcpdump -e`. */
  readonly showsLink?: boolean;
  /** Less about each packet, as `tcpdump -q`. */
  readonly isQuiet?: boolean;
  /** TCP sequence numbers as they are, as `tcpdump -S`. */
  readonly hasAbsoluteNumbers?: boolean;
  /** The bytes are shown in hexadecimal anyway: those of protocols that are not known need not be in the line. */
  readonly hasDump?: boolean;
  /** Name of an interface by its index. */
  readonly interfaceName?: (index: number) => string | undefined;
}

const defaults: Required<PacketPrinterOptions> = {
  showsLink: false,
  isQuiet: false,
  hasAbsoluteNumbers: false,
  hasDump: false,
  interfaceName: () => undefined,
};

/** What a formatter knows beside its layer. */
interface LineState extends Required<PacketPrinterOptions> {
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
const etherTypeText = (type: number, isQuiet: boolean): string => {
  if (type < 0x600) return isQuiet ? '802.3' : `802.3, length ${type}`;
  const name = etherTypeNames[type];
  return isQuiet ? (name ?? `Unknown Ethertype (${hex(type, 4)})`) : `ethertype ${name ?? 'Unknown'} (${hex(type, 4)})`;
};

function linkHeader({ source, destination, type }: EthernetLayer, state: LineState): string {
  return `${source} > ${destination}, ${etherTypeText(type, state.isQuiet)}, length ${state.length}: `;
}

function cookedHeader({ interfaceIndex, address, type }: CookedLayer, state: LineState): string {
  const sender = address ? `${address} ` : '';
  return `ifindex ${interfaceIndex} ${sender}${etherTypeText(type, state.isQuiet)}, length ${state.length}: `;
}

function vlanText({ id, priority, dropEligible, type }: VlanLayer, isQuiet: boolean): string {
  return `vlan ${id}, p ${priority}${dropEligible ? ', DEI' : ''}, ${etherTypeText(type, isQuiet)}, `;
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
  const ends = `${source}.${tcp.sourcePort} > ${destination}.${tcp.destinationPort}`;
  if (state.isQuiet) return `${ends}: tcp ${tcp.length}`;
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
  return `${ends}: ${parts.join(', ')}`;
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
  'linux-sll2': (layer, state) => {
    state.linkText = cookedHeader(layer, state);
    const name = state.interfaceName(layer.interfaceIndex) ?? '?';
    return `${name.padEnd(5)} ${layer.packetType.padEnd(3)} ${state.showsLink ? state.linkText : ''}`;
  },
  vlan: (layer, state) => {
    const text = vlanText(layer, state.isQuiet);
    state.linkText += text;
    return state.showsLink ? text : '';
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
    const dump = state.hasDump || state.isQuiet ? '' : dumpPacket(data, 'hex-and-characters');
    if (of === 'link') return `link type ${type}, length ${length}: ${dump}`;
    return `${state.showsLink ? '' : state.linkText}${dump}`;
  },
  cut: ({ of, ports }, state) => {
    const { source, destination } = state;
    if (ports) return `${source}.${ports[0]} > ${destination}.${ports[1]}:  [|${of}]`;
    const space = of === 'tcp' ? '' : ' ';
    return source ? `${betweenHosts(state)}${space}[|${of}]` : ` [|${of}]`;
  },
};

/** Above TCP and UDP. */
const isMessage = ({ protocol }: Layer): boolean => protocol === 'dns' || protocol === 'http';

function formatLayer<P extends Layer['protocol']>(layer: LayerOf<P>, state: LineState): string {
  return (formatters[layer.protocol as P] as Formatter<P>)(layer, state);
}

/** Makes one line per packet; keeps what relative TCP sequence numbers need. */
export class PacketPrinter {
  readonly #options: Required<PacketPrinterOptions>;
  readonly #conversations: TcpConversations;

  constructor(options: PacketPrinterOptions = {}) {
    this.#options = { ...defaults, ...options };
    this.#conversations = new TcpConversations(!this.#options.hasAbsoluteNumbers);
  }

  /** The line without a time; `wireLength` is the packet's. */
  format(layers: readonly Layer[], wireLength: number): string {
    const state: LineState = {
      ...this.#options,
      conversations: this.#conversations,
      source: '',
      destination: '',
      areHostsTold: false,
      linkText: '',
      length: wireLength,
    };
    let line = '';
    for (const layer of layers) {
      if (state.isQuiet && isMessage(layer)) continue;
      // A message over UDP takes the place of "UDP, length N".
      if (layer.protocol === 'dns') line = line.replace(/ UDP, length \d+$/, ' ').replace(/ length \d+$/, '$& ');
      line += formatLayer(layer, state);
    }
    return line;
  }
}
