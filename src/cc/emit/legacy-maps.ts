// Maps declared the old way: `struct bpf_map_def SEC("maps")`, numbers in the variable's bytes.

import { emptyMap, type MapSpec } from '../../object/index.ts';
import { mapTypes } from '../../spec/index.ts';
import type { Variable } from '../check/types.ts';

/** Reads type, key size, value size, entries and flags. */
export function legacyMap(variable: Variable): MapSpec {
  const bytes = new Uint8Array(20);
  bytes.set(variable.initial?.bytes.subarray(0, 20) ?? []);
  const view = new DataView(bytes.buffer);
  const [type = 0, keySize = 0, valueSize = 0, maxEntries = 0, flags = 0] = [0, 4, 8, 12, 16].map((at) =>
    view.getUint32(at, true),
  );
  const name = mapTypes.find(({ value }) => value === type)?.name ?? 'hash';
  return { ...emptyMap(variable.name), type: name, keySize, valueSize, maxEntries, flags };
}
