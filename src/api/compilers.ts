// Every compiler that comes with tsbpf, by name.

import { UsageError } from '../base/index.ts';
import type { Compiler } from './compiler.ts';

/** Name of a compiler that comes with tsbpf. A new compiler: also add a line to `compilers`. */
export type CompilerName = 'builtin' | 'clang';

// Loaded when first used: who runs a compiled object must not wait for a compiler.
const compilers: Readonly<Record<CompilerName, () => Promise<Compiler>>> = {
  builtin: async () => (await import('./builtin.ts')).builtinCompiler(),
  clang: async () => (await import('./clang.ts')).clangCompiler(),
};

/** The names of all compilers. */
export const compilerNames: readonly CompilerName[] = ['builtin', 'clang'];

/** The compiler of that name. @throws UsageError for an unknown one. */
export async function compilerByName(name: string): Promise<Compiler> {
  const known = compilerNames.find((candidate) => candidate === name);
  if (!known)
    throw new UsageError(`there is no compiler "${name}"`, { hint: `use one of: ${compilerNames.join(', ')}` });
  return compilers[known]();
}
