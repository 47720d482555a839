// What the builtins do, in IR. Rows by the names that check/builtins.ts gives them.

import type { CoreKind } from '../../btf/index.ts';
import { alignOf, integerOf, isVoid, pointee, sizeOf } from '../check/ctypes.ts';
import type { CType, Place, Typed } from '../check/types.ts';
import { constant, makeInstruction } from '../ir/build.ts';
import type { InstructionOf, Value, Width } from '../ir/types.ts';
import { BitArithmeticLowering } from './bit-arithmetic.ts';
import { compareMemory } from './compare-memory.ts';
import { nothing } from './conversions.ts';
import { irType } from './places.ts';

type Builtin = Typed & { readonly kind: 'builtin' };
type Handler = (lowering: BuiltinLowering, node: Builtin) => Value;

/** Greatest memory block copied or compared in line. */
const BLOCK_LIMIT = 1 << 16;

const fieldKinds: readonly CoreKind[] = [
  'field-byte-offset',
  'field-byte-size',
  'field-exists',
  'field-signed',
  'field-lshift-u64',
  'field-rshift-u64',
];
const typeKinds: readonly CoreKind[] = ['type-exists', 'type-size', 'type-matches'];

/** Adds builtins. */
export abstract class BuiltinLowering extends BitArithmeticLowering {
  override builtin(node: Builtin): Value {
    const handler = handlers[node.name];
    if (handler) return handler(this, node);
    const [, op = '', when = ''] = /^atomic-(\w+)-(old|new)$/.exec(node.name) ?? [];
    if (op) return this.atomicFetch(node, op as 'add', when as 'old');
    this.context.diagnostics.error('builtin', `builtin '${node.name}' cannot be used here`, node.span);
    return isVoid(node.type) ? nothing : constant(irType(node.type), 0);
  }

  args(node: Builtin): Value[] {
    return node.arguments.map((arg) => this.value(arg));
  }

  constantSize(node: Builtin, index: number): number | undefined {
    const arg = node.arguments[index] as Typed;
    if (arg.kind === 'constant' && arg.value <= BLOCK_LIMIT) return Number(arg.value);
    const problem = arg.kind === 'constant' ? 'is too large' : 'must be a constant';
    this.context.diagnostics.error(
      'memory-builtin',
      `size of '${node.name}' ${problem}: BPF has no C library to call`,
      node.span,
      {
        hint: 'use a constant size, or a helper such as bpf_probe_read_kernel',
      },
    );
    return undefined;
  }

  /** Alignment that the type of what is pointed at promises. */
  pointerAlign(node: Typed): number {
    let at = node;
    while (at.kind === 'convert' && pointee(at.type)) at = at.value;
    if (at.kind === 'address') return this.placeAlign(at.place);
    const to = pointee(at.type);
    return to ? alignOf(to) : 1;
  }

  placeAlign(place: Place): number {
    let root = place;
    let offset = 0;
    while (root.kind === 'member' || root.kind === 'element') {
      if (root.kind === 'member') offset |= root.member.offset;
      else if (root.index.kind === 'constant') offset |= Number(root.index.value) * (sizeOf(root.type) ?? 1);
      else offset |= sizeOf(root.type) ?? 1;
      root = root.kind === 'member' ? root.object : root.array;
    }
    const variable = root.kind === 'variable' ? root.variable : undefined;
    const isLocal = variable?.storage === 'local' || variable?.storage === 'parameter';
    const base = variable && isLocal ? this.local(variable).align : alignOf(root.type);
    return Math.min(base, offset === 0 ? 8 : offset & -offset);
  }

  atomic(operation: InstructionOf<'atomic'>['operation'], args: Value[], type: CType, fetch: boolean): Value {
    const width = (sizeOf(type) ?? 8) as Width;
    const { builder } = this;
    const raw = args.map((arg, i) => (i > 0 && arg.type === 'ptr' ? builder.convert('to-int', arg) : arg));
    const result = fetch ? (width === 8 ? 'i64' : 'i32') : 'void';
    const value = builder.append(
      makeInstruction(builder.fn, 'atomic', raw, {
        type: result,
        operation,
        width,
        fetch,
        offset: 0,
        span: builder.span,
      }),
    );
    return fetch && irType(type) === 'ptr' ? builder.convert('to-ptr', value) : value;
  }

  atomicFetch(node: Builtin, op: 'add' | 'sub' | 'and' | 'or' | 'xor', when: 'old' | 'new'): Value {
    const { builder } = this;
    const [pointer, operand] = this.args(node) as [Value, Value];
    const type = node.type;
    const wide = operand.type === 'ptr' ? builder.convert('to-int', operand) : operand;
    const value = op === 'sub' ? builder.binary('sub', constant(wide.type as 'i32', 0), wide) : wide;
    const operation = op === 'sub' ? 'add' : op;
    const old = this.atomic(operation, [pointer, value], type, true);
    return when === 'old' ? old : builder.binary(operation, old, value);
  }

  memcmp(node: Builtin): Value {
    const [left, right] = this.args(node) as [Value, Value];
    const size = this.constantSize(node, 2);
    if (size === undefined || size === 0) return constant('i32', 0);
    const align = Math.min(...[0, 1].map((i) => this.pointerAlign(node.arguments[i] as Typed)), 8);
    return compareMemory(this.builder, { left, right, size, align });
  }

  fieldInfo(node: Builtin): Value {
    const { place, info = 0 } = node.data ?? {};
    const kind = fieldKinds[info];
    if (!place || !kind) return this.badCore(node);
    const before = this.preserveAll;
    this.preserveAll = true;
    const address = this.address(place);
    this.preserveAll = before;
    const chain = address.core;
    if (!chain) return this.badCore(node);
    const relocation = this.context.relocations.add({ type: chain.root, access: chain.access.join(':'), kind });
    return this.builder.core(relocation, this.localFieldInfo(place, info, chain.offset), 'i32');
  }

  /** What the relocation says for the types compiled with, as libbpf checks it. */
  localFieldInfo(place: Place, info: number, offset: number): bigint {
    const size = sizeOf(place.type) ?? 0;
    const bits = place.kind === 'member' ? place.member.bits : undefined;
    const width = bits?.size ?? size * 8;
    const start =
      bits && place.kind === 'member'
        ? bits.offset - (offset - 0) * 8 + (offset - Math.floor(bits.offset / 8 / size) * size) * 8
        : 0;
    const array = place.type.canonical;
    const element = array.kind === 'array' ? array.of : place.type;
    const signed = integerOf(element)?.signed ?? false;
    const values = [
      BigInt(offset),
      BigInt(size),
      1n,
      signed ? 1n : 0n,
      BigInt(64 - width - (bits ? start : 0)),
      BigInt(64 - width),
    ];
    return values[info] ?? 0n;
  }

  badCore(node: Builtin): Value {
    this.context.diagnostics.error('core', 'not a field, type or enumerator that can be relocated', node.span);
    return constant('i32', 0);
  }
}

function unaryHandler(work: (lowering: BuiltinLowering, value: Value) => Value): Handler {
  return (lowering, node) => work(lowering, lowering.value(node.arguments[0] as Typed));
}

function packetHandler(width: 1 | 2 | 4): Handler {
  return (lowering, node) => {
    const { builder } = lowering;
    const args = lowering.args(node);
    return builder.append(makeInstruction(builder.fn, 'packet-load', args, { type: 'i64', width, span: node.span }));
  };
}

function compareExchange(lowering: BuiltinLowering, node: Builtin): Value {
  const { builder } = lowering;
  const [pointer, expectedAt, desired] = lowering.args(node) as [Value, Value, Value];
  const type = pointee((node.arguments[0] as Typed).type) as CType;
  const home = lowering.pointerAddress(expectedAt, type);
  const expected = lowering.loadScalar(home, type);
  const old = lowering.atomic('cmpxchg', [pointer, expected, desired], type, true);
  const same = builder.compare('eq', old, expected);
  lowering.storeScalar(home, old, type);
  return same;
}

function copyMemory(lowering: BuiltinLowering, node: Builtin): Value {
  const [to, from] = lowering.args(node) as [Value, Value];
  const size = lowering.constantSize(node, 2) ?? 0;
  const align = Math.min(
    lowering.pointerAlign(node.arguments[0] as Typed),
    lowering.pointerAlign(node.arguments[1] as Typed),
    8,
  );
  const { builder } = lowering;
  if (node.name === 'memmove' && size > align) {
    // The areas may overlap: by way of the stack.
    const buffer = builder.alloca(size, 8, 'memmove');
    builder.copy(buffer, from, size, align);
    builder.copy(to, buffer, size, align);
  } else builder.copy(to, from, size, align);
  return to;
}

const handlers: Readonly<Record<string, Handler | undefined>> = {
  bswap16: unaryHandler((lowering, value) => lowering.builder.byteSwap(value, 16)),
  bswap32: unaryHandler((lowering, value) => lowering.builder.byteSwap(value, 32)),
  bswap64: unaryHandler((lowering, value) => lowering.builder.byteSwap(value, 64)),
  popcount32: unaryHandler((lowering, value) => lowering.popcount(value)),
  popcount64: unaryHandler((lowering, value) => lowering.popcount(value)),
  clz32: unaryHandler((lowering, value) => lowering.leadingZeros(value)),
  clz64: unaryHandler((lowering, value) => lowering.leadingZeros(value)),
  ctz32: unaryHandler((lowering, value) => lowering.trailingZeros(value)),
  ctz64: unaryHandler((lowering, value) => lowering.trailingZeros(value)),
  parity32: unaryHandler((lowering, value) =>
    lowering.builder.binary('and', lowering.popcount(value), constant('i32', 1)),
  ),
  parity64: unaryHandler((lowering, value) =>
    lowering.builder.binary('and', lowering.popcount(value), constant('i32', 1)),
  ),
  ffs32: unaryHandler(findFirstSet),
  ffs64: unaryHandler(findFirstSet),
  abs: unaryHandler((lowering, value) => {
    const { builder } = lowering;
    const sign = builder.binary('ashr', value, constant(value.type as 'i32', value.type === 'i32' ? 31 : 63));
    return builder.binary('sub', builder.binary('xor', value, sign), sign);
  }),
  memcpy: copyMemory,
  memmove: copyMemory,
  memset(lowering, node): Value {
    const [to, byte] = lowering.args(node) as [Value, Value];
    const size = lowering.constantSize(node, 2) ?? 0;
    lowering.builder.fill(to, byte, size, Math.min(lowering.pointerAlign(node.arguments[0] as Typed), 8));
    return to;
  },
  memcmp: (lowering, node) => lowering.memcmp(node),
  expect: (lowering, node) => lowering.value(node.arguments[0] as Typed),
  trap(lowering): Value {
    lowering.builder.unreachable();
    lowering.builder.start(lowering.builder.newBlock('after.trap'));
    return nothing;
  },
  unreachable(lowering): Value {
    lowering.builder.unreachable();
    lowering.builder.start(lowering.builder.newBlock('after.unreachable'));
    return nothing;
  },
  fence(lowering): Value {
    const { builder } = lowering;
    const fields = {
      type: 'void',
      template: '',
      volatile: true,
      tied: -1,
      memory: true,
      clobbers: [],
      span: builder.span,
    } as const;
    builder.append(makeInstruction(builder.fn, 'asm', [], fields));
    return nothing;
  },
  'overflow-add': (lowering, node) => lowering.overflow('add', node),
  'overflow-sub': (lowering, node) => lowering.overflow('sub', node),
  'overflow-mul': (lowering, node) => lowering.overflow('mul', node),
  'atomic-xchg': (lowering, node) => lowering.atomic('xchg', lowering.args(node), node.type, true),
  'atomic-cmpxchg-value': (lowering, node) => lowering.atomic('cmpxchg', lowering.args(node), node.type, true),
  'atomic-cmpxchg-bool'(lowering, node): Value {
    const args = lowering.args(node) as [Value, Value, Value];
    const type = pointee((node.arguments[0] as Typed).type) as CType;
    const old = lowering.atomic('cmpxchg', args, type, true);
    return lowering.builder.compare('eq', old, args[1]);
  },
  'atomic-compare-exchange': compareExchange,
  'atomic-release'(lowering, node): Value {
    const type = pointee((node.arguments[0] as Typed).type) as CType;
    const value = constant(irType(type), 0);
    const [pointer] = lowering.args(node) as [Value];
    lowering.storeScalar({ ...lowering.pointerAddress(pointer, type), volatile: true }, value, type);
    return nothing;
  },
  'atomic-load'(lowering, node): Value {
    const address = lowering.pointerAddress(lowering.value(node.arguments[0] as Typed), node.type);
    return lowering.loadScalar({ ...address, volatile: true }, node.type);
  },
  'atomic-store'(lowering, node): Value {
    const type = (node.arguments[1] as Typed).type;
    const [pointer, value] = lowering.args(node) as [Value, Value];
    lowering.storeScalar({ ...lowering.pointerAddress(pointer, type), volatile: true }, value, type);
    return nothing;
  },
  'packet-load1': packetHandler(1),
  'packet-load2': packetHandler(2),
  'packet-load4': packetHandler(4),
  'preserve-access-index'(lowering, node): Value {
    const before = lowering.preserveAll;
    lowering.preserveAll = true;
    const value = lowering.value(node.arguments[0] as Typed);
    lowering.preserveAll = before;
    return value;
  },
  'preserve-field-info': (lowering, node) => lowering.fieldInfo(node),
  'preserve-type-info'(lowering, node): Value {
    const { subject, info = 0 } = node.data ?? {};
    const kind = typeKinds[info];
    if (!subject || !kind) return lowering.badCore(node);
    const relocation = lowering.context.relocations.add({ type: subject, access: '0', kind });
    return lowering.builder.core(relocation, info === 1 ? BigInt(sizeOf(subject) ?? 0) : 1n, 'i32');
  },
  'btf-type-id'(lowering, node): Value {
    const { subject, info = 0 } = node.data ?? {};
    if (!subject) return lowering.badCore(node);
    const kind: CoreKind = info === 0 ? 'type-id-local' : 'type-id-target';
    const relocation = lowering.context.relocations.add({ type: subject, access: '0', kind });
    return lowering.builder.convert('trunc', lowering.builder.core(relocation, 0n, 'i64'));
  },
  'preserve-enum-value'(lowering, node): Value {
    const { enumerator, info = 0 } = node.data ?? {};
    if (!enumerator) return lowering.badCore(node);
    const kind: CoreKind = info === 0 ? 'enumval-exists' : 'enumval-value';
    const relocation = lowering.context.relocations.add({
      type: enumerator.type,
      access: String(enumerator.index),
      kind,
    });
    return lowering.builder.core(relocation, info === 0 ? 1n : enumerator.value, 'i64');
  },
};

function findFirstSet(lowering: BuiltinLowering, value: Value): Value {
  const { builder } = lowering;
  const isSet = builder.compare('ne', value, constant(value.type as 'i32', 0));
  const index = builder.binary('add', lowering.trailingZeros(value), constant('i32', 1));
  return builder.binary('and', index, builder.binary('sub', constant('i32', 0), isSet));
}
