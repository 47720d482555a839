// Contents of variables with static storage: bytes and addresses, from the stores of an initialiser.

import { sizeOf } from './ctypes.ts';
import type { CheckedInitializer } from './initializers.ts';
import type { FunctionSymbol, LocalStore, Place, StaticData, Typed, Variable } from './types.ts';

/** An address that is constant when loaded: of a variable or function, plus bytes. */
export interface ConstantAddress {
  readonly target: Variable | FunctionSymbol;
  readonly addend: number;
}

/** Makes a static variable for a string literal whose address is taken. */
export type StringHome = (place: Place & { readonly kind: 'string' }) => Variable;

/** The address an expression always has, if any. */
export function constantAddress(value: Typed, home: StringHome): ConstantAddress | undefined {
  switch (value.kind) {
    case 'function-address':
      return { target: value.function, addend: 0 };
    case 'address':
      return placeAddress(value.place, home);
    case 'convert':
      return (sizeOf(value.type) ?? 0) === 8 ? constantAddress(value.value, home) : undefined;
    case 'pointer-add': {
      const base = constantAddress(value.pointer, home);
      if (!base || value.offset.kind !== 'constant') return undefined;
      const delta = Number(value.offset.value) * value.elementSize;
      return { ...base, addend: base.addend + (value.subtract ? -delta : delta) };
    }
    case 'load':
      return value.type.canonical.kind === 'array' || value.type.canonical.kind === 'function'
        ? placeAddress(value.place, home)
        : undefined;
    default:
      return undefined;
  }
}

function placeAddress(place: Place, home: StringHome): ConstantAddress | undefined {
  let root = place;
  while (root.kind === 'member' || root.kind === 'element') root = root.kind === 'member' ? root.object : root.array;
  const offset = root === place ? 0 : relativeOffset(place, root);
  if (offset === undefined) return undefined;
  if (root.kind === 'variable' || root.kind === 'compound-literal') {
    const { storage } = root.variable;
    return storage === 'local' || storage === 'parameter' ? undefined : { target: root.variable, addend: offset };
  }
  if (root.kind === 'string') return { target: home(root), addend: offset };
  if (root.kind !== 'dereference') return undefined;
  const base = constantAddress(root.pointer, home);
  return base && { ...base, addend: base.addend + offset };
}

/** Constant offset of `place` inside `root`. */
function relativeOffset(place: Place, root: Place): number | undefined {
  if (place === root) return 0;
  if (place.kind === 'member') {
    const base = relativeOffset(place.object, root);
    return base === undefined ? undefined : base + place.member.offset;
  }
  if (place.kind !== 'element' || place.index.kind !== 'constant') return undefined;
  const base = relativeOffset(place.array, root);
  return base === undefined
    ? undefined
    : base + Number(BigInt.asIntN(64, place.index.value)) * (sizeOf(place.type) ?? 1);
}

/** Carries out the stores of an initialiser on bytes; calls `problem` for a value that is not constant. */
export function layOut(initial: CheckedInitializer, home: StringHome, problem: (value: Typed) => void): StaticData {
  const bytes = new Uint8Array(sizeOf(initial.type) ?? flexibleSize(initial));
  const grown = growFor(bytes, initial);
  const addresses: { offset: number; target: Variable | FunctionSymbol; addend: number }[] = [];
  for (const store of initial.stores) writeStore(store, { bytes: grown, addresses }, home, problem);
  return { bytes: grown, addresses };
}

function flexibleSize(initial: CheckedInitializer): number {
  return initial.stores.reduce((size, { offset, type }) => Math.max(size, offset + (sizeOf(type) ?? 0)), 0);
}

/** A flexible array member that is initialised makes its struct longer. */
function growFor(bytes: Uint8Array, initial: CheckedInitializer): Uint8Array {
  const needed = flexibleSize(initial);
  if (needed <= bytes.length) return bytes;
  const grown = new Uint8Array(needed);
  grown.set(bytes);
  return grown;
}

interface Contents {
  readonly bytes: Uint8Array;
  readonly addresses: { offset: number; target: Variable | FunctionSymbol; addend: number }[];
}

function writeStore(store: LocalStore, to: Contents, home: StringHome, problem: (value: Typed) => void): void {
  const { value, offset, type } = store;
  const size = sizeOf(type) ?? 0;
  if (!store.bits) dropAddresses(to, offset, size);
  if (value.kind === 'constant') {
    if (store.bits) writeBits(to.bytes, store.bits, value.value);
    else writeInteger(to.bytes, offset, { value: value.value, size });
    return;
  }
  if (value.kind === 'error') return;
  if (value.kind === 'load' && copyWhole(value.place, offset, to, home, problem)) return;
  const address = constantAddress(value, home);
  if (!address || size !== 8) problem(value);
  else to.addresses.push({ offset, ...address });
}

function dropAddresses({ addresses }: Contents, offset: number, size: number): void {
  for (let i = addresses.length - 1; i >= 0; i--) {
    const at = addresses[i]?.offset ?? 0;
    if (at >= offset && at < offset + size) addresses.splice(i, 1);
  }
}

/** A struct or array whose contents are known: a string, a compound literal, a constant variable. */
// biome-ignore lint/complexity/useMaxParams: what writeStore was given
function copyWhole(
  place: Place,
  offset: number,
  to: Contents,
  home: StringHome,
  problem: (value: Typed) => void,
): boolean {
  if (place.kind === 'string') {
    to.bytes.set(place.bytes.subarray(0, sizeOf(place.type) ?? place.bytes.length), offset);
    return true;
  }
  if (place.kind === 'compound-literal' && place.initial) {
    for (const store of place.initial.stores) writeStore(shifted(store, offset), to, home, problem);
    return true;
  }
  const data = place.kind === 'compound-literal' || place.kind === 'variable' ? place.variable.initial : undefined;
  const isConstant =
    place.kind === 'compound-literal' || (place.kind === 'variable' && place.variable.storage !== 'local');
  if (!data || !isConstant) return false;
  to.bytes.set(data.bytes, offset);
  for (const address of data.addresses) to.addresses.push({ ...address, offset: offset + address.offset });
  return true;
}

function shifted(store: LocalStore, by: number): LocalStore {
  const bits = store.bits && { ...store.bits, offset: store.bits.offset + by * 8 };
  return { ...store, offset: store.offset + by, bits };
}

function writeInteger(bytes: Uint8Array, offset: number, { value, size }: { value: bigint; size: number }): void {
  let rest = BigInt.asUintN(size * 8, value);
  for (let i = 0; i < size && offset + i < bytes.length; i++) {
    bytes[offset + i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
}

/** Writes a bit-field at its bit offset from the start. */
export function writeBits(
  bytes: Uint8Array,
  bits: { readonly offset: number; readonly size: number },
  value: bigint,
): void {
  for (let i = 0; i < bits.size; i++) {
    const at = bits.offset + i;
    const mask = 1 << (at & 7);
    const byte = bytes[at >> 3] ?? 0;
    bytes[at >> 3] = (value >> BigInt(i)) & 1n ? byte | mask : byte & ~mask;
  }
}
