// The order of blocks, and where objects of the stack are placed.

import { describe, expect, test } from 'vitest';
import { decode, type Instruction } from '../../isa/index.ts';
import { compileC } from '../compile.ts';
import { placeFrame } from './frame.ts';
import { machine } from './machine.ts';
import type { FrameObject, MachineFunction } from './types.ts';

describe('layOutLoops', () => {
  test('each round of a loop makes one jump', () => {
    const text = `volatile int n;
      __attribute__((section("socket"), used)) int prog(void *ctx) { int rounds = n; for (int i = 0; i < rounds; i++) n = i; return 0; }
      char license[] __attribute__((section("license"))) = "GPL";`;
    const { object } = compileC(text);
    const code = object.programs[0]?.code ?? new Uint8Array();
    const backwards = [...Array(code.length / 8).keys()].filter((slot) => {
      const offset = new DataView(code.buffer, code.byteOffset).getInt16(slot * 8 + 2, true);
      return ((code[slot * 8] as number) & 7) >= 5 && offset < 0;
    });
    // The way back is the conditional jump itself.
    expect(backwards.map((slot) => (code[slot * 8] as number) & 0xf0)).not.toContain(0);
    expect(backwards).toHaveLength(1);
  });

  test('no jump goes to the next instruction', () => {
    const text = `volatile int n; extern int f(void);
      __attribute__((section("socket"), used)) int prog(void *ctx) {
        int sum = 0;
        for (int i = 0; i < 64; i++) { int v = n; if (v) sum += v; n = i; }
        return sum; }
      char license[] __attribute__((section("license"))) = "GPL";`;
    const code = decode(compileC(text).object.programs[0]?.code ?? new Uint8Array());
    expect(code.filter(({ opcode, offset }) => opcode === 0x05 && offset === 0)).toEqual([]);
  });

  test('no loop is entered from above but by a jump, as Linux 6.1 wants', () => {
    const text = `volatile int n;
      __attribute__((section("socket"), used)) int prog(void *ctx) {
        int rounds = n;
        for (int i = 0; i < 64 && i < rounds; i++) { n = i; while (n > 9) n -= 3; }
        return 0; }
      char license[] __attribute__((section("license"))) = "GPL";`;
    const { object } = compileC(text);
    expect(backEdgesByFalling(decode(object.programs[0]?.code ?? new Uint8Array()))).toEqual([]);
  });
});

/** Instructions that are no jumps and fall into a loop that is being walked (kernel/bpf/verifier.c, check_cfg, v6.1). */
function backEdgesByFalling(code: readonly Instruction[]): number[] {
  const found: number[] = [];
  const state = new Map<number, 'walking' | 'done'>();
  const walk = (at: number): void => {
    state.set(at, 'walking');
    const { opcode, offset } = code[at] as Instruction;
    const isJump = (opcode & 7) >= 5 && ![0x80, 0x90].includes(opcode & 0xf0);
    const falls = (opcode & 0xf7) !== 0x95 && opcode !== 0x05;
    if (falls && !isJump && state.get(at + 1) === 'walking') found.push(at);
    for (const next of [...(falls ? [at + 1] : []), ...(isJump ? [at + 1 + offset] : [])]) {
      if (!state.has(next)) walk(next);
    }
    state.set(at, 'done');
  };
  walk(0);
  return found;
}

describe('placeFrame', () => {
  const object = (size: number, name: string): FrameObject => ({ size, align: 8, name, offset: 0 });
  const store = (frame: FrameObject, offset: number): ReturnType<typeof machine> =>
    machine('store', { frame, offset, imm: 0 });
  const load = (frame: FrameObject, offset: number): ReturnType<typeof machine> =>
    machine('load', { frame, offset, dst: 0 });

  test('no object lies inside another one needed at the same time', () => {
    const [large, first, second] = [object(24, 'large'), object(8, 'first'), object(8, 'second')];
    const instructions = [
      store(first, 0),
      load(first, 0),
      store(large, 0),
      store(second, 0),
      load(large, 0),
      load(large, 8),
      load(large, 16),
      load(second, 0),
    ];
    const fn: MachineFunction = {
      name: 'f',
      blocks: [{ id: 0, instructions, successors: [], depth: 0 }],
      nextRegister: 16,
      frame: [large, first, second],
      span: undefined,
    };
    expect(placeFrame(fn)).toBe(32);
    const isApart = large.offset + large.size <= second.offset || second.offset + second.size <= large.offset;
    expect(isApart).toBe(true);
  });
});
