// Declarations, initialisers and statements (C11 6.7 to 6.9); the door of the parser.

import type { Diagnostics } from '../diagnostics.ts';
import { spanBetween } from '../diagnostics.ts';
import type { Token } from '../preprocess/types.ts';
import { DeclarationParser, isAsm } from './declarations.ts';
import { isKeyword, SyntaxFault } from './token-stream.ts';
import type { AsmOperand, Declaration, Statement, TypeNames, TypeNode } from './types.ts';

type Block = Statement & { readonly kind: 'block' };
type StatementRule = (this: Parser, at: Token) => Statement;

/** Parser of a translation unit; keeps the file scope, so that built-in declarations can be parsed when first used. */
export class Parser extends DeclarationParser {
  /** Every declaration up to the end. Faults are reported, and parsing resumes after them. */
  translationUnit(): Declaration[] {
    const result: Declaration[] = [];
    while (this.token.kind !== 'end') {
      if (this.accept(';')) continue;
      const at = this.position;
      const declaration = this.recovering<Declaration | undefined>(
        () => this.externalDeclaration(),
        () => {
          this.closeScopesTo(1);
          this.skipStatement();
          if (this.position === at) this.advance();
          return undefined;
        },
      );
      if (declaration) result.push(declaration);
    }
    return result;
  }

  externalDeclaration(): Declaration {
    const at = this.token;
    if (this.is('}')) this.fail('expected', 'extraneous closing brace');
    if (this.is('_Static_assert') || this.is('static_assert')) return this.staticAssert();
    if (isAsm(this.token)) return this.topLevelAsm();
    const isImplicitInt = this.isName() && !this.isTypeStart(this.token) && this.peek().text === '(';
    if (isImplicitInt) this.misspeltMacro(at);
    return this.declaration(true);
  }

  /** What looks like a call outside of functions is a misspelt macro, or a function without its type. */
  misspeltMacro(name: Token): never {
    const meant = this.names.nearestMacro?.(name.text);
    const hint = meant === undefined ? undefined : `did you mean '${meant}'?`;
    this.diagnostics.error('missing-type', `type specifier missing before '${name.text}'`, name, { hint });
    throw new SyntaxFault();
  }

  override block(): Block {
    const at = this.token;
    this.expect('{', '');
    const depth = this.scopeDepth;
    this.openScope();
    const items: Statement[] = [];
    this.nested(() => {
      while (!this.is('}')) {
        if (this.token.kind === 'end') this.fail('expected', "expected '}'");
        const from = this.position;
        const statement = this.recovering<Statement | undefined>(
          () => this.blockItem(),
          () => {
            this.closeScopesTo(depth + 1);
            this.skipStatement();
            if (this.position === from && !this.is('}')) this.advance();
            return undefined;
          },
        );
        if (statement) items.push(statement);
      }
    });
    this.advance();
    this.closeScopesTo(depth);
    return { kind: 'block', items, span: this.since(at) };
  }

  blockItem(): Statement {
    if (this.is('__label__')) return this.localLabels();
    if (this.startsDeclaration()) return this.declarationStatement();
    return this.statement();
  }

  localLabels(): Statement {
    const at = this.advance();
    const names: string[] = [];
    do {
      if (!this.isName()) this.fail('expected', 'expected identifier');
      names.push(this.advance().text);
    } while (this.accept(','));
    this.expect(';', ' after label declaration');
    return { kind: 'local-labels', names, span: at };
  }

  startsDeclaration(): boolean {
    if (this.is('_Static_assert') || this.is('static_assert')) return true;
    if (this.is('__attribute__') || this.is('__attribute')) return !this.isFallthrough();
    const isLabel = this.isName() && this.peek().text === ':' && this.peek().kind === 'punctuator';
    if (isLabel || !this.isTypeStart(this.token)) return false;
    return !this.is('__extension__') || this.isTypeStart(this.peek());
  }

  isFallthrough(): boolean {
    return /^(__)?fallthrough(__)?$/.test(this.peek(this.is('[') ? 2 : 3).text);
  }

  declarationStatement(): Statement {
    const at = this.token;
    const isAssert = this.is('_Static_assert') || this.is('static_assert');
    const declaration = isAssert ? this.staticAssert() : this.declaration(false);
    return { kind: 'declaration', declaration, span: this.since(at) };
  }

  statement(): Statement {
    const at = this.token;
    const rule = at.kind === 'identifier' || at.kind === 'punctuator' ? statementRules.get(at.text) : undefined;
    if (rule) return rule.call(this, at);
    if (this.isName() && this.peek().text === ':' && this.peek().kind === 'punctuator') return this.label();
    if (this.isUnknownType()) return this.declarationStatement();
    const value = this.expression();
    this.endStatement(' after expression');
    return { kind: 'expression', value, span: value.span };
  }

  /** Two names in a row, or a `*` between them: the first was meant to be a type. */
  isUnknownType(): boolean {
    if (!this.isName()) return false;
    const isPointer = this.peek().text === '*' && !this.isDeclared(this.token.text);
    const next = this.peek(isPointer ? 2 : 1);
    if (next.kind !== 'identifier' || isKeyword(next.text) || next.lineStart) return false;
    return !isPointer || [';', '=', ',', '['].includes(this.peek(3).text);
  }

  label(): Statement {
    const name = this.advance();
    this.advance();
    this.attributes();
    return { kind: 'label', name: name.text, body: this.labelled(name), span: name };
  }

  /** The statement a label stands before; a declaration (C23) or nothing will do as well. */
  labelled(at: Token): Statement {
    if (this.is('}')) return { kind: 'empty', fallthrough: false, span: at };
    return this.blockItem();
  }

  parenthesizedCondition(keyword: string): ReturnType<Parser['expression']> {
    this.expect('(', ` after '${keyword}'`);
    const condition = this.expression();
    this.expect(')', '');
    return condition;
  }

  forStatement(at: Token): Statement {
    const unroll = this.unrollPragma();
    this.advance();
    this.expect('(', " after 'for'");
    const depth = this.scopeDepth;
    this.openScope();
    let init: Statement | undefined;
    if (this.startsDeclaration()) init = this.declarationStatement();
    else {
      if (!this.is(';')) {
        const value = this.expression();
        init = { kind: 'expression', value, span: value.span };
      }
      this.expect(';', " in 'for' statement specifier");
    }
    const condition = this.is(';') ? undefined : this.expression();
    this.expect(';', " in 'for' statement specifier");
    const step = this.is(')') ? undefined : this.expression();
    this.expect(')', '');
    const body = this.statement();
    this.closeScopesTo(depth);
    return { kind: 'for', init, condition, step, body, unroll, span: at };
  }

  asmStatement(at: Token): Statement {
    this.advance();
    let isVolatile = false;
    while (['volatile', '__volatile__', '__volatile', 'goto', 'inline'].some((word) => this.is(word))) {
      if (!this.is('inline')) isVolatile = true;
      this.advance();
    }
    this.expect('(', " after 'asm'");
    const template = this.asmText();
    const sections: AsmOperand[][] = [[], []];
    const names: string[][] = [[], []];
    let section = -1;
    while (!this.is(')')) {
      if (this.accept('::')) section += 2;
      else if (this.accept(':')) section++;
      else if (section === 0 || section === 1) sections[section]?.push(this.asmOperand());
      else if (section === 2) names[0]?.push(this.asmText());
      else if (section === 3) names[1]?.push(this.advance().text);
      else this.fail('expected', "expected ')'");
      this.accept(',');
    }
    this.expect(')', '');
    this.expect(';', ' after asm statement');
    const [outputs = [], inputs = []] = sections;
    const [clobbers = [], labels = []] = names;
    const span = this.since(at);
    return {
      kind: 'asm',
      template,
      volatile: isVolatile || outputs.length === 0,
      outputs,
      inputs,
      clobbers,
      labels,
      span,
    };
  }

  asmOperand(): AsmOperand {
    let name: string | undefined;
    if (this.accept('[')) {
      name = this.advance().text;
      this.expect(']', '');
    }
    const constraint = this.asmText();
    this.expect('(', ' in asm operand');
    const value = this.expression();
    this.expect(')', '');
    return { name, constraint, value };
  }
}

const asmRule: StatementRule = function (at): Statement {
  return this.asmStatement(at);
};

const jumpRule = (kind: 'break' | 'continue'): StatementRule =>
  function (at): Statement {
    this.advance();
    this.endStatement(` after ${kind} statement`);
    return { kind, span: at };
  };

const attributeRule: StatementRule = function (at): Statement {
  this.attributes();
  if (this.accept(';')) return { kind: 'empty', fallthrough: true, span: at };
  return this.statement();
};

const statementRules: ReadonlyMap<string, StatementRule> = new Map<string, StatementRule>([
  [
    '{',
    function (): Statement {
      return this.block();
    },
  ],
  [
    ';',
    function (at): Statement {
      this.advance();
      return { kind: 'empty', fallthrough: false, span: at };
    },
  ],
  [
    'if',
    function (at): Statement {
      this.advance();
      const condition = this.parenthesizedCondition('if');
      const then = this.statement();
      const other = this.accept('else') ? this.statement() : undefined;
      return { kind: 'if', condition, then, else: other, span: spanBetween(at, condition.span) };
    },
  ],
  [
    'while',
    function (at): Statement {
      const unroll = this.unrollPragma();
      this.advance();
      const condition = this.parenthesizedCondition('while');
      return { kind: 'while', condition, body: this.statement(), unroll, span: spanBetween(at, condition.span) };
    },
  ],
  [
    'do',
    function (at): Statement {
      const unroll = this.unrollPragma();
      this.advance();
      const body = this.statement();
      this.expect('while', ' in do/while loop');
      const condition = this.parenthesizedCondition('while');
      this.endStatement(' after do/while statement');
      return { kind: 'do', condition, body, unroll, span: at };
    },
  ],
  [
    'for',
    function (at): Statement {
      return this.forStatement(at);
    },
  ],
  [
    'switch',
    function (at): Statement {
      this.advance();
      const value = this.parenthesizedCondition('switch');
      return { kind: 'switch', value, body: this.statement(), span: spanBetween(at, value.span) };
    },
  ],
  [
    'case',
    function (at): Statement {
      this.advance();
      const value = this.conditional();
      const last = this.accept('...') ? this.conditional() : undefined;
      const colon = this.expect(':', " after 'case'");
      return { kind: 'case', value, last, body: this.labelled(colon), span: spanBetween(at, value.span) };
    },
  ],
  [
    'default',
    function (at): Statement {
      this.advance();
      const colon = this.expect(':', " after 'default'");
      return { kind: 'default', body: this.labelled(colon), span: at };
    },
  ],
  ['break', jumpRule('break')],
  ['continue', jumpRule('continue')],
  [
    'return',
    function (at): Statement {
      this.advance();
      const value = this.is(';') ? undefined : this.expression();
      this.endStatement(' after return statement');
      return { kind: 'return', value, span: value ? spanBetween(at, value.span) : at };
    },
  ],
  [
    'goto',
    function (at): Statement {
      this.advance();
      if (this.is('*')) this.fail('computed-goto', 'computed goto is not supported: BPF has no indirect jumps');
      if (!this.isName()) this.fail('expected', 'expected identifier');
      const label = this.advance();
      this.endStatement(' after goto statement');
      return { kind: 'goto', label: label.text, span: spanBetween(at, label) };
    },
  ],
  ['asm', asmRule],
  ['__asm__', asmRule],
  ['__asm', asmRule],
  ['__attribute__', attributeRule],
  ['__attribute', attributeRule],
  ['[', attributeRule],
]);

/** Parses a translation unit; `names` tells which undeclared identifiers are types. */
export function parse(tokens: readonly Token[], names: TypeNames, diagnostics: Diagnostics): Declaration[] {
  const parser = new Parser(tokens, diagnostics);
  parser.names = names;
  return parser.translationUnit();
}

/** Parses the text of a type, as in tables of prototypes. */
export function parseTypeName(tokens: readonly Token[], names: TypeNames, diagnostics: Diagnostics): TypeNode {
  const parser = new Parser(tokens, diagnostics);
  parser.names = names;
  return parser.typeName();
}
