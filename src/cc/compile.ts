// C text to BPF object: the whole pipeline on one screen.

import { type Diagnostic, SourceError, suggest } from '../base/index.ts';
import type { Btf } from '../btf/index.ts';
import type { BpfObject } from '../object/index.ts';
import { BccChecker } from './bcc/bcc-checker.ts';
import { isBccText } from './bcc/recognize.ts';
import { btfTypesOf } from './check/btf-types.ts';
import { check } from './check/check.ts';
import { meantType } from './check/name-suggestions.ts';
import { Diagnostics } from './diagnostics.ts';
import { emit } from './emit/emit.ts';
import { buildObject } from './emit/object.ts';
import type { IsaVersion } from './emit/types.ts';
import { createHeaders } from './headers/headers.ts';
import type { Headers } from './headers/types.ts';
import { printModule } from './ir/print.ts';
import { checkCallStack } from './lint/call-stack.ts';
import { lintAsWritten, lintOptimized } from './lint/lint.ts';
import { lower } from './lower/lower.ts';
import { optimize } from './optimize/passes.ts';
import { parse } from './parse/parser.ts';
import type { MeantType } from './parse/types.ts';
import { spell } from './preprocess/expand.ts';
import { preprocess } from './preprocess/preprocess.ts';
import type { IncludeResolver, PreprocessOptions } from './preprocess/types.ts';

/** How to compile. */
export interface CompileCOptions {
  /** File name, for messages and for the prefix of data maps; default `program.bpf.c`. */
  readonly name?: string | undefined;
  /** Macros, as `-D NAME=VALUE` (value default 1). */
  readonly defines?: Readonly<Record<string, string>> | undefined;
  /** As `-U NAME`. */
  readonly undefines?: readonly string[] | undefined;
  /** Finds headers that are not built in. */
  readonly resolve?: IncludeResolver | undefined;
  /** Types of the target; without them kernel types are unknown. */
  readonly btf?: Btf | undefined;
  /** `LINUX_VERSION_CODE` of the target. */
  readonly kernelVersion?: number | undefined;
  /** Types of the target's modules, split from `btf`; asked for when a tag or function is not among the kernel's own. */
  readonly modules?: (() => readonly Btf[]) | undefined;
  /** Configuration of the target, `CONFIG_...` to `y`, `m`, a number or a string; asked for when a name depends on it. */
  readonly kconfig?: (() => ReadonlyMap<string, string> | undefined) | undefined;
  /** Architecture of the target, for registers; default `x86`. */
  readonly architecture?: 'x86' | 'arm64' | undefined;
  /** Number of possible CPUs of the target, for `bpf_num_cpus()`. */
  readonly cpuCount?: (() => number) | undefined;
  /** Instruction set; default 3. */
  readonly isaVersion?: IsaVersion | undefined;
  /** `auto` recognises BCC's macros and names. */
  readonly dialect?: 'auto' | 'bcc' | 'libbpf' | undefined;
  /** The text of an event's `format` file in tracefs, for `TRACEPOINT_PROBE`; BTF is asked where it gives nothing. */
  readonly tracepointFormat?: ((category: string, event: string) => string | undefined) | undefined;
  /** Codes of warnings not wanted; `all` for none. */
  readonly disabledWarnings?: readonly string[] | undefined;
  /** Checks the IR after every pass. */
  readonly verify?: boolean | undefined;
}

/** What came of it. */
export interface CompiledC {
  readonly object: BpfObject;
  /** Warnings. */
  readonly diagnostics: readonly Diagnostic[];
  /** The IR after optimization, as text. */
  readonly ir: string;
}

/**
 * Compiles C for BPF.
 * @throws SourceError with every error found.
 */
export function compileC(text: string, given: CompileCOptions = {}): CompiledC {
  const options = withDialect(text, given);
  const name = options.name ?? 'program.bpf.c';
  const diagnostics = new Diagnostics(disabledWarnings(options));
  return guarded(diagnostics, () => {
    const { program } = analyze(text, options, diagnostics);
    const module = lower(program, diagnostics);
    diagnostics.throwIfErrors();
    lintAsWritten(module, diagnostics);
    optimize(module.ir, { verify: options.verify ?? false });
    lintOptimized(module, diagnostics);
    const ir = (): string => printModule(module.ir);
    const irText = options.verify ? ir() : '';
    const code = emit(module, options.isaVersion ?? 3, diagnostics);
    checkCallStack(code, module, diagnostics);
    const object = buildObject({ name, module, code, diagnostics });
    diagnostics.throwIfErrors();
    return { object, diagnostics: diagnostics.inOrder(), ir: irText };
  });
}

/** Preprocesses, parses and checks. */
function analyze(
  text: string,
  options: CompileCOptions,
  diagnostics: Diagnostics,
): { readonly program: ReturnType<typeof check> } {
  const name = options.name ?? 'program.bpf.c';
  const settings = preprocessSettings(text, options);
  const { headers } = settings;
  const btf = options.btf && btfTypesOf(options.btf, options.modules);
  const names = {
    isTypeName: (word: string): boolean =>
      headers.isTypeName(word) || (!headers.isValueName(word) && btf?.typedef(word) !== undefined),
    isForeignTypeName: (word: string): boolean => btf?.moduleTypedef(word) !== undefined,
    meant: (word: string): MeantType | undefined => meantType(word, options.btf),
    nearestMacro: (word: string): string | undefined => suggest(word, headers.names()),
  };
  const { tokens } = preprocess({ name, text }, settings, diagnostics);
  const declarations = parse(tokens, names, diagnostics);
  const parseBuiltin = (builtin: string): ReturnType<typeof parse> => {
    const source = { name: '<built-in>', text: builtin };
    return parse(
      preprocess(source, { ...settings, defines: [], undefines: [] }, diagnostics).tokens,
      names,
      diagnostics,
    );
  };
  const environment = { name, diagnostics, headers, btf, parseBuiltin };
  const program = check(declarations, environment, options.dialect === 'bcc' ? new BccChecker(environment) : undefined);
  diagnostics.throwIfErrors();
  return { program };
}

/** Warnings of clang's -Wall that BCC does not ask for: its texts are generated, and belong to others. */
const quietInBcc = ['unused-variable', 'unused-function', 'unused-label', 'unused-value'];

function disabledWarnings({ disabledWarnings: unwanted = [], dialect }: CompileCOptions): Set<string> {
  return new Set([...unwanted, ...(dialect === 'bcc' ? quietInBcc : [])]);
}

/** The options with the dialect that is meant by `auto`. */
function withDialect(text: string, options: CompileCOptions): CompileCOptions {
  const { dialect = 'auto' } = options;
  return dialect === 'auto' ? { ...options, dialect: isBccText(text) ? 'bcc' : 'libbpf' } : options;
}

function preprocessSettings(text: string, options: CompileCOptions): PreprocessOptions & { readonly headers: Headers } {
  return {
    defines: Object.entries(options.defines ?? {}).map(([name, value]) => ({ name, value })),
    undefines: options.undefines ?? [],
    resolve: options.resolve ?? ((): undefined => undefined),
    headers: createHeaders({ ...options, text }),
  };
}

/** The text after preprocessing, as `-E` prints it. @throws SourceError */
export function preprocessC(text: string, given: CompileCOptions = {}): string {
  const options = withDialect(text, given);
  const diagnostics = new Diagnostics(disabledWarnings(options));
  return guarded(diagnostics, () => {
    const source = { name: options.name ?? 'program.bpf.c', text };
    const { tokens } = preprocess(source, preprocessSettings(text, options), diagnostics);
    diagnostics.throwIfErrors();
    return spell(tokens);
  });
}

/** Text so deeply nested that the compiler runs out of stack is refused like any other bad text. */
function guarded<T>(diagnostics: Diagnostics, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    diagnostics.list.push({
      severity: 'error',
      code: 'too-complex',
      message: 'the program is too deeply nested or too large to compile',
    });
    throw new SourceError(diagnostics.list, { cause: error });
  }
}
