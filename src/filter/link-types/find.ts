// Link types by name or number.

import { suggest, UsageError } from '../../base/index.ts';
import { type LinkType, linkTypes } from './tables/link-types.ts';

const byName = new Map<string, LinkType>(linkTypes.map((row) => [row.name, row]));
const byNumber = new Map<number, LinkType>(linkTypes.map((row) => [row.dlt, row]));
const byFileType = new Map<number, LinkType>(linkTypes.map((row) => [row.fileType ?? row.dlt, row]));

/**
 * The link type of that DLT number or name (`EN10MB`, `DLT_EN10MB`, any case).
 * @throws UsageError for an unknown one.
 */
export function findLinkType(nameOrDlt: string | number): LinkType {
  const exact = typeof nameOrDlt === 'number' ? byNumber.get(nameOrDlt) : byName.get(nameOrDlt);
  if (exact) return exact;
  const asNumber = typeof nameOrDlt === 'number' ? nameOrDlt : /^\d+$/.test(nameOrDlt) ? Number(nameOrDlt) : undefined;
  const name = String(nameOrDlt).toUpperCase().replace(/^DLT_/, '');
  const found = asNumber === undefined ? byName.get(name) : byNumber.get(asNumber);
  if (found) return found;
  const near = suggest(name, byName.keys());
  throw new UsageError(`unknown link type "${nameOrDlt}"`, {
    hint: near ? `did you mean ${near}?` : 'see --list-link-types',
  });
}

/** The link type of a capture file's LINKTYPE_ value; undefined for one without rules. */
export function findFileLinkType(fileType: number): LinkType | undefined {
  return byFileType.get(fileType);
}
