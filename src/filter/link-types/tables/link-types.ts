// The link types: what each is called and where its headers lie, one row each.

/** How the payload's type is told, and with it every rule that depends on the link. */
export type LinkFamily =
  | 'ethernet' | 'token-ring' | 'fddi' | 'arcnet' | 'raw' | 'ipv4' | 'ipv6' | 'loopback' | 'loopback-network-order'
  | 'ppp' | 'ppp-bsdos' | 'cisco-hdlc' | 'llc' | 'fibre-channel' | 'sunatm' | '802.11' | 'linux-sll' | 'linux-sll2' | 'localtalk'
  | 'frame-relay' | 'pflog' | 'ether-type' | 'ipnet' | 'bacnet' | 'juniper' | 'mtp2' | 'opaque';

/** An offset that the link type does not have; sums with it wrap, as 32-bit numbers do. */
export const UNSET = 0xffffffff;

/** A link type. Offsets count bytes; those left out are {@link UNSET} for `type` and `payload`, 0 for the others. */
export interface LinkType {
  /** DLT_ value, as `pcap_datalink(3PCAP)` gives it. */
  readonly dlt: number;
  /** As in `-y EN10MB`. */
  readonly name: string;
  readonly description: string;
  readonly family: LinkFamily;
  /** LINKTYPE_ value in files, where it differs from `dlt`. */
  readonly fileType?: number;
  /** Start of the link-layer header. */
  readonly header?: number;
  /** Field that tells the payload's type. */
  readonly type?: number;
  /** End of the link-layer header. */
  readonly payload?: number;
  /** Network header after `payload`: beyond LLC and SNAP where there are such. */
  readonly net?: number;
  /** The same where there is LLC without SNAP. */
  readonly nosnap?: number;
  /** Radio header of variable length in front of an 802.11 frame. */
  readonly prefix?: 'radiotap' | 'ppi' | 'avs' | 'prism';
  /** SS7: where the MTP2 header starts. */
  readonly ss7?: number;
}

/** Every link type, by DLT. A new one: a row here; a new family: a handler in generate/link-layer.ts. */
export const linkTypes: readonly LinkType[] = [
  { dlt: 0, name: 'NULL', description: 'BSD loopback', family: 'loopback', type: 0, payload: 4 },
  { dlt: 1, name: 'EN10MB', description: 'Ethernet', family: 'ethernet', type: 12, payload: 14, nosnap: 3 },
  { dlt: 6, name: 'IEEE802', description: 'Token ring', family: 'token-ring', type: 14, payload: 14, net: 8, nosnap: 3 },
  { dlt: 7, name: 'ARCNET', description: 'BSD ARCNET', family: 'arcnet', type: 2, payload: 6 },
  { dlt: 8, name: 'SLIP', description: 'SLIP', family: 'raw', payload: 16 },
  { dlt: 9, name: 'PPP', description: 'PPP', family: 'ppp', type: 2, payload: 4 },
  { dlt: 10, name: 'FDDI', description: 'FDDI', family: 'fddi', type: 13, payload: 13, net: 8, nosnap: 3 },
  { dlt: 11, name: 'ATM_RFC1483', description: 'RFC 1483 LLC-encapsulated ATM', family: 'llc', fileType: 100, type: 0, payload: 0, net: 8, nosnap: 3 },
  { dlt: 12, name: 'RAW', description: 'Raw IP', family: 'raw', fileType: 101, payload: 0 },
  { dlt: 15, name: 'SLIP_BSDOS', description: 'BSD/OS SLIP', family: 'raw', fileType: 102, payload: 24 },
  { dlt: 16, name: 'PPP_BSDOS', description: 'BSD/OS PPP', family: 'ppp-bsdos', fileType: 103, type: 5, payload: 24 },
  { dlt: 19, name: 'ATM_CLIP', description: 'Linux Classical IP over ATM', family: 'llc', fileType: 106, type: 0, payload: 0, net: 8, nosnap: 3 },
  { dlt: 50, name: 'PPP_SERIAL', description: 'PPP over serial', family: 'ppp', type: 2, payload: 4 },
  { dlt: 51, name: 'PPP_ETHER', description: 'PPPoE', family: 'ppp', type: 6, payload: 8 },
  { dlt: 99, name: 'SYMANTEC_FIREWALL', description: 'Symantec Firewall', family: 'ether-type', type: 6, payload: 44 },
  { dlt: 104, name: 'C_HDLC', description: 'Cisco HDLC', family: 'cisco-hdlc', type: 2, payload: 4 },
  { dlt: 105, name: 'IEEE802_11', description: '802.11', family: '802.11', net: 8, nosnap: 3 },
  { dlt: 107, name: 'FRELAY', description: 'Frame Relay', family: 'frame-relay', payload: 0 },
  { dlt: 108, name: 'LOOP', description: 'OpenBSD loopback', family: 'loopback-network-order', type: 0, payload: 4 },
  { dlt: 109, name: 'ENC', description: 'OpenBSD encapsulated IP', family: 'loopback', type: 0, payload: 12 },
  { dlt: 113, name: 'LINUX_SLL', description: 'Linux cooked v1', family: 'linux-sll', type: 14, payload: 16 },
  { dlt: 114, name: 'LTALK', description: 'Localtalk', family: 'localtalk', payload: 0 },
  { dlt: 117, name: 'PFLOG', description: 'OpenBSD pflog file', family: 'pflog' },
  { dlt: 119, name: 'PRISM_HEADER', description: '802.11 plus Prism header', family: '802.11', net: 8, nosnap: 3, prefix: 'prism' },
  { dlt: 122, name: 'IP_OVER_FC', description: 'RFC 2625 IP-over-Fibre Channel', family: 'fibre-channel', type: 16, payload: 16, net: 8, nosnap: 3 },
  { dlt: 123, name: 'SUNATM', description: 'Sun raw ATM', family: 'sunatm', type: 4, payload: 4, net: 8, nosnap: 3 },
  { dlt: 127, name: 'IEEE802_11_RADIO', description: '802.11 plus radiotap header', family: '802.11', net: 8, nosnap: 3, prefix: 'radiotap' },
  { dlt: 129, name: 'ARCNET_LINUX', description: 'Linux ARCNET', family: 'arcnet', type: 4, payload: 8 },
  { dlt: 130, name: 'JUNIPER_MLPPP', description: 'Juniper Multi-Link PPP', family: 'juniper', type: 4, payload: 4, nosnap: UNSET },
  { dlt: 131, name: 'JUNIPER_MLFR', description: 'Juniper Multi-Link Frame Relay', family: 'juniper', type: 4, payload: 4, nosnap: UNSET },
  { dlt: 132, name: 'JUNIPER_ES', description: 'Juniper Encryption Services PIC', family: 'juniper', type: 6, net: UNSET, nosnap: UNSET },
  { dlt: 133, name: 'JUNIPER_GGSN', description: 'Juniper GGSN PIC', family: 'juniper', type: 6, payload: 12, nosnap: UNSET },
  { dlt: 134, name: 'JUNIPER_MFR', description: 'Juniper FRF.16 Frame Relay', family: 'juniper', type: 4, payload: 4, nosnap: UNSET },
  { dlt: 135, name: 'JUNIPER_ATM2', description: 'Juniper ATM2 PIC', family: 'juniper', type: 8, payload: 8, nosnap: 10 },
  { dlt: 136, name: 'JUNIPER_SERVICES', description: 'Juniper Advanced Services PIC', family: 'juniper', type: 12, net: UNSET, nosnap: UNSET },
  { dlt: 137, name: 'JUNIPER_ATM1', description: 'Juniper ATM1 PIC', family: 'juniper', type: 4, payload: 4, nosnap: 10 },
  { dlt: 138, name: 'APPLE_IP_OVER_IEEE1394', description: 'Apple IP-over-IEEE 1394', family: 'ether-type', type: 16, payload: 18 },
  { dlt: 139, name: 'MTP2_WITH_PHDR', description: 'SS7 MTP2 with Pseudo-header', family: 'mtp2', ss7: 4 },
  { dlt: 140, name: 'MTP2', description: 'SS7 MTP2', family: 'mtp2', ss7: 0 },
  { dlt: 141, name: 'MTP3', description: 'SS7 MTP3', family: 'opaque' },
  { dlt: 142, name: 'SCCP', description: 'SS7 SCCP', family: 'opaque' },
  { dlt: 143, name: 'DOCSIS', description: 'DOCSIS', family: 'opaque' },
  { dlt: 144, name: 'LINUX_IRDA', description: 'Linux IrDA', family: 'opaque' },
  { dlt: 163, name: 'IEEE802_11_RADIO_AVS', description: '802.11 plus AVS radio information header', family: '802.11', net: 8, nosnap: 3, prefix: 'avs' },
  { dlt: 164, name: 'JUNIPER_MONITOR', description: 'Juniper Passive Monitor PIC', family: 'juniper', type: 6, payload: 12, nosnap: UNSET },
  { dlt: 165, name: 'BACNET_MS_TP', description: 'BACnet MS/TP', family: 'bacnet', net: UNSET, nosnap: UNSET },
  { dlt: 166, name: 'PPP_PPPD', description: 'PPP for pppd, with direction flag', family: 'ppp', type: 2, payload: 4 },
  { dlt: 167, name: 'JUNIPER_PPPOE', description: 'Juniper PPPoE', family: 'juniper', type: 16, payload: 14, net: 18, nosnap: 21 },
  { dlt: 168, name: 'JUNIPER_PPPOE_ATM', description: 'Juniper PPPoE/ATM', family: 'juniper', type: 4, payload: 6, nosnap: UNSET },
  { dlt: 169, name: 'GPRS_LLC', description: 'GPRS LLC', family: 'opaque' },
  { dlt: 170, name: 'GPF_T', description: 'GPF-T', family: 'opaque' },
  { dlt: 171, name: 'GPF_F', description: 'GPF-F', family: 'opaque' },
  { dlt: 174, name: 'JUNIPER_PIC_PEER', description: 'Juniper PIC Peer', family: 'opaque' },
  { dlt: 175, name: 'ERF_ETH', description: 'Ethernet with Endace ERF header', family: 'opaque' },
  { dlt: 176, name: 'ERF_POS', description: 'Packet-over-SONET with Endace ERF header', family: 'opaque' },
  { dlt: 177, name: 'LINUX_LAPD', description: 'Linux vISDN LAPD', family: 'opaque' },
  { dlt: 178, name: 'JUNIPER_ETHER', description: 'Juniper Ethernet', family: 'juniper', type: 16, payload: 14, net: 18, nosnap: 21 },
  { dlt: 179, name: 'JUNIPER_PPP', description: 'Juniper PPP', family: 'juniper', type: 4, payload: 4, nosnap: UNSET },
  { dlt: 180, name: 'JUNIPER_FRELAY', description: 'Juniper Frame Relay', family: 'juniper', type: 4, payload: 4, nosnap: UNSET },
  { dlt: 181, name: 'JUNIPER_CHDLC', description: 'Juniper C-HDLC', family: 'juniper', type: 4, payload: 4, nosnap: UNSET },
  { dlt: 182, name: 'MFR', description: 'FRF.16 Frame Relay', family: 'opaque' },
  { dlt: 183, name: 'JUNIPER_VP', description: 'Juniper Voice PIC', family: 'juniper', type: 18, net: UNSET, nosnap: UNSET },
  { dlt: 184, name: 'A429', description: 'Arinc 429', family: 'opaque' },
  { dlt: 185, name: 'A653_ICM', description: 'Arinc 653 Interpartition Communication', family: 'opaque' },
  { dlt: 186, name: 'USB_FREEBSD', description: 'USB with FreeBSD header', family: 'opaque' },
  { dlt: 187, name: 'BLUETOOTH_HCI_H4', description: 'Bluetooth HCI UART transport layer', family: 'opaque' },
  { dlt: 188, name: 'IEEE802_16_MAC_CPS', description: 'IEEE 802.16 MAC Common Part Sublayer', family: 'opaque' },
  { dlt: 189, name: 'USB_LINUX', description: 'USB with Linux header', family: 'opaque' },
  { dlt: 190, name: 'CAN20B', description: 'Controller Area Network (CAN) v. 2.0B', family: 'opaque' },
  { dlt: 191, name: 'IEEE802_15_4_LINUX', description: 'IEEE 802.15.4 with Linux padding', family: 'opaque' },
  { dlt: 192, name: 'PPI', description: 'Per-Packet Information', family: '802.11', net: 8, nosnap: 3, prefix: 'ppi' },
  { dlt: 193, name: 'IEEE802_16_MAC_CPS_RADIO', description: 'IEEE 802.16 MAC Common Part Sublayer plus radiotap header', family: 'opaque' },
  { dlt: 194, name: 'JUNIPER_ISM', description: 'Juniper Integrated Service Module', family: 'juniper', type: 8, net: UNSET, nosnap: UNSET },
  { dlt: 195, name: 'IEEE802_15_4', description: 'IEEE 802.15.4 with FCS', family: 'opaque' },
  { dlt: 196, name: 'SITA', description: 'SITA pseudo-header', family: 'opaque' },
  { dlt: 197, name: 'ERF', description: 'Endace ERF header', family: 'mtp2', ss7: 20 },
  { dlt: 198, name: 'RAIF1', description: 'Ethernet with u10 Networks pseudo-header', family: 'opaque' },
  { dlt: 199, name: 'IPMB_KONTRON', description: 'IPMB with Kontron pseudo-header', family: 'opaque' },
  { dlt: 200, name: 'JUNIPER_ST', description: 'Juniper Secure Tunnel', family: 'juniper', type: 18, net: UNSET, nosnap: UNSET },
  { dlt: 201, name: 'BLUETOOTH_HCI_H4_WITH_PHDR', description: 'Bluetooth HCI UART transport layer plus pseudo-header', family: 'opaque' },
  { dlt: 202, name: 'AX25_KISS', description: 'AX.25 with KISS header', family: 'opaque' },
  { dlt: 209, name: 'IPMB_LINUX', description: 'IPMB with Linux/Pigeon Point pseudo-header', family: 'opaque' },
  { dlt: 215, name: 'IEEE802_15_4_NONASK_PHY', description: 'IEEE 802.15.4 with non-ASK PHY data', family: 'opaque' },
  { dlt: 216, name: 'LINUX_EVDEV', description: 'Linux evdev events', family: 'opaque' },
  { dlt: 219, name: 'MPLS', description: 'MPLS with label as link-layer header', family: 'opaque' },
  { dlt: 220, name: 'USB_LINUX_MMAPPED', description: 'USB with padded Linux header', family: 'opaque' },
  { dlt: 221, name: 'DECT', description: 'DECT', family: 'opaque' },
  { dlt: 222, name: 'AOS', description: 'AOS Space Data Link protocol', family: 'opaque' },
  { dlt: 223, name: 'WIHART', description: 'Wireless HART', family: 'opaque' },
  { dlt: 224, name: 'FC_2', description: 'Fibre Channel FC-2', family: 'opaque' },
  { dlt: 225, name: 'FC_2_WITH_FRAME_DELIMS', description: 'Fibre Channel FC-2 with frame delimiters', family: 'opaque' },
  { dlt: 226, name: 'IPNET', description: 'Solaris ipnet', family: 'ipnet', type: 1, payload: 24, nosnap: UNSET },
  { dlt: 227, name: 'CAN_SOCKETCAN', description: 'CAN-bus with SocketCAN headers', family: 'opaque' },
  { dlt: 228, name: 'IPV4', description: 'Raw IPv4', family: 'ipv4', payload: 0 },
  { dlt: 229, name: 'IPV6', description: 'Raw IPv6', family: 'ipv6', payload: 0 },
  { dlt: 230, name: 'IEEE802_15_4_NOFCS', description: 'IEEE 802.15.4 without FCS', family: 'opaque' },
  { dlt: 231, name: 'DBUS', description: 'D-Bus', family: 'opaque' },
  { dlt: 232, name: 'JUNIPER_VS', description: 'Juniper Virtual Server', family: 'juniper', type: 8, net: UNSET, nosnap: UNSET },
  { dlt: 233, name: 'JUNIPER_SRX_E2E', description: 'Juniper SRX E2E', family: 'juniper', type: 8, net: UNSET, nosnap: UNSET },
  { dlt: 234, name: 'JUNIPER_FIBRECHANNEL', description: 'Juniper Fibre Channel', family: 'juniper', type: 8, net: UNSET, nosnap: UNSET },
  { dlt: 235, name: 'DVB_CI', description: 'DVB-CI', family: 'opaque' },
  { dlt: 236, name: 'MUX27010', description: 'MUX27010', family: 'opaque' },
  { dlt: 237, name: 'STANAG_5066_D_PDU', description: 'STANAG 5066 D_PDUs', family: 'opaque' },
  { dlt: 238, name: 'JUNIPER_ATM_CEMIC', description: 'Juniper ATM CEMIC', family: 'juniper', type: 8, net: UNSET, nosnap: UNSET },
  { dlt: 239, name: 'NFLOG', description: 'Linux netfilter log messages', family: 'opaque' },
  { dlt: 240, name: 'NETANALYZER', description: 'Ethernet with Hilscher netANALYZER pseudo-header', family: 'ethernet', header: 4, type: 16, payload: 18, nosnap: 3 },
  { dlt: 241, name: 'NETANALYZER_TRANSPARENT', description: 'Ethernet with Hilscher netANALYZER pseudo-header and with preamble and SFD', family: 'ethernet', header: 12, type: 24, payload: 26, nosnap: 3 },
  { dlt: 242, name: 'IPOIB', description: 'RFC 4391 IP-over-Infiniband', family: 'opaque' },
  { dlt: 243, name: 'MPEG_2_TS', description: 'MPEG-2 transport stream', family: 'opaque' },
  { dlt: 244, name: 'NG40', description: 'ng40 protocol tester Iub/Iur', family: 'opaque' },
  { dlt: 245, name: 'NFC_LLCP', description: 'NFC LLCP PDUs with pseudo-header', family: 'opaque' },
  { dlt: 246, name: 'PFSYNC', description: 'Packet filter state syncing', family: 'opaque' },
  { dlt: 247, name: 'INFINIBAND', description: 'InfiniBand', family: 'opaque' },
  { dlt: 248, name: 'SCTP', description: 'SCTP', family: 'opaque' },
  { dlt: 249, name: 'USBPCAP', description: 'USB with USBPcap header', family: 'opaque' },
  { dlt: 250, name: 'RTAC_SERIAL', description: 'Schweitzer Engineering Laboratories RTAC packets', family: 'opaque' },
  { dlt: 251, name: 'BLUETOOTH_LE_LL', description: 'Bluetooth Low Energy air interface', family: 'opaque' },
  { dlt: 253, name: 'NETLINK', description: 'Linux netlink', family: 'opaque' },
  { dlt: 254, name: 'BLUETOOTH_LINUX_MONITOR', description: 'Bluetooth Linux Monitor', family: 'opaque' },
  { dlt: 255, name: 'BLUETOOTH_BREDR_BB', description: 'Bluetooth Basic Rate/Enhanced Data Rate baseband packets', family: 'opaque' },
  { dlt: 256, name: 'BLUETOOTH_LE_LL_WITH_PHDR', description: 'Bluetooth Low Energy air interface with pseudo-header', family: 'opaque' },
  { dlt: 257, name: 'PROFIBUS_DL', description: 'PROFIBUS data link layer', family: 'opaque' },
  { dlt: 258, name: 'PKTAP', description: 'Apple DLT_PKTAP', family: 'opaque' },
  { dlt: 259, name: 'EPON', description: 'Ethernet with 802.3 Clause 65 EPON preamble', family: 'opaque' },
  { dlt: 260, name: 'IPMI_HPM_2', description: 'IPMI trace packets', family: 'opaque' },
  { dlt: 261, name: 'ZWAVE_R1_R2', description: 'Z-Wave RF profile R1 and R2 packets', family: 'opaque' },
  { dlt: 262, name: 'ZWAVE_R3', description: 'Z-Wave RF profile R3 packets', family: 'opaque' },
  { dlt: 263, name: 'WATTSTOPPER_DLM', description: 'WattStopper Digital Lighting Management (DLM) and Legrand Nitoo Open protocol', family: 'opaque' },
  { dlt: 264, name: 'ISO_14443', description: 'ISO 14443 messages', family: 'opaque' },
  { dlt: 265, name: 'RDS', description: 'IEC 62106 Radio Data System groups', family: 'opaque' },
  { dlt: 266, name: 'USB_DARWIN', description: 'USB with Darwin header', family: 'opaque' },
  { dlt: 267, name: 'OPENFLOW', description: 'OpenBSD DLT_OPENFLOW', family: 'opaque' },
  { dlt: 268, name: 'SDLC', description: 'IBM SDLC frames', family: 'opaque' },
  { dlt: 269, name: 'TI_LLN_SNIFFER', description: 'TI LLN sniffer frames', family: 'opaque' },
  { dlt: 271, name: 'VSOCK', description: 'Linux vsock', family: 'opaque' },
  { dlt: 272, name: 'NORDIC_BLE', description: 'Nordic Semiconductor Bluetooth LE sniffer frames', family: 'opaque' },
  { dlt: 273, name: 'DOCSIS31_XRA31', description: 'Excentis XRA-31 DOCSIS 3.1 RF sniffer frames', family: 'opaque' },
  { dlt: 274, name: 'ETHERNET_MPACKET', description: '802.3br mPackets', family: 'opaque' },
  { dlt: 275, name: 'DISPLAYPORT_AUX', description: 'DisplayPort AUX channel monitoring data', family: 'opaque' },
  { dlt: 276, name: 'LINUX_SLL2', description: 'Linux cooked v2', family: 'linux-sll2', type: 0, payload: 20 },
  { dlt: 278, name: 'OPENVIZSLA', description: 'OpenVizsla USB', family: 'opaque' },
  { dlt: 279, name: 'EBHSCR', description: 'Elektrobit High Speed Capture and Replay (EBHSCR)', family: 'opaque' },
  { dlt: 280, name: 'VPP_DISPATCH', description: 'VPP graph dispatch tracer', family: 'opaque' },
  { dlt: 281, name: 'DSA_TAG_BRCM', description: 'Broadcom tag', family: 'opaque' },
  { dlt: 282, name: 'DSA_TAG_BRCM_PREPEND', description: 'Broadcom tag (prepended)', family: 'opaque' },
  { dlt: 283, name: 'IEEE802_15_4_TAP', description: 'IEEE 802.15.4 with pseudo-header', family: 'opaque' },
  { dlt: 284, name: 'DSA_TAG_DSA', description: 'Marvell DSA', family: 'opaque' },
  { dlt: 285, name: 'DSA_TAG_EDSA', description: 'Marvell EDSA', family: 'opaque' },
  { dlt: 286, name: 'ELEE', description: 'ELEE lawful intercept packets', family: 'opaque' },
  { dlt: 287, name: 'Z_WAVE_SERIAL', description: 'Z-Wave serial frames between host and chip', family: 'opaque' },
  { dlt: 288, name: 'USB_2_0', description: 'USB 2.0/1.1/1.0 as transmitted over the cable', family: 'opaque' },
  { dlt: 289, name: 'ATSC_ALP', description: 'ATSC Link-Layer Protocol packets', family: 'opaque' },
];
