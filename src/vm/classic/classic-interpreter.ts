// The reference for classic BPF: one handler per operation and form, as the kernel and libpcap run it.

import type { ClassicInstruction, ClassicRules } from '../../isa/index.ts';
import { scratchWords, specialOffsets } from '../../isa/index.ts';
import { VmError } from '../errors.ts';
import type { CheckedInstruction, ClassicOptions } from './classic-program.ts';
import { checkClassic, loadSizes } from './classic-program.ts';
import type { PacketFacts } from './special-loads.ts';
import { packetWord, specialWord } from './special-loads.ts';

/** Instructions one run may take: only programs that jump back (libpcap allows it) come near it. */
const BUDGET = 1_000_000;

/** Ends the program: `result` is returned. */
const END = -1;

/** How a load accesses the packet. */
interface Access {
  readonly size: number;
  readonly absolute: boolean;
}

const noFacts: PacketFacts = {};

/** Registers and packet of one run. */
class ClassicState {
  a = 0;
  x = 0;
  result = 0;
  length = 0;
  data: Uint8Array = new Uint8Array(0);
  facts: PacketFacts = noFacts;
  readonly memory = new Uint32Array(scratchWords);

  /** Loads packet bytes; undefined where the program ends with 0. */
  load(offset: number, { size, absolute }: Access, rules: ClassicRules): number | undefined {
    if (rules === 'linux' && offset >= specialOffsets.linkLayer) {
      return specialWord({ data: this.data, offset, size, absolute, a: this.a, x: this.x }, this.facts);
    }
    return packetWord(this.data, offset, size);
  }
}

type Step = (state: ClassicState) => number;
type MakeStep = (instruction: CheckedInstruction, next: number, rules: ClassicRules) => Step;

function ended(state: ClassicState): number {
  state.result = 0;
  return END;
}

function loadAt(size: number, indirect: boolean): MakeStep {
  const access = { size, absolute: !indirect };
  return ({ k }, next, rules) =>
    (state) => {
      const value = state.load(indirect ? (state.x + k) >>> 0 : k, access, rules);
      if (value === undefined) return ended(state);
      state.a = value;
      return next;
    };
}

/** 32-bit arithmetic; undefined ends the program (division by zero). */
type Arithmetic = (a: number, b: number, rules: ClassicRules) => number | undefined;

const arithmetic: Readonly<Record<string, Arithmetic>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => Math.imul(a, b),
  div: (a, b) => (b === 0 ? undefined : a / b),
  mod: (a, b) => (b === 0 ? undefined : a % b),
  or: (a, b) => a | b,
  and: (a, b) => a & b,
  xor: (a, b) => a ^ b,
  lsh: (a, b, rules) => (rules === 'libpcap' && b >= 32 ? 0 : a << b),
  rsh: (a, b, rules) => (rules === 'libpcap' && b >= 32 ? 0 : a >>> b),
};

function compute(operation: string, usesX: boolean): MakeStep {
  const apply = arithmetic[operation] as Arithmetic;
  return ({ k }, next, rules) =>
    (state) => {
      const value = apply(state.a, usesX ? state.x : k, rules);
      if (value === undefined) return ended(state);
      state.a = value >>> 0;
      return next;
    };
}

const conditions: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  jeq: (a, b) => a === b,
  jgt: (a, b) => a > b,
  jge: (a, b) => a >= b,
  jset: (a, b) => (a & b) !== 0,
};

function branch(operation: string, usesX: boolean): MakeStep {
  const test = conditions[operation] as (a: number, b: number) => boolean;
  return ({ k, jt, jf }, next) => {
    const [taken, other] = [next + jt, next + jf];
    return (state) => (test(state.a, usesX ? state.x : k) ? taken : other);
  };
}

function assign(change: (state: ClassicState, k: number) => void): MakeStep {
  return ({ k }, next) =>
    (state) => {
      change(state, k);
      return next;
    };
}

/** By operation and form. */
const makers: Record<string, MakeStep> = {
  'load-32 length': assign((state) => {
    state.a = state.length;
  }),
  'load-32 hexadecimal': assign((state, k) => {
    state.a = k;
  }),
  'load-32 memory': assign((state, k) => {
    state.a = state.memory[k] as number;
  }),
  'load-x hexadecimal': assign((state, k) => {
    state.x = k;
  }),
  'load-x memory': assign((state, k) => {
    state.x = state.memory[k] as number;
  }),
  'load-x length': assign((state) => {
    state.x = state.length;
  }),
  'load-x header-length':
    ({ k }, next, rules) =>
    (state) => {
      const value = state.load(k, { size: 1, absolute: false }, rules);
      if (value === undefined) return ended(state);
      state.x = (value & 0xf) << 2;
      return next;
    },
  'store memory': assign((state, k) => {
    state.memory[k] = state.a;
  }),
  'store-x memory': assign((state, k) => {
    state.memory[k] = state.x;
  }),
  'neg none': assign((state) => {
    state.a = -state.a >>> 0;
  }),
  'tax none': assign((state) => {
    state.x = state.a;
  }),
  'txa none': assign((state) => {
    state.a = state.x;
  }),
  'jump jump':
    ({ k }, next) =>
    () =>
      (next + k) | 0,
  'return decimal':
    ({ k }) =>
    (state) => {
      state.result = k;
      return END;
    },
  'return accumulator': () => (state) => {
    state.result = state.a;
    return END;
  },
};

for (const [operation, size] of Object.entries(loadSizes)) {
  makers[`${operation} absolute`] = loadAt(size, false);
  makers[`${operation} indirect`] = loadAt(size, true);
}
for (const operation of Object.keys(arithmetic)) {
  makers[`${operation} x`] = compute(operation, true);
  makers[`${operation} decimal`] = compute(operation, false);
  makers[`${operation} hexadecimal`] = compute(operation, false);
}
for (const operation of Object.keys(conditions)) {
  makers[`${operation} branch-x`] = branch(operation, true);
  makers[`${operation} branch-k`] = branch(operation, false);
}

/** Runs a classic filter on a packet: the number of bytes to keep, 0 where it does not match. */
export type ClassicFilter = (packet: Uint8Array, wireLength?: number, facts?: PacketFacts) => number;

/**
 * Prepares a classic program for interpretation.
 * @throws VmError where the rules refuse the program; from the filter, where it runs too long (libpcap's rules only).
 */
export function interpretClassic(
  instructions: readonly ClassicInstruction[],
  options: ClassicOptions = {},
): ClassicFilter {
  const { rules = 'linux' } = options;
  const steps = checkClassic(instructions, options).map((instruction, index) => {
    const { operation, form } = instruction.row;
    return (makers[`${operation} ${form}`] as MakeStep)(instruction, index + 1, rules);
  });
  const state = new ClassicState();
  return (packet, wireLength = packet.length, facts = noFacts) => {
    state.a = 0;
    state.x = 0;
    state.memory.fill(0);
    state.data = packet;
    state.length = wireLength;
    state.facts = facts;
    let at = 0;
    for (let left = BUDGET; left > 0; left--) {
      at = (steps[at] as Step)(state);
      if (at < 0) return state.result;
    }
    throw new VmError('the instruction budget is used up', { fault: 'budget', program: 'classic' });
  };
}
