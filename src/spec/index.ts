/**
 * What the kernel defines, as tables only: program types, map types, attach types, helpers, section names, with the release
 * each came with. Everything that depends on them is derived from the rows.
 * @module
 */
export type { AttachTypeName, AttachTypeRow } from './attach-types.ts';
export { attachTypes } from './attach-types.ts';
export type { MapTypeName, MapTypeRow } from './map-types.ts';
export { mapTypes } from './map-types.ts';
export type { ProgramTypeName, ProgramTypeRow } from './program-types.ts';
export { programTypes } from './program-types.ts';
