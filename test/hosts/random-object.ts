// Random programs as objects that hosts load: one array map whose value the program works on.

import type { Instruction } from '../../src/isa/index.ts';
import { encode, rowOf } from '../../src/isa/index.ts';
import type { BpfObject, MapSpec, Reference } from '../../src/object/index.ts';
import { emptyMap } from '../../src/object/index.ts';
import { VALUE_SIZE } from '../../src/vm/differential/random-program.ts';

const map: MapSpec = { ...emptyMap('memory'), type: 'array', keySize: 4, valueSize: VALUE_SIZE, maxEntries: 1 };

function referencesOf(code: readonly Instruction[]): Reference[] {
  return code.flatMap((instruction, slot): Reference[] => {
    if (rowOf(instruction)?.operation !== 'lddw-map-value') return [];
    return [{ instruction: slot, kind: 'map-value', map: map.name, offset: 0 }];
  });
}

/** An object with one socket filter. */
export function objectOf(code: readonly Instruction[]): BpfObject {
  return {
    name: 'random',
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
