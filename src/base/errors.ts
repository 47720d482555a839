// The error hierarchy: one class per thing a caller can do about it. Nothing else escapes tsbpf.

import type { Diagnostic } from './diagnostics.ts';
import { renderDiagnostics } from './diagnostics.ts';

/** Options every error takes. */
export interface BpfErrorOptions {
  /** The error that led to this one. */
  readonly cause?: unknown;
  /** What the person can do about it, as one sentence. */
  readonly hint?: string | undefined;
}

/** Root of every error tsbpf throws. `code` is stable; match on it, never on the message. */
export abstract class BpfError extends Error {
  abstract readonly code: string;
  /** What the person can do about it, where that is known. */
  readonly hint: string | undefined;

  constructor(message: string, options: BpfErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.hint = options.hint;
  }
}

/** A source text (C, filter expression, assembly) is wrong; `diagnostics` say where and why. */
export class SourceError extends BpfError {
  readonly code = 'source';
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[], options: BpfErrorOptions = {}) {
    super(renderDiagnostics(diagnostics), options);
    this.diagnostics = diagnostics;
  }
}

/** Bytes are not in the format they claim. */
export class FormatError extends BpfError {
  readonly code = 'format';
  /** The format or part of it, as in `ELF section header`. */
  readonly what: string;
  /** Offset in bytes from the start of the input, where known. */
  readonly offset: number | undefined;

  constructor(what: string, problem: string, options: BpfErrorOptions & { offset?: number } = {}) {
    const at = options.offset === undefined ? '' : ` (at byte ${options.offset})`;
    super(`${what}: ${problem}${at}`, options);
    this.what = what;
    this.offset = options.offset;
  }
}

/** A value given by the caller has the wrong shape; `path` names the field. */
export class ValueError extends BpfError {
  readonly code = 'value';
  /** The field concerned, as in `event.args[2]`. */
  readonly path: string;

  constructor(path: string, problem: string, options: BpfErrorOptions = {}) {
    super(`${path}: ${problem}`, options);
    this.path = path;
  }
}

/** Where in the source a rejected instruction came from. */
export interface SourceLine {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

/** The facts of a {@link VerifierError}. */
export interface VerifierErrorFacts extends BpfErrorOptions {
  /** Name of the rejected program. */
  readonly program: string;
  /** One line saying why. */
  readonly summary: string;
  /** The few log lines that matter. */
  readonly excerpt: readonly string[];
  /** The whole log. */
  readonly log: string;
  readonly source?: SourceLine | undefined;
}

/** A verifier (the kernel's or ours) refused a program. */
export class VerifierError extends BpfError {
  readonly code = 'verifier';
  readonly program: string;
  readonly summary: string;
  readonly excerpt: readonly string[];
  readonly log: string;
  readonly source: SourceLine | undefined;

  constructor(facts: VerifierErrorFacts) {
    const { source } = facts;
    const where = source ? `\n  at ${source.file}:${source.line}: ${source.text.trim()}` : '';
    super(`program "${facts.program}" was refused: ${facts.summary}${where}`, facts);
    this.program = facts.program;
    this.summary = facts.summary;
    this.excerpt = facts.excerpt;
    this.log = facts.log;
    this.source = source;
  }
}

/** A system call failed. */
export class SyscallError extends BpfError {
  readonly code = 'syscall';
  /** The call, as in `bpf(BPF_MAP_CREATE)`. */
  readonly call: string;
  /** The errno's name, as in `EPERM`. */
  readonly errno: string;

  constructor(call: string, errno: string, options: BpfErrorOptions & { context?: string } = {}) {
    super(`${options.context ? `${options.context}: ` : ''}${call}: ${errno}`, options);
    this.call = call;
    this.errno = errno;
  }
}

/** This kernel, machine or host cannot do what was asked. */
export class UnsupportedError extends BpfError {
  readonly code = 'unsupported';
  /** What is missing, as in `map type ringbuf`. */
  readonly feature: string;
  /** The kernel release that has it, as in `5.8`; undefined where no release has. */
  readonly since: string | undefined;

  constructor(feature: string, options: BpfErrorOptions & { since?: string | undefined } = {}) {
    const since = options.since ? ` (needs Linux ${options.since})` : '';
    super(`${feature} is not supported here${since}`, options);
    this.feature = feature;
    this.since = options.since;
  }
}

/** The caller used the API or command line in a way that cannot work (closed session, unknown name, bad option). */
export class UsageError extends BpfError {
  readonly code = 'usage';
}

/** A fault of tsbpf itself. */
export class InternalError extends BpfError {
  readonly code = 'internal';

  constructor(message: string, options: BpfErrorOptions = {}) {
    super(message, { hint: 'this is a bug in tsbpf; please report it', ...options });
  }
}

/**
 * What the operating system said about a file, in words: `no such file or directory`. Undefined for other errors. For messages:
 * Node's own name the call first, which says nothing to a person.
 */
export function systemReason(error: unknown): string | undefined {
  const isFromSystem = error instanceof Error && 'code' in error && 'syscall' in error;
  return isFromSystem ? /^[A-Z0-9]+: ([^,]*)/.exec(error.message)?.[1] : undefined;
}
