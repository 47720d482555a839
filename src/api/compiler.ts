// The one interface behind which compilers stand.

import type { Diagnostic } from '../base/index.ts';
import type { BpfObject } from '../object/index.ts';
import type { TargetTypes } from './target-types.ts';

/** What a compiler is given. */
export interface CompileInput {
  /** C text. */
  readonly text: string;
  /** Name for messages and line info; a relative `#include "..."` is looked for beside it. */
  readonly fileName: string;
  /** `-D NAME=VALUE`. */
  readonly defines: Readonly<Record<string, string>>;
  /** `-U NAME`. */
  readonly undefines: readonly string[];
  /** `-I DIR`. */
  readonly includeDirectories: readonly string[];
  /** Version of the instruction set to emit. */
  readonly isaVersion: 1 | 2 | 3 | 4;
  /** Types of the target kernel, for `vmlinux.h`; asked for only when needed. */
  readonly targetTypes: () => TargetTypes | undefined;
  /** Other options in clang's spelling, as in `-Wall`. */
  readonly flags: readonly string[];
}

/** What a compiler gives back; errors are thrown as SourceError, so `diagnostics` holds warnings only. */
export interface CompileOutput {
  readonly object: BpfObject;
  readonly diagnostics: readonly Diagnostic[];
}

/** Turns C text into a `BpfObject`. */
export interface Compiler {
  readonly name: string;
  /** @throws SourceError with every error found. */
  compile(input: CompileInput): Promise<CompileOutput>;
}
