// Arguments of USDT probes: from the assembler's spelling in the note to what the program reads them by.
// Layout: `struct __bpf_usdt_spec` of libbpf's usdt.bpf.h (v1.5); kind 3, with an index register, is that of our own header.

import { FormatError } from '../../base/index.ts';

/** Bytes of one argument in a specification. */
const argumentBytes = 16;
/** Most arguments that a specification holds. */
const mostArguments = 12;
/** Bytes of a specification. */
export const specificationBytes = mostArguments * argumentBytes + 16;

/** Where a value is. Registers are named as in assembly. */
interface Operand {
  readonly kind: 'constant' | 'register' | 'memory' | 'indexed';
  /** The constant, or the distance from the address in the register. */
  readonly value: bigint;
  readonly register?: string | undefined;
  readonly index?: string | undefined;
  readonly scale?: number;
}

/** One argument of a probe. */
export interface UsdtArgument extends Operand {
  readonly sizeBytes: 1 | 2 | 4 | 8;
  readonly signed: boolean;
}

type Architecture = 'x64' | 'arm64';

const patterns: Readonly<Record<Architecture, readonly [RegExp, (parts: readonly string[]) => Operand][]>> = {
  x64: [
    [/^\$(-?\w+)$/, ([value = '']): Operand => ({ kind: 'constant', value: integer(value) })],
    [/^%(\w+)$/, ([register]): Operand => ({ kind: 'register', value: 0n, register })],
    [/^(-?\w*)\(%(\w+)\)$/, ([value = '', register]): Operand => ({ kind: 'memory', value: integer(value), register })],
    [
      /^(-?\w*)\(%(\w+),%(\w+)(?:,([1248]))?\)$/,
      ([value = '', register, index, scale = '1']): Operand => ({
        ...{ kind: 'indexed', value: integer(value), register, index, scale: Math.log2(Number(scale)) },
      }),
    ],
  ],
  arm64: [
    [/^(-?\d+)$/, ([value = '']): Operand => ({ kind: 'constant', value: integer(value) })],
    [/^([xw]\d+|sp)$/, ([register]): Operand => ({ kind: 'register', value: 0n, register })],
    [
      /^\[(\w+)(?:, *(-?\d+))?\]$/,
      ([register, value = '']): Operand => ({ kind: 'memory', value: integer(value), register }),
    ],
  ],
};

function integer(text: string): bigint {
  if (text === '' || text === '-') return 0n;
  return text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text);
}

const separators: Readonly<Record<Architecture, RegExp>> = {
  x64: / +/,
  // Spaces stand inside of brackets too.
  arm64: / +(?=-?[1248]@)/,
};

/** Reads the arguments of a probe. @throws FormatError for an operand that is not known */
export function parseUsdtArguments(text: string, architecture: Architecture): UsdtArgument[] {
  const parts = text.trim() === '' ? [] : text.trim().split(separators[architecture]);
  return parts.map((part) => {
    const [, sign, size, operand = ''] = /^(-?)([1248])f?@(.+)$/.exec(part) ?? [];
    const found = size === undefined ? undefined : operandOf(operand, architecture);
    if (!found) throw new FormatError('USDT probe', `its argument "${part}" is not understood`);
    return { ...found, sizeBytes: Number(size) as 1 | 2 | 4 | 8, signed: sign === '-' };
  });
}

function operandOf(text: string, architecture: Architecture): Operand | undefined {
  for (const [pattern, make] of patterns[architecture]) {
    const parts = pattern.exec(text)?.slice(1);
    if (!parts) continue;
    try {
      return make(parts);
    } catch {
      return undefined; // a symbol where a number belongs
    }
  }
  return undefined;
}

/** 64-bit names of registers in the order of `struct pt_regs` (arch/x86/include/asm/ptrace.h). */
const x64Registers = ['r15', 'r14', 'r13', 'r12', 'bp', 'bx', 'r11', 'r10', 'r9', 'r8', 'ax', 'cx', 'dx', 'si', 'di'];
const x64StackPointer = 19;
const x64InstructionPointer = 16;

/** Offset of a register in `struct pt_regs`; undefined for names that are no register. */
function registerOffset(name: string, architecture: Architecture): number | undefined {
  if (architecture === 'arm64') {
    const [, digits] = /^[xw](\d+)$/.exec(name) ?? [];
    return name === 'sp' ? 31 * 8 : digits === undefined ? undefined : Number(digits) * 8;
  }
  if (/^[re]?ip$/.test(name)) return x64InstructionPointer * 8;
  if (/^(?:[re]?sp|spl)$/.test(name)) return x64StackPointer * 8;
  const base = /^r\d+/.test(name)
    ? name.replace(/[bwd]$/, '')
    : name.replace(/^[re]/, '').replace(/^([abcd]|si|di|bp)l$/, '$1');
  const index = x64Registers.indexOf(base.length === 1 ? `${base}x` : base);
  return index < 0 ? undefined : index * 8;
}

const kinds = { constant: 0, register: 1, memory: 2, indexed: 3 } as const;

/** A specification as programs read it. @throws FormatError for more than 12 arguments, or an unknown register */
export function encodeSpecification(
  args: readonly UsdtArgument[],
  cookie: bigint,
  architecture: Architecture,
): Uint8Array {
  if (args.length > mostArguments) throw new FormatError('USDT probe', `has ${args.length} arguments; 12 can be read`);
  const bytes = new Uint8Array(specificationBytes);
  const view = new DataView(bytes.buffer);
  for (const [i, { kind, value, register, index, scale = 0, sizeBytes, signed }] of args.entries()) {
    const at = i * argumentBytes;
    const offsetOf = (name: string): number => {
      const offset = registerOffset(name, architecture);
      if (offset === undefined)
        throw new FormatError('USDT probe', `its argument ${i + 1} is in the unknown register ${name}`);
      return offset;
    };
    const indexed = index === undefined ? 0 : (offsetOf(index) << 8) | (scale << 20);
    view.setBigInt64(at, value, true);
    view.setUint32(at + 8, kinds[kind] | indexed, true);
    view.setInt16(at + 12, register === undefined ? 0 : offsetOf(register), true);
    view.setUint8(at + 14, signed ? 1 : 0);
    view.setUint8(at + 15, 64 - sizeBytes * 8);
  }
  view.setBigUint64(mostArguments * argumentBytes, BigInt.asUintN(64, cookie), true);
  view.setInt16(mostArguments * argumentBytes + 8, args.length, true);
  return bytes;
}
