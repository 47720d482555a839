// Notes: small records by owner and type (build id, USDT probes).

import { type ByteReader, decodeCString } from '../base/index.ts';
import type { ElfNote } from './types.ts';

/** Reads all notes of one section or segment. @throws FormatError when one is truncated. */
export function parseNotes(reader: ByteReader, section: string | undefined, alignment: number): ElfNote[] {
  // Notes are padded to 4 bytes also in 64-bit files, but for those in sections aligned to 8 (.note.gnu.property).
  const unit = alignment === 8 ? 8 : 4;
  const pad = (size: number): number => Math.ceil(size / unit) * unit;
  const notes: ElfNote[] = [];
  let at = 0;
  while (at + 12 <= reader.length) {
    const ownerSize = reader.u32(at);
    const descriptionSize = reader.u32(at + 4);
    const type = reader.u32(at + 8);
    const descriptionAt = pad(at + 12 + ownerSize);
    notes.push({
      section,
      owner: decodeCString(reader.slice(at + 12, ownerSize)),
      type,
      description: reader.slice(descriptionAt, descriptionSize),
    });
    at = pad(descriptionAt + descriptionSize);
  }
  return notes;
}
