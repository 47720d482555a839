// Which names are types, by scope, and the attributes that stand among them.

import type { Token } from '../preprocess/types.ts';
import { ExpressionParser } from './expressions.ts';
import { isKeyword } from './token-stream.ts';
import type { Attribute, Expression, Storage, TypeNames, TypeNode } from './types.ts';

export const storageWords: Readonly<Record<string, Storage>> = {
  typedef: 'typedef',
  extern: 'extern',
  static: 'static',
  auto: 'auto',
  register: 'register',
};
export const qualifierWords: Readonly<Record<string, number>> = {
  const: 1,
  __const: 1,
  __const__: 1,
  volatile: 2,
  __volatile: 2,
  __volatile__: 2,
  restrict: 4,
  __restrict: 4,
  __restrict__: 4,
  _Atomic: 0,
};
export const basicWords = new Set(
  'void char short int long float double signed __signed __signed__ unsigned _Bool __int128 _Complex __builtin_va_list'.split(
    ' ',
  ),
);
export const aliasWords: Readonly<Record<string, readonly string[]>> = {
  __int128_t: ['__int128'],
  __uint128_t: ['unsigned', '__int128'],
};
export const typeofWords = new Set(['typeof', '__typeof', '__typeof__', 'typeof_unqual', '__typeof_unqual__']);
export const typeKeywords = new Set([
  ...typeofWords,
  ...'struct union enum __auto_type inline __inline __inline__ _Noreturn _Alignas __extension__ __attribute__ __attribute _Thread_local __thread'.split(
    ' ',
  ),
]);

/** Knows types by name; reads attributes. */
export abstract class NameParser extends ExpressionParser {
  /** Innermost scope last: name to "is a type". */
  readonly #scopes: Map<string, boolean>[] = [new Map()];

  names: TypeNames = { isTypeName: () => false };

  get scopeDepth(): number {
    return this.#scopes.length;
  }

  openScope(): void {
    this.#scopes.push(new Map());
  }

  closeScope(): void {
    this.#scopes.pop();
  }

  closeScopesTo(depth: number): void {
    this.#scopes.length = depth;
  }

  declare(name: string, isType: boolean): void {
    this.#scopes[this.#scopes.length - 1]?.set(name, isType);
  }

  /** Does the text declare the name, here or further out? */
  isDeclared(name: string): boolean {
    return this.#scopes.some((scope) => scope.has(name));
  }

  isTypedefName(name: string): boolean {
    for (let i = this.#scopes.length - 1; i >= 0; i--) {
      const known = this.#scopes[i]?.get(name);
      if (known !== undefined) return known;
    }
    return this.names.isTypeName(name);
  }

  /** A name that is used like a type's: a module's type, or a fault, which is reported; gives the type that was probably meant. */
  unknownType(token: Token): TypeNode | undefined {
    if (this.names.isForeignTypeName?.(token.text))
      return { kind: 'name', name: token.text, qualifiers: 0, attributes: [], span: token };
    const meant = this.names.meant?.(token.text);
    const hint = meant && `did you mean '${meant.kind === 'typedef' ? '' : `${meant.kind} `}${meant.name}'?`;
    this.diagnostics.error('unknown-type', `unknown type name '${token.text}'`, token, { hint });
    if (!meant) return undefined;
    const { kind, name } = meant;
    const rest = { qualifiers: 0, attributes: [], span: token };
    if (kind === 'typedef') return { kind: 'name', name, ...rest };
    if (kind === 'enum') return { kind, tag: name, underlying: undefined, values: undefined, ...rest };
    return { kind: 'record', union: kind === 'union', tag: name, members: undefined, ...rest };
  }

  override isTypeStart(token: Token): boolean {
    if (token.kind !== 'identifier') return false;
    const { text } = token;
    if (!isKeyword(text) && !basicWords.has(text)) return this.isTypedefName(text);
    return (
      basicWords.has(text) ||
      text in qualifierWords ||
      text in storageWords ||
      text in aliasWords ||
      typeKeywords.has(text)
    );
  }

  /** `__attribute__((...))`, `_Alignas(...)`, any number. */
  attributes(): Attribute[] {
    const result: Attribute[] = [];
    for (;;) {
      if (this.is('__attribute__') || this.is('__attribute')) this.gnuAttributes(result);
      else if (this.is('[') && this.peek().text === '[') this.bracketAttributes(result);
      else if (this.is('_Alignas')) {
        const at = this.advance();
        this.expect('(', " after '_Alignas'");
        const value = this.typeOrExpression(true);
        this.expect(')', '');
        result.push({ name: 'aligned', arguments: [value], span: this.since(at) });
      } else return result;
    }
  }

  gnuAttributes(result: Attribute[]): void {
    this.advance();
    this.expect('(', " after '__attribute__'");
    this.expect('(', " after '('");
    while (!this.is(')')) {
      if (!this.is(',')) result.push(this.attribute());
      if (!this.accept(',')) break;
    }
    this.expect(')', '');
    this.expect(')', '');
  }

  bracketAttributes(result: Attribute[]): void {
    this.advance();
    this.advance();
    while (!this.is(']')) {
      if (this.token.kind === 'end') this.fail('expected', "expected ']'");
      if (!this.is(',')) result.push(this.attribute());
      this.accept(',');
    }
    this.expect(']', '');
    this.expect(']', '');
  }

  typeOrExpression(alignment: boolean): Expression {
    const at = this.token;
    if (!this.isTypeStart(at)) return this.conditional();
    const type = this.typeName();
    return { kind: 'sizeof-type', type, alignment, span: this.since(at) };
  }

  attribute(): Attribute {
    const at = this.token;
    if (at.kind !== 'identifier') this.fail('expected', 'expected attribute name');
    this.advance();
    let name = at.text;
    if (this.accept('::')) name = this.advance().text;
    const args: Expression[] = [];
    if (this.accept('(')) {
      while (!this.is(')')) {
        args.push(this.isTypeStart(this.token) ? this.typeOrExpression(false) : this.assignment());
        if (!this.accept(',')) break;
      }
      this.expect(')', '');
    }
    return { name: name.replace(/^__(.*)__$/, '$1'), arguments: args, span: this.since(at) };
  }
}
