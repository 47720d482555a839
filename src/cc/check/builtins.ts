// The compiler's builtins: what each takes and gives. What they do is in lower/builtins.ts, by the names used here.

import type { Expression } from '../parse/types.ts';
import type { Span } from '../preprocess/types.ts';
import { atomic, atomicCompareExchange, atomicFamily, atomicLoad, atomicStore } from './atomic-builtins.ts';
import { constPointerType, type Handler, node, pointerType, type Use } from './builtin-use.ts';
import { constantNode, constantTruth, convert, errorNode, hasNoEffect, isPlace } from './conversions.ts';
import {
  integerOf,
  intType,
  isInteger,
  longLongType,
  longType,
  pointee,
  sizeOf,
  unsignedIntType,
  unsignedLongLongType,
  unsignedLongType,
  unsignedShortType,
  voidType,
} from './ctypes.ts';
import type { ExpressionChecker } from './expressions.ts';
import type { CType, Place, Typed } from './types.ts';

/** A builtin with a prototype like any function's. */
function plain(name: string, returns: CType, ...parameters: CType[]): Handler {
  return (use) => node(use, name, returns, prototyped(use, parameters));
}

function prototyped(use: Use, parameters: readonly CType[]): Typed[] {
  return parameters.map((type, i) =>
    use.checker.assignable(use.checker.rvalue(use.args[i] as Expression), type, 'passing'),
  );
}

/** Folds when the argument is constant. */
function folding(name: string, parameter: CType, returns: CType, fold: (value: bigint) => bigint | undefined): Handler {
  return (use) => {
    const args = prototyped(use, [parameter]);
    const first = args[0] as Typed;
    const value =
      first.kind === 'constant' ? fold(BigInt.asUintN((sizeOf(parameter) ?? 8) * 8, first.value)) : undefined;
    return value === undefined ? node(use, name, returns, args) : constantNode(returns, value, use.span);
  };
}

function swapBytes(bytes: number): (value: bigint) => bigint {
  return (value) => {
    let result = 0n;
    for (let i = 0; i < bytes; i++) result = (result << 8n) | ((value >> BigInt(8 * i)) & 0xffn);
    return result;
  };
}

const countOnes = (value: bigint): bigint => BigInt(value.toString(2).replaceAll('0', '').length);
const trailingZeros = (value: bigint): bigint | undefined =>
  value === 0n ? undefined : BigInt((/0*$/.exec(value.toString(2)) as RegExpExecArray)[0].length);
const leadingZeros =
  (bits: number) =>
  (value: bigint): bigint | undefined =>
    value === 0n ? undefined : BigInt(bits - value.toString(2).length);
const findFirst = (value: bigint): bigint => (value === 0n ? 0n : (trailingZeros(value) as bigint) + 1n);

/** `name`, `namel`, `namell`. */
function threeWidths(
  name: string,
  lowered: string,
  fold: (bits: number) => (value: bigint) => bigint | undefined,
): [string, Handler][] {
  return [
    [name, folding(`${lowered}32`, unsignedIntType, intType, fold(32))],
    [`${name}l`, folding(`${lowered}64`, unsignedLongType, intType, fold(64))],
    [`${name}ll`, folding(`${lowered}64`, unsignedLongLongType, intType, fold(64))],
  ];
}

function overflow(op: 'add' | 'sub' | 'mul', operand?: CType): Handler {
  return (use) => {
    const { checker, span } = use;
    const [left, right, result] = use.args.map((arg) => checker.rvalue(arg)) as [Typed, Typed, Typed];
    const to = pointee(result.type);
    if (!to || !isInteger(to) || !isInteger(left.type) || !isInteger(right.type)) {
      checker.diagnostics.error('builtin', `'${use.name}' takes two integers and a pointer to an integer`, span);
      return errorNode(span);
    }
    const [a, b] = operand ? [convert(left, operand), convert(right, operand)] : [left, right];
    return node(use, `overflow-${op}`, integerOf(intType) as CType, [a, b, result]);
  };
}

function expect(use: Use): Typed {
  const [value, expected] = prototyped(use, [longType, longType]) as [Typed, Typed];
  if (value.kind === 'constant') return value;
  return node(use, 'expect', longType, [value, expected]);
}

function constantP(use: Use): Typed {
  const value = use.checker.rvalue(use.args[0] as Expression);
  const isLiteral = value.kind === 'address' && value.place.kind === 'string';
  return constantNode(intType, value.kind === 'constant' || isLiteral ? 1n : 0n, use.span);
}

function chooseExpression(use: Use): Place | Typed {
  const condition = use.checker.rvalue(use.args[0] as Expression);
  const truth = constantTruth(condition);
  if (truth === undefined) {
    use.checker.diagnostics.error('not-constant', "'__builtin_choose_expr' requires a constant expression", use.span);
    return errorNode(use.span);
  }
  return use.checker.expression(use.args[truth ? 1 : 2] as Expression);
}

function memory(name: string, ...parameters: CType[]): Handler {
  return (use) => {
    const args = prototyped(use, parameters);
    const returns = name === 'memcmp' ? intType : pointerType;
    return node(use, name, returns, args);
  };
}

function stringLength(use: Use): Typed {
  const value = use.checker.rvalue(use.args[0] as Expression);
  if (value.kind === 'address' && value.place.kind === 'string') {
    const end = value.place.bytes.indexOf(0);
    return constantNode(unsignedLongType, end, use.span);
  }
  use.checker.diagnostics.error('builtin', `'${use.name}' needs a string literal: BPF has no C library`, use.span);
  return errorNode(use.span);
}

function constantArgument(use: Use, index: number): number {
  const arg = use.args[index];
  const value = arg && use.checker.integerConstant(arg, `argument ${index + 1} of '${use.name}'`);
  return value === undefined ? 0 : Number(value);
}

function preserveAccessIndex(use: Use): Typed {
  const value = use.checker.rvalue(use.args[0] as Expression);
  return value.kind === 'error' ? value : node(use, 'preserve-access-index', value.type, [value]);
}

function preserveFieldInfo(use: Use): Typed {
  const info = constantArgument(use, 1);
  let place = use.checker.expression(use.args[0] as Expression);
  if (place.kind === 'builtin' && place.name === 'preserve-access-index') place = place.arguments[0] as Typed;
  if (place.kind === 'load') place = place.place;
  else if (place.kind === 'address' && place.place.type.canonical.kind === 'array') place = place.place;
  if (!isPlace(place)) {
    if (place.kind !== 'error')
      use.checker.diagnostics.error('builtin', `'${use.name}' argument 1 is not a field access`, use.span);
    return errorNode(use.span);
  }
  return node(use, 'preserve-field-info', unsignedIntType, [], { place, info });
}

function preserveTypeInfo(use: Use): Typed {
  const subject = use.checker.typeOfExpression(use.args[0] as Expression);
  return node(use, 'preserve-type-info', unsignedIntType, [], { subject, info: constantArgument(use, 1) });
}

function btfTypeId(use: Use): Typed {
  const subject = use.checker.typeOfExpression(use.args[0] as Expression);
  return node(use, 'btf-type-id', unsignedIntType, [], { subject, info: constantArgument(use, 1) });
}

function preserveEnumValue(use: Use): Typed {
  const { checker, span } = use;
  const info = constantArgument(use, 1);
  let at = use.args[0] as Expression;
  while (at.kind === 'unary' || at.kind === 'cast') at = at.operand;
  const found = at.kind === 'identifier' ? checker.lookup(at.name) : undefined;
  if (found?.kind !== 'enumerator') {
    checker.diagnostics.error('builtin', `'${use.name}' argument 1 does not name an enumerator`, span);
    return errorNode(span);
  }
  const { type, index, value } = found;
  return node(use, 'preserve-enum-value', unsignedLongLongType, [], {
    enumerator: { type, index, value },
    subject: type,
    info,
  });
}

function objectSize(use: Use): Typed {
  const value = use.checker.rvalue(use.args[0] as Expression);
  const mode = constantArgument(use, 1);
  const size = value.kind === 'address' ? sizeOf(value.place.type) : undefined;
  return constantNode(unsignedLongType, size === undefined ? (mode & 2 ? 0n : -1n) : BigInt(size), use.span);
}

function ignored(result: 'first' | 'void'): Handler {
  return (use) => {
    const values = use.args.map((arg) => use.checker.rvalue(arg));
    if (result === 'first') return values[0] as Typed;
    const kept = values.filter((value) => !hasNoEffect(value));
    return kept.reduce<Typed>(
      (right, left) => ({ kind: 'comma', left: convert(left, voidType), right, type: voidType, span: use.span }),
      convert(constantNode(intType, 0n, use.span), voidType),
    );
  };
}

function refused(why: string): Handler {
  return (use) => {
    use.checker.diagnostics.error('builtin', `'${use.name}' is not supported by BPF: ${why}`, use.span);
    return errorNode(use.span);
  };
}

function absolute(type: CType): Handler {
  return folding('abs', type, type, (value) => {
    const signed = BigInt.asIntN((sizeOf(type) ?? 4) * 8, value);
    return signed < 0n ? -signed : signed;
  });
}

/** Reads of packets by `LD_ABS`/`LD_IND`: context, offset. */
function packetLoad(size: 1 | 2 | 4): Handler {
  return plain(`packet-load${size}`, unsignedLongLongType, pointerType, unsignedLongLongType);
}

const byteSwaps: [string, Handler][] = [
  ['__builtin_bswap16', folding('bswap16', unsignedShortType, unsignedShortType, swapBytes(2))],
  ['__builtin_bswap32', folding('bswap32', unsignedIntType, unsignedIntType, swapBytes(4))],
  ['__builtin_bswap64', folding('bswap64', unsignedLongLongType, unsignedLongLongType, swapBytes(8))],
];

/** Every builtin by name. To add one: a row here, and one in lower/builtins.ts unless it vanishes. */
export const builtins: ReadonlyMap<string, { readonly arity: number | [number, number]; readonly handler: Handler }> =
  new Map(
    (
      [
        ...byteSwaps.map(([name, handler]) => [name, 1, handler] as const),
        ...[
          ...threeWidths('__builtin_clz', 'clz', leadingZeros),
          ...threeWidths('__builtin_ctz', 'ctz', () => trailingZeros),
          ...threeWidths('__builtin_popcount', 'popcount', () => countOnes),
          ...threeWidths('__builtin_parity', 'parity', () => (value) => countOnes(value) & 1n),
          ...threeWidths('__builtin_ffs', 'ffs', () => findFirst),
        ].map(([name, handler]) => [name, 1, handler] as const),
        ...atomicFamily().map(([name, handler]) => [name, [2, 3], handler] as const),
        ...(['memcpy', 'memmove'] as const).flatMap((name) =>
          ['', '__builtin_'].map(
            (prefix) => [`${prefix}${name}`, 3, memory(name, pointerType, constPointerType, unsignedLongType)] as const,
          ),
        ),
        ['__builtin_memcpy_inline', 3, memory('memcpy', pointerType, constPointerType, unsignedLongType)],
        ['__builtin_memset', 3, memory('memset', pointerType, intType, unsignedLongType)],
        ['__builtin_memset_inline', 3, memory('memset', pointerType, intType, unsignedLongType)],
        ['memset', 3, memory('memset', pointerType, intType, unsignedLongType)],
        ['__builtin_memcmp', 3, memory('memcmp', constPointerType, constPointerType, unsignedLongType)],
        ['__builtin_bcmp', 3, memory('memcmp', constPointerType, constPointerType, unsignedLongType)],
        ['memcmp', 3, memory('memcmp', constPointerType, constPointerType, unsignedLongType)],
        ['__builtin_strlen', 1, stringLength],
        ['__builtin_abs', 1, absolute(intType)],
        ['__builtin_labs', 1, absolute(longType)],
        ['__builtin_llabs', 1, absolute(longLongType)],
        ['__builtin_expect', 2, expect],
        ['__builtin_expect_with_probability', 3, expect],
        ['__builtin_unpredictable', 1, ignored('first')],
        ['__builtin_assume', 1, ignored('void')],
        ['__builtin_assume_aligned', [2, 3], ignored('first')],
        ['__builtin_launder', 1, ignored('first')],
        ['__builtin_prefetch', [1, 3], ignored('void')],
        ['__builtin_trap', 0, plain('trap', voidType)],
        ['__builtin_debugtrap', 0, plain('trap', voidType)],
        ['__builtin_unreachable', 0, plain('unreachable', voidType)],
        ['__builtin_constant_p', 1, constantP],
        ['__builtin_choose_expr', 3, chooseExpression],
        ['__builtin_object_size', 2, objectSize],
        ['__builtin_dynamic_object_size', 2, objectSize],
        ['__builtin_preserve_access_index', 1, preserveAccessIndex],
        ['__builtin_preserve_field_info', 2, preserveFieldInfo],
        ['__builtin_preserve_type_info', 2, preserveTypeInfo],
        ['__builtin_preserve_enum_value', 2, preserveEnumValue],
        ['__builtin_btf_type_id', 2, btfTypeId],
        ['__builtin_add_overflow', 3, overflow('add')],
        ['__builtin_sub_overflow', 3, overflow('sub')],
        ['__builtin_mul_overflow', 3, overflow('mul')],
        ...(['add', 'sub', 'mul'] as const).flatMap((op) =>
          (
            [
              ['s', '', intType],
              ['s', 'l', longType],
              ['s', 'll', longLongType],
              ['u', '', unsignedIntType],
              ['u', 'l', unsignedLongType],
              ['u', 'll', unsignedLongLongType],
            ] as const
          ).map(([sign, width, type]) => [`__builtin_${sign}${op}${width}_overflow`, 3, overflow(op, type)] as const),
        ),
        ['__sync_val_compare_and_swap', [3, 4], atomic('atomic-cmpxchg-value', 2)],
        ['__sync_bool_compare_and_swap', [3, 4], atomic('atomic-cmpxchg-bool', 2, 'bool')],
        ['__sync_lock_test_and_set', [2, 3], atomic('atomic-xchg', 1)],
        ['__sync_lock_release', [1, 2], atomic('atomic-release', 0, 'void')],
        ['__sync_synchronize', 0, plain('fence', voidType)],
        ['__atomic_thread_fence', 1, plain('fence', voidType)],
        ['__atomic_signal_fence', 1, plain('fence', voidType)],
        ['__atomic_exchange_n', 3, atomic('atomic-xchg', 1)],
        ['__atomic_compare_exchange_n', 6, atomicCompareExchange],
        ['__atomic_load_n', 2, atomicLoad],
        ['__atomic_store_n', 3, atomicStore],
        ['__builtin_bpf_load_byte', 2, packetLoad(1)],
        ['__builtin_bpf_load_half', 2, packetLoad(2)],
        ['__builtin_bpf_load_word', 2, packetLoad(4)],
        ['__builtin_alloca', 1, refused('the stack has a fixed size; use an array of constant length')],
        ['__builtin_return_address', 1, refused('there is no return address')],
        ['__builtin_frame_address', 1, refused('frames are not addressable')],
        ['__builtin_va_start', [1, 2], refused('variadic functions cannot be defined')],
        ['__builtin_va_end', 1, refused('variadic functions cannot be defined')],
      ] as const
    ).map(([name, arity, handler]) => [
      name,
      { arity: arity as number | [number, number], handler: handler as Handler },
    ]),
  );

/** Names of builtins that are the C library's too: a declaration in the text does not change what they are. */
export const libraryBuiltins: ReadonlySet<string> = new Set(['memcpy', 'memmove', 'memset', 'memcmp']);

/** Checks a use of the builtin `name`. */
export function checkBuiltin(
  checker: ExpressionChecker,
  name: string,
  args: readonly Expression[],
  span: Span,
): Place | Typed {
  const row = builtins.get(name);
  if (!row) return errorNode(span);
  const [least, most] = typeof row.arity === 'number' ? [row.arity, row.arity] : row.arity;
  if (args.length < least || args.length > most) {
    const problem = args.length < least ? 'too few' : 'too many';
    checker.diagnostics.error(
      'argument-count',
      `${problem} arguments to function call, expected ${least}, have ${args.length}`,
      span,
    );
    return errorNode(span);
  }
  const result = row.handler({ checker, args, span, name });
  return result;
}
