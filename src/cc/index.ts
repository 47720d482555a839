/**
 * The embedded C compiler: C text (libbpf's or BCC's dialect) to a `BpfObject`, kernel types taken from BTF by name.
 * Reads no files; headers that are not built in come from the caller.
 * @module
 */
export type { CompileCOptions, CompiledC } from './compile.ts';
export { compileC, preprocessC } from './compile.ts';
export type { IsaVersion } from './emit/types.ts';
export type { IncludedText, IncludeResolver } from './preprocess/types.ts';
