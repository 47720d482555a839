// Random programs as objects that both hosts load: one array map whose value the program works on.

import type { Instruction } from '../../src/isa/index.ts';
import { encode, rowOf } from '../../src/isa/index.ts';
import type { BpfObject, MapSpec, Reference } from '../../src/object/index.ts';
import { randomProgram, VALUE_SIZE } from '../../src/vm/differential/random-program.ts';

const map: MapSpec = {
  name: 'memory',
  type: 'array',
  keySize: 4,
  valueSize: VALUE_SIZE,
  maxEntries: 1,
  flags: 0,
  extra: 0n,
  numaNode: undefined,
  keyType: 0,
  valueType: 0,
  pinning: 'none',
  inner: undefined,
  initial: [],
  data: undefined,
};

function referencesOf(code: readonly Instruction[]): Reference[] {
  return code.flatMap((instruction, slot): Reference[] => {
    if (rowOf(instruction)?.operation !== 'lddw-map-value') return [];
    return [{ instruction: slot, kind: 'map-value', map: map.name, offset: 0 }];
  });
}

/** An object with one socket filter made from a seed. */
export function randomObject(seed: number, length: number): BpfObject {
  const code = randomProgram(seed, { forKernel: true, length });
  return {
    name: `random-${seed}`,
    license: 'GPL',
    kernelVersion: 0,
    maps: [map],
    btf: undefined,
    btfBytes: undefined,
    externs: [],
    programs: [
      {
        name: 'random',
        section: 'socket',
        type: 'socket_filter',
        attachType: undefined,
        attach: undefined,
        flags: 0,
        autoload: true,
        code: encode(code),
        functions: [{ name: 'random', start: 0, length: code.length }],
        funcInfo: [],
        lines: [],
        references: referencesOf(code),
        core: [],
      },
    ],
  };
}
