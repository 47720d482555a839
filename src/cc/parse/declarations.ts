// Declarations with their initialisers (C11 6.7.9).

import { decodeUtf8 } from '../../base/index.ts';
import type { Token } from '../preprocess/types.ts';
import { parseString } from './literals.ts';
import { type ParsedDeclarator, SpecifierParser, type Specifiers } from './specifiers.ts';
import type {
  Attribute,
  Declaration,
  Declarator,
  Designator,
  Initializer,
  ParameterNode,
  Statement,
  StaticAssertNode,
  TypeNode,
} from './types.ts';

type Block = Statement & { readonly kind: 'block' };

/** Adds declarations. */
export abstract class DeclarationParser extends SpecifierParser {
  topLevelAsm(): Declaration {
    const at = this.advance();
    this.expect('(', " after 'asm'");
    const text = this.asmText();
    this.expect(')', '');
    this.expect(';', ' after top-level asm block');
    return { kind: 'asm', text, span: this.since(at) };
  }

  override staticAssert(): StaticAssertNode {
    const at = this.advance();
    this.expect('(', ` after '${at.text}'`);
    const condition = this.conditional();
    const message = this.accept(',') ? decodeUtf8(this.stringLiteral().bytes) : undefined;
    this.expect(')', '');
    this.expect(';', ` after '${at.text}'`);
    return { kind: 'static-assert', condition, message, span: this.since(at) };
  }

  declaration(isExternal: boolean): Declaration {
    const at = this.token;
    const specifiers = this.specifiers();
    const declarators: Declarator[] = [];
    let body: Block | undefined;
    if (!this.is(';')) {
      do {
        const before = this.attributes();
        const parsed = this.declarator();
        let declarator = this.finishDeclarator(parsed, specifiers, before);
        const isOnly = isExternal && declarators.length === 0;
        if (isOnly && this.isTypeStart(this.token)) declarator = this.withParameterTypes(declarator);
        declarators.push(declarator);
        if (this.is('{') && isOnly && declarator.type.kind === 'function') {
          body = this.functionBody(declarator.type.parameters);
          break;
        }
      } while (this.accept(','));
    }
    if (!body) this.endDeclaration(isExternal);
    const { storage, inline, noreturn, type } = specifiers;
    return { kind: 'variables', storage, inline, noreturn, type, declarators, body, span: this.since(at) };
  }

  /** K&R: declarations of the parameters between the declarator and the body. */
  withParameterTypes(declarator: Declarator): Declarator {
    const { type } = declarator;
    if (type.kind !== 'function' || type.parameters.length === 0) return declarator;
    const types = new Map<string, TypeNode>();
    while (this.isTypeStart(this.token)) {
      const specifiers = this.specifiers();
      do {
        const { name, wrap } = this.declarator();
        if (name) types.set(name.text, wrap(specifiers.type));
      } while (this.accept(','));
      this.expect(';', ' at end of declaration');
    }
    const parameters = type.parameters.map((node) => ({ ...node, type: types.get(node.name ?? '') ?? node.type }));
    return { ...declarator, type: { ...type, parameters } };
  }

  endDeclaration(isExternal: boolean): void {
    if (this.is('{') || (this.token.kind === 'identifier' && !this.isName() && isExternal)) {
      this.expect(';', ' after top level declarator');
    }
    this.endStatement(isExternal ? ' after top level declarator' : ' at end of declaration');
  }

  finishDeclarator(parsed: ParsedDeclarator, specifiers: Specifiers, before: readonly Attribute[]): Declarator {
    if (!parsed.name) this.fail('expected', "expected identifier or '('");
    const { name } = parsed;
    const attributes = [...specifiers.attributes, ...before, ...this.attributes()];
    let asmName: string | undefined;
    if (isAsm(this.token)) {
      this.advance();
      this.expect('(', " after 'asm'");
      asmName = this.asmText();
      this.expect(')', '');
    }
    attributes.push(...this.attributes());
    this.declare(name.text, specifiers.storage === 'typedef');
    const initializer = this.accept('=') ? this.initializer() : undefined;
    return { name: name.text, type: parsed.wrap(specifiers.type), attributes, initializer, asmName, span: name };
  }

  functionBody(parameters: readonly ParameterNode[]): Block {
    const depth = this.scopeDepth;
    this.openScope();
    for (const { name } of parameters) if (name) this.declare(name, false);
    const body = this.block();
    this.closeScopesTo(depth);
    return body;
  }

  override initializer(): Initializer {
    const at = this.token;
    if (!this.is('{')) {
      const value = this.assignment();
      return { kind: 'expression', value, span: value.span };
    }
    this.advance();
    const items: { designators: readonly Designator[]; value: Initializer }[] = [];
    this.nested(() => {
      while (!this.is('}')) {
        items.push({ designators: this.designators(), value: this.initializer() });
        if (!this.accept(',')) break;
      }
    });
    this.expect('}', '');
    return { kind: 'list', items, span: this.since(at) };
  }

  designators(): Designator[] {
    const result: Designator[] = [];
    if (this.isName() && this.peek().text === ':' && this.peek().kind === 'punctuator') {
      // GNU's old `name: value`.
      const name = this.advance();
      this.advance();
      return [{ kind: 'member', name: name.text, span: name }];
    }
    while (this.is('.') || this.is('[')) result.push(this.designator());
    if (result.length > 0 && !this.accept('=')) {
      if (result[0]?.kind !== 'index') this.expect('=', ' after designator');
    }
    return result;
  }

  asmText(): string {
    if (this.token.kind !== 'string') this.fail('expected', 'expected string literal in asm');
    let text = '';
    while (this.token.kind === 'string') text += decodeUtf8(parseString(this.advance().text, 1));
    return text;
  }
}

/** Is this one of the spellings of `asm`? */
export function isAsm(token: Token): boolean {
  return token.text === 'asm' || token.text === '__asm__' || token.text === '__asm';
}
