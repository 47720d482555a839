// Reads .BTF.ext: which function, source line and CO-RE relocation belongs to which instruction.

import { ByteReader, FormatError } from '../base/index.ts';
import { coreKinds } from './constants.ts';
import type { ParsedBtf } from './parse-btf.ts';
import { btfEndian } from './sections.ts';
import type { CoreRelocation, FuncInfo, LineInfo, TypeId } from './types.ts';

/** Records about the code of one ELF section; `instruction` counts slots from the section's start. */
export interface ExtSection<T> {
  readonly section: string;
  readonly records: readonly T[];
}

/** What `.BTF.ext` says, by ELF section. */
export interface BtfExt {
  readonly functions: readonly ExtSection<FuncInfo>[];
  readonly lines: readonly ExtSection<LineInfo>[];
  readonly core: readonly ExtSection<CoreRelocation>[];
}

interface RecordFormat<T> {
  readonly what: string;
  readonly minimumSize: number;
  read(reader: ByteReader, at: number, btf: ParsedBtf): T;
}

const functionFormat: RecordFormat<FuncInfo> = {
  what: 'function info',
  minimumSize: 8,
  read: (reader, at, btf) => ({ instruction: slot(reader, at), type: typeId(reader, at + 4, btf) }),
};

const lineFormat: RecordFormat<LineInfo> = {
  what: 'line info',
  minimumSize: 16,
  read: (reader, at, btf) => {
    const place = reader.u32(at + 12);
    return {
      instruction: slot(reader, at),
      file: btf.string(reader.u32(at + 4)),
      text: btf.string(reader.u32(at + 8)),
      line: place >>> 10,
      column: place & 0x3ff,
    };
  },
};

const coreFormat: RecordFormat<CoreRelocation> = {
  what: 'CO-RE relocations',
  minimumSize: 16,
  read: (reader, at, btf) => {
    const kind = coreKinds[reader.u32(at + 12)];
    if (!kind) throw new FormatError(reader.what, `unknown CO-RE relocation ${reader.u32(at + 12)}`, { offset: at });
    return {
      instruction: slot(reader, at),
      type: typeId(reader, at + 4, btf),
      access: btf.string(reader.u32(at + 8)),
      kind,
    };
  },
};

/**
 * Reads `.BTF.ext`; records may be longer than known here.
 * @param btf the object's own `.BTF`, which has the strings
 * @throws FormatError when it is malformed.
 */
export function parseBtfExt(bytes: Uint8Array, btf: ParsedBtf): BtfExt {
  const what = 'BTF.ext';
  const reader = new ByteReader(bytes, what, btfEndian(bytes, what));
  if (reader.u8(2) !== 1) throw new FormatError(what, `unknown version ${reader.u8(2)}`, { offset: 2 });
  const headerSize = reader.u32(4);
  if (headerSize < 24) throw new FormatError(what, `header of ${headerSize} bytes`, { offset: 4 });
  const part = (at: number): ByteReader => {
    // CO-RE relocations came later: a short header has none.
    const isThere = headerSize >= at + 8;
    const data = isThere ? reader.slice(headerSize + reader.u32(at), reader.u32(at + 4)) : new Uint8Array(0);
    return new ByteReader(data, what, reader.endian);
  };
  return {
    functions: readSections(part(8), functionFormat, btf),
    lines: readSections(part(16), lineFormat, btf),
    core: readSections(part(24), coreFormat, btf),
  };
}

function readSections<T>(reader: ByteReader, format: RecordFormat<T>, btf: ParsedBtf): ExtSection<T>[] {
  if (reader.length === 0) return [];
  const recordSize = reader.u32(0);
  if (recordSize < format.minimumSize || recordSize % 4 !== 0)
    throw new FormatError(reader.what, `${format.what}: records of ${recordSize} bytes`);
  const sections: ExtSection<T>[] = [];
  let at = 4;
  while (at < reader.length) {
    const section = btf.string(reader.u32(at));
    const count = reader.u32(at + 4);
    reader.check(at + 8, count * recordSize);
    const first = at + 8;
    const records = Array.from({ length: count }, (_, index) => format.read(reader, first + index * recordSize, btf));
    sections.push({ section, records });
    at = first + count * recordSize;
  }
  return sections;
}

function slot(reader: ByteReader, at: number): number {
  const offset = reader.u32(at);
  if (offset % 8 !== 0) throw new FormatError(reader.what, `no instruction starts at byte ${offset}`, { offset: at });
  return offset / 8;
}

function typeId(reader: ByteReader, at: number, btf: ParsedBtf): TypeId {
  const id = reader.u32(at);
  if (id >= btf.length) throw new FormatError(reader.what, `no type ${id}`, { offset: at });
  return id;
}
