// The packet headers of bcc/proto.h: fields by width, in network bit order, read through cursor_advance.

const attributes = '__attribute__((packed, btf_decl_tag("bcc:packet")))';

/** Fields as `name:bits`, by tag (bcc: src/cc/export/proto.h; IEEE 802.3, 802.1Q; RFC 791, 768, 792, 793, 826, 4443, 7348, 8200). */
const packetHeaders: ReadonlyMap<string, string> = new Map([
  ['ethernet_t', 'dst:48 src:48 type:16'],
  ['dot1q_t', 'pri:3 cfi:1 vlanid:12 type:16'],
  ['arp_t', 'htype:16 ptype:16 hlen:8 plen:8 oper:16 sha:48 spa:32 tha:48 tpa:32'],
  [
    'ip_t',
    'ver:4 hlen:4 tos:8 tlen:16 identification:16 ffo_unused:1 df:1 mf:1 foffset:13 ttl:8 nextp:8 hchecksum:16 src:32 dst:32',
  ],
  ['icmp_t', 'type:8 code:8 checksum:16'],
  [
    'ip6_t',
    'ver:4 priority:8 flow_label:20 payload_len:16 next_header:8 hop_limit:8 src_hi:64 src_lo:64 dst_hi:64 dst_lo:64',
  ],
  ['ip6_opt_t', 'next_header:8 ext_len:8 pad0:8 pad1:8 pad2:8 pad3:8 pad4:8 pad5:8'],
  ['icmp6_t', 'type:8 code:8 checksum:16'],
  ['udp_t', 'sport:16 dport:16 length:16 crc:16'],
  [
    'tcp_t',
    'src_port:16 dst_port:16 seq_num:32 ack_num:32 offset:4 reserved:4 flag_cwr:1 flag_ece:1 flag_urg:1 flag_ack:1 flag_psh:1 flag_rst:1 flag_syn:1 flag_fin:1 rcv_wnd:16 cksum:16 urg_ptr:16',
  ],
  ['vxlan_t', 'rsv1:4 iflag:1 rsv2:3 rsv3:24 key:24 rsv4:8'],
  ['vxlan_gbp_t', 'gflag:1 rsv1:3 iflag:1 rsv2:3 rsv3:1 dflag:1 rsv4:1 aflag:1 rsv5:3 tag:16 key:24 rsv6:8'],
]);

/** C text of a packet header. */
export function packetHeader(tag: string): string | undefined {
  const fields = packetHeaders.get(tag);
  return fields && `struct ${tag} { ${fields.split(' ').map(member).join(' ')} } ${attributes};`;
}

/** A member out of `name:bits`; the storage type is the smallest that holds them. */
function member(field: string): string {
  const [name, bits = '0'] = field.split(':');
  const width = Number(bits);
  const plain = { 8: 'unsigned char', 16: 'unsigned short', 32: 'unsigned int', 64: 'unsigned long long' }[width];
  const storage =
    width <= 8 ? 'unsigned char' : width <= 16 ? 'unsigned short' : width <= 32 ? 'unsigned int' : 'unsigned long long';
  return plain ? `${plain} ${name};` : `${storage} ${name}:${width};`;
}
