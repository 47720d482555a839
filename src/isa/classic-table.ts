// Classic BPF as one table, with the Linux ancillary loads.
// Sources: McCanne and Jacobson, "The BSD Packet Filter" (1993); linux/filter.h and bpf_check_classic (v6.18); pcap/bpf.h (1.10).

/** What a classic instruction's operand is, and so how it is written. */
export type ClassicForm =
  | 'none'
  /** `k`, written in decimal, as in `#8`. */
  | 'decimal'
  /** `k`, written in hexadecimal, as in `#0x800`. */
  | 'hexadecimal'
  /** The X register. */
  | 'x'
  /** The A register; tcpdump writes nothing. */
  | 'accumulator'
  /** Packet bytes at `k`. */
  | 'absolute'
  /** Packet bytes at `x + k`. */
  | 'indirect'
  /** Four times the low half of the packet byte at `k`: length of an IPv4 header. */
  | 'header-length'
  /** Length of the packet. */
  | 'length'
  /** Scratch word `k`. */
  | 'memory'
  /** Always, `k` slots on. */
  | 'jump'
  /** Compares A with `k`; `jt` or `jf` slots on. */
  | 'branch-k'
  /** Compares A with X; `jt` or `jf` slots on. */
  | 'branch-x';

/** What a classic instruction does; together with its form the key to its meaning. */
export type ClassicOperation =
  | 'load-32'
  | 'load-16'
  | 'load-8'
  | 'load-x'
  | 'store'
  | 'store-x'
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'mod'
  | 'or'
  | 'and'
  | 'xor'
  | 'lsh'
  | 'rsh'
  | 'neg'
  | 'jump'
  | 'jeq'
  | 'jgt'
  | 'jge'
  | 'jset'
  | 'return'
  | 'tax'
  | 'txa';

/** One instruction. */
export interface ClassicRow {
  readonly code: number;
  /** As tcpdump writes it. */
  readonly mnemonic: string;
  readonly operation: ClassicOperation;
  readonly form: ClassicForm;
}

export const classicTable = [
  { code: 0x20, mnemonic: 'ld', operation: 'load-32', form: 'absolute' },
  { code: 0x28, mnemonic: 'ldh', operation: 'load-16', form: 'absolute' },
  { code: 0x30, mnemonic: 'ldb', operation: 'load-8', form: 'absolute' },
  { code: 0x80, mnemonic: 'ld', operation: 'load-32', form: 'length' },
  { code: 0x40, mnemonic: 'ld', operation: 'load-32', form: 'indirect' },
  { code: 0x48, mnemonic: 'ldh', operation: 'load-16', form: 'indirect' },
  { code: 0x50, mnemonic: 'ldb', operation: 'load-8', form: 'indirect' },
  { code: 0x00, mnemonic: 'ld', operation: 'load-32', form: 'hexadecimal' },
  { code: 0x60, mnemonic: 'ld', operation: 'load-32', form: 'memory' },
  { code: 0x01, mnemonic: 'ldx', operation: 'load-x', form: 'hexadecimal' },
  { code: 0x61, mnemonic: 'ldx', operation: 'load-x', form: 'memory' },
  { code: 0x81, mnemonic: 'ldx', operation: 'load-x', form: 'length' },
  { code: 0xb1, mnemonic: 'ldxb', operation: 'load-x', form: 'header-length' },
  { code: 0x02, mnemonic: 'st', operation: 'store', form: 'memory' },
  { code: 0x03, mnemonic: 'stx', operation: 'store-x', form: 'memory' },
  { code: 0x04, mnemonic: 'add', operation: 'add', form: 'decimal' },
  { code: 0x14, mnemonic: 'sub', operation: 'sub', form: 'decimal' },
  { code: 0x24, mnemonic: 'mul', operation: 'mul', form: 'decimal' },
  { code: 0x34, mnemonic: 'div', operation: 'div', form: 'decimal' },
  { code: 0x94, mnemonic: 'mod', operation: 'mod', form: 'decimal' },
  { code: 0x44, mnemonic: 'or', operation: 'or', form: 'hexadecimal' },
  { code: 0x54, mnemonic: 'and', operation: 'and', form: 'hexadecimal' },
  { code: 0xa4, mnemonic: 'xor', operation: 'xor', form: 'hexadecimal' },
  { code: 0x64, mnemonic: 'lsh', operation: 'lsh', form: 'decimal' },
  { code: 0x74, mnemonic: 'rsh', operation: 'rsh', form: 'decimal' },
  { code: 0x0c, mnemonic: 'add', operation: 'add', form: 'x' },
  { code: 0x1c, mnemonic: 'sub', operation: 'sub', form: 'x' },
  { code: 0x2c, mnemonic: 'mul', operation: 'mul', form: 'x' },
  { code: 0x3c, mnemonic: 'div', operation: 'div', form: 'x' },
  { code: 0x9c, mnemonic: 'mod', operation: 'mod', form: 'x' },
  { code: 0x4c, mnemonic: 'or', operation: 'or', form: 'x' },
  { code: 0x5c, mnemonic: 'and', operation: 'and', form: 'x' },
  { code: 0xac, mnemonic: 'xor', operation: 'xor', form: 'x' },
  { code: 0x6c, mnemonic: 'lsh', operation: 'lsh', form: 'x' },
  { code: 0x7c, mnemonic: 'rsh', operation: 'rsh', form: 'x' },
  { code: 0x84, mnemonic: 'neg', operation: 'neg', form: 'none' },
  { code: 0x05, mnemonic: 'ja', operation: 'jump', form: 'jump' },
  { code: 0x15, mnemonic: 'jeq', operation: 'jeq', form: 'branch-k' },
  { code: 0x25, mnemonic: 'jgt', operation: 'jgt', form: 'branch-k' },
  { code: 0x35, mnemonic: 'jge', operation: 'jge', form: 'branch-k' },
  { code: 0x45, mnemonic: 'jset', operation: 'jset', form: 'branch-k' },
  { code: 0x1d, mnemonic: 'jeq', operation: 'jeq', form: 'branch-x' },
  { code: 0x2d, mnemonic: 'jgt', operation: 'jgt', form: 'branch-x' },
  { code: 0x3d, mnemonic: 'jge', operation: 'jge', form: 'branch-x' },
  { code: 0x4d, mnemonic: 'jset', operation: 'jset', form: 'branch-x' },
  { code: 0x06, mnemonic: 'ret', operation: 'return', form: 'decimal' },
  { code: 0x16, mnemonic: 'ret', operation: 'return', form: 'accumulator' },
  { code: 0x07, mnemonic: 'tax', operation: 'tax', form: 'none' },
  { code: 0x87, mnemonic: 'txa', operation: 'txa', form: 'none' },
] as const satisfies readonly ClassicRow[];

/** Number of scratch words. */
export const scratchWords = 16;
/** Most instructions a program may have (`BPF_MAXINSNS`). */
export const maxClassicInstructions = 4096;

/** Packet offsets from here on are something else than packet bytes (unsigned 32 bits). */
export const specialOffsets = {
  /** `SKF_LL_OFF`: bytes counted from the link-layer header. */
  linkLayer: 0xffe0_0000,
  /** `SKF_NET_OFF`: bytes counted from the network header. */
  network: 0xfff0_0000,
  /** `SKF_AD_OFF`: facts about the packet, see {@link ancillaryLoads}. */
  ancillary: 0xffff_f000,
} as const;

/** A fact about the packet that an absolute load at `SKF_AD_OFF + offset` gives. */
export interface AncillaryRow {
  readonly offset: number;
  /** The constant of linux/filter.h without its prefix, in lower case. */
  readonly name: string;
  /** As the Linux assembler (bpf_asm) writes it; undefined where it has no word. */
  readonly word: string | undefined;
  readonly since: string;
  readonly meaning: string;
}

export const ancillaryLoads = [
  { offset: 0, name: 'protocol', word: 'proto', since: '2.6.10', meaning: 'link-layer protocol, host byte order' },
  { offset: 4, name: 'pkttype', word: 'type', since: '2.6.10', meaning: 'packet type: host, broadcast, multicast, other, outgoing' },
  { offset: 8, name: 'ifindex', word: 'ifidx', since: '2.6.10', meaning: 'interface index' },
  { offset: 12, name: 'nlattr', word: 'nla', since: '2.6.26', meaning: 'offset of the netlink attribute of type X, searched from A on' },
  { offset: 16, name: 'nlattr_nest', word: 'nlan', since: '2.6.26', meaning: 'offset of the nested netlink attribute of type X in the one at A' },
  { offset: 20, name: 'mark', word: 'mark', since: '2.6.32', meaning: 'mark of the packet' },
  { offset: 24, name: 'queue', word: 'queue', since: '2.6.32', meaning: 'queue of the device' },
  { offset: 28, name: 'hatype', word: 'hatype', since: '2.6.36', meaning: 'hardware type of the device' },
  { offset: 32, name: 'rxhash', word: 'rxhash', since: '2.6.36', meaning: 'flow hash' },
  { offset: 36, name: 'cpu', word: 'cpu', since: '2.6.36', meaning: 'number of the current CPU' },
  { offset: 40, name: 'alu_xor_x', word: undefined, since: '3.7', meaning: 'A xor X, from before there was xor' },
  { offset: 44, name: 'vlan_tag', word: 'vlan_tci', since: '3.8', meaning: 'VLAN tag' },
  { offset: 48, name: 'vlan_tag_present', word: 'vlan_avail', since: '3.8', meaning: 'whether there is a VLAN tag' },
  { offset: 52, name: 'pay_offset', word: 'poff', since: '3.9', meaning: 'offset of the payload' },
  { offset: 56, name: 'random', word: 'rand', since: '3.16', meaning: 'a pseudo-random number' },
  { offset: 60, name: 'vlan_tpid', word: 'vlan_tpid', since: '4.1', meaning: 'VLAN protocol' },
] as const satisfies readonly AncillaryRow[];
