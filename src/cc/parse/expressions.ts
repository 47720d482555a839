// Expressions (C11 6.5) with GNU's extensions, by precedence climbing.

import { spanBetween } from '../diagnostics.ts';
import { precedence } from '../precedence.ts';
import type { Span, Token } from '../preprocess/types.ts';
import { parseFloating } from './floating.ts';
import { characterUnit, isWideLiteral, parseCharacter, parseInteger, parseString } from './literals.ts';
import { isKeyword, TokenStream } from './token-stream.ts';
import type {
  BinaryOperator,
  Designator,
  Expression,
  GenericAssociation,
  Initializer,
  Statement,
  TypeNode,
} from './types.ts';

const assignments: Readonly<Record<string, BinaryOperator | undefined>> = {
  '=': undefined,
  '+=': '+',
  '-=': '-',
  '*=': '*',
  '/=': '/',
  '%=': '%',
  '<<=': '<<',
  '>>=': '>>',
  '&=': '&',
  '^=': '^',
  '|=': '|',
};

type PrefixRule = (this: ExpressionParser, at: Token) => Expression;

/** Parses expressions; types, initialisers and blocks inside them come from the classes built on this one. */
export abstract class ExpressionParser extends TokenStream {
  abstract isTypeStart(token: Token): boolean;
  abstract typeName(): TypeNode;
  abstract initializer(): Initializer;
  abstract block(): Statement & { readonly kind: 'block' };

  expression(): Expression {
    let left = this.assignment();
    while (this.is(',')) {
      this.advance();
      const right = this.assignment();
      left = { kind: 'comma', left, right, span: spanBetween(left.span, right.span) };
    }
    return left;
  }

  assignment(): Expression {
    const target = this.conditional();
    const { text, kind } = this.token;
    if (kind !== 'punctuator' || !Object.hasOwn(assignments, text)) return target;
    const opSpan = this.advance();
    const value = this.nested(() => this.assignment());
    return { kind: 'assign', op: assignments[text], target, value, opSpan, span: spanBetween(target.span, value.span) };
  }

  /** A conditional expression: what constant expressions are made of. */
  conditional(): Expression {
    const condition = this.binary(1);
    if (!this.is('?')) return condition;
    this.advance();
    return this.nested(() => {
      const then = this.is(':') ? undefined : this.expression();
      this.expect(':', ' in conditional expression');
      const other = this.conditional();
      return { kind: 'conditional', condition, then, else: other, span: spanBetween(condition.span, other.span) };
    });
  }

  binary(minimum: number): Expression {
    let left = this.unary();
    for (;;) {
      const level = this.token.kind === 'punctuator' ? (precedence[this.token.text] ?? 0) : 0;
      if (level < minimum || level === 0) return left;
      const opSpan = this.advance();
      const right = this.binary(level + 1);
      const span = spanBetween(left.span, right.span);
      const op = opSpan.text;
      if (op === '&&' || op === '||') left = { kind: 'logical', op, left, right, span };
      else left = { kind: 'binary', op: op as BinaryOperator, left, right, opSpan, span };
    }
  }

  unary(): Expression {
    const at = this.token;
    const rule = at.kind === 'punctuator' || at.kind === 'identifier' ? prefixRules.get(at.text) : undefined;
    if (rule) return this.nested(() => rule.call(this, at));
    if (at.text === '(' && at.kind === 'punctuator' && this.isTypeStart(this.peek()))
      return this.nested(() => this.castOrLiteral(at));
    return this.postfix(this.primary());
  }

  castOrLiteral(at: Token): Expression {
    this.advance();
    const type = this.typeName();
    this.expect(')', '');
    if (this.is('{')) {
      const initializer = this.initializer();
      return this.postfix({ kind: 'compound-literal', type, initializer, span: this.since(at) });
    }
    const operand = this.unary();
    return { kind: 'cast', type, operand, span: spanBetween(at, operand.span) };
  }

  postfix(start: Expression): Expression {
    let object = start;
    for (;;) {
      if (this.token.kind !== 'punctuator') return object;
      const { text } = this.token;
      if (text === '(') object = this.callOn(object);
      else if (text === '[') {
        this.advance();
        const index = this.nested(() => this.expression());
        this.expect(']', '');
        object = { kind: 'index', object, index, span: this.since(object.span) };
      } else if (text === '.' || text === '->') {
        this.advance();
        const nameSpan = this.memberName();
        const arrow = text === '->';
        object = {
          kind: 'member',
          object,
          name: nameSpan.text,
          arrow,
          nameSpan,
          span: spanBetween(object.span, nameSpan),
        };
      } else if (text === '++' || text === '--') {
        this.advance();
        object = {
          kind: 'increment',
          delta: text === '++' ? 1 : -1,
          postfix: true,
          operand: object,
          span: this.since(object.span),
        };
      } else return object;
    }
  }

  memberName(): Token {
    if (!this.isName()) this.fail('expected', 'expected member name');
    return this.advance();
  }

  callOn(callee: Expression): Expression {
    this.advance();
    const args: Expression[] = [];
    this.nested(() => {
      if (this.is(')')) return;
      do args.push(this.assignment());
      while (this.accept(','));
    });
    this.expect(')', '');
    return { kind: 'call', callee, arguments: args, span: this.since(callee.span) };
  }

  primary(): Expression {
    const at = this.token;
    switch (at.kind) {
      case 'identifier':
        if (isKeyword(at.text)) break;
        this.advance();
        return typeBuiltins.get(at.text)?.call(this, at) ?? { kind: 'identifier', name: at.text, span: at };
      case 'number':
        return this.numberLiteral();
      case 'character': {
        this.advance();
        const value = parseCharacter(at.text);
        if (value === undefined) this.fail('empty-character', 'empty character constant', at);
        return { kind: 'character', value, unit: characterUnit(at.text), signed: isWideLiteral(at.text), span: at };
      }
      case 'string':
        return this.stringLiteral();
      case 'punctuator':
        if (at.text === '(') return this.parenthesized();
        break;
    }
    return this.fail('expected-expression', 'expected expression');
  }

  parenthesized(): Expression {
    const at = this.advance();
    return this.nested(() => {
      if (this.is('{')) {
        const body = this.block();
        this.expect(')', '');
        return { kind: 'statement-expression', body, span: this.since(at) };
      }
      const inner = this.expression();
      this.expect(')', '');
      return { ...inner, span: this.since(at) };
    });
  }

  numberLiteral(): Expression {
    const at = this.advance();
    const literal = parseInteger(at.text);
    if (literal.kind === 'integer') return { ...literal, span: at };
    if (literal.kind === 'float') return { kind: 'float', ...parseFloating(at.text), span: at };
    this.diagnostics.error('invalid-number', literal.problem, at);
    return { kind: 'error', span: at };
  }

  stringLiteral(): Expression & { readonly kind: 'string' } {
    const first = this.token;
    const parts: Token[] = [];
    while (this.token.kind === 'string') parts.push(this.advance());
    const unit = Math.max(...parts.map(({ text }) => characterUnit(text))) as 1 | 2 | 4;
    const pieces = parts.map(({ text }) => parseString(text, unit));
    const bytes = new Uint8Array(pieces.reduce((size, piece) => size + piece.length, 0));
    let at = 0;
    for (const piece of pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
    const signed = parts.some(({ text }) => isWideLiteral(text));
    return { kind: 'string', bytes, unit, signed, span: this.since(first) };
  }

  sizeOf(at: Token, alignment: boolean): Expression {
    this.advance();
    if (this.is('(') && this.isTypeStart(this.peek())) {
      this.advance();
      const type = this.typeName();
      this.expect(')', '');
      if (!this.is('{')) return { kind: 'sizeof-type', type, alignment, span: this.since(at) };
      const literal: Expression = {
        kind: 'compound-literal',
        type,
        initializer: this.initializer(),
        span: this.since(at),
      };
      const operand = this.postfix(literal);
      return { kind: 'sizeof-expression', operand, alignment, span: this.since(at) };
    }
    const operand = this.unary();
    return { kind: 'sizeof-expression', operand, alignment, span: spanBetween(at, operand.span) };
  }

  generic(at: Token): Expression {
    this.advance();
    this.expect('(', ' after _Generic');
    const control = this.assignment();
    const associations: GenericAssociation[] = [];
    while (this.accept(',')) {
      const type = this.accept('default') ? undefined : this.typeName();
      this.expect(':', '');
      associations.push({ type, value: this.assignment() });
    }
    this.expect(')', '');
    return this.postfix({ kind: 'generic', control, associations, span: this.since(at) });
  }

  offsetOf(at: Token): Expression {
    this.expect('(', ' after __builtin_offsetof');
    const type = this.typeName();
    this.expect(',', '');
    const name = this.memberName();
    const path: Designator[] = [{ kind: 'member', name: name.text, span: name }];
    while (!this.is(')')) path.push(this.designator());
    this.expect(')', '');
    return { kind: 'offsetof', type, path, span: this.since(at) };
  }

  /** `.member`, `[index]` or `[first ... last]`. */
  designator(): Designator {
    const at: Span = this.token;
    if (this.accept('.')) {
      const name = this.memberName();
      return { kind: 'member', name: name.text, span: this.since(at) };
    }
    this.expect('[', '');
    const index = this.conditional();
    const last = this.accept('...') ? this.conditional() : undefined;
    this.expect(']', '');
    return { kind: 'index', index, last, span: this.since(at) };
  }

  typesCompatible(at: Token): Expression {
    this.expect('(', ' after __builtin_types_compatible_p');
    const left = this.typeName();
    this.expect(',', '');
    const right = this.typeName();
    this.expect(')', '');
    return { kind: 'types-compatible', left, right, span: this.since(at) };
  }
}

function unaryRule(op: '+' | '-' | '~' | '!' | '*' | '&'): PrefixRule {
  return function (at) {
    this.advance();
    const operand = this.unary();
    return { kind: 'unary', op, operand, span: spanBetween(at, operand.span) };
  };
}

function incrementRule(delta: 1 | -1): PrefixRule {
  return function (at) {
    this.advance();
    const operand = this.unary();
    return { kind: 'increment', delta, postfix: false, operand, span: spanBetween(at, operand.span) };
  };
}

const sizeRule: PrefixRule = function (at) {
  return this.sizeOf(at, false);
};
const alignRule: PrefixRule = function (at) {
  return this.sizeOf(at, true);
};

const prefixRules: ReadonlyMap<string, PrefixRule> = new Map<string, PrefixRule>([
  ['+', unaryRule('+')],
  ['-', unaryRule('-')],
  ['~', unaryRule('~')],
  ['!', unaryRule('!')],
  ['*', unaryRule('*')],
  ['&', unaryRule('&')],
  ['++', incrementRule(1)],
  ['--', incrementRule(-1)],
  ['sizeof', sizeRule],
  ['_Alignof', alignRule],
  ['__alignof__', alignRule],
  ['__alignof', alignRule],
  [
    '__extension__',
    function (): Expression {
      this.advance();
      return this.unary();
    },
  ],
  [
    '_Generic',
    function (at): Expression {
      return this.generic(at);
    },
  ],
]);

const typeBuiltins: ReadonlyMap<string, PrefixRule> = new Map<string, PrefixRule>([
  [
    '__builtin_offsetof',
    function (at): Expression {
      return this.offsetOf(at);
    },
  ],
  [
    '__builtin_types_compatible_p',
    function (at): Expression {
      return this.typesCompatible(at);
    },
  ],
]);
