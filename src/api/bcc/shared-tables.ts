// Tables that texts share: BPF_TABLE_PUBLIC and BPF_TABLE_SHARED offer them, BPF_TABLE("extern", ...) of a later text takes them.

import { UsageError } from '../../base/index.ts';
import type { Host, HostMap } from '../../host/index.ts';
import type { BpfObject, MapSpec } from '../../object/index.ts';
import type { Session } from '../session.ts';
import type { UntypedObject } from '../types.ts';

/** What is offered on each host, by name. */
const offered = new WeakMap<Host, Map<string, HostMap>>();

/** The object with its foreign tables as they are, and those tables. @throws UsageError for one that nobody offers. */
export function withForeignTables(
  object: BpfObject,
  host: Host,
): { readonly object: BpfObject; readonly reuseMaps: ReadonlyMap<string, HostMap> } {
  const reuseMaps = new Map<string, HostMap>();
  const maps = object.maps.map((spec) => {
    if (!spec.tags?.includes('bcc:extern')) return spec;
    const map = offered.get(host)?.get(spec.name);
    if (!map) throw notOffered(spec);
    reuseMaps.set(spec.name, map);
    const { type, maxEntries, flags } = map.spec;
    return { ...spec, type, maxEntries, flags };
  });
  return { object: { ...object, maps }, reuseMaps };
}

function notOffered({ name }: MapSpec): UsageError {
  return new UsageError(`no table "${name}" is shared by another text`, {
    hint: `load a text with BPF_TABLE_PUBLIC(..., ${name}, ...) before this one, and keep it open`,
  });
}

/** Offers the public tables of what was loaded; the function returned withdraws them. */
export function offerTables(session: Session<UntypedObject>): () => void {
  const { object, host } = session;
  const tables = offered.get(host) ?? new Map<string, HostMap>();
  offered.set(host, tables);
  const own = object.maps.filter(({ tags }) => tags?.includes('bcc:public')).map(({ name }) => session.map(name).raw);
  for (const table of own) tables.set(table.spec.name, table);
  return () => {
    for (const table of own) if (tables.get(table.spec.name) === table) tables.delete(table.spec.name);
  };
}
