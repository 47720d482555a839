// A decoded packet as the line that tcpdump prints with -n.

import { arpText } from './format-arp.ts';
import {
  icmp6ChecksumText,
  icmpChecksumText,
  ipv4Facts,
  ipv6Facts,
  tcpChecksumText,
  udpChecksumText,
} from './format-details.ts';
import { dnsText } from './format-dns.ts';
import type {
  CookedLayer,
  EthernetLayer,
  HttpLayer,
  Ipv4Layer,
  Ipv6Layer,
  Layer,
  TcpLayer,
  TcpOption,
  UdpLayer,
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
  /** More about each packet, as often as tcpdump is given -v: what {@link decodePacket} was asked for. */
  readonly detail?: number;
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
  detail: 0,
  hasAbsoluteNumbers: false,
  hasDump: false,
  interfaceName: () => undefined,
};

/** What a formatter knows beside its layer. */
interface LineState extends Required<PacketPrinterOptions> {
  readonly conversations: TcpConversations;
  /** Addresses of the IP layer before, and its version. */
  source: string;
  destination: string;
  version: 4 | 6;
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

function optionText({ name, values = [], suffix = '' }: TcpOption, relative: (value: number) => number): string {
  if (name === 'TS' && values.length === 2) return `TS val ${values[0]} ecr ${values[1]}${suffix}`;
  if (name === 'sack' && !suffix) {
    const edges = values.map(relative);
    const blocks = Array.from(
      { length: edges.length >> 1 },
      (_, index) => `{${edges[index * 2]}:${edges[index * 2 + 1]}}`,
    );
    return `sack ${blocks.length} ${blocks.join('')}`;
  }
  return [name, ...values].join(' ') + suffix;
}

/** `A.port > B.port`; where the hosts have been told before, only the ports. */
function endsText({ source, destination, areHostsTold }: LineState, [from, to]: readonly [number, number]): string {
  return areHostsTold ? `${from} > ${to}` : `${source}.${from} > ${destination}.${to}`;
}

function tcpText(tcp: TcpLayer, state: LineState): string {
  const { source, destination, detail } = state;
  const ends = endsText(state, [tcp.sourcePort, tcp.destinationPort]);
  if (state.isQuiet) return `${ends}: tcp ${tcp.length}`;
  const { sequence, acknowledgement, relativeSack } = state.conversations.relative(tcp, source, destination);
  const parts = [`Flags [${tcp.flags || 'none'}]${tcpChecksumText(tcp)}`];
  if (tcp.length > 0) parts.push(`seq ${sequence}:${(sequence + tcp.length) >>> 0}`);
  else if (detail > 1 || /[SFR]/.test(tcp.flags)) parts.push(`seq ${sequence}`);
  if (tcp.flags.includes('.')) parts.push(`ack ${acknowledgement}`);
  parts.push(`win ${tcp.window}`);
  if (tcp.flags.includes('U')) parts.push(`urg ${tcp.urgent}`);
  const options = tcp.options.map((option) => optionText(option, relativeSack));
  if (tcp.optionsEnd === 'cut') return `${ends}: ${parts.join(', ')}, options [${options.join(',')} [|tcp]`;
  if (tcp.optionsEnd === 'bad') return `${ends}: ${parts.join(', ')}, options [${[...options, '[bad opt]'].join(',')}]`;
  if (options.length > 0) parts.push(`options [${options.join(',')}]`);
  parts.push(`length ${tcp.length}`);
  return `${ends}: ${parts.join(', ')}`;
}

function udpText(udp: UdpLayer, state: LineState): string {
  const { length, available, sourcePort, destinationPort } = udp;
  const size = available === undefined ? `length ${length}` : `bad length ${length} > ${available}`;
  return `${endsText(state, [sourcePort, destinationPort])}: ${udpChecksumText(udp, state)}UDP, ${size}`;
}

function httpText({ lines, isCut, length }: HttpLayer, { detail }: LineState): string {
  const cut = isCut ? ' [|http]' : '';
  if (lines.length === 0) return ': HTTP';
  if (detail === 0) return `: HTTP: ${lines[0]}${cut}`;
  return `: HTTP, length: ${length}${lines.map((line) => `\n\t${line}`).join('')}${cut}`;
}

/** `A > B: `, once per IP header. */
function betweenHosts(state: LineState): string {
  if (state.areHostsTold) return '';
  state.areHostsTold = true;
  return `${state.source} > ${state.destination}: `;
}

/** `IP `; within another IP packet, that one's hosts before it. */
function ipStart(layer: Ipv4Layer | Ipv6Layer, state: LineState): string {
  const { source, destination, missing } = layer;
  const version = layer.protocol === 'ipv4' ? 4 : 6;
  const name = version === 4 ? 'IP' : 'IP6';
  const isNested = state.source !== '';
  const outer = isNested ? betweenHosts(state) : '';
  Object.assign(state, { source, destination, version, areHostsTold: false });
  const gap = missing > 0 ? `truncated-${name.toLowerCase()} - ${missing} bytes missing! ` : '';
  return `${outer}${state.showsLink ? '' : `${name} `}${gap}`;
}

function ipv4Text(layer: Ipv4Layer, state: LineState): string {
  const start = ipStart(layer, state) + (state.detail > 0 ? ipv4Facts(layer) : '');
  return layer.fragmentOffset > 0 ? `${start}${betweenHosts(state)}ip-proto-${layer.next}` : start;
}

function ipv6Text(layer: Ipv6Layer, state: LineState): string {
  const start = ipStart(layer, state) + (state.detail > 0 ? ipv6Facts(layer) : '');
  if (layer.extensions.length === 0) return start;
  // tcpdump tells the hosts before the first extension header, and then not again.
  return `${start}${betweenHosts(state)}${layer.extensions.join(' ')} `;
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
  arp: (layer, { showsLink, detail, hasDump }) => `${showsLink ? '' : 'ARP, '}${arpText(layer, detail > 0, hasDump)}`,
  ipv4: ipv4Text,
  ipv6: ipv6Text,
  tcp: tcpText,
  udp: udpText,
  icmp: ({ text, length, checksum, quoted }, state) => {
    const line = `${betweenHosts(state)}ICMP ${text}, length ${length}${icmpChecksumText(checksum)}`;
    return quoted ? `${line}\n\t${formatLayers(quoted, { ...state, source: '' })}` : line;
  },
  icmp6: ({ text, length, checksum, isCut, hasLength }, state) => {
    const end = isCut ? ' [|icmp6]' : hasLength ? '' : `, length ${length}`;
    return `${betweenHosts(state)}${icmp6ChecksumText(checksum)}ICMP6, ${text}${end}`;
  },
  dns: (layer, { detail }) => dnsText(layer, detail),
  http: httpText,
  invalid: ({ text, of }, { showsLink }) => (of && !showsLink ? `${of} ${text}` : text),
  unknown: ({ of, type, length, data }, state) => {
    if (of === 'ip')
      return betweenHosts(state) + (type === noNextHeader ? 'no next header' : ` ip-proto-${type} ${length}`);
    const dump = state.hasDump || state.isQuiet ? '' : dumpPacket(data, 'hex-and-characters');
    if (of === 'link') return `link type ${type}, length ${length}: ${dump}`;
    return `${state.showsLink ? '' : state.linkText}${dump}`;
  },
  cut: ({ of, ports, problem = ` [|${of}]` }, state) => {
    const { source, showsLink } = state;
    if (of === 'domain') return problem;
    if (ports) return `${endsText(state, ports)}: ${problem}`;
    const name = of === 'ip' && !showsLink ? 'IP ' : '';
    const hosts = source ? betweenHosts(state) : '';
    return hosts + name + (source && of === 'tcp' ? problem.trimStart() : problem);
  },
};

const noNextHeader = 59;

const isDns = (layer: Layer): boolean =>
  layer.protocol === 'dns' || (layer.protocol === 'cut' && layer.of === 'domain');

/** Above TCP and UDP. */
function isMessage(layer: Layer): boolean {
  if (layer.protocol === 'invalid') return layer.isPayload === true;
  return isDns(layer) || layer.protocol === 'http';
}

function formatLayer<P extends Layer['protocol']>(layer: LayerOf<P>, state: LineState): string {
  return (formatters[layer.protocol as P] as Formatter<P>)(layer, state);
}

function formatLayers(layers: readonly Layer[], state: LineState): string {
  let line = '';
  for (const layer of layers) {
    if (state.isQuiet && isMessage(layer)) continue;
    // A message over UDP takes the place of "UDP, length N".
    if (isDns(layer)) line = line.replace(/UDP, (bad )?length [\d >]+$/, '').replace(/ length \d+$/, '$& ');
    line += formatLayer(layer, state);
  }
  return line;
}

/** Makes one line per packet; keeps what relative TCP sequence numbers need. */
export class PacketPrinter {
  readonly #options: Required<PacketPrinterOptions>;
  readonly #conversations: TcpConversations;

  constructor(options: PacketPrinterOptions = {}) {
    this.#options = { ...defaults, ...options };
    this.#conversations = new TcpConversations(!this.#options.hasAbsoluteNumbers);
  }

  /** The line, or lines, without a time; `wireLength` is the packet's. */
  format(layers: readonly Layer[], wireLength: number): string {
    return formatLayers(layers, {
      ...this.#options,
      conversations: this.#conversations,
      source: '',
      destination: '',
      version: 4,
      areHostsTold: false,
      linkText: '',
      length: wireLength,
    });
  }
}
