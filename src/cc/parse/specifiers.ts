// Declaration specifiers, structs, enums, declarators, type names and attributes (C11 6.7).

import type { Span, Token } from '../preprocess/types.ts';
import { aliasWords, basicWords, NameParser, qualifierWords, storageWords, typeofWords } from './names.ts';
import { isKeyword } from './token-stream.ts';
import type {
  Attribute,
  BasicTypeName,
  Expression,
  MemberNode,
  ParameterNode,
  StaticAssertNode,
  Storage,
  TypeNode,
} from './types.ts';

/** What stands before the declarators. */
export interface Specifiers {
  storage: Storage;
  inline: boolean;
  noreturn: boolean;
  readonly attributes: Attribute[];
  type: TypeNode;
}

/** A declarator read: its name and how its type is made from the specifiers' type. */
export interface ParsedDeclarator {
  readonly name: Token | undefined;
  readonly wrap: (base: TypeNode) => TypeNode;
}

interface Collected {
  words: string[];
  type: TypeNode | undefined;
  qualifiers: number;
}

const basicNames = new Map<string, BasicTypeName>();
for (const [name, spellings] of Object.entries({
  void: ['void'],
  _Bool: ['_Bool'],
  char: ['char'],
  'signed char': ['char signed'],
  'unsigned char': ['char unsigned'],
  short: ['short', 'short signed', 'int short', 'int short signed'],
  'unsigned short': ['short unsigned', 'int short unsigned'],
  int: ['int', 'signed', 'int signed'],
  'unsigned int': ['unsigned', 'int unsigned'],
  long: ['long', 'long signed', 'int long', 'int long signed'],
  'unsigned long': ['long unsigned', 'int long unsigned'],
  'long long': ['long long', 'long long signed', 'int long long', 'int long long signed'],
  'unsigned long long': ['long long unsigned', 'int long long unsigned'],
  __int128: ['__int128', '__int128 signed'],
  'unsigned __int128': ['__int128 unsigned'],
  float: ['float'],
  double: ['double'],
  'long double': ['double long'],
  __builtin_va_list: ['__builtin_va_list'],
})) {
  for (const spelling of spellings) basicNames.set(spelling, name as BasicTypeName);
}

/** Parses types and declarators. Knows which names are types, by scope. */
export abstract class SpecifierParser extends NameParser {
  abstract staticAssert(): StaticAssertNode;

  /** Everything before a declarator. */
  specifiers(): Specifiers {
    const at = this.token;
    const found: Specifiers = {
      storage: 'none',
      inline: false,
      noreturn: false,
      attributes: [],
      type: undefined as never,
    };
    const collected: Collected = { words: [], type: undefined, qualifiers: 0 };
    while (this.specifier(found, collected));
    found.type = this.finishType(collected, found.attributes, at);
    return found;
  }

  specifier(found: Specifiers, collected: Collected): boolean {
    const { text, kind } = this.token;
    if (kind !== 'identifier') {
      if (text !== '[' || this.peek().text !== '[') return false;
      found.attributes.push(...this.attributes());
      return true;
    }
    const storage = storageWords[text];
    if (storage && Object.hasOwn(storageWords, text)) {
      if (found.storage !== 'none' && found.storage !== storage) {
        this.diagnostics.error(
          'storage',
          `cannot combine with previous '${found.storage}' declaration specifier`,
          this.token,
        );
      }
      found.storage = storage;
      this.advance();
    } else if (Object.hasOwn(qualifierWords, text)) {
      collected.qualifiers |= qualifierWords[text] ?? 0;
      this.advance();
    } else if (text === 'inline' || text === '__inline' || text === '__inline__') {
      found.inline = true;
      this.advance();
    } else if (text === '_Noreturn') {
      found.noreturn = true;
      this.advance();
    } else if (text === '__extension__') this.advance();
    else if (text === '__attribute__' || text === '__attribute' || text === '_Alignas')
      found.attributes.push(...this.attributes());
    else if (text === '_Thread_local' || text === '__thread')
      this.fail('thread-local', 'thread-local storage is not supported by BPF');
    else return this.typeSpecifier(collected);
    return true;
  }

  typeSpecifier(collected: Collected): boolean {
    const at = this.token;
    const { text } = at;
    if (basicWords.has(text) || Object.hasOwn(aliasWords, text)) {
      if (collected.type) this.secondType(collected.type, at);
      this.advance();
      collected.words.push(...(aliasWords[text] ?? [text.startsWith('__signed') ? 'signed' : text]));
      return true;
    }
    if (collected.type || collected.words.length > 0) return false;
    if (text === 'struct' || text === 'union') collected.type = this.record();
    else if (text === 'enum') collected.type = this.enumeration();
    else if (typeofWords.has(text)) collected.type = this.typeofSpecifier();
    else if (text === '__auto_type') {
      this.advance();
      collected.type = { kind: 'auto', qualifiers: 0, attributes: [], span: at };
    } else if (this.isName() && this.isTypedefName(text)) {
      this.advance();
      collected.type = { kind: 'name', name: text, qualifiers: 0, attributes: [], span: at };
    } else return false;
    return true;
  }

  /** A type behind a type: mostly a `;` is missing after a definition. */
  secondType(first: TypeNode, at: Token): never {
    const keyword = first.kind === 'record' ? (first.union ? 'union' : 'struct') : 'enum';
    const isDefinition = (first.kind === 'record' && first.members) || (first.kind === 'enum' && first.values);
    if (isDefinition) this.expect(';', ` after ${keyword}`);
    return this.fail('type', `cannot combine '${at.text}' with previous type specifier`);
  }

  finishType(collected: Collected, attributes: readonly Attribute[], at: Token): TypeNode {
    const { words, type, qualifiers } = collected;
    if (type) return { ...type, qualifiers, attributes: [...type.attributes, ...attributes] };
    const span = this.since(at);
    if (words.length === 0) return this.missingType(qualifiers, attributes, span);
    const name = basicNames.get([...words].sort().join(' '));
    if (!name) {
      this.diagnostics.error('type', `cannot combine type specifiers '${words.join(' ')}'`, span);
      return { kind: 'basic', name: 'int', qualifiers, attributes, span };
    }
    return { kind: 'basic', name, qualifiers, attributes, span };
  }

  missingType(qualifiers: number, attributes: readonly Attribute[], span: Span): TypeNode {
    const next = this.peek();
    const isUnknownType = this.isName() && ((next.kind === 'identifier' && !isKeyword(next.text)) || next.text === '*');
    if (isUnknownType) {
      const meant = this.unknownType(this.advance());
      if (meant) return { ...meant, qualifiers, attributes };
    } else this.diagnostics.error('missing-type', 'type specifier missing', this.token);
    return { kind: 'basic', name: 'int', qualifiers, attributes, span };
  }

  typeofSpecifier(): TypeNode {
    const at = this.advance();
    this.expect('(', ` after '${at.text}'`);
    const isType = this.isTypeStart(this.token);
    const base = { qualifiers: 0, attributes: [] };
    const node: TypeNode = isType
      ? { kind: 'typeof-type', type: this.typeName(), ...base, span: at }
      : { kind: 'typeof-expression', expression: this.expression(), ...base, span: at };
    this.expect(')', '');
    return { ...node, span: this.since(at) };
  }

  record(): TypeNode {
    const at = this.advance();
    const union = at.text === 'union';
    const attributes = this.attributes();
    const name = this.isName() ? this.advance() : undefined;
    attributes.push(...this.attributes());
    if (!name && !this.is('{')) this.fail('expected', `expected identifier or '{' after '${at.text}'`);
    let members: (MemberNode | StaticAssertNode)[] | undefined;
    if (this.is('{')) {
      for (const region of this.regionAttributes()) attributes.push({ name: region, arguments: [], span: at });
      const pack = this.packAlignment();
      if (pack > 0) attributes.push({ name: 'pragma_pack', arguments: [integer(pack, at)], span: at });
      members = this.nested(() => this.members());
      attributes.push(...this.attributes());
    }
    return { kind: 'record', union, tag: name?.text, members, qualifiers: 0, attributes, span: name ?? at };
  }

  members(): (MemberNode | StaticAssertNode)[] {
    this.advance();
    const members: (MemberNode | StaticAssertNode)[] = [];
    while (!this.is('}')) {
      if (this.token.kind === 'end') this.fail('expected', "expected '}'");
      if (this.accept(';')) continue;
      if (this.is('_Static_assert') || this.is('static_assert')) members.push(this.staticAssert());
      else {
        this.recovering(
          () => this.memberDeclaration(members),
          () => this.skipStatement(),
        );
      }
    }
    this.advance();
    return members;
  }

  memberDeclaration(members: (MemberNode | StaticAssertNode)[]): void {
    const { type: base, attributes: common } = this.specifiers();
    if (this.accept(';')) {
      const isAnonymous = base.kind === 'record' && (base.tag === undefined || base.members !== undefined);
      if (isAnonymous || base.kind === 'enum' || base.kind === 'name') {
        members.push({ name: undefined, type: base, bits: undefined, attributes: common, span: base.span });
      } else this.diagnostics.warning('empty-declaration', 'declaration does not declare anything', base.span);
      return;
    }
    do {
      const before = this.attributes();
      const declarator: ParsedDeclarator = this.is(':') ? { name: undefined, wrap: (type) => type } : this.declarator();
      const bits = this.accept(':') ? this.conditional() : undefined;
      const attributes = [...common, ...before, ...this.attributes()];
      const name = declarator.name;
      members.push({ name: name?.text, type: declarator.wrap(base), bits, attributes, span: name ?? base.span });
    } while (this.accept(','));
    this.expect(';', ' at end of declaration list');
  }

  enumeration(): TypeNode {
    const at = this.advance();
    const attributes = this.attributes();
    const name = this.isName() ? this.advance() : undefined;
    const underlying = this.accept(':') ? this.specifiers().type : undefined;
    const base = { kind: 'enum', tag: name?.text, underlying, qualifiers: 0, span: name ?? at } as const;
    if (!this.is('{')) {
      if (!name) this.fail('expected', "expected identifier or '{' after 'enum'");
      return { ...base, values: undefined, attributes };
    }
    this.advance();
    const values: { name: string; value: Expression | undefined; span: Span }[] = [];
    while (!this.is('}')) {
      if (!this.isName()) this.fail('expected', 'expected identifier');
      const item = this.advance();
      this.attributes();
      const value = this.accept('=') ? this.conditional() : undefined;
      this.declare(item.text, false);
      values.push({ name: item.text, value, span: item });
      if (!this.accept(',')) break;
    }
    this.expect('}', '');
    attributes.push(...this.attributes());
    return { ...base, values, attributes };
  }

  /** A declarator, abstract or not. */
  declarator(): ParsedDeclarator {
    return this.nested(() => {
      const at = this.token;
      if (this.accept('*')) {
        let qualifiers = 0;
        const attributes: Attribute[] = [];
        for (;;) {
          if (Object.hasOwn(qualifierWords, this.token.text)) qualifiers |= qualifierWords[this.advance().text] ?? 0;
          else if (this.is('__attribute__') || this.is('__attribute')) attributes.push(...this.attributes());
          else break;
        }
        const inner = this.declarator();
        return {
          name: inner.name,
          wrap: (base) => inner.wrap({ kind: 'pointer', to: base, qualifiers, attributes, span: at }),
        };
      }
      return this.directDeclarator();
    });
  }

  directDeclarator(): ParsedDeclarator {
    let inner: ParsedDeclarator = { name: undefined, wrap: (type) => type };
    if (this.is('(') && this.isNestedDeclarator()) {
      this.advance();
      this.attributes();
      inner = this.declarator();
      this.expect(')', '');
    } else if (this.isName()) {
      const name = this.advance();
      inner = { name, wrap: (type): TypeNode => type };
    }
    const suffixes: ((base: TypeNode) => TypeNode)[] = [];
    for (;;) {
      if (this.is('[') && this.peek().text !== '[') suffixes.push(this.arraySuffix());
      else if (this.is('(')) suffixes.push(this.functionSuffix());
      else break;
    }
    return {
      name: inner.name,
      wrap: (base): TypeNode => inner.wrap(suffixes.reduceRight((type, suffix) => suffix(type), base)),
    };
  }

  /** `(` opens a nested declarator unless what follows is a parameter list. */
  isNestedDeclarator(): boolean {
    const next = this.peek();
    if (next.text === ')' || next.text === '...') return false;
    return next.text === '__attribute__' || !this.isTypeStart(next);
  }

  arraySuffix(): (base: TypeNode) => TypeNode {
    const at = this.advance();
    while (this.is('static') || Object.hasOwn(qualifierWords, this.token.text)) this.advance();
    if (this.is('*') && this.peek().text === ']') this.advance();
    const length = this.is(']') ? undefined : this.assignment();
    this.expect(']', '');
    const span = this.since(at);
    return (base): TypeNode => ({ kind: 'array', of: base, length, qualifiers: 0, attributes: [], span });
  }

  functionSuffix(): (base: TypeNode) => TypeNode {
    const at = this.advance();
    const parameters: ParameterNode[] = [];
    let variadic = false;
    const unspecified = this.is(')');
    const isVoid = this.is('void') && this.peek().text === ')';
    if (isVoid) this.advance();
    const isNameList = this.isName() && !this.isTypeStart(this.token);
    while (!this.is(')')) {
      if (this.accept('...')) {
        variadic = true;
        break;
      }
      parameters.push(isNameList ? this.bareParameter() : this.parameter());
      if (!this.accept(',')) break;
    }
    this.expect(')', '');
    const span = this.since(at);
    return (base): TypeNode => ({
      kind: 'function',
      returns: base,
      parameters,
      variadic,
      unspecified,
      qualifiers: 0,
      attributes: [],
      span,
    });
  }

  /** K&R: a name, whose type is declared before the body. */
  bareParameter(): ParameterNode {
    const next = this.peek().text;
    if (!this.isName() || (next !== ',' && next !== ')')) return this.parameter();
    const name = this.advance();
    const type: TypeNode = { kind: 'basic', name: 'int', qualifiers: 0, attributes: [], span: name };
    return { name: name.text, type, attributes: [], span: name };
  }

  parameter(): ParameterNode {
    const at = this.token;
    const { type: base, attributes } = this.specifiers();
    const declarator = this.declarator();
    attributes.push(...this.attributes());
    return {
      name: declarator.name?.text,
      type: declarator.wrap(base),
      attributes,
      span: declarator.name ?? this.since(at),
    };
  }

  override typeName(): TypeNode {
    const { type: base } = this.specifiers();
    const { name, wrap } = this.declarator();
    if (name) this.fail('expected', "expected ')'", name);
    return wrap(base);
  }
}

function integer(value: number, span: Span): Expression {
  return { kind: 'integer', value: BigInt(value), unsigned: false, long: 0, decimal: true, span };
}
