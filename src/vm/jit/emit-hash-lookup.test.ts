// Look-ups compiled into programs find what the maps themselves find, and do not leave Wasm.

import { expect, test } from 'vitest';
import type { Instruction } from '../../isa/index.ts';
import { assemble } from '../../isa/index.ts';
import type { MapSpec } from '../../object/index.ts';
import { emptyMap } from '../../object/index.ts';
import { Random } from '../differential/random.ts';
import { Machine } from '../machine.ts';
import type { MapStore } from '../maps/map-store.ts';
import { prepareProgram } from '../program/prepare.ts';
import type { LoadedCode } from '../runtime.ts';

/** r1 is the key's address; the result is the value's. */
function lookupProgram(machine: Machine, map: MapStore): LoadedCode {
  const mapReference: Instruction[] = [
    { opcode: 0x18, dst: 1, src: 1, offset: 0, imm: 0 },
    { opcode: 0, dst: 0, src: 0, offset: 0, imm: 0 },
  ];
  const code = [...assemble('r2 = r1'), ...mapReference, ...assemble('call 1\n exit')];
  return machine.load(prepareProgram(code, { name: 'test', resolve: () => ({ low: map.handle | 0, high: 0 }) }));
}

const kinds: readonly Pick<MapSpec, 'type' | 'keySize' | 'flags'>[] = [
  { type: 'lpm_trie', keySize: 8, flags: 1 },
  { type: 'lpm_trie', keySize: 10, flags: 1 },
  { type: 'lpm_trie', keySize: 20, flags: 1 },
  { type: 'hash', keySize: 4, flags: 0 },
  { type: 'hash', keySize: 13, flags: 0 },
];

test.each(kinds)('$type, keys of $keySize bytes', (kind) => {
  const machine = new Machine({ engine: 'wasm' });
  const map = machine.createMap({ ...emptyMap('looked up'), ...kind, valueSize: 8, maxEntries: 64 });
  const program = lookupProgram(machine, map);
  const key = machine.memory.allocate('key', kind.keySize, 'write').start;
  const value = machine.memory.allocate('value', 8, 'write').start;
  const random = new Random(7);
  /** Keys alike in most bits, so that many have prefixes in common. */
  const randomKey = (): void => {
    for (let at = 0; at < kind.keySize; at++)
      machine.memory.u8[key + at] = random.below(4) === 0 ? random.below(256) : 0x0a;
    if (kind.type === 'lpm_trie') machine.memory.setU32(key, random.below((kind.keySize - 4) * 8 + 3));
  };
  let found = 0;
  for (let step = 0; step < 4000; step++) {
    randomKey();
    const action = random.below(4);
    if (action === 0) map.update(key, value, 0);
    else if (action === 1) map.remove(key);
    const expected = map.lookup(key);
    expect(machine.execute(program, key)).toBe(expected);
    if (expected !== 0) found++;
  }
  expect(found).toBeGreaterThan(kind.type === 'lpm_trie' ? 1000 : 0);
  expect(program.helpers).toEqual([]);
});
