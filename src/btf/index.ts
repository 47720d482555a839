/**
 * BTF, the kernel's type format: read, written, printed as C and TypeScript, and values decoded and encoded by it.
 * @module
 */
export type {
  Btf,
  BtfEnumerator,
  BtfKind,
  BtfMember,
  BtfParameter,
  BtfSectionVariable,
  BtfType,
  BtfTypeOf,
  CoreKind,
  CoreRelocation,
  FuncInfo,
  IntEncoding,
  LineInfo,
  Linkage,
  TypeId,
} from './types.ts';
