// What is understood of a packet: one object per protocol layer, outermost first.

/** Ethernet II or 802.3. */
export interface EthernetLayer {
  readonly protocol: 'ethernet';
  readonly source: string;
  readonly destination: string;
  /** EtherType; a length below 0x600. */
  readonly type: number;
}

/** The header that Linux puts in the place of link headers when it captures on all interfaces (LINUX_SLL2). */
export interface CookedLayer {
  readonly protocol: 'linux-sll2';
  readonly interfaceIndex: number;
  /** `In`, `Out`, `B`roadcast, `M`ulticast, `P`: between other machines; `?`. */
  readonly packetType: string;
  /** The sender's; empty where the link has none. */
  readonly address: string;
  /** EtherType. */
  readonly type: number;
}

/** An 802.1Q or 802.1ad tag. */
export interface VlanLayer {
  readonly protocol: 'vlan';
  readonly id: number;
  readonly priority: number;
  readonly dropEligible: boolean;
  readonly type: number;
}

/** ARP and RARP for IPv4 over Ethernet. */
export interface ArpLayer {
  readonly protocol: 'arp';
  readonly operation: number;
  readonly senderHardware: string;
  readonly senderAddress: string;
  readonly targetHardware: string;
  readonly targetAddress: string;
  /** Bytes, with padding. */
  readonly length: number;
}

/** IPv4. */
export interface Ipv4Layer {
  readonly protocol: 'ipv4';
  readonly source: string;
  readonly destination: string;
  readonly ttl: number;
  readonly id: number;
  /** IP protocol of what follows. */
  readonly next: number;
  readonly totalLength: number;
  /** Bytes that the header tells of and the wire did not bring. */
  readonly missing: number;
  readonly fragmentOffset: number;
  readonly moreFragments: boolean;
  readonly dontFragment: boolean;
}

/** IPv6, with the extension headers passed over. */
export interface Ipv6Layer {
  readonly protocol: 'ipv6';
  readonly source: string;
  readonly destination: string;
  readonly hopLimit: number;
  readonly next: number;
  readonly payloadLength: number;
  /** Bytes that the header tells of and the wire did not bring. */
  readonly missing: number;
  /** As tcpdump names them, in order: `HBH`, `DSTOPT`, `frag (0|1232)`. */
  readonly extensions: readonly string[];
}

/** One TCP option: its name and, where it has one, its value. */
export interface TcpOption {
  readonly name: string;
  readonly values?: readonly number[];
}

/** TCP. Sequence numbers are those of the header. */
export interface TcpLayer {
  readonly protocol: 'tcp';
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** As tcpdump writes them: `S.` is SYN and ACK. */
  readonly flags: string;
  readonly sequence: number;
  readonly acknowledgement: number;
  readonly window: number;
  readonly urgent: number;
  readonly options: readonly TcpOption[];
  /** Bytes of payload on the wire. */
  readonly length: number;
}

/** UDP. */
export interface UdpLayer {
  readonly protocol: 'udp';
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** Bytes of payload. */
  readonly length: number;
}

/** ICMP and ICMPv6; `text` is what tcpdump writes of the kind and its fields. */
export interface IcmpLayer {
  readonly protocol: 'icmp' | 'icmp6';
  readonly type: number;
  readonly code: number;
  readonly text: string;
  readonly length: number;
}

/** A record of a DNS answer. */
export interface DnsRecord {
  readonly name: string;
  readonly type: string;
  readonly ttl: number;
  /** Address, name or text; empty where its type is not interpreted. */
  readonly value: string;
}

/** DNS over UDP or TCP. */
export interface DnsLayer {
  readonly protocol: 'dns';
  readonly id: number;
  readonly isResponse: boolean;
  readonly operation: number;
  readonly responseCode: number;
  /** The flags as tcpdump writes them: `+`, `*`, `-`, `|`, `$`, `%`. */
  readonly flags: string;
  readonly questions: readonly { readonly name: string; readonly type: string }[];
  readonly answers: readonly DnsRecord[];
  /** Questions, answers, authorities, additional records as the header counts them. */
  readonly counts: readonly [number, number, number, number];
  readonly length: number;
  readonly isTruncated: boolean;
}

/** The first line of an HTTP message; empty where none starts in this packet. */
export interface HttpLayer {
  readonly protocol: 'http';
  readonly line: string;
}

/** What could not be interpreted. */
export interface UnknownLayer {
  readonly protocol: 'unknown';
  /** What it would be: an EtherType, an IP protocol, a link type. */
  readonly of: 'ethernet' | 'ip' | 'link';
  readonly type: number;
  readonly length: number;
  readonly data: Uint8Array;
}

/** A header that the captured bytes cut off. */
export interface CutLayer {
  readonly protocol: 'cut';
  readonly of: string;
  /** Source and destination, where there are at least those of TCP or UDP. */
  readonly ports?: readonly [number, number] | undefined;
}

export type Layer =
  | EthernetLayer
  | CookedLayer
  | VlanLayer
  | ArpLayer
  | Ipv4Layer
  | Ipv6Layer
  | TcpLayer
  | UdpLayer
  | IcmpLayer
  | DnsLayer
  | HttpLayer
  | UnknownLayer
  | CutLayer;

/** The rest of a packet, to be interpreted by the next decoder. */
export interface Rest {
  /** The captured bytes. */
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Bytes on the wire; at least those captured. */
  readonly wireLength: number;
}

/** Adds the layers it finds. */
export type LayerDecoder = (rest: Rest, layers: Layer[]) => void;

/** A rest over bytes. */
export function restOf(bytes: Uint8Array, wireLength: number): Rest {
  return {
    bytes,
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    wireLength: Math.max(0, wireLength),
  };
}

/** What follows `size` bytes, at most `wireLength` bytes of it. */
export function after(rest: Rest, size: number, wireLength: number = rest.wireLength - size): Rest {
  const start = Math.min(size, rest.bytes.byteLength);
  const end = Math.min(rest.bytes.byteLength, size + Math.max(0, wireLength));
  return restOf(rest.bytes.subarray(start, Math.max(start, end)), wireLength);
}
