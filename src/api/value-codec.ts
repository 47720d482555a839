// Decoding and encoding of keys, values and records: by BTF where the types are known, by size where they are not.

import { ValueError } from '../base/index.ts';
import type { Btf, TypeId } from '../btf/index.ts';
import { decoder, encoder } from '../btf/index.ts';

/** Turns bytes into a value and back. */
export interface ValueCodec {
  readonly sizeBytes: number;
  decode(bytes: Uint8Array): unknown;
  /** @throws ValueError naming the field that is wrong. */
  encode(value: unknown): Uint8Array;
}

/** Views by buffer: the entries of a batch lie in one, and making a view of each would take as long as decoding it. */
function viewCache(): (bytes: Uint8Array) => DataView {
  let view: DataView = new DataView(new ArrayBuffer(0));
  return (bytes) => {
    if (view.buffer !== bytes.buffer) view = new DataView(bytes.buffer);
    return view;
  };
}

/** Codec of one BTF type. `what` names the value in errors. */
function typedCodec(btf: Btf, type: TypeId, sizeBytes: number, what: string): ValueCodec {
  let decode: ReturnType<typeof decoder> | undefined;
  let encode: ReturnType<typeof encoder> | undefined;
  const viewOf = viewCache();
  return {
    sizeBytes,
    decode(bytes): unknown {
      decode ??= decoder(btf, type);
      return decode(viewOf(bytes), bytes.byteOffset);
    },
    encode(value): Uint8Array {
      if (value instanceof Uint8Array) return checkedBytes(value, sizeBytes, what);
      encode ??= encoder(btf, type, { name: what });
      const bytes = new Uint8Array(sizeBytes);
      encode(value, new DataView(bytes.buffer));
      return bytes;
    },
  };
}

function checkedBytes(value: Uint8Array, sizeBytes: number, what: string): Uint8Array {
  if (value.byteLength === sizeBytes) return value;
  throw new ValueError(what, `expected ${sizeBytes} bytes, got ${value.byteLength}`);
}

interface IntegerAccess {
  readonly get: (view: DataView, offset: number) => number | bigint;
  readonly set: (view: DataView, value: bigint) => void;
}

const integers: Readonly<Record<number, IntegerAccess>> = {
  1: { get: (view, offset) => view.getUint8(offset), set: (view, value) => view.setUint8(0, Number(value)) },
  2: {
    get: (view, offset) => view.getUint16(offset, true),
    set: (view, value) => view.setUint16(0, Number(value), true),
  },
  4: {
    get: (view, offset) => view.getUint32(offset, true),
    set: (view, value) => view.setUint32(0, Number(value), true),
  },
  8: {
    get: (view, offset) => view.getBigUint64(offset, true),
    set: (view, value) => view.setBigUint64(0, value, true),
  },
};

function integerCodec(sizeBytes: number, access: IntegerAccess, what: string): ValueCodec {
  const bits = sizeBytes * 8;
  const viewOf = viewCache();
  return {
    sizeBytes,
    decode: (bytes) => access.get(viewOf(bytes), bytes.byteOffset),
    encode(value): Uint8Array {
      if (value instanceof Uint8Array) return checkedBytes(value, sizeBytes, what);
      const isInteger = typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value));
      if (!isInteger) throw new ValueError(what, `expected an integer of ${bits} bits, got ${describe(value)}`);
      const wide = BigInt(value);
      if (wide < -(1n << BigInt(bits - 1)) || wide >= 1n << BigInt(bits)) {
        throw new ValueError(what, `${wide} does not fit into ${bits} bits`);
      }
      const bytes = new Uint8Array(sizeBytes);
      access.set(new DataView(bytes.buffer), BigInt.asUintN(bits, wide));
      return bytes;
    },
  };
}

function describe(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value;
}

function bytesCodec(sizeBytes: number, what: string): ValueCodec {
  return {
    sizeBytes,
    decode: (bytes) => bytes.slice(),
    encode(value): Uint8Array {
      if (!(value instanceof Uint8Array))
        throw new ValueError(what, `expected ${sizeBytes} bytes, got ${describe(value)}`);
      return checkedBytes(value, sizeBytes, what);
    },
  };
}

/** What a codec is made for. */
export interface CodecSubject {
  readonly btf: Btf | undefined;
  /** 0 where unknown. */
  readonly type: TypeId;
  readonly sizeBytes: number;
  /** Name of the value in errors, as in `counts key`. */
  readonly what: string;
}

/** The codec of a key, value or record: its BTF type, else an unsigned integer of 1, 2, 4 or 8 bytes, else bytes. */
export function codecOf({ btf, type, sizeBytes, what }: CodecSubject): ValueCodec {
  if (btf && type !== 0) return typedCodec(btf, type, sizeBytes, what);
  const access = integers[sizeBytes];
  return access ? integerCodec(sizeBytes, access, what) : bytesCodec(sizeBytes, what);
}

/** Splits a per-CPU value into one value per possible CPU; each slot is rounded up to 8 bytes. */
export function perCpuCodec(one: ValueCodec, cpuCount: number, what: string): ValueCodec {
  const stride = Math.ceil(one.sizeBytes / 8) * 8;
  return {
    sizeBytes: stride * cpuCount,
    decode: (bytes) =>
      Array.from({ length: cpuCount }, (_, cpu) =>
        one.decode(bytes.subarray(cpu * stride, cpu * stride + one.sizeBytes)),
      ),
    encode(values): Uint8Array {
      if (!Array.isArray(values) || values.length !== cpuCount) {
        throw new ValueError(what, `expected an array of ${cpuCount} values, one per possible CPU`);
      }
      const bytes = new Uint8Array(stride * cpuCount);
      values.forEach((value, cpu) => {
        bytes.set(one.encode(value), cpu * stride);
      });
      return bytes;
    },
  };
}

/** Value of a stack trace map: addresses, innermost first, up to the first 0. */
export function stackTraceCodec(sizeBytes: number, what: string): ValueCodec {
  return {
    ...bytesCodec(sizeBytes, what),
    decode(bytes): bigint[] {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const addresses: bigint[] = [];
      for (let offset = 0; offset + 8 <= bytes.byteLength; offset += 8) {
        const address = view.getBigUint64(offset, true);
        if (address === 0n) break;
        addresses.push(address);
      }
      return addresses;
    },
  };
}
