/**
 * Packet filters: an expression in the language of pcap-filter(7) becomes a classic BPF program, shorter than libpcap's,
 * or an extended one for sockets, tc and XDP. Input: the expression, a link type, who knows names. Output: instructions,
 * their text, objects to load.
 * @module
 */
export type { FilterOptions } from './compile.ts';
export { DEFAULT_SNAP_LENGTH } from './compile.ts';
export type { VerdictOptions } from './compiled-filter.ts';
export { CompiledFilter, compileFilter, MAX_CLASSIC_INSTRUCTIONS } from './compiled-filter.ts';
export type { ProgramKind, Verdicts } from './convert/convert.ts';
export { convertClassic } from './convert/convert.ts';
export { findFileLinkType, findLinkType } from './link-types/find.ts';
export type { LinkFamily, LinkType } from './link-types/tables/link-types.ts';
export { linkTypes } from './link-types/tables/link-types.ts';
export type { HostAddress, NameResolver, NameTable, Service } from './names/resolver.ts';
export { tableResolver } from './names/resolver.ts';
export type { FilterFormat } from './present/format.ts';
export { compileToJson, filterJson, formatFilter, listLinkTypes } from './present/format.ts';
