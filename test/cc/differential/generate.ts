// Random C programs without undefined behaviour (given -fwrapv), of what csmith leaves out: bit-fields of every shape, 128-bit
// integers, switch with ranges and fallthrough, goto, structs passed and returned, arrays, narrow arithmetic.

/** A generator of numbers that gives the same ones for the same seed (Marsaglia's xorshift). */
export function randomNumbers(seed: number): (limit: number) => number {
  let state = (seed * 2654435761 + 88172645) >>> 0 || 1;
  return (limit) => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % limit;
  };
}

const scalars = ['i8', 'u8', 'i16', 'u16', 'i32', 'u32', 'i64', 'u64'] as const;
const constants = [
  '0',
  '1',
  '2',
  '7',
  '-1',
  '-5',
  '127',
  '128',
  '255',
  '-128',
  '256',
  '32767',
  '65535',
  '65536',
  '2147483647',
  '4294967295U',
  '0x80000000U',
  '0x123456789abcdefL',
  '-9223372036854775807L',
  '0xffffffffffffffffUL',
  '10',
  '1000',
];

interface Field {
  readonly name: string;
  readonly signed: boolean;
}

/** One case: a struct, helpers on it, and a body. */
class CaseGenerator {
  readonly #random: (limit: number) => number;
  readonly #name: string;
  readonly #variables: { readonly name: string; readonly type: string }[] = [];
  readonly #fields: Field[] = [];
  #label = 0;
  #loops = 0;

  constructor(name: string, seed: number) {
    this.#name = name;
    this.#random = randomNumbers(seed);
    for (let i = 0; i < 10; i++) this.#random(2);
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#random(list.length)] as T;
  }

  #struct(): string {
    const lines: string[] = [];
    const count = 3 + this.#random(6);
    for (let i = 0; i < count; i++) {
      const type = this.#pick(scalars);
      const bits = Number(type.slice(1));
      const isField = this.#random(3) > 0;
      if (isField && this.#random(8) === 0) lines.push(`${type} : ${this.#random(2) ? 0 : 1 + this.#random(bits)};`);
      lines.push(`${type} f${i}${isField ? ` : ${1 + this.#random(bits)}` : ''};`);
      this.#fields.push({ name: `f${i}`, signed: type.startsWith('i') });
    }
    const packed = this.#random(3) === 0 ? ' __attribute__((packed))' : '';
    return `struct${packed} s_${this.#name} { ${lines.join(' ')} };`;
  }

  /** A field's value; its type is made plain, since compilers differ about fields wider than `int`. */
  #field(object: string): string {
    const { name, signed } = this.#pick(this.#fields);
    return `((${signed ? 'i64' : 'u64'})${object}.${name})`;
  }

  #leaf(): string {
    const choice = this.#random(10);
    if (choice < 5) return this.#pick(this.#variables).name;
    if (choice < 7) return this.#field(this.#pick(['s', 't']));
    if (choice < 8) return `a[${this.#pick(this.#variables).name} & 3]`;
    return `(${this.#pick(constants)})`;
  }

  expression(depth: number): string {
    if (depth === 0 || this.#random(6) === 0) return this.#leaf();
    const [a, b] = [this.expression(depth - 1), this.expression(depth - 1)];
    const c = this.#leaf();
    return this.#pick([
      `(${a} ${this.#pick(['+', '-', '*', '&', '|', '^'])} ${b})`,
      `(${a} ${this.#pick(['+', '-', '*', '&', '|', '^'])} ${b})`,
      `(${a} ${this.#pick(['<', '<=', '>', '>=', '==', '!='])} ${b})`,
      `(${this.#pick(['-', '~', '!', '+'])}${a})`,
      `((${this.#pick(scalars)})${a})`,
      `((u64)(${a}) ${this.#pick(['/', '%'])} ((u64)(${b}) | 1))`,
      `((i32)(${a}) ${this.#pick(['/', '%'])} (((i32)(${b}) & 1023) + 1))`,
      `((i64)(${a}) ${this.#pick(['/', '%'])} ${this.#pick(['3L', '-7L', '8L', '10L'])})`,
      `((${this.#pick(['i32', 'u32'])})(${a}) ${this.#pick(['<<', '>>'])} ((u32)(${c}) & 31))`,
      `((${this.#pick(['i64', 'u64'])})(${a}) ${this.#pick(['<<', '>>'])} ((u32)(${c}) & 63))`,
      `((${this.#pick(['i8', 'u8', 'i16', 'u16'])})(${a}) >> ${this.#random(16)})`,
      `((u64)((${this.#pick(['i128', 'u128'])})(${a}) ${this.#pick(['+', '-', '*', '^', '&'])} (i128)(${b})))`,
      `((u64)(((${this.#pick(['i128', 'u128'])})(${a}) << ${this.#random(128)}) >> ${this.#random(128)}))`,
      `(((u128)(${a}) << 64 | (u64)(${b})) ${this.#pick(['<', '>', '==', '<='])} ((u128)(${c}) << 63))`,
      `((u64)((u128)(${a}) ${this.#pick(['/', '%'])} ((u128)(${b}) >> ${this.#random(128)} | 1)))`,
      `((u64)((i128)(i64)(${a}) ${this.#pick(['/', '%'])} ((i128)(i64)(${b}) | 1)))`,
      `(${a} ? ${b} : ${c})`,
      `(${a} ${this.#pick(['&&', '||'])} ${b})`,
      `pass_${this.#name}(${this.#pick(['s', 't'])}, ${c})`,
      `sum_${this.#name}(&${this.#pick(['s', 't'])})`,
      `({ ${this.#pick(scalars)} x = ${a}; x += ${c}; x; })`,
    ]);
  }

  #target(): string {
    const choice = this.#random(10);
    if (choice < 6) return this.#pick(this.#variables).name;
    if (choice < 9) return `${this.#pick(['s', 't'])}.${this.#pick(this.#fields).name}`;
    return `a[${this.#random(4)}]`;
  }

  statement(depth: number): string {
    const choice = this.#random(depth === 0 ? 6 : 14);
    const e = (): string => this.expression(2);
    const inner = (): string => this.block(depth - 1);
    if (choice < 3) return `${this.#target()} = ${e()};`;
    if (choice < 4) return `${this.#target()} ${this.#pick(['+=', '-=', '*=', '&=', '|=', '^='])} ${e()};`;
    if (choice < 5) return `${this.#target()}${this.#pick(['++', '--'])};`;
    if (choice < 6)
      return this.#pick([
        's = t;',
        't = s;',
        `s = make_${this.#name}(${e()});`,
        `t = make_${this.#name}(${this.#leaf()});`,
      ]);
    if (choice < 9) return `if (${e()}) ${inner()}${this.#random(2) ? ` else ${inner()}` : ''}`;
    if (choice < 11 && this.#loops < 2) {
      this.#loops++;
      const name = `n${this.#label++}`;
      const exit = this.#random(2) ? `if (${e()}) ${this.#pick(['break', 'continue'])}; ` : '';
      const result = `for (int ${name} = 0; ${name} < ${2 + this.#random(4)}; ${name}++) { ${exit}${inner()} }`;
      this.#loops--;
      return result;
    }
    if (choice < 13) return this.#switch(depth);
    const label = `l${this.#label++}`;
    return `if (${e()}) goto ${label}; ${inner()} ${label}: ;`;
  }

  #switch(depth: number): string {
    const cases: string[] = [];
    let at = -2;
    for (let i = 0; i < 2 + this.#random(6); i++) {
      const low = at + this.#random(3);
      const high = low + this.#random(3);
      at = high + 1;
      cases.push(
        `${low === high ? `case ${low}` : `case ${low} ... ${high}`}: ${this.statement(depth - 1)}${this.#random(3) ? ' break;' : ''}`,
      );
    }
    if (this.#random(2))
      cases.splice(this.#random(cases.length + 1), 0, `default: ${this.statement(depth - 1)} break;`);
    return `switch (${this.#pick(['(i8)', '(int)', '(i64)'])}(${this.expression(2)} & 15) - 2) { ${cases.join(' ')} }`;
  }

  block(depth: number): string {
    const statements = Array.from({ length: 1 + this.#random(3) }, () => this.statement(Math.max(depth, 0)));
    return `{ ${statements.join(' ')} }`;
  }

  source(): string {
    const name = this.#name;
    const struct = this.#struct();
    const set = this.#fields.map((field, i) => `r.${field.name} = v >> ${(i * 7) % 60};`).join(' ');
    const sum = (object: string): string =>
      this.#fields.map((field, i) => `(u64)${object}${field.name} * ${2 * i + 1}`).join(' + ');
    const count = 3 + this.#random(4);
    for (let i = 0; i < count; i++)
      this.#variables.push({ name: `v${i}`, type: this.#pick([...scalars, 'i128', 'u128']) });
    const declarations = this.#variables.map(
      ({ name: variable, type }) =>
        `${type} ${variable} = V(${type === 'i128' || type === 'u128' ? 'i64' : type}, ${this.#pick(constants)});`,
    );
    const body = Array.from({ length: 3 + this.#random(5) }, () => this.statement(2)).join('\n  ');
    const hash = this.#variables
      .map((variable) => `MIX(h, ${variable.name}); MIX(h, (u128)${variable.name} >> 64);`)
      .join(' ');
    return `${struct}
static always_inline struct s_${name} make_${name}(u64 v) { struct s_${name} r = {0}; ${set} return r; }
static noinline u64 sum_${name}(struct s_${name} *p) { return ${sum('p->')}; }
static always_inline u64 pass_${name}(struct s_${name} p, u64 v) { p.${this.#fields[0]?.name} += v; return sum_${name}(&p) ^ v; }
CASE(${name}) {
  ${declarations.join(' ')} u32 a[4] = {1, V(u32, 77), 3}; u64 h = 1;
  struct s_${name} s = make_${name}(V(u64, 0xfedcba9876543210UL)), t = {0};
  ${body}
  ${hash} MIX(h, sum_${name}(&s)); MIX(h, sum_${name}(&t)); for (int i = 0; i < 4; i++) MIX(h, a[i]);
  return h;
}
`;
  }
}

/** A file of `count` cases for the header `case.h`, named after their seeds. */
export function generateCases(seed: number, count: number): string {
  const cases = Array.from({ length: count }, (_, i) => new CaseGenerator(`case_${seed + i}`, seed + i).source());
  return `#include "case.h"\n${cases.join('\n')}`;
}
