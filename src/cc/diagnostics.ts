// Collects what the phases have to say about the text, with macro notes, and stops after too many errors.

import { type Diagnostic, type Severity, SourceError } from '../base/index.ts';
import type { MacroOrigin, Span } from './preprocess/types.ts';

/** What accompanies a message. */
export interface MessageDetails {
  readonly hint?: string | undefined;
  readonly notes?: readonly Diagnostic[] | undefined;
  /** A warning that is given even where a built-in macro wrote what it is about. */
  readonly inMacros?: boolean | undefined;
}

const ERROR_LIMIT = 20;

/** Where the phases put their messages. */
export class Diagnostics {
  readonly list: Diagnostic[] = [];
  /** Warning codes not wanted, as `-Wno-CODE` says. */
  readonly disabled: ReadonlySet<string>;
  errors = 0;
  /** Above 0: warnings are not wanted, because what they are about was written by a built-in macro. */
  muted = 0;
  readonly #seen = new Set<string>();

  constructor(disabled: ReadonlySet<string> = new Set()) {
    this.disabled = disabled;
  }

  error(code: string, message: string, span: Span | undefined, details: MessageDetails = {}): void {
    if (!this.#add('error', { code, message, span, ...details })) return;
    this.errors++;
    if (this.errors >= ERROR_LIMIT) this.throw();
  }

  warning(code: string, message: string, span: Span | undefined, details: MessageDetails = {}): void {
    if (this.disabled.has(code) || this.disabled.has('all') || this.muted > 0) return;
    const { inMacros, ...rest } = details;
    if (inMacros ? span?.source.name === '<built-in>' : isBuiltin(span)) return;
    this.#add('warning', { code, message, span, ...rest });
  }

  /** @throws SourceError when there was an error. */
  throwIfErrors(): void {
    if (this.errors > 0) this.throw();
  }

  /** Reports and gives up at once: for what no recovery makes sense. */
  fatal(code: string, message: string, span: Span | undefined, details: MessageDetails = {}): never {
    this.#add('error', { code, message, span, ...details });
    this.errors++;
    this.throw();
  }

  throw(): never {
    throw new SourceError(this.inOrder());
  }

  /** As the places stand in their texts: the phases see the program one after the other. */
  inOrder(): Diagnostic[] {
    const sources = new Map<unknown, Diagnostic[]>();
    for (const diagnostic of this.list) {
      const source = diagnostic.span?.source;
      const group = sources.get(source) ?? [];
      sources.set(source, group);
      group.push(diagnostic);
    }
    const start = ({ span }: Diagnostic): number => span?.start ?? 0;
    return [...sources.values()].flatMap((group) => group.sort((a, b) => start(a) - start(b)));
  }

  #add(severity: Severity, message: Omit<Diagnostic, 'severity' | 'span'> & { span: Span | undefined }): boolean {
    const { span } = message;
    const key = `${message.code}|${message.message}|${span?.source.name}|${span?.start}`;
    if (this.#seen.has(key)) return false;
    this.#seen.add(key);
    const notes = [...macroNotes(span?.macro), ...(message.notes ?? [])];
    this.list.push({ ...message, severity, ...(notes.length > 0 ? { notes } : { notes: undefined }) });
    return true;
  }
}

/** Does a place come out of a built-in header? As in system headers, nobody can do anything about warnings there. */
export function isBuiltin(span: Span | undefined): boolean {
  if (span?.source.name === '<built-in>') return true;
  for (let at = span?.macro; at; at = at.parent) if (at.spelling.source.name === '<built-in>') return true;
  return false;
}

/** Notes naming the macros a place came out of, outermost last, as clang prints them. */
function macroNotes(origin: MacroOrigin | undefined): Diagnostic[] {
  const notes: Diagnostic[] = [];
  for (let at = origin; at && notes.length < 6; at = at.parent) {
    notes.push({
      severity: 'note',
      code: 'macro-expansion',
      message: `expanded from macro '${at.macro}'`,
      span: at.spelling,
    });
  }
  return notes;
}

/** From the start of `first` to the end of `last`, where both stand in one text. */
export function spanBetween(first: Span, last: Span): Span {
  if (first === last || first.source !== last.source || last.end <= first.end) return first;
  return { source: first.source, start: first.start, end: last.end, macro: first.macro };
}
