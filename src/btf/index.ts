/**
 * BTF, the kernel's type format: read, written, printed as C and TypeScript, and values decoded and encoded by it.
 * @module
 */
export type { ImportOptions } from './btf-builder.ts';
export { BtfBuilder } from './btf-builder.ts';
export type { BtfExt, ExtSection } from './btf-ext.ts';
export { parseBtfExt } from './btf-ext.ts';
export { typeName } from './c-declarator.ts';
export type { Decoder, DecoderOptions } from './decoder.ts';
export { decoder } from './decoder.ts';
export type { EncodeBtfOptions, StringOffset } from './encode-btf.ts';
export {
  encodeBtf,
  encodeBtfWithExt,
  encodeCoreRelocations,
  encodeFuncInfo,
  encodeLineInfo,
} from './encode-btf.ts';
export type { Encoder, EncoderOptions } from './encoder.ts';
export { encoder } from './encoder.ts';
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
export type { PrintCOptions } from './print-c.ts';
export { printC } from './print-c.ts';
export { printTypeScript, TypeScriptPrinter } from './print-typescript.ts';
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
