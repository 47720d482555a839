/**
 * BTF, the kernel's type format: read, written, printed as C and TypeScript, and values decoded and encoded by it.
 * @module
 */
export type { FoundMember } from './layout.ts';
export {
  alignOf,
  findMember,
  flattenMembers,
  pointerSize,
  resolve,
  resolveType,
  sizeOf,
  suggestMember,
} from './layout.ts';
export type { ParseBtfOptions, ParsedBtf } from './parse-btf.ts';
export { parseBtf } from './parse-btf.ts';
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
