// What is understood of a packet: one object per protocol layer, outermost first.

/** A checksum as it is, and as it should be. */
export interface Checksum {
  readonly stored: number;
  /** The same where it is right. */
  readonly expected: number;
}

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

/** ARP and RARP. */
export interface ArpLayer {
  readonly protocol: 'arp';
  readonly operation: number;
  readonly hardwareType: number;
  readonly hardwareBytes: number;
  /** EtherType; addresses of others than IPv4 are empty. */
  readonly protocolType: number;
  readonly protocolBytes: number;
  readonly senderHardware: string;
  readonly senderAddress: string;
  readonly targetHardware: string;
  readonly targetAddress: string;
  /** Bytes, with padding. */
  readonly length: number;
  /** All of it, where the operation is not known. */
  readonly data?: Uint8Array | undefined;
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
  readonly typeOfService: number;
  readonly hasReservedFlag: boolean;
  /** As tcpdump writes them; empty where there are none, or no details are wanted. */
  readonly options: string;
  /** Of the header, where details are wanted. */
  readonly checksum?: Checksum | undefined;
}

/** IPv6, with the extension headers passed over. */
export interface Ipv6Layer {
  readonly protocol: 'ipv6';
  readonly source: string;
  readonly destination: string;
  readonly trafficClass: number;
  readonly flowLabel: number;
  readonly hopLimit: number;
  readonly next: number;
  readonly payloadLength: number;
  /** Bytes that the header tells of and the wire did not bring. */
  readonly missing: number;
  /** As tcpdump names them, in order: `HBH`, `DSTOPT`, `frag (0|1232)`; with details, where these are wanted. */
  readonly extensions: readonly string[];
  /** An extension header is cut, or cannot be: what follows is not known. */
  readonly isCut: boolean;
}

/** One TCP option: its name and, where it has one, its value. */
export interface TcpOption {
  readonly name: string;
  readonly values?: readonly number[];
  /** More, as tcpdump writes it. */
  readonly suffix?: string;
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
  /** What follows these options: nothing, one that cannot be, or one that was not captured. */
  readonly optionsEnd: 'whole' | 'bad' | 'cut';
  /** Bytes of payload on the wire. */
  readonly length: number;
  /** Where details are wanted and the segment is whole. */
  readonly checksum?: Checksum | undefined;
}

/** UDP. */
export interface UdpLayer {
  readonly protocol: 'udp';
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** Bytes of payload. */
  readonly length: number;
  /** Where details are wanted and the datagram is whole; over IPv4 it may have none. */
  readonly checksum?: Checksum | 'none' | undefined;
  /** Bytes there are, where the header tells of more. */
  readonly available?: number | undefined;
}

/** ICMP and ICMPv6; `text` is what tcpdump writes of the kind and its fields, with details where these are wanted. */
export interface IcmpLayer {
  readonly protocol: 'icmp' | 'icmp6';
  readonly type: number;
  readonly code: number;
  readonly text: string;
  readonly length: number;
  /** The text ends where the message is cut. */
  readonly isCut: boolean;
  /** The text tells the length. */
  readonly hasLength: boolean;
  /** Where details are wanted and the message is whole. */
  readonly checksum?: Checksum | undefined;
  /** The packet that an error is about, where details are wanted. */
  readonly quoted?: readonly Layer[] | undefined;
}

/** A record of a DNS answer. */
export interface DnsRecord {
  readonly name: string;
  readonly type: string;
  /** Empty for the Internet's. */
  readonly className: string;
  /** Seconds; undefined in options. */
  readonly ttl: number | undefined;
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
  readonly authorities: readonly DnsRecord[];
  readonly additional: readonly DnsRecord[];
  /** The second word of the header. */
  readonly bits: number;
  /** Questions, answers, authorities, additional records as the header counts them. */
  readonly counts: readonly [number, number, number, number];
  readonly length: number;
  readonly isTruncated: boolean;
}

/** The first line of an HTTP message, or its header where details are wanted; none where no message starts in this packet. */
export interface HttpLayer {
  readonly protocol: 'http';
  readonly lines: readonly string[];
  /** The last line has no end here. */
  readonly isCut: boolean;
  readonly length: number;
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

/** A header that the captured bytes cut off, or whose lengths cannot be. */
export interface CutLayer {
  readonly protocol: 'cut';
  readonly of: string;
  /** Source and destination, where there are at least those of TCP or UDP. */
  readonly ports?: readonly [number, number] | undefined;
  /** What cannot be, if it is not cut. */
  readonly problem?: string | undefined;
}

/** What is told in the place of a header or message that cannot be, or of a payload that is none: the reason of a reset. */
export interface InvalidLayer {
  readonly protocol: 'invalid';
  readonly text: string;
  /** The protocol to name before it, where the link header is not told. */
  readonly of?: 'IP' | 'IP6';
  /** It is about what TCP carries. */
  readonly isPayload?: boolean;
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
  | CutLayer
  | InvalidLayer;

/** What the decoders of a packet share. */
export interface Scope {
  /** How much is wanted: as often as tcpdump is given -v. */
  readonly detail: number;
  /** Of the innermost IP header: its version, the sum of its pseudo-header, but the length, and whether more fragments follow. */
  version: 4 | 6;
  pseudoSum: number;
  isFragment: boolean;
}

/** The rest of a packet, to be interpreted by the next decoder. */
export interface Rest {
  /** The captured bytes. */
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Bytes on the wire; at least those captured. */
  readonly wireLength: number;
  readonly scope: Scope;
}

/** Adds the layers it finds. */
export type LayerDecoder = (rest: Rest, layers: Layer[]) => void;

/** A rest over bytes. */
export function restOf(bytes: Uint8Array, wireLength: number, scope: Scope): Rest {
  return {
    bytes,
    scope,
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    wireLength: Math.max(0, wireLength),
  };
}

/** What follows `size` bytes, at most `wireLength` bytes of it. */
export function after(rest: Rest, size: number, wireLength: number = rest.wireLength - size): Rest {
  const start = Math.min(size, rest.bytes.byteLength);
  const end = Math.min(rest.bytes.byteLength, size + Math.max(0, wireLength));
  return restOf(rest.bytes.subarray(start, Math.max(start, end)), wireLength, rest.scope);
}
