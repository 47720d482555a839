// Dereferences of the kernel's and users' memory become reads by helper, of exactly the bytes wanted; typed pointers are left alone.

import { constantNode, convert } from '../check/conversions.ts';
import {
  charType,
  integerOf,
  intType,
  longLongType,
  longType,
  pointerTo,
  sizeOf,
  unqualified,
  unsignedIntType,
  unsignedLongLongType,
  voidType,
} from '../check/ctypes.ts';
import { temporary } from '../check/temporaries.ts';
import type { CType, FunctionSymbol, Place, RecordType, Typed, TypedStatement } from '../check/types.ts';
import type { Span } from '../preprocess/types.ts';
import { type PacketFunctions, type PacketUse, packetAccess } from './packet-access.ts';
import { isKernelSide } from './programs.ts';
import { type Provenance, ProvenanceAnalysis, rootOf } from './provenance.ts';
import { mapChildren, type TreeNode } from './typed-tree.ts';

/** Helpers that read: `probe` tries a user's memory first where the address is one, for programs that may be attached to either. */
const readers = {
  probe: { id: 4, name: 'bpf_probe_read' },
  user: { id: 112, name: 'bpf_probe_read_user' },
  kernel: { id: 113, name: 'bpf_probe_read_kernel' },
} as const;

type Reader = keyof typeof readers;

/** Rewrites the bodies of all functions; `packets` is given where the text reads packet headers. */
export function rewriteKernelReads(functions: readonly FunctionSymbol[], packets: PacketFunctions | undefined): void {
  const analysis = new ProvenanceAnalysis(functions);
  for (const fn of functions) {
    if (fn.body) fn.body = new Rewriter(analysis, fn, packets).statement(fn.body);
  }
}

class Rewriter {
  readonly #analysis: ProvenanceAnalysis;
  readonly #fn: FunctionSymbol;
  readonly #packets: PacketUse | undefined;

  constructor(analysis: ProvenanceAnalysis, fn: FunctionSymbol, functions: PacketFunctions | undefined) {
    this.#analysis = analysis;
    this.#fn = fn;
    this.#packets = functions && { within: fn, functions };
  }

  statement(node: TypedStatement): TypedStatement {
    return mapChildren(node, (child) => this.#node(child));
  }

  #node(node: TreeNode): TreeNode {
    const packet = this.#packets && packetAccess(node, this.#packets);
    if (packet) return this.#node(packet);
    const reader = node.kind === 'load' ? this.#reader(node.place) : undefined;
    const copy = node.kind === 'builtin' && node.name === 'memcpy' ? this.#copyReader(node) : undefined;
    const inner = mapChildren(node, (child) => this.#node(child));
    if (reader && inner.kind === 'load') return read(inner.place, reader, inner.span);
    if (copy && inner.kind === 'builtin')
      return helperCall(copy, [inner.arguments[0], inner.arguments[2], inner.arguments[1]] as Typed[], inner.span);
    return inner;
  }

  /** The helper to read a place with; undefined where a direct load will do. */
  #reader(place: Place): Reader | undefined {
    const root = rootOf(place);
    if (root.kind !== 'dereference') return undefined;
    const found = this.#analysis.of(root.pointer);
    if (found === 'typed') return isDirect(place, root.type) ? undefined : 'kernel';
    return this.#readerOf(found);
  }

  #readerOf(found: Provenance | undefined): Reader | undefined {
    if (found === 'user') return 'user';
    if (found !== 'kernel') return undefined;
    return this.#fn.section === undefined || isKernelSide(this.#fn.section) ? 'kernel' : 'probe';
  }

  /** `memcpy` out of memory that must not be loaded from. */
  #copyReader(node: Typed & { readonly kind: 'builtin' }): Reader | undefined {
    const source = node.arguments[1];
    if (!source) return undefined;
    const found = this.#analysis.of(source);
    return this.#readerOf(found === 'typed' ? 'kernel' : found);
  }
}

/** Does the verifier follow this access through a typed pointer? Members of the kernel's own structs, elements at fixed places. */
function isDirect(place: Place, root: CType): boolean {
  const record = root.canonical;
  if (record.kind !== 'record' || record.union || record.origin !== 'kernel') return false;
  if (place.type.canonical.kind === 'record' || place.type.canonical.kind === 'array') return false;
  for (
    let at = place;
    at.kind === 'member' || at.kind === 'element';
    at = at.kind === 'member' ? at.object : at.array
  ) {
    if (at.kind === 'element' && at.index.kind !== 'constant') return false;
  }
  return true;
}

/** A call of a reading helper: destination, size, source. */
function helperCall(reader: Reader, [to, size, from]: readonly Typed[], span: Span): Typed {
  const pointer = pointerTo(voidType);
  const args = [
    convert(to as Typed, pointer),
    convert(size as Typed, unsignedIntType),
    convert(from as Typed, pointer),
  ];
  return { kind: 'call', callee: { kind: 'helper', ...readers[reader] }, arguments: args, type: longType, span };
}

/** The value of a place, read into a local first. */
function read(place: Place, reader: Reader, span: Span): Typed {
  if (place.kind === 'member' && place.member.bits) return readBits(place, reader, span);
  const type = unqualified(place.type);
  const variable = temporary(type, span);
  const home: Place = { kind: 'variable', variable, type, span };
  const address: Typed = { kind: 'address', place, type: pointerTo(place.type), span };
  const size = constantNode(unsignedIntType, sizeOf(type) ?? 0, span);
  const call = helperCall(reader, [{ kind: 'address', place: home, type: pointerTo(type), span }, size, address], span);
  return {
    kind: 'statement-expression',
    body: [
      { kind: 'local', variable, initial: undefined, span },
      { kind: 'expression', value: call, span },
    ],
    result: { kind: 'load', place: home, type, span },
    type,
    span,
  };
}

/** Questions of `__builtin_preserve_field_info`. */
const fieldInfo = { offset: 0, size: 1, leftShift: 4, rightShift: 5 } as const;

/** A bit-field: its unit is read, then shifted left and right; relocated where the struct is the kernel's. */
function readBits(place: Place & { readonly kind: 'member' }, reader: Reader, span: Span): Typed {
  const { member, object } = place;
  const bits = member.bits ?? { offset: 0, size: 0 };
  const unit = sizeOf(member.type) ?? 4;
  const start = Math.floor(bits.offset / 8 / unit) * unit;
  const fixed = {
    offset: start,
    size: unit,
    leftShift: 64 - (bits.offset - start * 8) - bits.size,
    rightShift: 64 - bits.size,
  };
  const ask = (what: keyof typeof fieldInfo): Typed => {
    if (!(object.type.canonical as RecordType).preserveAccessIndex)
      return constantNode(unsignedIntType, fixed[what], span);
    return {
      kind: 'builtin',
      name: 'preserve-field-info',
      type: unsignedIntType,
      arguments: [],
      data: { place, info: fieldInfo[what] },
      span,
    };
  };
  const word = unsignedLongLongType;
  const variable = temporary(word, span);
  const home: Place = { kind: 'variable', variable, type: word, span };
  const base = convert({ kind: 'address', place: object, type: pointerTo(object.type), span }, pointerTo(charType));
  const from: Typed = {
    kind: 'pointer-add',
    pointer: base,
    offset: convert(ask('offset'), longType),
    elementSize: 1,
    subtract: false,
    type: base.type,
    span,
  };
  const call = helperCall(
    reader,
    [{ kind: 'address', place: home, type: pointerTo(word), span }, ask('size'), from],
    span,
  );
  const isSigned = integerOf(member.type)?.signed ?? false;
  const shifted = isSigned ? longLongType : word;
  const left: Typed = {
    kind: 'arithmetic',
    op: '<<',
    left: { kind: 'load', place: home, type: word, span },
    right: convert(ask('leftShift'), intType),
    type: word,
    span,
  };
  const right: Typed = {
    kind: 'arithmetic',
    op: '>>',
    left: convert(left, shifted),
    right: convert(ask('rightShift'), intType),
    type: shifted,
    span,
  };
  const zero = { offset: 0, bits: undefined, type: word, value: constantNode(word, 0n, span) };
  return {
    kind: 'statement-expression',
    body: [
      { kind: 'local', variable, initial: { zero: false, stores: [zero] }, span },
      { kind: 'expression', value: call, span },
    ],
    result: convert(right, unqualified(place.type)),
    type: unqualified(place.type),
    span,
  };
}
