// Numbers of the BTF format. A new kind: a row here, a decoder in decode-type.ts, an encoder in encode-type.ts.
// Source: Linux include/uapi/linux/btf.h (v6.18).

import type { BtfKind, CoreKind, Linkage } from './types.ts';

/** First two bytes of `.BTF` and `.BTF.ext`. */
export const btfMagic = 0xeb9f;

/** Size of the header of `.BTF`. */
export const btfHeaderSize = 24;

/** Kinds by number, and the words that follow the three common ones: `fixed + perEntry * vlen`. */
export const kindTable = [
  { kind: 'void', fixed: 0, perEntry: 0 },
  { kind: 'int', fixed: 1, perEntry: 0 },
  { kind: 'ptr', fixed: 0, perEntry: 0 },
  { kind: 'array', fixed: 3, perEntry: 0 },
  { kind: 'struct', fixed: 0, perEntry: 3 },
  { kind: 'union', fixed: 0, perEntry: 3 },
  { kind: 'enum', fixed: 0, perEntry: 2 },
  { kind: 'fwd', fixed: 0, perEntry: 0 },
  { kind: 'typedef', fixed: 0, perEntry: 0 },
  { kind: 'volatile', fixed: 0, perEntry: 0 },
  { kind: 'const', fixed: 0, perEntry: 0 },
  { kind: 'restrict', fixed: 0, perEntry: 0 },
  { kind: 'func', fixed: 0, perEntry: 0 },
  { kind: 'funcProto', fixed: 0, perEntry: 2 },
  { kind: 'var', fixed: 1, perEntry: 0 },
  { kind: 'datasec', fixed: 0, perEntry: 3 },
  { kind: 'float', fixed: 0, perEntry: 0 },
  { kind: 'declTag', fixed: 1, perEntry: 0 },
  { kind: 'typeTag', fixed: 0, perEntry: 0 },
  { kind: 'enum64', fixed: 0, perEntry: 3 },
] as const satisfies readonly { readonly kind: BtfKind; readonly fixed: number; readonly perEntry: number }[];

/** Number of each kind. */
export const kindNumbers: Readonly<Record<BtfKind, number>> = Object.fromEntries(
  kindTable.map(({ kind }, number) => [kind, number]),
) as Record<BtfKind, number>;

/** `BTF_FUNC_*` and `BTF_VAR_*`, by number. */
export const linkages = ['static', 'global', 'extern'] as const satisfies readonly Linkage[];

/** Bits of an integer's encoding. */
export const intEncoding = { signed: 1, char: 2, bool: 4 } as const;

/** `enum bpf_core_relo_kind`, by number. */
export const coreKinds = [
  'field-byte-offset',
  'field-byte-size',
  'field-exists',
  'field-signed',
  'field-lshift-u64',
  'field-rshift-u64',
  'type-id-local',
  'type-id-target',
  'type-exists',
  'type-size',
  'enumval-exists',
  'enumval-value',
  'type-matches',
] as const satisfies readonly CoreKind[];
