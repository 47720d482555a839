// Raw random bytes as programs: never an escape from what was given, never a hang, never an untyped error.

import { describe, expect, test } from 'vitest';
import { BpfError } from '../../base/index.ts';
import type { Instruction } from '../../isa/index.ts';
import { ebpfTable } from '../../isa/index.ts';
import { Machine } from '../machine.ts';
import { prepareProgram } from '../program/prepare.ts';
import type { EngineChoice } from './engines.ts';
import { engineChoices } from './engines.ts';
import { Random } from './random.ts';

const count = process.env.TSBPF_LONG === undefined ? 1500 : 200_000;
const CANARY = 0xc7;

/** Wholly random slots, or known instructions with random fields: the latter get past the first checks. */
function randomSlots(random: Random): Instruction[] {
  const length = 1 + random.below(40);
  const known = !random.oneIn(8);
  const slots = Array.from({ length }, (): Instruction => {
    const row = random.pick(ebpfTable);
    const opcode = known ? row.opcode : random.below(256);
    const target = random.below(length) - (length >> 1);
    const {
      src = random.below(11),
      offset = random.oneIn(2) ? target : random.immediate() & 7,
      imm,
    } = known ? row.fixed : {};
    return { opcode, dst: random.below(random.oneIn(4) ? 11 : 10), src, offset, imm: imm ?? random.immediate() };
  });
  return [...slots, { opcode: 0x95, dst: 0, src: 0, offset: 0, imm: 0 }];
}

/** Makes well-formed what chance left malformed: reserved fields, halves of 64-bit loads. */
function repaired(slots: readonly Instruction[]): Instruction[] {
  return slots.flatMap((slot) => {
    if (slot.opcode === 0x18)
      return [
        { ...slot, src: 0, offset: 0 },
        { opcode: 0, dst: 0, src: 0, offset: 0, imm: slot.imm },
      ];
    return [slot];
  });
}

function runOne(choice: EngineChoice, machine: Machine, code: readonly Instruction[], context: number): string {
  try {
    const prepared = prepareProgram(code, { name: 'fuzz' });
    return `returned ${machine.execute(machine.load(prepared, choice.engine), context)}`;
  } catch (error) {
    if (!(error instanceof BpfError)) throw error;
    return error.code;
  }
}

describe.each(engineChoices)('$engine, $mode', (choice) => {
  test(`${count} programs of random bytes stay inside`, { timeout: 600_000 }, () => {
    const machine = new Machine({ ...choice, budget: 100_000 });
    const before = machine.memory.allocate('canary before', 65536, 'none');
    const given = machine.memory.allocate('context', 256, 'write');
    const after = machine.memory.allocate('canary after', 65536, 'none');
    machine.memory.u8.fill(CANARY, before.start, before.start + before.size);
    machine.memory.u8.fill(CANARY, after.start, after.start + after.size);
    const random = new Random(2024);
    const kinds = new Map<string, number>();
    for (let index = 0; index < count; index++) {
      const kind = runOne(choice, machine, repaired(randomSlots(random)), given.start).split(' ')[0] as string;
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
    // In fast mode the machine's own memory is all that the sandbox protects; in checked mode nothing but the context changes.
    if (choice.mode === 'checked') {
      for (const region of [before, after]) {
        expect(machine.memory.bytes(region.start, region.size).every((byte) => byte === CANARY)).toBe(true);
      }
    }
    expect(kinds.get('returned')).toBeGreaterThan(0);
    expect(kinds.get('vm')).toBeGreaterThan(0);
  });
});
