// What a front end has to say about a source text, and how it is printed: like clang, with a caret.

/** A half-open range `[start, end)` of UTF-16 offsets in one source text. */
export interface SourceSpan {
  readonly source: SourceText;
  readonly start: number;
  readonly end: number;
}

/** One source text by name; `name` is what messages print (`prog.bpf.c`, `<expression>`). */
export interface SourceText {
  readonly name: string;
  readonly text: string;
}

/** How bad it is: only `error` stops a compilation. */
export type Severity = 'error' | 'warning' | 'note';

/** One message about a source text. */
export interface Diagnostic {
  readonly severity: Severity;
  /** Stable, kebab-case: `undeclared-identifier`. */
  readonly code: string;
  readonly message: string;
  readonly span?: SourceSpan | undefined;
  /** What to do about it, as in `did you mean "tcp"?`. */
  readonly hint?: string | undefined;
  /** Related places: macro expansions, previous declarations. */
  readonly notes?: readonly Diagnostic[] | undefined;
}

/** A place in a text; line and column count from 1. */
export interface LineColumn {
  readonly line: number;
  readonly column: number;
}

/** Line and column (from 1) of a UTF-16 offset. */
export function lineColumn(text: string, offset: number): LineColumn {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  let line = 1;
  for (let at = before.indexOf('\n'); at >= 0; at = before.indexOf('\n', at + 1)) line++;
  return { line, column: offset - lineStart + 1 };
}

function sourceExcerpt(span: SourceSpan): string {
  const { text } = span.source;
  const lineStart = text.lastIndexOf('\n', span.start - 1) + 1;
  const newline = text.indexOf('\n', span.start);
  const line = text.slice(lineStart, newline < 0 ? text.length : newline).replace(/\r$/, '');
  const indent = line.slice(0, span.start - lineStart).replace(/[^\t]/g, ' ');
  const width = Math.max(1, Math.min(span.end, lineStart + line.length) - span.start);
  return `${line}\n${indent}^${'~'.repeat(width - 1)}`;
}

/** One diagnostic as clang prints it: place, severity, message, source line, caret, hint, notes. */
export function renderDiagnostic(diagnostic: Diagnostic): string {
  const { span, severity, message, hint, notes } = diagnostic;
  const lines: string[] = [];
  if (span) {
    const { line, column } = lineColumn(span.source.text, span.start);
    lines.push(`${span.source.name}:${line}:${column}: ${severity}: ${message}`, sourceExcerpt(span));
  } else {
    lines.push(`${severity}: ${message}`);
  }
  if (hint) lines.push(`hint: ${hint}`);
  for (const note of notes ?? []) lines.push(renderDiagnostic(note));
  return lines.join('\n');
}

/** All diagnostics, one after the other. */
export function renderDiagnostics(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.map(renderDiagnostic).join('\n');
}
