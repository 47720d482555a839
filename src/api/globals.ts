// Global variables of a program: initial values before loading, live values after.

import { suggest, UsageError } from '../base/index.ts';
import type { Btf, TypeId } from '../btf/index.ts';
import type { HostMap, HostObject } from '../host/index.ts';
import type { BpfObject, GlobalVariable, MapSpec } from '../object/index.ts';
import { setGlobals } from '../object/index.ts';
import type { ValueCodec } from './value-codec.ts';
import { codecOf } from './value-codec.ts';

interface Place {
  readonly map: MapSpec;
  readonly variable: GlobalVariable;
}

function* places(object: BpfObject): Generator<Place> {
  for (const map of object.maps) {
    for (const variable of map.data?.variables ?? []) yield { map, variable };
  }
}

function codecFor(btf: Btf | undefined, variable: GlobalVariable): ValueCodec {
  return codecOf({ btf, type: valueTypeOf(btf, variable.type), sizeBytes: variable.size, what: variable.name });
}

function valueTypeOf(btf: Btf | undefined, id: TypeId): TypeId {
  const type = btf?.type(id);
  return type?.kind === 'var' ? type.type : id;
}

/**
 * A copy of the object in which the variables named have these values when it is loaded.
 *
 * @throws UsageError for a variable the object does not have; ValueError for a value of the wrong shape.
 */
export function withGlobals(object: BpfObject, values: Readonly<Record<string, unknown>>): BpfObject {
  const known = new Map([...places(object)].map((place) => [place.variable.name, place.variable]));
  const encoded: Record<string, Uint8Array> = {};
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue;
    const variable = known.get(name);
    if (!variable) throw unknownGlobal(name, known.keys());
    encoded[name] = codecFor(object.btf, variable).encode(value);
  }
  return setGlobals(object, encoded);
}

function unknownGlobal(name: string, known: Iterable<string>): UsageError {
  const names = [...known];
  const nearest = suggest(name, names);
  const hint = nearest ? `did you mean "${nearest}"?` : `it has: ${names.join(', ') || 'none'}`;
  return new UsageError(`the program has no global variable "${name}"`, { hint });
}

/**
 * Live global variables as properties of one object: reading one reads the program's memory, assigning writes it.
 * Constants (`.rodata`) cannot be assigned.
 */
export function liveGlobals(object: BpfObject, loaded: HostObject): Record<string, unknown> {
  const globals: Record<string, unknown> = {};
  for (const { map, variable } of places(object)) {
    const hostMap = loaded.maps.get(map.name);
    if (!hostMap) continue;
    const codec = codecFor(object.btf, variable);
    const isConstant = map.data?.kind === 'rodata' || map.data?.kind === 'kconfig';
    Object.defineProperty(globals, variable.name, {
      enumerable: true,
      get: () => codec.decode(readVariable(hostMap, variable)),
      set: (value: unknown) => {
        if (isConstant) {
          throw new UsageError(`the global variable "${variable.name}" is constant once loaded`, {
            hint: `set it when loading: load(object, { globals: { ${variable.name}: ... } })`,
          });
        }
        writeVariable(hostMap, variable, codec.encode(value));
      },
    });
  }
  return Object.seal(globals);
}

const firstKey = new Uint8Array(4);

function contents(map: HostMap): Uint8Array {
  const bytes = map.memory() ?? map.lookup(firstKey);
  if (!bytes) throw new UsageError(`the variables of ${map.spec.name} are gone`);
  return bytes;
}

function readVariable(map: HostMap, { offset, size }: GlobalVariable): Uint8Array {
  return contents(map).slice(offset, offset + size);
}

function writeVariable(map: HostMap, { offset }: GlobalVariable, value: Uint8Array): void {
  const shared = map.memory();
  if (shared) {
    shared.set(value, offset);
    return;
  }
  const bytes = contents(map);
  bytes.set(value, offset);
  map.update(firstKey, bytes);
}
