// A place in the tokens, and what every part of the parser asks there.

import type { SourceError, SourceSpan } from '../../base/index.ts';
import { suggest } from '../../base/index.ts';
import { keywordAt, keywords, type TokenKind } from '../lex/keywords.ts';
import type { Tokens } from '../lex/lexer.ts';
import { problem } from '../problem.ts';

/** Parentheses and negations may nest this deep. */
export const NESTING_LIMIT = 1500;

/** Reads tokens one after the other. */
export class Cursor {
  readonly tokens: Tokens;
  at = 0;
  depth = 0;

  constructor(tokens: Tokens) {
    this.tokens = tokens;
  }

  get kind(): TokenKind {
    return this.tokens.kinds[this.at] as TokenKind;
  }

  kindAt(index: number): TokenKind {
    return this.tokens.kinds[index] ?? 'end';
  }

  get text(): string {
    return this.tokens.values[this.at] as string;
  }

  get start(): number {
    return this.tokens.starts[this.at] as number;
  }

  /** End of the token before. */
  get previousEnd(): number {
    return this.at === 0 ? 0 : (this.tokens.ends[this.at - 1] as number);
  }

  span(index = this.at): SourceSpan {
    const { source, starts, ends } = this.tokens;
    return { source, start: starts[index] as number, end: ends[index] as number };
  }

  /** Steps over the current token; false when it is of another kind. */
  accept(kind: TokenKind): boolean {
    if (this.kind !== kind) return false;
    this.at++;
    return true;
  }

  expect(kind: TokenKind, what: string): void {
    if (!this.accept(kind)) throw this.unexpected(what);
  }

  /** The number here, in any number of parentheses. */
  number(what: string): number {
    let open = 0;
    while (this.accept('(')) open++;
    if (this.kind !== 'number') throw this.unexpected(what);
    const value = this.tokens.values[this.at++] as number;
    for (; open > 0; open--) this.expect(')', '")"');
    return value;
  }

  /** A number without parentheses. */
  plainNumber(what: string): number {
    if (this.kind !== 'number') throw this.unexpected(what);
    return this.tokens.values[this.at++] as number;
  }

  name(what: string): string {
    if (this.kind !== 'name') throw this.unexpected(what);
    return this.tokens.values[this.at++] as string;
  }

  /** The number or name here. */
  numberOrName(what: string): number | string {
    if (this.kind !== 'name' && this.kind !== 'number') throw this.unexpected(what);
    return this.tokens.values[this.at++] as number | string;
  }

  enter(limit = NESTING_LIMIT): void {
    if (++this.depth > limit) throw problem(this.span(), 'too-deep', `more than ${limit} levels of nesting`);
  }

  leave(): void {
    this.depth--;
  }

  /** The error of a token that cannot stand here. */
  unexpected(expected: string): SourceError {
    const { source } = this.tokens;
    const span = this.span();
    if (this.kind === 'end')
      return problem(span, 'unexpected-end', `the expression ends where ${expected} was expected`);
    const found = source.text.slice(span.start, span.end);
    return problem(span, 'syntax', `${expected} expected, found "${found}"`, this.#hint(found));
  }

  #hint(found: string): string | undefined {
    if (this.kind === 'name') {
      const near = suggest(found, keywords());
      if (near) return `did you mean "${near}"?`;
      return 'a name or address needs a word before it: host, net, port, ...';
    }
    if (this.kind === 'ipv4' || this.kind === 'ipv6') return `write "host ${found}"`;
    if (this.kind === 'mac') return `write "ether host ${found}"`;
    const previous = this.kindAt(this.at - 1);
    const isWord = /^[a-z]/.test(found);
    if (isWord && previous === 'protocol' && keywordAt(found, 0, found.length))
      return `join primitives by "and" or "or"; escape a name that is also a keyword: \\${found}`;
    return undefined;
  }
}
