// Types for kernels that do not know all kinds: each kind that is not known becomes a known one of the same size and ids.

import type { Btf, BtfExt, BtfType, TypeId } from '../btf/index.ts';
import { type BtfBuilder, encodeBtfWithExt, parseBtf } from '../btf/index.ts';
import { copyTypes } from './read/object-types.ts';
import type { BpfObject } from './types.ts';

/** What a kernel knows of BTF. */
export interface BtfFeatures {
  /** Functions and their prototypes. Since Linux 5.0. */
  readonly func: boolean;
  /** Variables and data sections. Since Linux 5.2. */
  readonly datasec: boolean;
  /** Functions other than static. Since Linux 5.6. */
  readonly globalFunc: boolean;
  /** Since Linux 5.13. */
  readonly float: boolean;
  /** Since Linux 5.16. */
  readonly declTag: boolean;
  /** Since Linux 5.17. */
  readonly typeTag: boolean;
  /** Enums of 64 bits, and signed ones. Since Linux 6.0. */
  readonly enum64: boolean;
}

type Replacements = { readonly [K in BtfType['kind']]?: (type: Extract<BtfType, { kind: K }>) => BtfType };

/** The types, ids unchanged, with what the kernel does not know replaced as libbpf does. */
export function sanitizeBtf(btf: Btf, features: BtfFeatures): BtfBuilder {
  // Placeholders come first of what is appended; the ids of the types themselves stay.
  const placeholder = btf.length;
  const replacements = replacementsFor(btf, features, placeholder);
  const copy = copyTypes(btf, (type) => {
    const replace = replacements[type.kind] as ((type: BtfType) => BtfType) | undefined;
    return replace ? replace(type) : type;
  });
  if (!features.enum64) copy.add(intOf('enum64_placeholder', 1));
  return copy;
}

function intOf(name: string, size: number): BtfType {
  return { kind: 'int', name, size, encoding: 'unsigned', bits: size * 8, bitOffset: 0 };
}

function replacementsFor(btf: Btf, features: BtfFeatures, placeholder: TypeId): Replacements {
  const { func, datasec, globalFunc, float, declTag, typeTag, enum64 } = features;
  return {
    // One byte fits whatever the variable had.
    ...(datasec ? {} : { var: ({ name }) => intOf(name, 1), datasec: (type) => structOfSection(btf, type) }),
    ...(declTag ? {} : { declTag: ({ name }) => intOf(name, 1) }),
    ...(func ? {} : functionsAsTypes),
    ...(func && !globalFunc ? { func: (type) => ({ ...type, linkage: 'static' }) } : {}),
    ...(float ? {} : { float: ({ name, size }) => ({ kind: 'struct', name, size, members: [] }) }),
    ...(typeTag ? {} : { typeTag: ({ type }) => ({ kind: 'const', type }) }),
    ...(enum64
      ? {}
      : {
          enum: (type) => ({ ...type, signed: false, values: type.values.map(as32Bits) }),
          enum64: ({ name, size, values }) => ({
            kind: 'union',
            name,
            size,
            members: values.map((value) => ({ name: value.name, type: placeholder, bitOffset: 0, bitSize: 0 })),
          }),
        }),
  };
}

const functionsAsTypes: Replacements = {
  func: ({ name, type }) => ({ kind: 'typedef', name, type }),
  funcProto: ({ parameters }) => ({
    kind: 'enum',
    name: '',
    size: 4,
    signed: false,
    values: parameters.map(({ name }, index) => ({ name: name || `parameter${index}`, value: BigInt(index) })),
  }),
};

function as32Bits<T extends { readonly value: bigint }>(enumerator: T): T {
  return { ...enumerator, value: BigInt.asUintN(32, enumerator.value) };
}

function structOfSection(btf: Btf, section: Extract<BtfType, { kind: 'datasec' }>): BtfType {
  const members = section.variables.map(({ type, offset }) => {
    const variable = btf.type(type);
    const name = 'name' in variable ? variable.name : '';
    return { name, type: 'type' in variable ? variable.type : type, bitOffset: offset * 8, bitSize: 0 };
  });
  return { kind: 'struct', name: section.name.replaceAll('.', '_'), size: section.size, members };
}

/** The object's types encoded for a kernel that knows these kinds; the strings of line information are in them. */
export function kernelBtf(object: BpfObject, features: BtfFeatures): Uint8Array | undefined {
  if (!object.btfBytes || Object.values(features).every(Boolean)) return object.btfBytes;
  const lines = object.programs.map(({ section, lines }) => ({ section, records: lines }));
  const ext: BtfExt = { functions: [], lines, core: [] };
  return encodeBtfWithExt(sanitizeBtf(parseBtf(object.btfBytes), features), ext).btf;
}
