// The preprocessor (C11 6.10 with GNU's extensions): text in, expanded tokens out.

import type { SourceText } from '../../base/index.ts';
import type { Diagnostics } from '../diagnostics.ts';
import { DirectiveReader } from './directives.ts';
import { Expander, lexFragment } from './expand.ts';
import { MacroTable, macroFromText } from './macros.ts';
import { dynamicMacros } from './predefined.ts';
import type { PreprocessOptions, PreprocessResult, Token } from './types.ts';

/** Runs the preprocessor over a text. Faults go to `diagnostics`. */
export function preprocess(source: SourceText, options: PreprocessOptions, diagnostics: Diagnostics): PreprocessResult {
  const macros = new MacroTable(options.headers);
  const reader = new DirectiveReader(macros, options, diagnostics);
  for (const macro of dynamicMacros((use) => reader.place(use))) macros.define(macro);
  for (const { name, value } of options.defines) {
    const macro = macroFromText(`${name} ${value}`, '<command line>');
    if (macro) macros.define(macro);
    else diagnostics.error('macro-definition', `cannot define macro '${name}'`, undefined);
  }
  for (const name of options.undefines) macros.undefine(name);

  const expander = new Expander(macros, diagnostics, () => reader.next());
  reader.expand = (tokens, end): Token[] => expander.expandList(tokens, end);
  reader.enter(source, undefined);
  return { tokens: readAll(expander, diagnostics), sources: reader.sources };
}

function readAll(expander: Expander, diagnostics: Diagnostics): Token[] {
  const tokens: Token[] = [];
  for (;;) {
    const token = expander.next();
    if (token.kind === 'identifier' && token.text === '_Pragma')
      tokens.push(...pragmaOperator(expander, token, diagnostics));
    else tokens.push(token);
    if (tokens[tokens.length - 1]?.kind === 'end') return tokens;
  }
}

/** `_Pragma("text")` as a pragma token. */
function pragmaOperator(expander: Expander, at: Token, diagnostics: Diagnostics): Token[] {
  const [open, text, close] = [expander.next(), expander.next(), expander.next()];
  if (open.text !== '(' || text.kind !== 'string' || close.text !== ')') {
    diagnostics.error('pragma-operator', '_Pragma takes a parenthesized string literal', at);
    return [open, text, close].filter((token) => token.kind === 'end');
  }
  const words = text.text.replace(/^[^"]*"|"$/g, '').replace(/\\(["\\])/g, '$1');
  return [
    {
      ...at,
      kind: 'pragma',
      text: lexFragment(words, at)
        .map(({ text: word }) => word)
        .join(' '),
    },
  ];
}
