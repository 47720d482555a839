// Raw random bytes as programs: never an escape from what was given, never a hang, never an untyped error.

import { describe, expect, test } from 'vitest';
import { BpfError } from '../../base/index.ts';
import type { Instruction } from '../../isa/index.ts';
import { ebpfTable, operandForms } from '../../isa/index.ts';
import { emptyMap } from '../../object/index.ts';
import { VmError } from '../errors.ts';
import { Machine } from '../machine.ts';
import { HANDLE_BASE, HANDLE_STEP } from '../memory/layout.ts';
import { prepareProgram } from '../program/prepare.ts';
import type { EngineChoice } from './engines.ts';
import { engineChoices } from './engines.ts';
import { Random } from './random.ts';

const count = process.env.TSBPF_LONG === undefined ? 800 : 200_000;
const CANARY = 0xc7;

const mapTypesTried = [
  'hash',
  'array',
  'lru_percpu_hash',
  'lpm_trie',
  'queue',
  'bloom_filter',
  'ringbuf',
  'stack_trace',
] as const;

/** One small map of each type, so that handles in registers mean something. */
function createMaps(machine: Machine): void {
  for (const type of mapTypesTried) {
    const isKeyless = type === 'queue' || type === 'bloom_filter' || type === 'ringbuf';
    machine.createMap({
      ...emptyMap(type),
      type,
      keySize: isKeyless ? 0 : type === 'lpm_trie' ? 8 : 4,
      valueSize: type === 'ringbuf' ? 0 : 8,
      maxEntries: type === 'ringbuf' ? 4096 : 4,
      flags: type === 'lpm_trie' ? 1 : 0,
    });
  }
}

/** Now and then registers start as what helpers take: stack addresses, small numbers, handles of maps. */
function prologue(random: Random): Instruction[] {
  return [1, 2, 3, 4, 5].flatMap((dst): Instruction[] => {
    const kind = random.below(4);
    const stack = { opcode: 0xbf, dst, src: 10, offset: 0, imm: 0 };
    if (kind === 0) return [stack, { opcode: 0x07, dst, src: 0, offset: 0, imm: -8 * (1 + random.below(64)) }];
    if (kind === 1) return [{ opcode: 0xb7, dst, src: 0, offset: 0, imm: random.below(70) }];
    const map = (HANDLE_BASE + HANDLE_STEP * random.below(mapTypesTried.length)) | 0;
    return kind === 2 ? [{ opcode: 0xb4, dst, src: 0, offset: 0, imm: map }] : [];
  });
}

/** A slot of a known instruction: fields that carry operands are random, jumps stay inside the program. */
function knownSlot(random: Random, slot: number, length: number): Instruction {
  const row = random.pick(ebpfTable);
  const operands: readonly string[] = operandForms[row.form];
  const isJump = row.class === 'jmp' || row.class === 'jmp32';
  const target = random.below(length) - slot - 1;
  const small = random.below(32) - 16;
  const imm =
    row.operation === 'call-helper'
      ? random.below(220)
      : isJump && row.form !== 'branch-imm'
        ? target
        : random.immediate();
  return {
    opcode: row.opcode,
    dst: operands.includes('dst') ? random.below(random.oneIn(8) ? 11 : 10) : 0,
    src: operands.includes('src') ? random.below(11) : (row.fixed.src ?? 0),
    offset: operands.includes('offset') ? (isJump ? target : small) : (row.fixed.offset ?? 0),
    imm: operands.includes('imm') ? imm : (row.fixed.imm ?? 0),
  };
}

/** Mostly known instructions, which get past the first checks; else wholly random slots. */
function randomSlots(random: Random): Instruction[] {
  const length = 1 + random.below(40);
  const isKnown = !random.oneIn(8);
  const slots = Array.from({ length }, (_, slot): Instruction => {
    if (isKnown) return knownSlot(random, slot, length);
    const fields = {
      dst: random.below(11),
      src: random.below(11),
      offset: random.immediate() & 7,
      imm: random.immediate(),
    };
    return { opcode: random.below(256), ...fields };
  });
  return [...prologue(random), ...slots, { opcode: 0x95, dst: 0, src: 0, offset: 0, imm: 0 }];
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
    return error instanceof VmError ? error.fault : error.code;
  }
}

describe.each(engineChoices)('$engine, $mode', (choice) => {
  test(`${count} programs of random bytes stay inside`, { timeout: 24 * 3600_000 }, () => {
    const machine = new Machine({ ...choice, budget: 100_000 });
    createMaps(machine);
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
    expect(kinds.get('returned')).toBeGreaterThan(count / 100);
    expect([...kinds.keys()]).toEqual(expect.arrayContaining(['invalid-program', 'bad-argument']));
  });
});
