// The smallest BTF that probes need, written by hand: probing must not depend on anything that may itself be at fault.
// Source: Documentation/bpf/btf.rst (v6.18).

import { ByteWriter } from '../../base/index.ts';
import { Fd, tryBpf } from '../../sys/index.ts';

/** A type: words after the name, which is an offset into the strings. */
export interface ProbeType {
  readonly name: string;
  /** `kind << 24 | vlen`, plus the kind flag. */
  readonly info: number;
  /** Size, or id of the type referred to. */
  readonly sizeOrType: number;
  /** What follows; a string stands for the offset of that name. */
  readonly tail?: readonly (number | string)[];
}

const kindShift = 24;

/** `info` word of a kind with `count` members. */
export function typeInfo(kind: number, count = 0, flag = false): number {
  return ((flag ? 0x80000000 : 0) | (kind << kindShift) | count) >>> 0;
}

/** `int` of 4 bytes, signed. */
export const intType: ProbeType = { name: 'int', info: typeInfo(1), sizeOrType: 4, tail: [(1 << 24) | 32] };

/** BTF with these types, ids counting from 1. */
export function encodeProbeBtf(types: readonly ProbeType[]): Uint8Array {
  const offsets = new Map<string, number>([['', 0]]);
  const strings = new ByteWriter().u8(0);
  const offsetOf = (name: string): number => {
    const known = offsets.get(name);
    if (known !== undefined) return known;
    const offset = strings.length;
    offsets.set(name, offset);
    strings.cstring(name);
    return offset;
  };
  const body = new ByteWriter();
  for (const type of types) {
    body.u32(offsetOf(type.name)).u32(type.info).u32(type.sizeOrType);
    for (const word of type.tail ?? []) body.u32(typeof word === 'string' ? offsetOf(word) : word);
  }
  const header = new ByteWriter().u16(0xeb9f).u8(1).u8(0).u32(24);
  header.u32(0).u32(body.length).u32(body.length).u32(strings.length);
  return header.append(body.finish()).append(strings.finish()).finish();
}

/** Loads BTF; undefined where the kernel refuses it. */
export function loadProbeBtf(types: readonly ProbeType[]): Fd | undefined {
  const btf = encodeProbeBtf(types);
  const { result } = tryBpf('BPF_BTF_LOAD', { btf, btf_size: btf.byteLength });
  return result < 0 ? undefined : new Fd(result, 'probe BTF');
}
