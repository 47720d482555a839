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
  /** Whether the target is the kernel that runs here: its version, configuration, modules and tracepoints count, too. */
  readonly isForRunningKernel: boolean;
  /** Which names the text may use; `auto` recognises BCC's macros. Only the embedded compiler knows the difference. */
  readonly dialect: 'auto' | 'bcc' | 'libbpf';
  /** As behind `-W`: `no-NAME` switches a warning off, `no-all` all of them. */
  readonly warnings: readonly string[];
  /** Other options in clang's spelling; for clang only. */
  readonly flags: readonly string[];
}

/** What a compiler gives back; errors are thrown as SourceError, so `diagnostics` holds warnings only. */
export interface CompileOutput {
  readonly object: BpfObject;
  readonly diagnostics: readonly Diagnostic[];
}

/** A stage of compilation that can be shown. */
export type EmitStage = 'preprocessed' | 'ir';

/** Turns C text into a `BpfObject`. */
export interface Compiler {
  readonly name: string;
  /** @throws SourceError with every error found. */
  compile(input: CompileInput): Promise<CompileOutput>;
  /** What the compiler made of the text on its way, where it can show that. */
  emit?(input: CompileInput, stage: EmitStage): Promise<string>;
}
