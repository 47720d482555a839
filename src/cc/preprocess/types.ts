// What the preprocessor hands to the parser: tokens that know where they stand and which macros made them.

import type { SourceSpan, SourceText } from '../../base/index.ts';

/** Class of a token. `other` is a stray character, which the parser refuses. */
export type TokenKind = 'identifier' | 'number' | 'character' | 'string' | 'punctuator' | 'other' | 'pragma' | 'end';

/** Which macro a token came out of: where it is spelt, and the macro that macro was used in. */
export interface MacroOrigin {
  readonly macro: string;
  /** Place of the token in the macro's definition or argument. */
  readonly spelling: SourceSpan;
  readonly parent: MacroOrigin | undefined;
}

/** A place in the program as written (outside all macros), with the macros between. */
export interface Span extends SourceSpan {
  readonly macro?: MacroOrigin | undefined;
}

/**
 * One preprocessing token. It is its own {@link Span}: `source`, `start`, `end` are the place in the program as written
 * (for tokens out of macros: the macro's use).
 */
export interface Token extends Span {
  readonly kind: TokenKind;
  /** As spelt, line splices removed; for `pragma` the text after `#pragma`. */
  readonly text: string;
  readonly spaceBefore: boolean;
  readonly lineStart: boolean;
  readonly macro: MacroOrigin | undefined;
  /** Names of macros that must not expand this token again (painted blue). */
  readonly noExpand: boolean;
}

/** A macro; `parameters` is undefined for object-like ones. */
export interface Macro {
  readonly name: string;
  readonly parameters: readonly string[] | undefined;
  /** The last parameter takes the rest: `...` (named `__VA_ARGS__`) or GNU's `args...`. */
  readonly variadic: boolean;
  readonly body: readonly Token[];
  /** Undefined for macros that the compiler defines. */
  readonly span: Span | undefined;
  /** `__LINE__`, `__COUNTER__` and their like: computed at each use. */
  readonly dynamic?: ((use: Token) => string) | undefined;
}

/** The text behind an `#include`. */
export interface IncludedText {
  readonly name: string;
  readonly text: string;
}

/** Finds a header on behalf of the compiler; `from` is the name of the including text. Undefined: there is none. */
export type IncludeResolver = (path: string, quoted: boolean, from: string) => IncludedText | undefined;

/** Names the compiler supplies by itself (kernel headers, `bpf_helpers.h`, ...), asked one by one. */
export interface BuiltinHeaders {
  /** True when `path` is a header that the compiler replaces; from then on its names are visible. */
  include(path: string): boolean;
  /** Would {@link include} take it? For `__has_include`. */
  has(path: string): boolean;
  /** Definition text of a macro now visible, as after `#define`: `NAME(a, b) body`. */
  macro(name: string): string | undefined;
}

/** What the preprocessor needs. */
export interface PreprocessOptions {
  readonly defines: readonly { readonly name: string; readonly value: string }[];
  readonly undefines: readonly string[];
  readonly resolve: IncludeResolver;
  readonly headers: BuiltinHeaders;
}

/** Result: tokens without white space, ending with one `end` token. */
export interface PreprocessResult {
  readonly tokens: readonly Token[];
  readonly sources: readonly SourceText[];
}
