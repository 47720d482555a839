// Text of one instruction, in the kernel verifier's syntax or llvm-objdump's.
// Sources: kernel/bpf/disasm.c (v6.18), bpftool's xlated_dumper.c, llvm's BPFInstPrinter.cpp; tests compare with the tools.

import { lddwValue } from './build.ts';
import type {
  AluOperation,
  AtomicOperation,
  EbpfRow,
  ImmediateSource,
  JumpCondition,
  Operation,
} from './ebpf-table.ts';
import { accessSizes, aluOperations, atomicOperations, jumpConditions } from './ebpf-table.ts';
import { rowOf } from './lookup.ts';
import type { Instruction } from './types.ts';

/** Whose syntax. */
export type AssemblyStyle = 'kernel' | 'llvm';

/** What the text of an instruction depends on besides the instruction. */
export interface FormatOptions {
  /** Default: `kernel`. */
  readonly style?: AssemblyStyle | undefined;
  /** Name of a helper, as in `bpf_map_lookup_elem`; without it the kernel's style prints `unknown`. */
  readonly helperName?: ((id: number) => string | undefined) | undefined;
  /** Text after `call` for this instruction, where the caller knows better (bpftool: symbols). */
  readonly callTarget?: ((instruction: Instruction, slot: number) => string | undefined) | undefined;
  /** Text to put in angle brackets after a jump of llvm's style: name of the slot it goes to. */
  readonly targetName?: ((slot: number) => string | undefined) | undefined;
  /** In llvm's style: name 32-bit halves `w1` in narrow loads and stores too, as `--mcpu=v3` and later do. */
  readonly alu32?: boolean | undefined;
}

interface Subject {
  readonly row: EbpfRow;
  readonly instruction: Instruction;
  readonly next: Instruction | undefined;
  readonly slot: number;
  readonly options: FormatOptions;
  readonly style: StyleText;
}

/** Where the two syntaxes differ in small things. */
interface StyleText {
  immediate(value: number): string;
  comparand(value: number): string;
  memory(base: number, offset: number): string;
  target(subject: Subject, distance: number): string;
  packetImmediate(value: number): string;
}

const signedHex = (value: number): string => (value < 0 ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`);
const withSign = (value: number): string => (value < 0 ? `${value}` : `+${value}`);

const styles: Record<AssemblyStyle, StyleText> = {
  kernel: {
    immediate: (value) => `${value}`,
    comparand: (value) => `0x${(value >>> 0).toString(16)}`,
    memory: (base, offset) => `(r${base} ${withSign(offset)})`,
    target: (_subject, distance) => `pc${withSign(distance)}`,
    packetImmediate: (value) => `${value}`,
  },
  llvm: {
    immediate: signedHex,
    comparand: signedHex,
    memory: (base, offset) => `(r${base} ${offset < 0 ? '-' : '+'} 0x${Math.abs(offset).toString(16)})`,
    target({ options, slot }, distance): string {
      const name = options.targetName?.(slot + 1 + distance);
      const sign = distance < 0 ? '' : '+';
      return `${sign}${signedHex(distance)}${name === undefined ? '' : ` <${name}>`}`;
    },
    packetImmediate: signedHex,
  },
};

const aluOperators: ReadonlyMap<string, string> = new Map(
  [...aluOperations, ...jumpConditions, ...atomicOperations].map(({ operation, operator }) => [operation, operator]),
);
const operatorOf = (row: EbpfRow): string => aluOperators.get(row.operation) ?? '?';

const isLlvm = ({ options }: Subject): boolean => options.style === 'llvm';
const memoryType = (row: EbpfRow, isSigned = false): string => {
  const size = accessSizes.find(({ width }) => width === row.width);
  return `${(isSigned ? size?.signed : size?.unsigned) ?? '?'} *`;
};

/** Letter of a data register that a narrow memory access names. */
function dataLetter({ row, options }: Subject): string {
  return options.style === 'llvm' && options.alu32 && row.width < 64 ? 'w' : 'r';
}

type Formatter = (subject: Subject) => string;

function formatAlu({ row, instruction, style }: Subject): string {
  const letter = row.class === 'alu' ? 'w' : 'r';
  const source = row.form === 'dst-src' ? `${letter}${instruction.src}` : style.immediate(instruction.imm);
  return `${letter}${instruction.dst} ${operatorOf(row)} ${source}`;
}

function formatBranch(subject: Subject): string {
  const { row, instruction, style } = subject;
  const letter = row.class === 'jmp32' ? 'w' : 'r';
  const source = row.form === 'branch-src' ? `${letter}${instruction.src}` : style.comparand(instruction.imm);
  return `if ${letter}${instruction.dst} ${operatorOf(row)} ${source} goto ${style.target(subject, instruction.offset)}`;
}

const byteOrder =
  (name: string): Formatter =>
  ({ row, instruction: { dst } }): string =>
    `r${dst} = ${name}${row.width} r${dst}`;

function formatLoad(subject: Subject): string {
  const { row, instruction, style } = subject;
  const isSigned = row.operation === 'load-signed';
  // A sign-extending load always fills the whole register.
  const letter = isSigned ? 'r' : dataLetter(subject);
  return `${letter}${instruction.dst} = *(${memoryType(row, isSigned)})${style.memory(instruction.src, instruction.offset)}`;
}

function formatStore(subject: Subject): string {
  const { row, instruction, style } = subject;
  const value =
    row.form === 'store-imm' ? style.immediate(instruction.imm) : `${dataLetter(subject)}${instruction.src}`;
  return `*(${memoryType(row)})${style.memory(instruction.dst, instruction.offset)} = ${value}`;
}

function formatAtomic(subject: Subject): string {
  const { row, instruction, style } = subject;
  const memory = style.memory(instruction.dst, instruction.offset);
  // llvm names 32-bit atomics by their halves always, but for the old add, which it has without them too.
  const oldAdd = row.operation === 'atomic-add' && !subject.options.alu32;
  const letter = isLlvm(subject) && row.width === 32 && !oldAdd ? 'w' : 'r';
  return `lock *(${memoryType(row)})${memory} ${operatorOf(row)} ${letter}${instruction.src}`;
}

function formatFetch(subject: Subject): string {
  const { row, instruction, style } = subject;
  const memory = `(${memoryType(row)})${style.memory(instruction.dst, instruction.offset)}`;
  const { src } = instruction;
  if (isLlvm(subject)) {
    const letter = row.width === 32 ? 'w' : 'r';
    return `${letter}${src} = atomic_fetch_${operatorOf(row)}(${memory}, ${letter}${src})`;
  }
  return `r${src} = atomic${row.width === 64 ? '64' : ''}_fetch_${operatorOf(row)}(${memory}, r${src})`;
}

function formatExchange(subject: Subject): string {
  const { row, instruction, style } = subject;
  const { src } = instruction;
  const memory = style.memory(instruction.dst, instruction.offset);
  const compares = row.operation === 'atomic-cmpxchg';
  const name = operatorOf(row);
  if (isLlvm(subject)) {
    const letter = row.width === 32 ? 'w' : 'r';
    const suffix = row.width === 32 ? '32_32' : '_64';
    const result = `${letter}${compares ? 0 : src}`;
    return `${result} = ${name}${suffix}${memory.slice(0, -1)}, ${compares ? `${letter}0, ` : ''}${letter}${src})`;
  }
  const wide = row.width === 64 ? '64' : '';
  const result = compares ? 'r0' : `r${src}`;
  return `${result} = atomic${wide}_${name}((${memoryType(row)})${memory}, ${compares ? 'r0, ' : ''}r${src})`;
}

function formatImmediate64(subject: Subject): string {
  const { row, instruction, next, options } = subject;
  const { dst, imm } = instruction;
  const high = next?.imm ?? 0;
  const value = lddwValue(instruction, { opcode: 0, dst: 0, src: 0, offset: 0, imm: high });
  if (options.style === 'llvm') {
    if (row.operation !== 'lddw') return `ld_pseudo\tr${dst}, ${signedHex(instruction.src)}, ${signedHex(imm >>> 0)}`;
    const signed = BigInt.asIntN(64, value);
    const text = signed < 0n ? `-0x${(-signed).toString(16)}` : `0x${signed.toString(16)}`;
    return `r${dst} = ${text} ll`;
  }
  const texts: Record<ImmediateSource, string> = {
    lddw: `0x${value.toString(16)}`,
    'lddw-map-fd': `map[id:${imm}]`,
    'lddw-map-value': `map[id:${imm}][0]+${high}`,
    'lddw-btf-id': `btf[id:${imm}]+${high}`,
    'lddw-function': `subprog[${withSign(imm)}]`,
    'lddw-map-index': `map[idx:${imm}]`,
    'lddw-map-index-value': `map[idx:${imm}]+${high}`,
  };
  return `r${dst} = ${texts[row.operation as ImmediateSource]}`;
}

function formatHelperCall(subject: Subject): string {
  const { instruction, options } = subject;
  if (isLlvm(subject)) return `call ${signedHex(instruction.imm)}`;
  return `call ${options.helperName?.(instruction.imm) ?? 'unknown'}#${instruction.imm}`;
}

function formatLocalCall(subject: Subject): string {
  const { imm, offset } = subject.instruction;
  if (isLlvm(subject)) return `call ${signedHex(imm)}`;
  // In dumps of JIT-compiled programs the kernel puts the distance here, and the number of the function there.
  return `call pc${withSign(offset === 0 ? imm : offset)}`;
}

function formatKfuncCall(subject: Subject): string {
  const { imm, offset } = subject.instruction;
  if (isLlvm(subject)) return `call ${signedHex(imm)}`;
  return `call kernel-function#${imm}${offset === 0 ? '' : `@${offset}`}`;
}

const orderedLetter = (subject: Subject): string => (isLlvm(subject) && subject.row.width < 64 ? 'w' : 'r');

const formatters: Record<
  Exclude<Operation, AluOperation | JumpCondition | AtomicOperation | ImmediateSource>,
  Formatter
> = {
  neg({ row, instruction: { dst } }): string {
    const letter = row.width === 32 ? 'w' : 'r';
    return `${letter}${dst} = -${letter}${dst}`;
  },
  movsx({ row, instruction: { dst, src } }): string {
    const letter = row.class === 'alu' ? 'w' : 'r';
    return `${letter}${dst} = (s${row.width})${letter}${src}`;
  },
  'to-little-endian': byteOrder('le'),
  'to-big-endian': byteOrder('be'),
  'byte-swap': byteOrder('bswap'),
  'addr-space-cast'(subject): string {
    const { dst, src, imm } = subject.instruction;
    const [to, from] = [imm >>> 16, imm & 0xffff];
    const spaces = isLlvm(subject) ? `0x${to.toString(16)}, 0x${from.toString(16)}` : `${to}, ${from}`;
    return `r${dst} = addr_space_cast(r${src}, ${spaces})`;
  },
  load: formatLoad,
  'load-signed': formatLoad,
  store: formatStore,
  'load-acquire'(subject): string {
    const { row, instruction, style } = subject;
    const memory = style.memory(instruction.src, instruction.offset);
    return `${orderedLetter(subject)}${instruction.dst} = load_acquire((${memoryType(row)})${memory})`;
  },
  'store-release'(subject): string {
    const { row, instruction, style } = subject;
    const memory = style.memory(instruction.dst, instruction.offset);
    return `store_release((${memoryType(row)})${memory}, ${orderedLetter(subject)}${instruction.src})`;
  },
  'packet-absolute': ({ row, instruction, style }) =>
    `r0 = *(${memoryType(row)})skb[${style.packetImmediate(instruction.imm)}]`,
  'packet-indirect'(subject): string {
    const { row, instruction } = subject;
    const plus = isLlvm(subject) ? '' : ` + ${instruction.imm}`;
    return `r0 = *(${memoryType(row)})skb[r${instruction.src}${plus}]`;
  },
  jump(subject): string {
    const { row, instruction, style } = subject;
    return row.form === 'jump-long'
      ? `gotol ${style.target(subject, instruction.imm)}`
      : `goto ${style.target(subject, instruction.offset)}`;
  },
  'may-goto': (subject) => `may_goto ${subject.style.target(subject, subject.instruction.offset)}`,
  'call-helper': formatHelperCall,
  'call-local': formatLocalCall,
  'call-kfunc': formatKfuncCall,
  'call-register': ({ instruction }) => `callx r${instruction.dst}`,
  exit: () => 'exit',
};

function formatterOf(row: EbpfRow): Formatter {
  if (row.operation in formatters) return formatters[row.operation as keyof typeof formatters];
  if (row.form.startsWith('branch')) return formatBranch;
  if (row.form === 'load-imm64') return formatImmediate64;
  if (row.operation.startsWith('atomic-fetch')) return formatFetch;
  if (row.operation === 'atomic-xchg' || row.operation === 'atomic-cmpxchg') return formatExchange;
  return row.operation.startsWith('atomic') ? formatAtomic : formatAlu;
}

/**
 * Text of the instruction at `slot`, without number or address. The kernel's style starts with the opcode, as in
 * `(b7) r0 = 0`. What is no known instruction gives `BUG_xx` (kernel) or `<unknown>` (llvm).
 */
export function formatInstruction(
  instructions: readonly Instruction[],
  slot: number,
  options: FormatOptions = {},
): string {
  const instruction = instructions[slot];
  const row = instruction && rowOf(instruction);
  const opcode = (instruction?.opcode ?? 0).toString(16).padStart(2, '0');
  const isKernel = options.style !== 'llvm';
  if (!(instruction && row)) return isKernel ? `BUG_${opcode}` : '<unknown>';
  const style = styles[options.style ?? 'kernel'];
  const subject: Subject = { row, instruction, next: instructions[slot + 1], slot, options, style };
  const own = row.operation.startsWith('call-') ? options.callTarget?.(instruction, slot) : undefined;
  const text = own === undefined ? formatterOf(row)(subject) : `call ${own}`;
  return isKernel ? `(${opcode}) ${text}` : text;
}
