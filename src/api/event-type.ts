// Which type the records of a ring buffer or perf buffer have.

import { suggest, UsageError } from '../base/index.ts';
import type { Btf, TypeId } from '../btf/index.ts';
import type { BpfObject, MapSpec } from '../object/index.ts';

const eventMapTypes: ReadonlySet<string> = new Set(['ringbuf', 'perf_event_array']);
/** Used for the only buffer of an object, by custom of the field. */
const customaryNames = ['event', 'event_t', 'data_t'];

/** True for maps that carry records. */
export function carriesEvents(map: MapSpec): boolean {
  return eventMapTypes.has(map.type);
}

function findRecord(btf: Btf, name: string): TypeId | undefined {
  return btf.find(name, 'struct') ?? btf.find(name, 'union') ?? btf.find(name, 'typedef');
}

function namesFor(object: BpfObject, map: MapSpec): string[] {
  const singular = map.name.replace(/s$/, '');
  const names = [map.name, singular, `${singular}_t`, `${map.name}_t`];
  const isOnlyOne = object.maps.filter(carriesEvents).length === 1;
  return isOnlyOne ? [...names, ...customaryNames] : names;
}

/**
 * The type of a buffer's records: the one the caller names; else the value type the map declares; else the struct named like
 * the map (`events` -> `event`, `event_t`); else, for the only buffer of an object, `event`, `event_t` or `data_t`.
 * Undefined where none is known: records are bytes then.
 *
 * @throws UsageError when the caller names a type that the object does not have.
 */
export function eventType(object: BpfObject, map: MapSpec, named?: string): TypeId | undefined {
  const { btf } = object;
  if (named !== undefined) {
    const id = btf && findRecord(btf, named);
    if (id === undefined) {
      const names = btf ? structNames(btf) : [];
      const nearest = suggest(named, names);
      throw new UsageError(`the object has no type "${named}"`, {
        hint: nearest
          ? `did you mean "${nearest}"?`
          : 'a global "const struct NAME *unused;" keeps a type in the object',
      });
    }
    return id;
  }
  if (!btf) return undefined;
  if (map.valueType !== 0) return map.valueType;
  for (const name of namesFor(object, map)) {
    const id = findRecord(btf, name);
    if (id !== undefined) return id;
  }
  return undefined;
}

function structNames(btf: Btf): string[] {
  const names: string[] = [];
  for (let id = btf.firstId; id < btf.length; id++) {
    const type = btf.type(id);
    if ((type.kind === 'struct' || type.kind === 'union' || type.kind === 'typedef') && type.name)
      names.push(type.name);
  }
  return names;
}
