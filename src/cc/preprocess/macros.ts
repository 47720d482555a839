// The table of macros: defined by the text, by options, by the compiler, or looked up in its built-in headers when first met.

import type { SourceText } from '../../base/index.ts';
import type { Diagnostics } from '../diagnostics.ts';
import { lex } from './lex.ts';
import { predefinedMacros } from './predefined.ts';
import type { BuiltinHeaders, Macro, Token } from './types.ts';

const quiet = { error: () => undefined } as unknown as Diagnostics;

/** Parsed texts of built-in macros: the same for every compilation, hence kept. */
const parsedBuiltins = new Map<string, Macro>();

/** Reads what follows `#define`: name, parameters, body. Undefined: malformed, and `problem` was told. */
export function parseDefinition(
  tokens: readonly Token[],
  problem: (message: string, at: Token | undefined) => void,
): Macro | undefined {
  const name = tokens[0];
  if (name?.kind !== 'identifier') {
    problem(name ? 'macro name must be an identifier' : 'macro name missing', name);
    return undefined;
  }
  if (name.text === 'defined') {
    problem("'defined' cannot be used as a macro name", name);
    return undefined;
  }
  const open = tokens[1];
  const base = { name: name.text, span: name };
  if (open?.text !== '(' || open.kind !== 'punctuator' || open.spaceBefore) {
    return checked({ ...base, parameters: undefined, variadic: false, body: tokens.slice(1) }, problem);
  }
  const list = parseParameters(tokens, problem);
  return list && checked({ ...base, ...list.header, body: tokens.slice(list.end) }, problem);
}

// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: one loop over tokens, read best in one piece
function parseParameters(
  tokens: readonly Token[],
  problem: (message: string, at: Token | undefined) => void,
): { readonly header: { parameters: string[]; variadic: boolean }; readonly end: number } | undefined {
  const parameters: string[] = [];
  let at = 2;
  if (tokens[at]?.text === ')') return { header: { parameters, variadic: false }, end: at + 1 };
  for (;;) {
    const token = tokens[at++];
    let variadic = false;
    if (token?.text === '...') {
      parameters.push('__VA_ARGS__');
      variadic = true;
    } else if (token?.kind === 'identifier') {
      if (parameters.includes(token.text)) {
        problem(`duplicate macro parameter name '${token.text}'`, token);
        return undefined;
      }
      parameters.push(token.text);
      if (tokens[at]?.text === '...') {
        variadic = true;
        at++;
      }
    } else {
      problem(token ? 'invalid token in macro parameter list' : "missing ')' in macro parameter list", token);
      return undefined;
    }
    const separator = tokens[at++];
    if (separator?.text === ')') return { header: { parameters, variadic }, end: at };
    if (separator?.text !== ',' || variadic) {
      problem(separator ? 'expected comma in macro parameter list' : "missing ')' in macro parameter list", separator);
      return undefined;
    }
  }
}

function checked(macro: Macro, problem: (message: string, at: Token | undefined) => void): Macro | undefined {
  const { body, parameters } = macro;
  const first = body[0];
  const last = body[body.length - 1];
  if (first?.text === '##' || last?.text === '##') {
    problem("'##' cannot appear at either end of macro expansion", first?.text === '##' ? first : last);
    return undefined;
  }
  for (let i = 0; parameters && i < body.length; i++) {
    const next = body[i + 1];
    if (body[i]?.text !== '#' || body[i]?.kind !== 'punctuator') continue;
    if (!next || !(parameters.includes(next.text) || next.text === '__VA_OPT__')) {
      problem("'#' is not followed by a macro parameter", body[i]);
      return undefined;
    }
  }
  return macro;
}

/** Macro from definition text (`NAME(a) body`), for options and built-in tables. */
export function macroFromText(text: string, sourceName: string): Macro | undefined {
  const source: SourceText = { name: sourceName, text };
  const tokens = lex(source, quiet);
  tokens.pop();
  const macro = parseDefinition(tokens, () => undefined);
  return macro && { ...macro, span: undefined };
}

/** Macros by name. */
export class MacroTable {
  readonly #own = new Map<string, Macro | undefined>();
  readonly #headers: BuiltinHeaders;

  constructor(headers: BuiltinHeaders) {
    this.#headers = headers;
  }

  define(macro: Macro): Macro | undefined {
    const previous = this.#own.get(macro.name);
    this.#own.set(macro.name, macro);
    return previous;
  }

  undefine(name: string): void {
    this.#own.set(name, undefined);
  }

  get(name: string): Macro | undefined {
    const own = this.#own.get(name);
    if (own !== undefined || this.#own.has(name)) return own;
    const text = predefinedMacros.get(name) ?? this.#headers.macro(name);
    if (text === undefined) return undefined;
    let macro = parsedBuiltins.get(text);
    if (!macro) {
      macro = macroFromText(text, '<built-in>');
      if (!macro) return undefined;
      if (parsedBuiltins.size > 20_000) parsedBuiltins.clear();
      parsedBuiltins.set(text, macro);
    }
    return macro;
  }
}

/** Do two definitions of one name say the same (6.10.3p2)? */
export function sameMacro(a: Macro, b: Macro): boolean {
  return (
    a.variadic === b.variadic &&
    a.parameters?.join() === b.parameters?.join() &&
    a.body.length === b.body.length &&
    a.body.every(
      (token, i) => token.text === b.body[i]?.text && (i === 0 || token.spaceBefore === b.body[i]?.spaceBefore),
    )
  );
}
