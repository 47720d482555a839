// Which kinds of BTF types the kernel knows: the smallest BTF with each is loaded.
// Source: libbpf 1.5, probe_kern_btf_*.

import type { BtfFeatures } from '../../object/index.ts';
import { intType, loadProbeBtf, type ProbeType, typeInfo } from './probe-btf.ts';

const kind = { ptr: 2, func: 12, funcProto: 13, var: 14, datasec: 15, float: 16, declTag: 17, typeTag: 18, enum64: 19 };
const prototype: ProbeType = { name: '', info: typeInfo(kind.funcProto, 1), sizeOrType: 0, tail: ['a', 1] };
const variable: ProbeType = { name: 'x', info: typeInfo(kind.var), sizeOrType: 1, tail: [0] };
const wholeType = 0xffffffff; // component_idx -1

const samples: Readonly<Record<keyof BtfFeatures, readonly ProbeType[]>> = {
  func: [intType, prototype, { name: 'f', info: typeInfo(kind.func), sizeOrType: 2 }],
  globalFunc: [intType, prototype, { name: 'f', info: typeInfo(kind.func, 1), sizeOrType: 2 }],
  datasec: [intType, variable, { name: '.data', info: typeInfo(kind.datasec, 1), sizeOrType: 4, tail: [2, 0, 4] }],
  float: [{ name: 'float', info: typeInfo(kind.float), sizeOrType: 4 }],
  declTag: [intType, variable, { name: 'tag', info: typeInfo(kind.declTag), sizeOrType: 2, tail: [wholeType] }],
  typeTag: [
    intType,
    { name: 'tag', info: typeInfo(kind.typeTag), sizeOrType: 1 },
    { name: '', info: typeInfo(kind.ptr), sizeOrType: 2 },
  ],
  enum64: [{ name: 'e', info: typeInfo(kind.enum64), sizeOrType: 8 }],
};

let answer: BtfFeatures | undefined;

/** What this kernel knows of BTF. The answer is kept. */
export function btfFeatures(): BtfFeatures {
  answer ??= Object.fromEntries(
    Object.entries(samples).map(([name, types]) => {
      const fd = loadProbeBtf(types);
      fd?.close();
      return [name, fd !== undefined];
    }),
  ) as unknown as BtfFeatures;
  return answer;
}
