// The parser's view of the tokens: lookahead, expectations, pragmas set aside, limits on nesting.

import type { Diagnostics } from '../diagnostics.ts';
import { spanBetween } from '../diagnostics.ts';
import type { Span, Token } from '../preprocess/types.ts';
import type { Unroll } from './types.ts';

/** Thrown where the text makes no sense; already reported. Caught where parsing can resume. */
export class SyntaxFault extends Error {}

const DEPTH_LIMIT = 256;

const keywords = new Set(
  (
    'auto break case char const continue default do double else enum extern float for goto if inline int long register restrict ' +
    'return short signed sizeof static struct switch typedef union unsigned void volatile while _Alignas _Alignof _Atomic _Bool ' +
    '_Complex _Generic _Noreturn _Static_assert _Thread_local asm typeof __asm __asm__ __attribute __attribute__ __inline __inline__ ' +
    '__const __const__ __volatile __volatile__ __restrict __restrict__ __signed __signed__ __typeof __typeof__ __alignof __alignof__ ' +
    '__extension__ __auto_type __int128 __int128_t __uint128_t __label__ __thread __typeof_unqual__ typeof_unqual static_assert_'
  ).split(' '),
);

/** Is `text` a keyword, so that it cannot be a name? */
export function isKeyword(text: string): boolean {
  return keywords.has(text);
}

interface PragmaRegion {
  readonly from: number;
  to: number;
  readonly attributes: string;
}

/** Tokens with a cursor. */
export class TokenStream {
  readonly diagnostics: Diagnostics;
  readonly #tokens: readonly Token[];
  readonly #pragmas = new Map<number, Token[]>();
  readonly #regions: PragmaRegion[] = [];
  readonly #packs: { readonly from: number; readonly align: number }[] = [];
  #at = 0;
  #depth = 0;
  /** The token under the cursor. */
  token: Token;

  constructor(tokens: readonly Token[], diagnostics: Diagnostics) {
    this.diagnostics = diagnostics;
    const kept: Token[] = [];
    const packStack: number[] = [];
    for (const token of tokens) {
      if (token.kind !== 'pragma') kept.push(token);
      else this.#notePragma(token, kept.length, packStack);
    }
    this.#tokens = kept;
    this.token = kept[0] as Token;
  }

  #notePragma(token: Token, at: number, packStack: number[]): void {
    const push = /^clang attribute push ?\( ?__attribute__ ?\( ?\( ?(\w+)/.exec(token.text);
    if (push) this.#regions.push({ from: at, to: Number.POSITIVE_INFINITY, attributes: push[1] as string });
    else if (/^clang attribute pop/.test(token.text)) {
      const open = this.#regions.findLast(({ to }) => to === Number.POSITIVE_INFINITY);
      if (open) open.to = at;
    } else if (/^pack\b/.test(token.text)) this.#notePack(token.text, at, packStack);
    else {
      const list = this.#pragmas.get(at);
      if (list) list.push(token);
      else this.#pragmas.set(at, [token]);
    }
  }

  #notePack(text: string, at: number, stack: number[]): void {
    const current = this.#packs.at(-1)?.align ?? 0;
    const value = Number(/\d+/.exec(text)?.[0] ?? 0);
    if (/\bpush\b/.test(text)) stack.push(current);
    const align = /\bpop\b/.test(text) ? (stack.pop() ?? 0) : /\bpush\b/.test(text) && value === 0 ? current : value;
    this.#packs.push({ from: at, align });
  }

  /** Attributes that `#pragma clang attribute push` puts on what stands here. */
  regionAttributes(): string[] {
    if (this.#regions.length === 0) return [];
    return this.#regions
      .filter(({ from, to }) => from <= this.#at && this.#at < to)
      .map(({ attributes }) => attributes);
  }

  /** Alignment limit of `#pragma pack` here; 0: none. */
  packAlignment(): number {
    return this.#packs.findLast(({ from }) => from <= this.#at)?.align ?? 0;
  }

  /** What a `#pragma unroll` right before the cursor says. */
  unrollPragma(): Unroll {
    let unroll: Unroll = 'default';
    for (const { text } of this.#pragmas.get(this.#at) ?? []) {
      const words = text.replace(/^(clang loop|GCC) /, '');
      const match = /^(nounroll|unroll(?:_count)?)\b ?\(? ?(\w*)/.exec(words);
      if (!match) continue;
      const [, verb, argument = ''] = match;
      if (verb === 'nounroll' || argument === 'disable') unroll = 'disable';
      else if (/^(0x)?[0-9a-fA-F]+[uUlL]*$/.test(argument) && Number.parseInt(argument, 10) > 0)
        unroll = Number.parseInt(argument, 10);
      else if (argument !== 'enable') unroll = 'full';
    }
    return unroll;
  }

  peek(ahead = 1): Token {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)] as Token;
  }

  advance(): Token {
    const token = this.token;
    if (token.kind !== 'end') this.token = this.#tokens[++this.#at] as Token;
    return token;
  }

  /** The token before the cursor. */
  previous(): Token {
    return this.#tokens[Math.max(0, this.#at - 1)] as Token;
  }

  get position(): number {
    return this.#at;
  }

  is(text: string): boolean {
    return this.token.text === text && (this.token.kind === 'punctuator' || this.token.kind === 'identifier');
  }

  accept(text: string): Token | undefined {
    return this.is(text) ? this.advance() : undefined;
  }

  isName(): boolean {
    return this.token.kind === 'identifier' && !keywords.has(this.token.text);
  }

  /** Takes `text` or reports that it was expected. A missing `;` is reported where it should stand. */
  expect(text: string, context: string): Token {
    if (this.is(text)) return this.advance();
    const isAfter = text === ';' || text === ')' || text === ']';
    return this.fail('expected', `expected '${text}'${context}`, isAfter ? this.#behindPrevious() : this.token);
  }

  /** The `;` of a statement. Where it was forgotten at the end of a line or block, nothing else is wrong. */
  endStatement(context: string): void {
    if (!this.token.lineStart && !this.is('}')) this.expect(';', context);
    else if (!this.accept(';')) this.diagnostics.error('expected', `expected ';'${context}`, this.#behindPrevious());
  }

  #behindPrevious(): Span {
    const { kind, macro, source, end } = this.previous();
    return kind === 'end' || macro ? this.token : { source, start: end, end: end + 1 };
  }

  fail(code: string, message: string, span: Span = this.token): never {
    if (this.token.kind === 'other' && span === this.token) this.#strayToken();
    else this.diagnostics.error(code, message, span);
    throw new SyntaxFault();
  }

  #strayToken(): void {
    const { text } = this.token;
    const quoted = text.startsWith('"') || text.startsWith("'");
    const message = quoted
      ? `missing terminating '${text[0]}' character`
      : `unexpected character '${text.slice(0, 20)}'`;
    this.diagnostics.error('stray-token', message, this.token);
  }

  since(first: Span): Span {
    return spanBetween(first, this.previous());
  }

  /** Runs a nested construct, with a limit. */
  nested<T>(parse: () => T): T {
    if (++this.#depth > DEPTH_LIMIT) {
      this.diagnostics.fatal('nesting', `nesting level exceeded maximum of ${DEPTH_LIMIT}`, this.token);
    }
    const result = parse();
    this.#depth--;
    return result;
  }

  /** Runs `parse`; on a syntax fault restores the nesting, calls `recover` and returns its value. */
  recovering<T>(parse: () => T, recover: () => T): T {
    const depth = this.#depth;
    try {
      return parse();
    } catch (error) {
      if (!(error instanceof SyntaxFault)) throw error;
      this.#depth = depth;
      return recover();
    }
  }

  /** Skips past the next `;` of this level, or up to the `}` that closes it. */
  skipStatement(): void {
    let depth = 0;
    while (this.token.kind !== 'end') {
      if (this.is('{') || this.is('(') || this.is('[')) depth++;
      else if (this.is('}') || this.is(')') || this.is(']')) {
        if (depth === 0 && this.is('}')) return;
        depth = Math.max(0, depth - 1);
        if (depth === 0 && this.is('}')) {
          this.advance();
          this.accept(';');
          return;
        }
      } else if (this.is(';') && depth === 0) {
        this.advance();
        return;
      }
      this.advance();
    }
  }
}
