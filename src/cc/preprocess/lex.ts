// Splits text into preprocessing tokens (C11 6.4), comments and line splices removed, digraphs replaced.

import type { SourceText } from '../../base/index.ts';
import type { Diagnostics } from '../diagnostics.ts';
import type { Token, TokenKind } from './types.ts';

const punctuators = new Set(
  (
    '[ ] ( ) { } . -> ++ -- & * + - ~ ! / % << >> < > <= >= == != ^ | && || ? : ; ... = *= /= %= += -= <<= >>= &= ^= |= , # ##' +
    ' <: :> <% %> %: %:%: ::'
  ).split(' '),
);
/** Second characters of the longer ones. */
const continuations: ReadonlySet<string | undefined> = new Set([...'>+-<=&|.#:%']);
const digraphs: Readonly<Record<string, string>> = {
  '<:': '[',
  ':>': ']',
  '<%': '{',
  '%>': '}',
  '%:': '#',
  '%:%:': '##',
};

/** Is this UTF-16 unit a letter, digit, `_`, `$` or beyond ASCII? */
function isIdentifierPart(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === 95 ||
    code === 36 ||
    code >= 128
  );
}

const identifier = /[\w$\u0080-\uffff]+/y;
/** 0x1e+1 is one number by the letter of the standard, as in every compiler. */
const number = /\.?\d(?:[\w$.\u0080-\uffff]*[eEpP][+-])*[\w$.\u0080-\uffff]*/y;

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** Text without line splices, and how to get from its offsets back to the original's. */
class SplicedText {
  readonly text: string;
  /** Offsets in `text` after which a splice stood, ascending, and the total length removed up to there. */
  readonly #cuts: { readonly at: number; readonly removed: number }[] = [];

  constructor(original: string) {
    if (!original.includes('\\\n') && !original.includes('\\\r\n')) {
      this.text = original;
      return;
    }
    let text = '';
    let from = 0;
    for (const match of original.matchAll(/\\[ \t]*\r?\n/g)) {
      text += original.slice(from, match.index);
      from = match.index + match[0].length;
      this.#cuts.push({ at: text.length, removed: from - text.length });
    }
    this.text = text + original.slice(from);
  }

  get isPlain(): boolean {
    return this.#cuts.length === 0;
  }

  original(offset: number, isEnd: boolean): number {
    let low = 0;
    let high = this.#cuts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const cut = this.#cuts[middle] as { at: number };
      if (isEnd ? cut.at < offset : cut.at <= offset) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? offset : offset + (this.#cuts[low - 1] as { removed: number }).removed;
  }
}

class Lexer {
  readonly #source: SourceText;
  readonly #diagnostics: Diagnostics;
  readonly #spliced: SplicedText;
  readonly #text: string;
  readonly tokens: Token[] = [];
  #at = 0;
  #spaceBefore = false;
  #lineStart = true;

  constructor(source: SourceText, diagnostics: Diagnostics) {
    this.#source = source;
    this.#diagnostics = diagnostics;
    this.#spliced = new SplicedText(source.text);
    this.#text = this.#spliced.text;
  }

  run(): void {
    const text = this.#text;
    if (text.charCodeAt(0) === 0xfeff) this.#at = 1;
    while (this.#at < text.length) {
      const code = text.charCodeAt(this.#at);
      if (code === 10) {
        this.#lineStart = true;
        this.#spaceBefore = true;
        this.#at++;
      } else if (code <= 32) {
        this.#spaceBefore = true;
        this.#at++;
      } else if (code === 47 && this.#comment()) this.#spaceBefore = true;
      else this.#token(code);
    }
    this.#push('end', text.length, '');
  }

  #comment(): boolean {
    const text = this.#text;
    const next = text.charCodeAt(this.#at + 1);
    if (next === 47) {
      const end = text.indexOf('\n', this.#at);
      this.#at = end < 0 ? text.length : end;
      return true;
    }
    if (next !== 42) return false;
    const end = text.indexOf('*/', this.#at + 2);
    if (end < 0) {
      const start = this.#spliced.original(this.#at, false);
      this.#diagnostics.error('unterminated-comment', 'unterminated /* comment', {
        source: this.#source,
        start,
        end: start + 2,
      });
      this.#at = text.length;
      return true;
    }
    this.#at = end + 2;
    return true;
  }

  #token(code: number): void {
    const text = this.#text;
    if (isDigit(code) || (code === 46 && isDigit(text.charCodeAt(this.#at + 1)))) {
      this.#push('number', this.#endOf(number));
      return;
    }
    if (isIdentifierPart(code)) {
      const at = this.#endOf(identifier);
      const quote = text.charCodeAt(at);
      if ((quote === 34 || quote === 39) && at - this.#at <= 2) {
        const prefix = text.slice(this.#at, at);
        if (prefix === 'L' || prefix === 'u' || prefix === 'U' || (prefix === 'u8' && quote === 34)) {
          this.#quoted(at, quote);
          return;
        }
      }
      this.#push('identifier', at);
      return;
    }
    if (code === 34 || code === 39) {
      this.#quoted(this.#at, code);
      return;
    }
    this.#punctuator();
  }

  /** Where what a pattern matches here ends. */
  #endOf(pattern: RegExp): number {
    pattern.lastIndex = this.#at;
    pattern.test(this.#text);
    return pattern.lastIndex;
  }

  #quoted(open: number, quote: number): void {
    const text = this.#text;
    let at = open + 1;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === 92) at++;
      else if (code === quote) {
        this.#push(quote === 34 ? 'string' : 'character', at + 1);
        return;
      } else if (code === 10) break;
    }
    // Allowed in skipped groups (an apostrophe in prose): only the parser complains.
    this.#push('other', Math.min(at, text.length));
  }

  #punctuator(): void {
    const text = this.#text;
    const from = this.#at;
    let length = continuations.has(text[from + 1]) ? 4 : 1;
    while (length > 1 && !punctuators.has(text.slice(from, from + length))) length--;
    const found = text.slice(from, from + length);
    this.#push(punctuators.has(found) ? 'punctuator' : 'other', from + found.length, digraphs[found]);
  }

  #push(kind: TokenKind, end: number, text?: string): void {
    const from = this.#at;
    const plain = this.#spliced.isPlain;
    this.tokens.push({
      kind,
      text: text ?? this.#text.slice(from, end),
      source: this.#source,
      start: plain ? from : this.#spliced.original(from, false),
      end: plain ? end : this.#spliced.original(end, true),
      spaceBefore: this.#spaceBefore,
      lineStart: this.#lineStart,
      macro: undefined,
      noExpand: false,
    });
    this.#at = end;
    this.#spaceBefore = false;
    this.#lineStart = false;
  }
}

/** All tokens of a text, the last of kind `end`. */
export function lex(source: SourceText, diagnostics: Diagnostics): Token[] {
  const lexer = new Lexer(source, diagnostics);
  lexer.run();
  return lexer.tokens;
}
