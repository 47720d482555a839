// Reads the lines of a text and of what it includes: obeys directives, hands on the tokens between them.

import { type SourceText, suggest } from '../../base/index.ts';
import type { Diagnostics } from '../diagnostics.ts';
import { parseInteger } from '../parse/literals.ts';
import { evaluateCondition } from './condition.ts';
import { spell } from './expand.ts';
import { lex } from './lex.ts';
import { type MacroTable, parseDefinition, sameMacro } from './macros.ts';
import { knownFeatures } from './predefined.ts';
import type { PreprocessOptions, Token } from './types.ts';

const INCLUDE_DEPTH = 200;

/** A conditional group being read. */
interface Group {
  readonly opened: Token;
  /** Tokens are handed on. */
  live: boolean;
  /** A branch was already taken. */
  taken: boolean;
  readonly parentLive: boolean;
  sawElse: boolean;
}

interface FileState {
  readonly source: SourceText;
  readonly tokens: readonly Token[];
  at: number;
  readonly groups: Group[];
  /** `#line`: from `offset` on, lines count from `line` (at line `physical`) in `file`. */
  line: { readonly physical: number; readonly line: number; readonly file: string } | undefined;
}

type Handler = (this: DirectiveReader, line: readonly Token[], name: Token) => void;

/** The stack of texts being read. */
export class DirectiveReader {
  readonly sources: SourceText[] = [];
  /** Set by the preprocessor: full macro expansion of a list. */
  expand: (tokens: readonly Token[], end: Token) => Token[] = (tokens) => [...tokens];
  readonly macros: MacroTable;
  readonly options: PreprocessOptions;
  readonly diagnostics: Diagnostics;
  readonly #files: FileState[] = [];
  readonly #once = new Set<string>();
  #lastPlace: { source: SourceText; offset: number; line: number } | undefined;

  constructor(macros: MacroTable, options: PreprocessOptions, diagnostics: Diagnostics) {
    this.macros = macros;
    this.options = options;
    this.diagnostics = diagnostics;
  }

  /** Starts reading `source`, before what was being read. */
  enter(source: SourceText, at: Token | undefined): void {
    if (this.#files.length >= INCLUDE_DEPTH) {
      this.diagnostics.fatal('include-depth', '#include nested too deeply', at);
    }
    this.sources.push(source);
    this.#files.push({ source, tokens: lex(source, this.diagnostics), at: 0, groups: [], line: undefined });
  }

  /** Presumed file and line of a token, as `__FILE__` and `__LINE__` say. */
  place(token: Token): { readonly file: string; readonly line: number; readonly level: number } {
    const physical = this.physicalLine(token);
    const file = this.#files[this.#files.length - 1];
    const shift = file?.source === token.source ? file.line : undefined;
    return {
      file: shift?.file ?? token.source.name,
      line: shift ? shift.line + physical - shift.physical : physical,
      level: this.#files.length - 1,
    };
  }

  /** The line a token stands on; counted on from the last one asked for. */
  physicalLine(token: Token): number {
    const last = this.#lastPlace;
    let line = 1;
    let from = 0;
    if (last && last.source === token.source && last.offset <= token.start) {
      line = last.line;
      from = last.offset;
    }
    const { text } = token.source;
    for (let at = text.indexOf('\n', from); at >= 0 && at < token.start; at = text.indexOf('\n', at + 1)) line++;
    this.#lastPlace = { source: token.source, offset: token.start, line };
    return line;
  }

  /** The next token outside directives and skipped groups. */
  next(): Token {
    for (;;) {
      const file = this.#files[this.#files.length - 1] as FileState;
      const token = file.tokens[file.at++] as Token;
      if (token.kind === 'end') {
        if (!this.#leave(file, token)) return token;
        continue;
      }
      if (token.text === '#' && token.lineStart && token.kind === 'punctuator') {
        const pragma = this.#directive(file, token);
        if (pragma) return pragma;
      } else if (isLive(file)) return token;
    }
  }

  #leave(file: FileState, end: Token): boolean {
    for (const { opened } of file.groups) {
      this.diagnostics.error('unterminated-conditional', `unterminated conditional directive`, opened);
    }
    file.groups.length = 0;
    if (this.#files.length === 1) {
      file.at--;
      return false;
    }
    this.#files.pop();
    void end;
    return true;
  }

  #directive(file: FileState, hash: Token): Token | undefined {
    const line: Token[] = [];
    for (;;) {
      const token = file.tokens[file.at] as Token;
      if (token.kind === 'end' || token.lineStart) break;
      line.push(token);
      file.at++;
    }
    const name = line.shift();
    if (!name) return undefined;
    const handler = handlers[name.text];
    if (!isLive(file) && !conditionals.has(name.text)) return undefined;
    if (name.kind === 'identifier' && name.text === 'pragma') return this.#pragma(file, line, hash);
    if (handler && name.kind === 'identifier') handler.call(this, line, name);
    else if (name.kind === 'number') handlers.line?.call(this, [name, ...line], name);
    else {
      const near = suggest(name.text, Object.keys(handlers));
      const hint = near && `did you mean '#${near}'?`;
      this.diagnostics.error('invalid-directive', `invalid preprocessing directive '#${name.text}'`, name, { hint });
    }
    return undefined;
  }

  #pragma(file: FileState, line: readonly Token[], hash: Token): Token | undefined {
    if (line[0]?.text === 'once') {
      this.#once.add(file.source.name);
      return undefined;
    }
    const expanded = line[0] ? [line[0], ...this.expand(line.slice(1), { ...hash, kind: 'end' })] : [];
    return { ...hash, kind: 'pragma', text: expanded.map(({ text }) => text).join(' ') };
  }

  current(): FileState {
    return this.#files[this.#files.length - 1] as FileState;
  }

  open(at: Token, isTrue: () => boolean): void {
    const file = this.current();
    const parentLive = isLive(file);
    const live = parentLive && isTrue();
    file.groups.push({ opened: at, live, taken: live, parentLive, sawElse: false });
  }

  /** `#if` and `#elif`: macro-expanded, `defined` and `__has_...` answered. */
  condition(line: readonly Token[], name: Token): boolean {
    const answered = this.#answerQueries(line);
    const tokens = this.expand(answered, { ...name, kind: 'end' });
    return evaluateCondition(this.#answerQueries(tokens), name, this.diagnostics);
  }

  // biome-ignore lint/complexity/noExcessiveCognitiveComplexity: one loop over tokens, read best in one piece
  #answerQueries(line: readonly Token[]): Token[] {
    const result: Token[] = [];
    for (let i = 0; i < line.length; i++) {
      const token = line[i] as Token;
      if (token.kind !== 'identifier' || (token.text !== 'defined' && !token.text.startsWith('__has_'))) {
        result.push(token);
        continue;
      }
      const hasParenthesis = line[i + 1]?.text === '(';
      const from = i + (hasParenthesis ? 2 : 1);
      let to = from + 1;
      if (hasParenthesis) while (to < line.length && line[to]?.text !== ')') to++;
      const words = line.slice(from, to);
      if (words.length === 0 || (token.text === 'defined' && words[0]?.kind !== 'identifier')) {
        this.diagnostics.error('preprocessor-expression', 'macro name missing', token);
      }
      result.push({ ...token, kind: 'number', text: this.#answer(token, words) ? '1' : '0' });
      i = hasParenthesis ? to : to - 1;
    }
    return result;
  }

  #answer(query: Token, words: readonly Token[]): boolean {
    const word = words[0]?.text ?? '';
    if (query.text === 'defined') return isQuery(word) || this.macros.get(word) !== undefined;
    if (query.text === '__has_include' || query.text === '__has_include_next') {
      const target = this.headerName(words, query);
      if (!target) return false;
      const { path, quoted } = target;
      if (this.options.headers.has(path)) return true;
      return this.options.resolve(path, quoted, query.source.name) !== undefined;
    }
    return (
      word.startsWith('__builtin_') ||
      word.startsWith('__sync_') ||
      word.startsWith('__atomic_') ||
      knownFeatures.has(word.replace(/^__|__$/g, ''))
    );
  }

  headerName(line: readonly Token[], at: Token): { readonly path: string; readonly quoted: boolean } | undefined {
    let tokens = line;
    if (tokens[0]?.kind === 'identifier') tokens = this.expand(tokens, { ...at, kind: 'end' });
    const first = tokens[0];
    if (first?.kind === 'string') return { path: first.text.slice(1, -1), quoted: true };
    if (first?.text !== '<' && first?.text !== '<=' && first?.text !== '<<') return undefined;
    let path = first.text.slice(1);
    for (const token of tokens.slice(1)) {
      if (token.text.startsWith('>')) return { path, quoted: false };
      path += (token.spaceBefore && path !== '' ? ' ' : '') + token.text;
    }
    return undefined;
  }

  include(line: readonly Token[], name: Token): void {
    const header = this.headerName(line, name);
    if (!header) {
      this.diagnostics.error('include', 'expected "FILENAME" or <FILENAME>', line[0] ?? name);
      return;
    }
    const { path, quoted } = header;
    const { headers, resolve } = this.options;
    const from = name.source.name;
    // `vmlinux.h` is never read from disk: its types come one by one.
    const own = quoted && !/(?:^|\/)vmlinux\.h$/.test(path) ? resolve(path, true, from) : undefined;
    if (!own && headers.include(path)) return;
    const found = own ?? resolve(path, quoted, from);
    if (!found) {
      const hint = 'headers of your own are looked for beside the file and in the directories given with -I';
      this.diagnostics.fatal('include', `'${path}' file not found`, line[0] ?? name, { hint });
      return;
    }
    if (this.#once.has(found.name)) return;
    this.enter({ name: found.name, text: found.text }, name);
  }
}

function isQuery(word: string): boolean {
  return /^__has_(include|include_next|attribute|builtin|feature|extension|c_attribute|warning|declspec_attribute)$/.test(
    word,
  );
}

function isLive(file: FileState): boolean {
  const { groups } = file;
  return groups.length === 0 || (groups[groups.length - 1] as Group).live;
}

const conditionals = new Set(['if', 'ifdef', 'ifndef', 'elif', 'elifdef', 'elifndef', 'else', 'endif']);

function isDefined(reader: DirectiveReader, line: readonly Token[], name: Token): boolean {
  const word = line[0];
  if (word?.kind === 'identifier') return isQuery(word.text) || reader.macros.get(word.text) !== undefined;
  reader.diagnostics.error(
    'macro-name',
    word ? 'macro name must be an identifier' : 'macro name missing',
    word ?? name,
  );
  return false;
}

function nextBranch(reader: DirectiveReader, name: Token, isTrue: () => boolean): void {
  const group = reader.current().groups.at(-1);
  if (!group) {
    reader.diagnostics.error('conditional', `#${name.text} without #if`, name);
    return;
  }
  if (group.sawElse) {
    reader.diagnostics.error('conditional', `#${name.text} after #else`, name);
    return;
  }
  group.live = group.parentLive && !group.taken && isTrue();
  group.taken ||= group.live;
  if (name.text === 'else') group.sawElse = true;
}

const handlers: Readonly<Record<string, Handler>> = {
  define(line, name): void {
    const macro = parseDefinition(line, (message, at) =>
      this.diagnostics.error('macro-definition', message, at ?? name),
    );
    if (!macro) return;
    const previous = this.macros.define(macro);
    if (previous?.span && !sameMacro(previous, macro)) {
      const note = {
        severity: 'note',
        code: 'previous',
        message: 'previous definition is here',
        span: previous.span,
      } as const;
      this.diagnostics.warning('macro-redefined', `'${macro.name}' macro redefined`, macro.span, { notes: [note] });
    }
  },
  undef(line, name): void {
    const word = line[0];
    if (word?.kind === 'identifier') this.macros.undefine(word.text);
    else
      this.diagnostics.error(
        'macro-name',
        word ? 'macro name must be an identifier' : 'macro name missing',
        word ?? name,
      );
  },
  include(line, name): void {
    this.include(line, name);
  },
  include_next(line, name): void {
    this.include(line, name);
  },
  import(line, name): void {
    this.include(line, name);
  },
  if(line, name): void {
    this.open(name, () => this.condition(line, name));
  },
  ifdef(line, name): void {
    this.open(name, () => isDefined(this, line, name));
  },
  ifndef(line, name): void {
    this.open(name, () => !isDefined(this, line, name));
  },
  elif(line, name): void {
    nextBranch(this, name, () => this.condition(line, name));
  },
  elifdef(line, name): void {
    nextBranch(this, name, () => isDefined(this, line, name));
  },
  elifndef(line, name): void {
    nextBranch(this, name, () => !isDefined(this, line, name));
  },
  else(_line, name): void {
    nextBranch(this, name, () => true);
  },
  endif(_line, name): void {
    if (!this.current().groups.pop()) this.diagnostics.error('conditional', '#endif without #if', name);
  },
  line(line, name): void {
    const tokens = this.expand(line, { ...name, kind: 'end' });
    const number = tokens[0]?.kind === 'number' ? parseInteger(tokens[0].text) : undefined;
    if (number?.kind !== 'integer') {
      this.diagnostics.error(
        'line-directive',
        '#line directive requires a positive integer argument',
        tokens[0] ?? name,
      );
      return;
    }
    const file = this.current();
    const named = tokens[1]?.kind === 'string' ? tokens[1].text.slice(1, -1) : undefined;
    file.line = {
      physical: this.physicalLine(name) + 1,
      line: Number(number.value),
      file: named ?? file.line?.file ?? file.source.name,
    };
  },
  error(line, name): void {
    this.diagnostics.error('user-error', spell(line).trim() || '#error', name);
  },
  warning(line, name): void {
    this.diagnostics.warning('user-warning', spell(line).trim() || '#warning', name);
  },
  ident(): void {},
  sccs(): void {},
};
