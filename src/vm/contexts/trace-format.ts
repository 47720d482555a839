// Records of tracepoints by the format that tracefs describes (Documentation/trace/events.rst, v6.18).

import { encodeUtf8, suggest, ValueError } from '../../base/index.ts';

/** One field of a record. */
export interface TraceField {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
  readonly signed: boolean;
  /** `__data_loc`: offset (low 16 bits) and length (high 16 bits) of data behind the fixed fields. */
  readonly dynamic: boolean;
}

const line = /^\s*field:(.*?)(\w+)(\[[^\]]*\])?;\s*offset:(\d+);\s*size:(\d+);\s*signed:([01]);/;

/** Fields of a format text. @throws ValueError where it has none. */
function parseTraceFormat(format: string): TraceField[] {
  const fields = format.split('\n').flatMap((text): TraceField[] => {
    const match = line.exec(text);
    if (!match) return [];
    const [, type = '', name = '', , offset, size, signed] = match;
    const dynamic = /\b__(data|rel)_loc\b/.test(type);
    return [{ name, offset: Number(offset), size: Number(size), signed: signed === '1', dynamic }];
  });
  if (fields.length === 0) throw new ValueError('format', 'describes no fields');
  return fields;
}

function bytesOf(value: unknown, path: string): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'string') return encodeUtf8(`${value}\0`);
  throw new ValueError(path, 'must be a string or bytes');
}

function putNumber(view: DataView, { offset, size }: TraceField, value: number | bigint): void {
  const bits = BigInt.asUintN(size * 8, BigInt(value));
  for (let at = 0; at < size; at++) view.setUint8(offset + at, Number((bits >> BigInt(8 * at)) & 0xffn));
}

/** Lays out a record; fields left out are zero. @throws ValueError naming a field that does not fit. */
export function encodeTraceRecord(format: string, values: Readonly<Record<string, unknown>>): Uint8Array {
  const fields = parseTraceFormat(format);
  const byName = new Map(fields.map((field) => [field.name, field]));
  const fixed = Math.max(...fields.map(({ offset, size }) => offset + size));
  const tails: Uint8Array[] = [];
  let length = fixed;
  const head = new Uint8Array(fixed);
  const view = new DataView(head.buffer);
  for (const [name, value] of Object.entries(values)) {
    const field = byName.get(name);
    const path = `context.${name}`;
    if (!field) {
      const near = suggest(name, byName.keys());
      throw new ValueError(path, 'no such field', near ? { hint: `did you mean "${near}"?` } : {});
    }
    if (field.dynamic) {
      const bytes = bytesOf(value, path);
      view.setUint32(field.offset, (bytes.length << 16) | length, true);
      tails.push(bytes);
      length += bytes.length;
    } else if (typeof value === 'number' || typeof value === 'bigint') {
      putNumber(view, field, value);
    } else {
      head.set(bytesOf(value, path).subarray(0, field.size), field.offset);
    }
  }
  const record = new Uint8Array(length);
  record.set(head);
  let at = fixed;
  for (const tail of tails) {
    record.set(tail, at);
    at += tail.length;
  }
  return record;
}
