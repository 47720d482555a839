/**
 * Addresses to names and names to places: the kernel's symbols, those of executables, libraries and generated code in
 * processes, and the file offsets that uprobes are attached at. C++ and Rust names are given as they stand, mangled.
 * @module
 */
export type { FunctionPlace, SymbolPlace } from './executable.ts';
export { Executable, openExecutable } from './executable.ts';
export { findBinary, seenFrom } from './find-binary.ts';
export { globMatcher, isGlob } from './glob.ts';
export type { KernelPlace, KernelSymbol } from './kallsyms.ts';
export { addressHint, KernelSymbols, kernelSymbols } from './kallsyms.ts';
export type { CachedLibrary } from './library-cache.ts';
export { parseLibraryCache } from './library-cache.ts';
export type { JitSymbol } from './perf-map.ts';
export { PerfMap } from './perf-map.ts';
export type { MemoryRegion } from './process-maps.ts';
export { parseProcessMaps, processMaps } from './process-maps.ts';
export type { UserPlace } from './process-symbols.ts';
export { ProcessSymbols } from './process-symbols.ts';
export type { ResolvedAddress } from './symbolizer.ts';
export { Symbolizer } from './symbolizer.ts';
export type { UsdtProbe } from './usdt-probes.ts';
export { findUsdtProbe, usdtProbes } from './usdt-probes.ts';
