// Numbers of protocols: Ethernet types, LLC service access points, IP protocols, IS-IS types.

/** A type field up to here is a length: the frame is 802.3 with LLC. */
export const LARGEST_LENGTH = 1500;

export const etherType = {
  ip: 0x0800,
  arp: 0x0806,
  rarp: 0x8035,
  atalk: 0x809b,
  aarp: 0x80f3,
  ip6: 0x86dd,
  decnet: 0x6003,
  lat: 0x6004,
  sca: 0x6007,
  moprc: 0x6002,
  mopdl: 0x6001,
  ipx: 0x8137,
  ns: 0x0600,
  loopback: 0x9000,
  vlan: 0x8100,
  vlanQinq: 0x9100,
  vlanProvider: 0x88a8,
  mplsUnicast: 0x8847,
  pppoeDiscovery: 0x8863,
  pppoeSession: 0x8864,
  transparentBridging: 0x6558,
} as const;

export const llcSap = { ip: 0x06, isons: 0xfe, stp: 0x42, ipx: 0xe0, netbeui: 0xf0 } as const;

/** IP protocol numbers of the words that stand alone. */
export const ipProtocol: Readonly<Record<string, number>> = {
  icmp: 1,
  igmp: 2,
  tcp: 6,
  igrp: 9,
  udp: 17,
  esp: 50,
  ah: 51,
  icmp6: 58,
  pim: 103,
  vrrp: 112,
  carp: 112,
  sctp: 132,
};

export const ipFragment = 44;

/** Names that `ether proto` takes, with the Ethernet type or service access point. */
export const etherNames: Readonly<Record<string, number>> = {
  aarp: etherType.aarp,
  arp: etherType.arp,
  atalk: etherType.atalk,
  decnet: etherType.decnet,
  ip: etherType.ip,
  ip6: etherType.ip6,
  lat: etherType.lat,
  loopback: etherType.loopback,
  mopdl: etherType.mopdl,
  moprc: etherType.moprc,
  rarp: etherType.rarp,
  sca: etherType.sca,
  iso: llcSap.isons,
  stp: llcSap.stp,
  ipx: llcSap.ipx,
  netbeui: llcSap.netbeui,
};

/** Names that `iso proto` takes. */
export const isoNames: Readonly<Record<string, number>> = { clnp: 0x81, esis: 0x82, isis: 0x83 };

/** IS-IS PDU types: hello (LAN level 1 and 2, point to point), link state, complete and partial sequence numbers. */
export const isisPdu = {
  l1LanHello: 15,
  l2LanHello: 16,
  pointToPointHello: 17,
  l1Lsp: 18,
  l2Lsp: 20,
  l1Csnp: 24,
  l2Csnp: 25,
  l1Psnp: 26,
  l2Psnp: 27,
} as const;
