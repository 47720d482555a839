// Macro expansion (C11 6.10.3): arguments, stringizing, pasting, __VA_OPT__, rescanning with names painted blue.

import type { Diagnostics } from '../diagnostics.ts';
import { ExpansionBudget } from './expansion-budget.ts';
import { lex } from './lex.ts';
import type { MacroTable } from './macros.ts';
import type { Macro, Token } from './types.ts';

const DEPTH_LIMIT = 2_000;

/** Where tokens come from when no macro is being read: the text, directives obeyed. */
export type TokenSource = () => Token;

interface Context {
  readonly tokens: readonly Token[];
  at: number;
  /** Disabled while the context is being read. */
  readonly macro: Macro | undefined;
}

type Argument = readonly Token[];

/** Reads tokens from a source and expands macros in them. */
export class Expander {
  readonly #macros: MacroTable;
  readonly #diagnostics: Diagnostics;
  readonly #source: TokenSource;
  readonly #stack: Context[] = [];
  readonly #disabled: Set<string>;
  readonly #budget: ExpansionBudget;

  constructor(
    macros: MacroTable,
    diagnostics: Diagnostics,
    source: TokenSource,
    inherited?: { readonly disabled: Set<string>; readonly budget: ExpansionBudget },
  ) {
    this.#macros = macros;
    this.#diagnostics = diagnostics;
    this.#source = source;
    this.#disabled = inherited?.disabled ?? new Set();
    this.#budget = inherited?.budget ?? new ExpansionBudget(diagnostics);
  }

  /** The next fully expanded token. */
  next(): Token {
    for (;;) {
      const token = this.#read();
      if (token.kind !== 'identifier' || token.noExpand) return token;
      const macro = this.#macros.get(token.text);
      if (!macro) return token;
      if (this.#disabled.has(token.text)) return { ...token, noExpand: true };
      if (!this.#expand(macro, token)) return token;
    }
  }

  /** Expands a list of tokens by itself, as `#if` and arguments need it. */
  expandList(tokens: readonly Token[], end: Token): Token[] {
    let at = 0;
    const sub = new Expander(this.#macros, this.#diagnostics, () => tokens[at++] ?? end, {
      disabled: this.#disabled,
      budget: this.#budget,
    });
    const result: Token[] = [];
    for (;;) {
      const token = sub.next();
      if (token === end) return result;
      result.push(token);
    }
  }

  #read(): Token {
    for (;;) {
      const context = this.#stack[this.#stack.length - 1];
      if (!context) return this.#source();
      const token = context.tokens[context.at];
      if (token) {
        context.at++;
        return token;
      }
      this.#pop(context);
    }
  }

  #pop(context: Context): void {
    this.#stack.pop();
    if (context.macro) this.#disabled.delete(context.macro.name);
  }

  /** The token that {@link #read} would give next, without taking it. */
  #unread(token: Token): void {
    this.#stack.push({ tokens: [token], at: 0, macro: undefined });
  }

  #expand(macro: Macro, use: Token): boolean {
    if (macro.dynamic) {
      this.#push(spaced(lexFragment(macro.dynamic(use), use), use), undefined);
      return true;
    }
    let tokens: readonly Token[];
    if (macro.parameters) {
      const opened = this.#openParenthesis();
      if (!opened) return false;
      const args = this.#arguments(macro, use);
      if (!args) return true;
      tokens = this.#substitute(macro, use, args);
    } else {
      tokens = this.#paste(
        macro.body.map((token) => derive(token, use, macro)),
        use,
      );
    }
    this.#push(spaced(tokens, use), macro);
    return true;
  }

  #push(tokens: readonly Token[], macro: Macro | undefined): void {
    this.#budget.spendTokens(tokens.length, tokens[0]);
    if (this.#stack.length > DEPTH_LIMIT) {
      this.#diagnostics.fatal('macro-too-deep', 'macros are nested too deeply', tokens[0]);
    }
    this.#stack.push({ tokens, at: 0, macro });
    if (macro) this.#disabled.add(macro.name);
  }

  /** Takes a following `(`, leaving finished contexts; puts anything else back. */
  #openParenthesis(): boolean {
    const token = this.#read();
    if (token.text === '(' && token.kind === 'punctuator') return true;
    this.#unread(token);
    return false;
  }

  #arguments(macro: Macro, use: Token): Argument[] | undefined {
    const parameters = macro.parameters as readonly string[];
    const args: Token[][] = [[]];
    let depth = 0;
    for (;;) {
      const token = this.#read();
      if (token.kind === 'end') {
        this.#unread(token);
        this.#diagnostics.error(
          'unterminated-macro-call',
          `unterminated function-like macro invocation '${macro.name}'`,
          use,
        );
        return undefined;
      }
      const isRest = macro.variadic && args.length === parameters.length;
      if (token.kind === 'punctuator') {
        if (token.text === '(') depth++;
        else if (token.text === ')' && depth-- === 0) break;
        else if (token.text === ',' && depth === 0 && !isRest) {
          args.push([]);
          continue;
        }
      }
      args[args.length - 1]?.push(token);
    }
    return this.#countArguments(macro, use, args);
  }

  #countArguments(macro: Macro, use: Token, args: Token[][]): Argument[] | undefined {
    const wanted = macro.parameters?.length ?? 0;
    if (wanted === 0 && args.length === 1 && args[0]?.length === 0) return [];
    if (macro.variadic && args.length === wanted - 1) {
      // GNU: the variable argument and its comma left out altogether.
      return [...args, undefined as unknown as Argument];
    }
    if (args.length === wanted) return args;
    const problem = args.length < wanted ? 'too few' : 'too many';
    this.#diagnostics.error(
      'macro-arguments',
      `${problem} arguments provided to function-like macro invocation of '${macro.name}' (${args.length} instead of ${wanted})`,
      use,
    );
    return undefined;
  }

  #substitute(macro: Macro, use: Token, args: readonly Argument[]): Token[] {
    const { parameters = [] } = macro;
    const expanded: (Token[] | undefined)[] = [];
    const end: Token = { ...use, kind: 'end', text: '' };
    const substitution: Substitution = {
      macro,
      use,
      raw: (index) => args[index] ?? [],
      expanded: (index) => {
        expanded[index] ??= this.expandList(args[index] ?? [], end);
        return expanded[index];
      },
      index: (token) => (token.kind === 'identifier' ? (parameters as readonly string[]).indexOf(token.text) : -1),
      hasRest: macro.variadic && args[parameters.length - 1] !== undefined,
      budget: this.#budget,
    };
    return this.#paste(substituteTokens(macro.body, substitution), use);
  }

  /** Carries out the `##` that {@link substituteTokens} left in place. */
  #paste(tokens: readonly Token[], use: Token): Token[] {
    if (!tokens.some(isPaste)) return tokens.includes(placemarker) ? tokens.filter(isReal) : (tokens as Token[]);
    const result: Token[] = [];
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i] as Token;
      if (!isPaste(token)) {
        result.push(token);
        continue;
      }
      const left = result.pop();
      const right = tokens[++i];
      if (left && right) result.push(...this.#pasteTwo(left, right, use));
      else if (left ?? right) result.push((left ?? right) as Token);
    }
    return result.filter(isReal);
  }

  #pasteTwo(left: Token, right: Token, use: Token): Token[] {
    if (left.text === '') return [right];
    if (right.text === '') return [left];
    const text = left.text + right.text;
    this.#budget.spendCharacters(text.length, use);
    const pieces = lexFragment(text, left);
    if (pieces.length === 1 && pieces[0]?.kind !== 'other') {
      return [{ ...(pieces[0] as Token), spaceBefore: left.spaceBefore }];
    }
    this.#diagnostics.error('invalid-paste', `pasting formed '${text}', an invalid preprocessing token`, use);
    return [left, right];
  }
}

interface Substitution {
  readonly macro: Macro;
  readonly use: Token;
  raw(index: number): Argument;
  expanded(index: number): readonly Token[];
  index(token: Token): number;
  readonly hasRest: boolean;
  readonly budget: ExpansionBudget;
}

const placemarker: Token = {
  kind: 'other',
  text: '',
  source: { name: '', text: '' },
  start: 0,
  end: 0,
  spaceBefore: false,
  lineStart: false,
  macro: undefined,
  noExpand: true,
};

function isReal(token: Token): boolean {
  return token.text !== '' || token.kind === 'end';
}

const pasteMarks = new WeakSet<Token>();

/** Is this the macro body's own `##`, as against one that came in by an argument? */
function isPaste(token: Token): boolean {
  return pasteMarks.has(token);
}

/** The body with parameters replaced, `#` carried out, `##` marked. */
// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: one loop over tokens, read best in one piece
function substituteTokens(body: readonly Token[], s: Substitution): Token[] {
  const result: Token[] = [];
  for (let i = 0; i < body.length; i++) {
    const token = body[i] as Token;
    const next = body[i + 1];
    if (token.text === '#' && token.kind === 'punctuator' && next) {
      const optional = next.text === '__VA_OPT__' ? variadicOption(body, i + 1, s) : undefined;
      const argument = optional ? optional.tokens : s.raw(s.index(next));
      for (const { text } of argument) s.budget.spendCharacters(text.length, s.use);
      result.push(derive({ ...stringize(argument, token), spaceBefore: token.spaceBefore }, s.use, s.macro));
      i = optional ? optional.end : i + 1;
    } else if (token.text === '##' && token.kind === 'punctuator') {
      if (isGnuComma(result, next, s)) {
        // `, ## __VA_ARGS__`: the comma goes when there is no variable argument, else nothing is pasted.
        const rest = (s.macro.parameters?.length ?? 1) - 1;
        if (s.raw(rest).length === 0) result.pop();
        result.push(...spaced(s.expanded(rest), next as Token));
        i++;
      } else result.push(pasteMark(token, s));
    } else if (token.text === '__VA_OPT__' && s.macro.variadic) {
      const option = variadicOption(body, i, s);
      result.push(...(option.tokens.length > 0 ? option.tokens : [placemarker]));
      i = option.end;
    } else {
      const isPasted = next?.text === '##' || body[i - 1]?.text === '##';
      result.push(...replaceToken(token, isPasted, s));
    }
  }
  return result;
}

function pasteMark(token: Token, s: Substitution): Token {
  const mark = derive(token, s.use, s.macro);
  pasteMarks.add(mark);
  return mark;
}

function isGnuComma(before: readonly Token[], next: Token | undefined, s: Substitution): boolean {
  if (!s.macro.variadic || !next || before[before.length - 1]?.text !== ',') return false;
  return s.index(next) === (s.macro.parameters?.length ?? 0) - 1;
}

function replaceToken(token: Token, isPasted: boolean, s: Substitution): readonly Token[] {
  const index = s.index(token);
  if (index < 0) return [derive(token, s.use, s.macro)];
  const tokens = isPasted ? s.raw(index) : s.expanded(index);
  if (tokens.length === 0) return [placemarker];
  return spaced(tokens, token);
}

/** `__VA_OPT__(tokens)` at `body[at]`: its substituted tokens if there is a variable argument, and where it ends. */
function variadicOption(
  body: readonly Token[],
  at: number,
  s: Substitution,
): { readonly tokens: Token[]; readonly end: number } {
  let depth = 0;
  let end = at + 1;
  for (; end < body.length; end++) {
    if (body[end]?.text === '(') depth++;
    else if (body[end]?.text === ')' && --depth === 0) break;
  }
  const hasTokens = s.hasRest && s.expanded((s.macro.parameters?.length ?? 1) - 1).length > 0;
  return { tokens: hasTokens ? substituteTokens(body.slice(at + 2, end), s) : [], end };
}

/** A body token as it appears at the macro's use. */
function derive(token: Token, use: Token, macro: Macro): Token {
  const derived: Token = {
    kind: token.kind,
    text: token.text,
    source: use.source,
    start: use.start,
    end: use.end,
    spaceBefore: token.spaceBefore,
    lineStart: false,
    macro: { macro: macro.name, spelling: token, parent: use.macro },
    noExpand: token.noExpand,
  };
  if (token.text === '##' && token.kind === 'punctuator' && !macro.parameters) pasteMarks.add(derived);
  return derived;
}

/** The tokens with the first one's spacing taken from the token they replace. */
function spaced(tokens: readonly Token[], from: Token): readonly Token[] {
  const first = tokens[0];
  if (!first || (first.spaceBefore === from.spaceBefore && first.lineStart === from.lineStart)) return tokens;
  return [{ ...first, spaceBefore: from.spaceBefore, lineStart: from.lineStart }, ...tokens.slice(1)];
}

/** `#argument`: the spelling as a string literal. */
function stringize(tokens: readonly Token[], at: Token): Token {
  let text = '';
  for (const token of tokens) {
    if (text !== '' && (token.spaceBefore || token.lineStart)) text += ' ';
    const isQuoted = token.kind === 'string' || token.kind === 'character';
    text += isQuoted ? token.text.replace(/[\\"]/g, '\\$&') : token.text;
  }
  return { ...at, kind: 'string', text: `"${text}"`, noExpand: false };
}

const quiet = { error: () => undefined } as unknown as Diagnostics;

/** Tokens of a computed text, standing where `at` stands. */
export function lexFragment(text: string, at: Token): Token[] {
  const tokens = lex({ name: '<scratch>', text }, quiet);
  tokens.pop();
  return tokens.map((token) => ({
    ...at,
    kind: token.kind,
    text: token.text,
    spaceBefore: token.spaceBefore,
    noExpand: false,
  }));
}

/** The spelling of a list of tokens, as `-E` prints it. */
export function spell(tokens: readonly Token[]): string {
  let text = '';
  for (const token of tokens) {
    if (token.kind === 'end') break;
    if (token.lineStart) text += text === '' ? '' : '\n';
    else if (token.spaceBefore) text += ' ';
    text += token.kind === 'pragma' ? `#pragma ${token.text}` : token.text;
  }
  return text === '' ? '' : `${text}\n`;
}
