// The IR as text: for `--emit ir`, for tests, for people.

import type { Block, Instruction, InstructionOf, IrFunction, IrModule, Opcode, Value } from './types.ts';

/** An operand. */
export function printValue(value: Value): string {
  switch (value.kind) {
    case 'constant':
      return value.type === 'ptr'
        ? value.value === 0n
          ? 'null'
          : `ptr ${value.value}`
        : signed(value.value, value.type);
    case 'symbol':
      return value.offset === 0 ? `@${value.name}` : `@${value.name}${value.offset < 0 ? '' : '+'}${value.offset}`;
    case 'parameter':
      return `%arg${value.index}`;
    case 'undefined':
      return value.type === 'ptr' ? 'ptr undef' : 'undef';
    case 'instruction':
      return `%${value.id}`;
  }
}

function signed(value: bigint, type: 'i32' | 'i64'): string {
  return String(BigInt.asIntN(type === 'i32' ? 32 : 64, value));
}

function label(block: Block): string {
  return `${block.name}.${block.id}`;
}

function place(instruction: InstructionOf<'load'> | InstructionOf<'store'> | InstructionOf<'atomic'>): string {
  const base = printValue(instruction.args[0] as Value);
  const core =
    'relocation' in instruction && instruction.relocation !== undefined ? ` core#${instruction.relocation}` : '';
  return `[${base}${instruction.offset === 0 ? '' : ` + ${instruction.offset}`}${core}]`;
}

function unaligned({ align }: InstructionOf<'load'> | InstructionOf<'store'>): string {
  return align === undefined ? '' : ` align ${align}`;
}

/** An operand where nothing else tells its type. */
function typed(value: Value): string {
  return value.type === 'ptr' ? printValue(value) : `${value.type} ${printValue(value)}`;
}

function target({ target: { kind, name }, target: to }: InstructionOf<'call'>): string {
  return to.kind === 'helper' ? `${kind} ${to.id} ${name}` : `${kind} ${name}`;
}

function asmDetails({ tied, memory, clobbers }: InstructionOf<'asm'>): string {
  return `${tied < 0 ? '' : ` tied ${tied}`}${memory ? ' memory' : ''}${clobberList(clobbers)}`;
}

function clobberList(clobbers: readonly number[]): string {
  return clobbers.length > 0 ? ` clobbers ${clobbers.join(' ')}` : '';
}

function likely({ likely: way }: InstructionOf<'branch'>): string {
  return way === undefined ? '' : way ? ' likely' : ' unlikely';
}

const rest = (instruction: Instruction, from: number): string =>
  instruction.args.slice(from).map(printValue).join(', ');

type Printer<O extends Opcode> = (instruction: InstructionOf<O>) => string;
const special: { readonly [O in Opcode]?: Printer<O> } = {
  compare: (i) => `compare ${i.predicate} ${(i.args[0] as Value).type} ${rest(i, 0)}`,
  load: (i) =>
    `load${i.volatile ? ' volatile' : ''} ${i.type} ${i.signed ? 's' : 'u'}${i.width * 8}${unaligned(i)} ${place(i)}`,
  store: (i) =>
    `store${i.volatile ? ' volatile' : ''} w${i.width * 8}${unaligned(i)} ${place(i)}, ${typed(i.args[1] as Value)}`,
  alloca: (i) => `alloca ${i.size} align ${i.align} ; ${i.name}`,
  copy: (i) => `copy ${i.size} align ${i.align} ${rest(i, 0)}`,
  fill: (i) => `fill ${i.size} align ${i.align} ${rest(i, 0)}`,
  call: (i) => `call ${i.type} ${target(i)}(${i.args.map(typed).join(', ')})${i.noreturn ? ' noreturn' : ''}`,
  atomic: (i) =>
    `atomic ${i.operation} ${i.type} w${i.width * 8}${i.fetch ? ' fetch' : ''} ${place(i)}${i.args
      .slice(1)
      .map((arg) => `, ${typed(arg)}`)
      .join('')}`,
  phi: (i) =>
    `phi ${i.type} ${i.args.map((value, n) => `${label(i.blocks[n] as Block)}: ${printValue(value)}`).join(', ')}`,
  core: (i) => `core ${i.type} #${i.relocation} ${i.value}`,
  asm: (i) =>
    `asm${i.volatile ? ' volatile' : ''} ${i.type} ${JSON.stringify(i.template)}${asmDetails(i)} (${i.args.map(typed).join(', ')})`,
  'sign-extend': (i) => `sign-extend ${i.type} ${i.bits} ${rest(i, 0)}`,
  bswap: (i) => `bswap ${i.bits} ${rest(i, 0)}`,
  'packet-load': (i) => `packet-load ${i.type} w${i.width * 8} ${i.args.map(typed).join(', ')}`,
  jump: (i) => `jump ${label(i.targets[0] as Block)}`,
  branch: (i) => `branch ${rest(i, 0)} ? ${i.targets.map(label).join(' : ')}${likely(i)}`,
  ret: (i) => `ret ${i.args.map(typed).join('')}`,
  unreachable: () => 'unreachable',
  'asm-goto': (i) =>
    `asm-goto ${JSON.stringify(i.assembly?.template)}${clobberList(i.assembly?.clobbers ?? [])} (${i.args.map(typed).join(', ')}) ${i.targets.map(label).join(' : ')}`,
};

/** One instruction. */
export function printInstruction(instruction: Instruction): string {
  const printer = special[instruction.op] as ((i: Instruction) => string) | undefined;
  const text = printer ? printer(instruction) : `${instruction.op} ${instruction.type} ${rest(instruction, 0)}`;
  return instruction.type === 'void' ? text.trimEnd() : `%${instruction.id} = ${text.trimEnd()}`;
}

/** One function. */
export function printFunction(fn: IrFunction): string {
  const parameters = fn.parameters
    .map(({ type, name, index }) => `${type} %arg${index}${name && ` ${name}`}`)
    .join(', ');
  const inline = fn.inline === 'auto' ? '' : ` inline-${fn.inline}`;
  const lines = [`${fn.linkage}${inline} ${fn.name}(${parameters}) -> ${fn.returns} {`];
  for (const block of fn.blocks) {
    lines.push(`${label(block)}:${block.unroll === undefined ? '' : ` unroll ${block.unroll}`}`);
    for (const instruction of [...block.instructions, block.terminator])
      lines.push(`  ${printInstruction(instruction)}`);
  }
  return `${lines.join('\n')}\n}\n`;
}

/** A whole module. */
export function printModule(module: IrModule): string {
  return [...module.functions.values()].map(printFunction).join('\n');
}
