// Maps of a `maps` section: `struct bpf_map_def` as written before BTF, and the longer structs of the kernel's samples and iproute2.

import { ByteReader, FormatError } from '../../base/index.ts';
import type { ElfSection, ElfSymbol } from '../../elf/index.ts';
import type { MapSpec } from '../types.ts';
import { emptyMap, mapTypeOf } from './map-definition.ts';
import type { ObjectFile } from './object-file.ts';

/** A map and the offset of its definition. */
export interface PlacedMap {
  readonly map: MapSpec;
  readonly sectionIndex: number;
  readonly offset: number;
}

/** `type`, `key_size`, `value_size`, `max_entries`; `map_flags` came soon after. */
const smallestSize = 16;
const iproute2Size = 36;
const samplesSize = 28;

/**
 * Reads a legacy section of maps. All definitions have the same size: the section's, divided by their number.
 * @throws FormatError when they do not, or a definition holds something that is not known.
 */
export function readLegacyMaps(file: ObjectFile, section: ElfSection): PlacedMap[] {
  const symbols = file.symbols
    .filter(
      (symbol) => symbol.section === section.index && symbol.definition === 'section' && symbol.type !== 'section',
    )
    .filter(({ name }) => name !== '')
    .sort((a, b) => a.value - b.value);
  if (symbols.length === 0) return [];
  const size = section.size / symbols.length;
  if (!Number.isInteger(size) || size < smallestSize)
    throw new FormatError(`${file.name} section maps`, `${section.size} bytes hold no ${symbols.length} definitions`);
  const reader = new ByteReader(section.data, `${file.name} section maps`);
  const definitions = symbols.map((symbol) => readDefinition(reader, symbol, size));
  return definitions.map((definition) => ({
    map: withInner(definition, definitions),
    sectionIndex: section.index,
    offset: definition.offset,
  }));
}

interface Definition {
  readonly offset: number;
  readonly map: MapSpec;
  /** iproute2: number by which others refer to this map; 0 for none. */
  readonly id: number;
  /** iproute2: number of the map that is the model of the inner ones; 0 for none. */
  readonly innerId: number;
  /** Kernel samples: place of that map in the section. */
  readonly innerIndex: number | undefined;
}

function readDefinition(reader: ByteReader, symbol: ElfSymbol, size: number): Definition {
  const { value: at, name } = symbol;
  reader.check(at, size);
  const word = (index: number): number => ((index + 1) * 4 <= size ? reader.u32(at + index * 4) : 0);
  const type = mapTypeOf(word(0), name);
  const map: MapSpec = {
    ...emptyMap(name),
    type,
    keySize: word(1),
    valueSize: word(2),
    maxEntries: word(3),
    flags: word(4),
  };
  const plain = { offset: at, map, id: 0, innerId: 0, innerIndex: undefined };
  if (size === iproute2Size)
    return { ...plain, map: { ...map, pinning: word(6) === 0 ? 'none' : 'by-name' }, id: word(5), innerId: word(7) };
  if (size === samplesSize) {
    const isOfMaps = type === 'array_of_maps' || type === 'hash_of_maps';
    const numaNode = map.flags & numaNodeFlag ? word(6) : undefined;
    return { ...plain, map: { ...map, numaNode }, innerIndex: isOfMaps ? word(5) : undefined };
  }
  if (reader.slice(at + Math.min(size, 20), Math.max(0, size - 20)).some((byte) => byte !== 0))
    throw new FormatError(`map "${name}"`, `its definition of ${size} bytes has fields that are not known`);
  return plain;
}

const numaNodeFlag = 1 << 2;

function withInner(definition: Definition, all: readonly Definition[]): MapSpec {
  const { map, innerId, innerIndex } = definition;
  const model = innerIndex === undefined ? all.find(({ id }) => id !== 0 && id === innerId) : all[innerIndex];
  if (!model || model === definition) return map;
  return { ...map, inner: { ...model.map, name: `${map.name}.inner`, pinning: 'none' } };
}
