// C structs as data: field types in, offsets by C's alignment rules out, encoding and decoding derived.

import { decodeCString, InternalError } from '../base/index.ts';
import { systemCalls } from './system-calls.ts';

/** Type of a field. `ptr` is a 64-bit address; `char16` a NUL-padded name; `bytes8`, ... raw bytes. */
export type FieldType = 'u8' | 'u16' | 'u32' | 's32' | 'u64' | 's64' | 'ptr' | 'char16' | 'bytes8' | 'bytes20';

/** What a field of each type is set to. */
interface FieldInput {
  u8: number;
  u16: number;
  u32: number;
  s32: number;
  u64: bigint | number;
  s64: bigint | number;
  /** Bytes are passed by address and must outlive the call. */
  ptr: Uint8Array | bigint | undefined;
  char16: string;
  bytes8: Uint8Array;
  bytes20: Uint8Array;
}

/** What a field of each type reads as. */
interface FieldOutput {
  u8: number;
  u16: number;
  u32: number;
  s32: number;
  u64: bigint;
  s64: bigint;
  ptr: bigint;
  char16: string;
  bytes8: Uint8Array;
  bytes20: Uint8Array;
}

/** Fields in order. A field `{ at, type }` shares the place of the field `at` (a union). */
export type Fields = Readonly<Record<string, FieldType | { readonly at: string; readonly type: FieldType }>>;

type TypeOf<F> = F extends FieldType ? F : F extends { readonly type: infer T extends FieldType } ? T : never;

/** What {@link StructLayout.encode} takes: what is left out is 0. */
export type StructInput<F extends Fields> = { readonly [K in keyof F]?: FieldInput[TypeOf<F[K]>] | undefined };

/** What {@link StructLayout.decode} gives. */
export type StructOutput<F extends Fields> = { readonly [K in keyof F]: FieldOutput[TypeOf<F[K]>] };

interface FieldCodec {
  readonly size: number;
  readonly align: number;
  readonly write: (view: DataView, offset: number, value: never) => void;
  readonly read: (view: DataView, offset: number) => unknown;
}

const little = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
const encoder = new TextEncoder();

function bytesCodec(size: number): FieldCodec {
  return {
    size,
    align: 1,
    write: (view, offset, value: Uint8Array): void => {
      new Uint8Array(view.buffer, view.byteOffset + offset, size).set(value.subarray(0, size));
    },
    read: (view, offset): Uint8Array => new Uint8Array(view.buffer, view.byteOffset + offset, size).slice(),
  };
}

function addressOf(value: Uint8Array | bigint | undefined): bigint {
  if (value === undefined) return 0n;
  return typeof value === 'bigint' ? value : systemCalls().address(value);
}

const codecs: Readonly<Record<FieldType, FieldCodec>> = {
  u8: {
    size: 1,
    align: 1,
    write: (view, offset, value: number) => view.setUint8(offset, value),
    read: (view, offset) => view.getUint8(offset),
  },
  u16: {
    size: 2,
    align: 2,
    write: (view, offset, value: number) => view.setUint16(offset, value, little),
    read: (view, offset) => view.getUint16(offset, little),
  },
  u32: {
    size: 4,
    align: 4,
    write: (view, offset, value: number) => view.setUint32(offset, value, little),
    read: (view, offset) => view.getUint32(offset, little),
  },
  s32: {
    size: 4,
    align: 4,
    write: (view, offset, value: number) => view.setInt32(offset, value, little),
    read: (view, offset) => view.getInt32(offset, little),
  },
  u64: {
    size: 8,
    align: 8,
    write: (view, offset, value: bigint | number) =>
      view.setBigUint64(offset, BigInt.asUintN(64, BigInt(value)), little),
    read: (view, offset) => view.getBigUint64(offset, little),
  },
  s64: {
    size: 8,
    align: 8,
    write: (view, offset, value: bigint | number) => view.setBigInt64(offset, BigInt.asIntN(64, BigInt(value)), little),
    read: (view, offset) => view.getBigInt64(offset, little),
  },
  ptr: {
    size: 8,
    align: 8,
    write: (view, offset, value: Uint8Array | bigint | undefined) =>
      view.setBigUint64(offset, addressOf(value), little),
    read: (view, offset) => view.getBigUint64(offset, little),
  },
  char16: {
    size: 16,
    align: 1,
    write: (view, offset, value: string) => {
      const bytes = encoder.encode(value).subarray(0, 15);
      new Uint8Array(view.buffer, view.byteOffset + offset, 16).set(bytes);
    },
    read: (view, offset) => decodeCString(new Uint8Array(view.buffer, view.byteOffset + offset, 16)),
  },
  bytes8: bytesCodec(8),
  bytes20: bytesCodec(20),
};

/** Place of one field. */
export interface FieldPlace {
  readonly name: string;
  readonly type: FieldType;
  readonly offset: number;
  readonly size: number;
}

/** Bytes of a struct, and how many of them hold something. */
export interface EncodedStruct {
  readonly bytes: Uint8Array;
  /** End of the last field that is not zero: what to tell a kernel that may be older than the struct. */
  readonly usedBytes: number;
}

/** A struct's layout with its encoder and decoder. */
export class StructLayout<F extends Fields> {
  readonly name: string;
  readonly fields: F;
  readonly places: ReadonlyMap<string, FieldPlace>;
  readonly size: number;

  /** `start`: offset of the first field, for structs nested in a union. */
  constructor(name: string, fields: F, start = 0) {
    this.name = name;
    this.fields = fields;
    const places = new Map<string, FieldPlace>();
    let offset = start;
    let alignment = 1;
    for (const [field, spec] of Object.entries(fields)) {
      const type = typeof spec === 'string' ? spec : spec.type;
      const { size, align } = codecs[type];
      const shared = typeof spec === 'string' ? undefined : places.get(spec.at);
      if (typeof spec !== 'string' && !shared) throw new InternalError(`${name}.${field}: no field ${spec.at}`);
      const at = shared?.offset ?? Math.ceil(offset / align) * align;
      places.set(field, { name: field, type, offset: at, size });
      offset = Math.max(offset, at + size);
      alignment = Math.max(alignment, align);
    }
    this.places = places;
    this.size = Math.ceil(offset / alignment) * alignment;
  }

  /** This layout with `fields` following. */
  extend<G extends Fields>(name: string, fields: G, alignment: 1 | 2 | 4 | 8 = 1): StructLayout<F & G> {
    let end = 0;
    for (const place of this.places.values()) end = Math.max(end, place.offset + place.size);
    const tail = new StructLayout(name, fields, Math.ceil(end / alignment) * alignment);
    const whole = new StructLayout(name, {}) as unknown as StructLayout<F & G>;
    return Object.assign(whole, {
      fields: { ...this.fields, ...fields },
      places: new Map([...this.places, ...tail.places]),
      size: Math.max(tail.size, this.size),
    });
  }

  encode(values: StructInput<F>): EncodedStruct {
    const bytes = new Uint8Array(this.size);
    const view = new DataView(bytes.buffer);
    let used = 0;
    for (const [name, value] of Object.entries(values)) {
      if (value === undefined) continue;
      const place = this.#place(name);
      codecs[place.type].write(view, place.offset, value as never);
      const isZero = value === 0 || value === 0n || value === '';
      if (!isZero) used = Math.max(used, place.offset + place.size);
    }
    return { bytes, usedBytes: used };
  }

  decode(bytes: Uint8Array): StructOutput<F> {
    const view = this.#padded(bytes);
    const values: Record<string, unknown> = {};
    for (const place of this.places.values()) values[place.name] = codecs[place.type].read(view, place.offset);
    return values as StructOutput<F>;
  }

  /** One field. */
  get<K extends keyof F & string>(bytes: Uint8Array, name: K): FieldOutput[TypeOf<F[K]>] {
    const place = this.#place(name);
    return codecs[place.type].read(this.#padded(bytes), place.offset) as FieldOutput[TypeOf<F[K]>];
  }

  /** Overwrites one field in place. */
  set<K extends keyof F & string>(bytes: Uint8Array, name: K, value: FieldInput[TypeOf<F[K]>]): void {
    const place = this.#place(name);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    codecs[place.type].write(view, place.offset, value as never);
  }

  offsetOf(name: keyof F & string): number {
    return this.#place(name).offset;
  }

  #place(name: string): FieldPlace {
    const place = this.places.get(name);
    if (!place) throw new InternalError(`${this.name} has no field ${name}`);
    return place;
  }

  /** Older kernels fill less than the whole struct: the rest reads as 0. */
  #padded(bytes: Uint8Array): DataView {
    if (bytes.byteLength >= this.size) return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const padded = new Uint8Array(this.size);
    padded.set(bytes);
    return new DataView(padded.buffer);
  }
}
