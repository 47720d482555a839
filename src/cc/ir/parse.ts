// Text to IR: reads what `print.ts` prints, so that a test of a pass is a text before and a text after.

import { InternalError } from '../../base/index.ts';
import { constant, symbolAddress, undefinedValue } from './build.ts';
import type {
  Block,
  CallTarget,
  Instruction,
  IrFunction,
  IrModule,
  IrType,
  Opcode,
  Parameter,
  Predicate,
  Terminator,
  Value,
  Width,
} from './types.ts';

type Scalar = Exclude<IrType, 'void'>;

const tokenPattern =
  /"(?:[^"\\]|\\.)*"|%arg\d+|%\d+|@[\w.$]+(?:[+-]\d+)?|core#\d+|#\d+|->|-?\d+|[A-Za-z_$][\w.$-]*|[[\](){},:?+;=]/g;

/** The tokens of one line, and the function they belong to. */
class Line {
  readonly #tokens: readonly string[];
  readonly #function: FunctionReader;
  readonly text: string;
  #at = 0;

  constructor(text: string, reader: FunctionReader) {
    this.text = text;
    this.#tokens = text.match(tokenPattern) ?? [];
    this.#function = reader;
  }

  fail(problem: string): never {
    throw new InternalError(`IR text: ${problem}: ${this.text}`);
  }

  get isEnd(): boolean {
    return this.#at >= this.#tokens.length;
  }

  next(): string {
    return this.#tokens[this.#at++] ?? this.fail('ends too early');
  }

  /** Takes the token if it comes next. */
  has(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false;
    this.#at++;
    return true;
  }

  expect(token: string): void {
    if (!this.has(token)) this.fail(`expected ${token}`);
  }

  number(): number {
    return Number(this.next());
  }

  /** Numbers as long as there are any. */
  numbers(): number[] {
    const result: number[] = [];
    while (/^\d/.test(this.#tokens[this.#at] ?? '')) result.push(this.number());
    return result;
  }

  type(): IrType {
    return this.next() as IrType;
  }

  /** `w32`, `u8`, `s16`: a width in bits. */
  width(): Width {
    return (Number(this.next().slice(1)) / 8) as Width;
  }

  block(): Block {
    return this.#function.block(this.next());
  }

  /** An operand of a type known from the operation. */
  value(type: Scalar): Value {
    const token = this.next();
    if (token === 'null') return constant('ptr', 0);
    if (token === 'ptr') return this.has('undef') ? undefinedValue('ptr') : constant('ptr', BigInt(this.next()));
    if (token === 'undef') return undefinedValue(type);
    if (token.startsWith('%')) return this.#function.named(token);
    const symbol = /^@(.*?)([+-]\d+)?$/.exec(token);
    if (symbol) return symbolAddress(symbol[1] as string, Number(symbol[2] ?? 0));
    return constant(type, BigInt(token));
  }

  /** An operand with its type before it, unless it is a pointer's. */
  typed(): Value {
    if (this.has('i32')) return this.value('i32');
    if (this.has('i64')) return this.value('i64');
    return this.value('ptr');
  }

  /** Operands of one type up to the end, with commas between. */
  values(...types: Scalar[]): Value[] {
    return types.map((type, i) => {
      if (i > 0) this.expect(',');
      return this.value(type);
    });
  }

  /** `(a, b)`, each with its type. */
  typedList(): Value[] {
    const result: Value[] = [];
    this.expect('(');
    while (!this.has(')')) {
      if (result.length > 0) this.expect(',');
      result.push(this.typed());
    }
    return result;
  }

  /** `[base + offset core#n]` */
  place(): { readonly base: Value; readonly offset: number; readonly relocation: number | undefined } {
    this.expect('[');
    const base = this.value('ptr');
    const offset = this.has('+') ? this.number() : 0;
    let relocation: number | undefined;
    while (!this.has(']')) relocation = Number(this.next().replace('core#', ''));
    return { base, offset, relocation };
  }
}

/** What an instruction's text says: all but `kind`, `id`, `op` and `span`. */
type Parts = { readonly type: IrType; readonly args: Value[] } & Record<string, unknown>;
type Reader = (line: Line) => Parts;

const binary: Reader = (line) => {
  const type = line.type() as 'i64';
  return { type, args: line.values(type, type) };
};
const conversion =
  (from: Scalar): Reader =>
  (line): Parts => ({ type: line.type(), args: line.values(from) });

function memoryAccess(line: Line, isStore: boolean): Parts {
  const volatile = line.has('volatile');
  const type = isStore ? 'void' : line.type();
  const how = line.next();
  const width = (Number(how.slice(1)) / 8) as Width;
  const align = line.has('align') ? { align: line.number() as Width } : {};
  const { base, offset, relocation } = line.place();
  const where = { width, volatile, offset, relocation, ...align };
  if (!isStore) return { type, args: [base], signed: how.startsWith('s'), ...where };
  line.expect(',');
  return { type, args: [base, line.typed()], ...where };
}

function callTarget(line: Line): CallTarget {
  const kind = line.next() as CallTarget['kind'];
  if (kind === 'helper') return { kind, id: line.number(), name: line.next() };
  return { kind, name: line.next() };
}

function readAsm(line: Line): Parts {
  const volatile = line.has('volatile');
  const type = line.type();
  const template = JSON.parse(line.next()) as string;
  const tied = line.has('tied') ? line.number() : -1;
  const memory = line.has('memory');
  const clobbers = line.has('clobbers') ? line.numbers() : [];
  return { type, args: line.typedList(), template, volatile, tied, memory, clobbers };
}

function readPhi(line: Line): Parts {
  const type = line.type() as Scalar;
  const [args, blocks]: [Value[], Block[]] = [[], []];
  while (!line.isEnd) {
    if (args.length > 0) line.expect(',');
    blocks.push(line.block());
    line.expect(':');
    args.push(line.value(type));
  }
  return { type, args, blocks };
}

function readBranch(line: Line): Parts {
  const args = line.values('i32');
  line.expect('?');
  const then = line.block();
  line.expect(':');
  const targets = [then, line.block()];
  const way = line.has('likely') ? true : line.has('unlikely') ? false : undefined;
  return { type: 'void', args, targets, likely: way };
}

function readAsmGoto(line: Line): Parts {
  const template = JSON.parse(line.next()) as string;
  const clobbers = line.has('clobbers') ? line.numbers() : [];
  const args = line.typedList();
  const targets = [line.block()];
  while (line.has(':')) targets.push(line.block());
  return { type: 'void', args, targets, assembly: { template, clobbers } };
}

function readAtomic(line: Line): Parts {
  const operation = line.next();
  const [type, width, fetch] = [line.type(), line.width(), line.has('fetch')];
  const { base, offset } = line.place();
  const args = [base];
  while (line.has(',')) args.push(line.typed());
  return { type, args, operation, width, fetch, offset };
}

const readers: Record<Opcode, Reader> = {
  add: binary,
  sub: binary,
  mul: binary,
  udiv: binary,
  sdiv: binary,
  urem: binary,
  srem: binary,
  and: binary,
  or: binary,
  xor: binary,
  shl: binary,
  lshr: binary,
  ashr: binary,
  compare: (line) => {
    const [predicate, type] = [line.next() as Predicate, line.type() as Scalar];
    return { type: 'i32', args: line.values(type, type), predicate };
  },
  zext: conversion('i32'),
  sext: conversion('i32'),
  trunc: conversion('i64'),
  'to-ptr': conversion('i64'),
  'to-int': conversion('ptr'),
  opaque: (line) => {
    const type = line.type() as Scalar;
    return { type, args: line.values(type) };
  },
  'sign-extend': (line) => {
    const [type, bits] = [line.type() as Scalar, line.number()];
    return { type, args: line.values(type), bits };
  },
  bswap: (line) => {
    const bits = line.number();
    const type = bits === 64 ? 'i64' : 'i32';
    return { type, args: line.values(type), bits };
  },
  ptradd: (line) => ({ type: line.type(), args: line.values('ptr', 'i64') }),
  alloca: (line) => {
    const size = line.number();
    line.expect('align');
    return { type: 'ptr', args: [], size, align: line.number(), name: line.text.split('; ')[1] ?? '' };
  },
  load: (line) => memoryAccess(line, false),
  store: (line) => memoryAccess(line, true),
  copy: (line) => {
    const size = line.number();
    line.expect('align');
    const align = line.number();
    return { type: 'void', args: line.values('ptr', 'ptr'), size, align };
  },
  fill: (line) => {
    const size = line.number();
    line.expect('align');
    const align = line.number();
    return { type: 'void', args: line.values('ptr', 'i32'), size, align };
  },
  call: (line) => {
    const [type, target] = [line.type(), callTarget(line)];
    return { type, args: line.typedList(), target, noreturn: line.has('noreturn') };
  },
  atomic: readAtomic,
  phi: readPhi,
  core: (line) => {
    const [type, relocation] = [line.type(), Number(line.next().slice(1))];
    return { type, args: [], relocation, value: BigInt(line.next()) };
  },
  asm: readAsm,
  'packet-load': (line) => {
    const [type, width, context] = [line.type(), line.width(), line.typed()];
    line.expect(',');
    return { type, args: [context, line.typed()], width };
  },
  jump: (line) => ({ type: 'void', args: [], targets: [line.block()] }),
  branch: readBranch,
  ret: (line) => ({ type: 'void', args: line.isEnd ? [] : [line.typed()], targets: [] }),
  unreachable: () => ({ type: 'void', args: [], targets: [] }),
  'asm-goto': readAsmGoto,
};

const terminators = new Set<string>(['jump', 'branch', 'ret', 'unreachable', 'asm-goto']);

class FunctionReader {
  readonly #values = new Map<string, Value>();
  readonly #blocks = new Map<string, Block>();
  #nextId = 0;

  /** The value called `%...`; an instruction that comes later gets its contents then. */
  named(name: string): Value {
    const known = this.#values.get(name);
    if (known) return known;
    const id = Number(name.slice(1));
    const made = { kind: 'instruction', id } as Instruction;
    this.#use(id);
    this.#values.set(name, made);
    return made;
  }

  block(label: string): Block {
    const known = this.#blocks.get(label);
    if (known) return known;
    const [, name = '', id = ''] = /^(.*)\.(\d+)$/.exec(label) ?? [];
    if (!id) throw new InternalError(`IR text: not a label: ${label}`);
    const made = { id: Number(id), name, instructions: [], terminator: undefined as unknown as Terminator };
    this.#use(made.id);
    this.#blocks.set(label, made);
    return made;
  }

  #use(id: number): void {
    this.#nextId = Math.max(this.#nextId, id + 1);
  }

  read(text: string): IrFunction {
    const [first = '', ...lines] = text.trim().split('\n');
    const head = new Line(first, this);
    const linkage = head.next() as IrFunction['linkage'];
    const inline = head.has('inline-always') ? 'always' : head.has('inline-never') ? 'never' : 'auto';
    const name = head.next();
    const parameters = this.#parameters(head);
    head.expect('->');
    const returns = head.type() as IrFunction['returns'];
    const blocks: Block[] = [];
    for (const line of lines.map((row) => row.trim())) {
      if (line === '' || line === '}') continue;
      const label = /^([\w.$-]+\.\d+):(?: unroll (\w+))?$/.exec(line);
      if (label) blocks.push(this.#startBlock(label[1] as string, label[2]));
      else this.#instruction(line, blocks.at(-1) as Block);
    }
    return { name, parameters, returns, blocks, linkage, inline, nextId: this.#nextId + lines.length, span: undefined };
  }

  #startBlock(label: string, unroll: string | undefined): Block {
    const block = this.block(label);
    if (unroll) block.unroll = /\d/.test(unroll) ? Number(unroll) : (unroll as 'full');
    return block;
  }

  #parameters(head: Line): Parameter[] {
    const result: Parameter[] = [];
    head.expect('(');
    while (!head.has(')')) {
      head.has(',');
      const [type, token] = [head.type() as 'i64', head.next()];
      const name = [',', ')'].some((end) => head.text.includes(`${token}${end}`)) ? '' : head.next();
      const parameter: Parameter = { kind: 'parameter', type, index: Number(token.slice(4)), name };
      this.#values.set(token, parameter);
      result.push(parameter);
    }
    return result;
  }

  #instruction(text: string, block: Block): void {
    const line = new Line(text, this);
    const first = line.next();
    const isNamed = first.startsWith('%');
    if (isNamed) line.expect('=');
    const op = (isNamed ? line.next() : first) as Opcode;
    const reader = readers[op] ?? line.fail('unknown operation');
    const id = isNamed ? (this.named(first) as Instruction) : ({ kind: 'instruction', id: 0 } as Instruction);
    const made = Object.assign(id, { op, span: undefined }, reader(line)) as Instruction;
    if (terminators.has(op)) block.terminator = made as Terminator;
    else block.instructions.push(made);
  }
}

/** One function. @throws InternalError where the text is not what `printFunction` prints. */
export function parseFunction(text: string): IrFunction {
  return new FunctionReader().read(text);
}

/** A module of functions; data is no part of the text. @throws InternalError */
export function parseModule(text: string): IrModule {
  const functions = text
    .split(/\n(?=\w+ .*\{$)/m)
    .filter((part) => part.trim() !== '')
    .map(parseFunction);
  return {
    functions: new Map(functions.map((fn) => [fn.name, fn])),
    constants: new Map(),
    constantAddresses: new Map(),
    privateData: new Map(),
    externs: new Set(),
  };
}
