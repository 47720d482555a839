// The arithmetic of `#if` (C11 6.10.1): 64-bit integers, signed unless a side is unsigned.

import type { Diagnostics } from '../diagnostics.ts';
import { parseCharacter, parseInteger } from '../parse/literals.ts';
import { precedence } from '../precedence.ts';
import { isComparison, relations } from '../relations.ts';
import type { Token } from './types.ts';

interface Operand {
  readonly value: bigint;
  readonly unsigned: boolean;
}

const arithmetic: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
  '|': (a, b) => a | b,
  '^': (a, b) => a ^ b,
  '&': (a, b) => a & b,
  '<<': (a, b) => a << (b & 63n),
  '>>': (a, b) => a >> (b & 63n),
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
};

class ConditionError extends Error {
  readonly at: Token | undefined;
  constructor(message: string, at: Token | undefined) {
    super(message);
    this.at = at;
  }
}

const DEPTH_LIMIT = 256;
const zero: Operand = { value: 0n, unsigned: false };

function wrap(value: bigint, unsigned: boolean): Operand {
  return { value: unsigned ? BigInt.asUintN(64, value) : BigInt.asIntN(64, value), unsigned };
}

function truth(value: boolean): Operand {
  return { value: value ? 1n : 0n, unsigned: false };
}

class Evaluator {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  run(): bigint {
    const result = this.#comma(true);
    const rest = this.#tokens[this.#at];
    if (rest) throw new ConditionError(`unexpected '${rest.text}' in preprocessor expression`, rest);
    return result.value;
  }

  #peek(): string | undefined {
    return this.#tokens[this.#at]?.text;
  }

  #comma(live: boolean): Operand {
    if (++this.#depth > DEPTH_LIMIT)
      throw new ConditionError('expression is nested too deeply', this.#tokens[this.#at]);
    let result = this.#conditional(live);
    while (this.#peek() === ',') {
      this.#at++;
      result = this.#conditional(live);
    }
    this.#depth--;
    return result;
  }

  #conditional(live: boolean): Operand {
    const condition = this.#binary(1, live);
    if (this.#peek() !== '?') return condition;
    this.#at++;
    const isTrue = condition.value !== 0n;
    const then = this.#comma(live && isTrue);
    if (this.#peek() !== ':')
      throw new ConditionError("expected ':' in preprocessor expression", this.#tokens[this.#at]);
    this.#at++;
    const other = this.#conditional(live && !isTrue);
    return wrap(isTrue ? then.value : other.value, then.unsigned || other.unsigned);
  }

  #binary(minimum: number, live: boolean): Operand {
    let left = this.#unary(live);
    for (;;) {
      const token = this.#tokens[this.#at];
      const level = token?.kind === 'punctuator' ? (precedence[token.text] ?? 0) : 0;
      if (!token || level < minimum) return left;
      this.#at++;
      left = this.#apply(token, left, { level, live });
    }
  }

  #apply(token: Token, left: Operand, { level, live }: { level: number; live: boolean }): Operand {
    const op = token.text;
    if (op === '&&' || op === '||') {
      const decided = (left.value !== 0n) === (op === '||');
      const right = this.#binary(level + 1, live && !decided);
      return truth(op === '||' ? left.value !== 0n || right.value !== 0n : left.value !== 0n && right.value !== 0n);
    }
    const right = this.#binary(level + 1, live);
    const isShift = op === '<<' || op === '>>';
    const unsigned = left.unsigned || (!isShift && right.unsigned);
    const a = wrap(left.value, unsigned).value;
    const b = isShift ? right.value : wrap(right.value, unsigned).value;
    if (isComparison(op)) return truth(relations[op](a, b));
    if ((op === '/' || op === '%') && b === 0n) {
      if (live) throw new ConditionError('division by zero in preprocessor expression', token);
      return zero;
    }
    return wrap((arithmetic[op] as (x: bigint, y: bigint) => bigint)(a, b), unsigned);
  }

  #unary(live: boolean): Operand {
    const token = this.#tokens[this.#at++];
    if (!token) throw new ConditionError('expected value in preprocessor expression', this.#tokens[this.#at - 2]);
    if (token.kind === 'number') return this.#number(token);
    if (token.kind === 'character') return { value: BigInt(parseCharacter(token.text) ?? 0), unsigned: false };
    if (token.kind === 'identifier') return zero;
    if (token.text === '(') {
      const inner = this.#comma(live);
      if (this.#peek() !== ')')
        throw new ConditionError("expected ')' in preprocessor expression", this.#tokens[this.#at] ?? token);
      this.#at++;
      return inner;
    }
    return this.#signed(token, live);
  }

  #signed(token: Token, live: boolean): Operand {
    if (!['!', '-', '+', '~'].includes(token.text)) {
      throw new ConditionError(`invalid token '${token.text}' at start of a preprocessor expression`, token);
    }
    if (++this.#depth > DEPTH_LIMIT) throw new ConditionError('expression is nested too deeply', token);
    const operand = this.#unary(live);
    this.#depth--;
    if (token.text === '!') return truth(operand.value === 0n);
    if (token.text === '-') return wrap(-operand.value, operand.unsigned);
    return token.text === '~' ? wrap(~operand.value, operand.unsigned) : operand;
  }

  #number(token: Token): Operand {
    const literal = parseInteger(token.text);
    if (literal.kind !== 'integer') {
      const what = literal.kind === 'float' ? 'floating point literal' : `invalid number '${token.text}'`;
      throw new ConditionError(`${what} in preprocessor expression`, token);
    }
    const unsigned = literal.unsigned || literal.value >= 1n << 63n;
    return wrap(literal.value, unsigned);
  }
}

/** Is the (macro-expanded) condition true? Faults are reported, and count as false. */
export function evaluateCondition(tokens: readonly Token[], directive: Token, diagnostics: Diagnostics): boolean {
  try {
    if (tokens.length === 0) throw new ConditionError(`expected value in '#${directive.text}'`, directive);
    return new Evaluator(tokens).run() !== 0n;
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error;
    diagnostics.error('preprocessor-expression', error.message, error.at ?? directive);
    return false;
  }
}
