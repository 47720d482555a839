// C types: making, asking, sizes, alignment, compatibility.

import type {
  ArrayType,
  CanonicalType,
  CType,
  EnumType,
  FloatType,
  FunctionType,
  IntegerType,
  PointerType,
  QualifiedType,
  RecordType,
  TaggedType,
  TypedefType,
  VoidType,
} from './types.ts';

/** Makes an object whose `canonical` is itself. */
function canonical<T extends CanonicalType>(fields: Omit<T, 'canonical'>): T {
  const type = fields as T & { canonical: CanonicalType };
  type.canonical = type;
  return type;
}

function integer(name: string, size: number, signed: boolean, rank: number): IntegerType {
  return canonical<IntegerType>({ kind: 'integer', name, size, signed, rank });
}

export const voidType: VoidType = canonical<VoidType>({ kind: 'void' });
export const boolType: IntegerType = integer('_Bool', 1, false, 0);
export const charType: IntegerType = integer('char', 1, true, 1);
export const signedCharType: IntegerType = integer('signed char', 1, true, 1);
export const unsignedCharType: IntegerType = integer('unsigned char', 1, false, 1);
export const shortType: IntegerType = integer('short', 2, true, 2);
export const unsignedShortType: IntegerType = integer('unsigned short', 2, false, 2);
export const intType: IntegerType = integer('int', 4, true, 3);
export const unsignedIntType: IntegerType = integer('unsigned int', 4, false, 3);
export const longType: IntegerType = integer('long', 8, true, 4);
export const unsignedLongType: IntegerType = integer('unsigned long', 8, false, 4);
export const longLongType: IntegerType = integer('long long', 8, true, 5);
export const unsignedLongLongType: IntegerType = integer('unsigned long long', 8, false, 5);
export const int128Type: IntegerType = integer('__int128', 16, true, 6);
export const unsignedInt128Type: IntegerType = integer('unsigned __int128', 16, false, 6);

function float(name: string, size: number): FloatType {
  return canonical<FloatType>({ kind: 'float', name, size });
}

export const floatType: FloatType = float('float', 4);
export const doubleType: FloatType = float('double', 8);

/** Basic types by canonical spelling. */
export const basicTypes: Readonly<Record<string, CType>> = {
  void: voidType,
  _Bool: boolType,
  char: charType,
  'signed char': signedCharType,
  'unsigned char': unsignedCharType,
  short: shortType,
  'unsigned short': unsignedShortType,
  int: intType,
  'unsigned int': unsignedIntType,
  long: longType,
  'unsigned long': unsignedLongType,
  'long long': longLongType,
  'unsigned long long': unsignedLongLongType,
  __int128: int128Type,
  'unsigned __int128': unsignedInt128Type,
  float: floatType,
  double: doubleType,
  'long double': float('long double', 16),
  __builtin_va_list: voidType,
};

const pointers = new WeakMap<CType, PointerType>();

/** Pointer to `to`; one object per pointee. */
export function pointerTo(to: CType): PointerType {
  let type = pointers.get(to);
  if (!type) {
    type = canonical<PointerType>({ kind: 'pointer', to });
    pointers.set(to, type);
  }
  return type;
}

export function arrayOf(of: CType, length: number | undefined): ArrayType {
  return canonical<ArrayType>({ kind: 'array', of, length });
}

export function functionType(fields: Omit<FunctionType, 'kind' | 'canonical'>): FunctionType {
  return canonical<FunctionType>({ kind: 'function', ...fields });
}

export function recordType(fields: Omit<RecordType, 'kind' | 'canonical'>): RecordType {
  return canonical<RecordType>({ kind: 'record', ...fields });
}

/** Gives a record made elsewhere (with a lazy `layout`) its canonical self. */
export function sealRecord(record: Omit<RecordType, 'canonical'>): RecordType {
  return canonical<RecordType>(record);
}

export function enumType(fields: Omit<EnumType, 'kind' | 'canonical'>): EnumType {
  return canonical<EnumType>({ kind: 'enum', ...fields });
}

export function typedef(name: string, type: CType, align?: number): TypedefType {
  return { kind: 'typedef', name, type, align, canonical: type.canonical };
}

/** `type` with `qualifiers` (1 const, 2 volatile, 4 restrict) added; arrays qualify their elements. */
export function qualified(type: CType, qualifiers: number): CType {
  if (qualifiers === 0 || (qualifiersOf(type) & qualifiers) === qualifiers) return type;
  const array = type.canonical;
  if (array.kind === 'array') return arrayOf(qualified(array.of, qualifiers), array.length);
  const result: QualifiedType = { kind: 'qualified', type, qualifiers, canonical: type.canonical };
  return result;
}

export function tagged(type: CType, tag: string): TaggedType {
  return { kind: 'tagged', type, tag, canonical: type.canonical };
}

/** All qualifiers of a type, typedefs looked through; an array has its elements'. */
export function qualifiersOf(type: CType): number {
  let result = 0;
  for (let at = type; ; ) {
    if (at.kind === 'qualified') {
      result |= at.qualifiers;
      at = at.type;
    } else if (at.kind === 'typedef' || at.kind === 'tagged') at = at.type;
    else if (at.kind === 'array') at = at.of;
    else return result;
  }
}

export function isVolatile(type: CType): boolean {
  return (qualifiersOf(type) & 2) !== 0;
}

export function isConst(type: CType): boolean {
  return (qualifiersOf(type) & 1) !== 0;
}

/** The type without qualifiers and tags at its top; typedefs stay where nothing qualified is inside. */
export function unqualified(type: CType): CType {
  let at = type;
  while (at.kind === 'qualified' || at.kind === 'tagged') at = at.type;
  return qualifiersOf(at) !== 0 && at.kind === 'typedef' ? at.canonical : at;
}

/** Does a tag (`user`, `percpu`, ...) stand on the way to the canonical type? */
export function hasTag(type: CType, tag: string): boolean {
  for (let at = type; ; ) {
    if (at.kind === 'tagged') {
      if (at.tag === tag) return true;
      at = at.type;
    } else if (at.kind === 'qualified' || at.kind === 'typedef') at = at.type;
    else return false;
  }
}

/** The integer type that holds values of an integer or enum type. */
export function integerOf(type: CType): IntegerType | undefined {
  const { canonical: t } = type;
  if (t.kind === 'integer') return t;
  return t.kind === 'enum' ? t.underlying : undefined;
}

export function isInteger(type: CType): boolean {
  return type.canonical.kind === 'integer' || type.canonical.kind === 'enum';
}

export function isPointer(type: CType): boolean {
  return type.canonical.kind === 'pointer';
}

/** Can be a truth value: integers and pointers. */
export function isScalar(type: CType): boolean {
  const { kind } = type.canonical;
  return kind === 'integer' || kind === 'enum' || kind === 'pointer';
}

export function isVoid(type: CType): boolean {
  return type.canonical.kind === 'void';
}

/** Type pointed at; undefined for anything but a pointer. */
export function pointee(type: CType): CType | undefined {
  const { canonical: t } = type;
  return t.kind === 'pointer' ? t.to : undefined;
}

/** Integer promotion. */
export function promoted(type: CType): CType {
  const t = integerOf(type);
  if (!t || t.rank >= 3) return type.canonical.kind === 'enum' && t ? t : type;
  return intType;
}

/** The type both sides of an arithmetic operator are converted to (6.3.1.8). */
export function commonType(a: CType, b: CType): CType {
  const left = integerOf(promoted(a)) as IntegerType;
  const right = integerOf(promoted(b)) as IntegerType;
  if (left === right) return left;
  if (left.signed === right.signed) return left.rank >= right.rank ? left : right;
  const [unsigned, signed] = left.signed ? [right, left] : [left, right];
  if (unsigned.rank >= signed.rank) return unsigned;
  if (signed.size > unsigned.size) return signed;
  return toUnsigned(signed);
}

/** The unsigned type of the same rank. */
export function toUnsigned(type: IntegerType): IntegerType {
  const name = type.name === 'char' || type.name === 'signed char' ? 'unsigned char' : `unsigned ${type.name}`;
  return type.signed ? (basicTypes[name] as IntegerType) : type;
}

/** Size in bytes; undefined for incomplete types and functions. */
export function sizeOf(type: CType): number | undefined {
  const t = type.canonical;
  switch (t.kind) {
    case 'void':
    case 'function':
      return undefined;
    case 'integer':
    case 'float':
      return t.size;
    case 'pointer':
      return 8;
    case 'enum':
      return t.underlying.size;
    case 'record':
      return t.layout?.size;
    case 'array': {
      const element = sizeOf(t.of);
      return t.length === undefined || element === undefined ? undefined : element * t.length;
    }
  }
}

/** Alignment in bytes (1 where unknown). */
export function alignOf(type: CType): number {
  for (let at = type; ; ) {
    if (at.kind === 'typedef') {
      if (at.align) return at.align;
      at = at.type;
    } else if (at.kind === 'qualified' || at.kind === 'tagged') at = at.type;
    else break;
  }
  const t = type.canonical;
  if (t.kind === 'record') return t.layout?.align ?? 1;
  if (t.kind === 'array') return alignOf(t.of);
  return sizeOf(t) ?? 1;
}

export function isComplete(type: CType): boolean {
  return sizeOf(type) !== undefined;
}

/** Are two types compatible (6.2.7), top qualifiers aside? */
export function compatible(a: CType, b: CType): boolean {
  const [x, y] = [a.canonical, b.canonical];
  if (x === y) return true;
  if (x.kind === 'enum' && y.kind === 'integer') return x.underlying === y;
  if (y.kind === 'enum' && x.kind === 'integer') return y.underlying === x;
  if (x.kind === 'pointer' && y.kind === 'pointer') {
    return (qualifiersOf(x.to) & 3) === (qualifiersOf(y.to) & 3) && compatible(x.to, y.to);
  }
  if (x.kind === 'array' && y.kind === 'array') {
    return (x.length === undefined || y.length === undefined || x.length === y.length) && compatible(x.of, y.of);
  }
  if (x.kind === 'function' && y.kind === 'function') return compatibleFunctions(x, y);
  if (x.kind === 'record' && y.kind === 'record') return sameRecord(x, y);
  return x.kind === 'void' && y.kind === 'void';
}

function compatibleFunctions(x: FunctionType, y: FunctionType): boolean {
  if (!compatible(x.returns, y.returns)) return false;
  if (x.unspecified || y.unspecified) return true;
  return (
    x.variadic === y.variadic &&
    x.parameters.length === y.parameters.length &&
    x.parameters.every(({ type }, i) => compatible(type, y.parameters[i]?.type ?? voidType))
  );
}

/** The kernel's types may be met by more than one way: same tag, same thing. */
function sameRecord(x: RecordType, y: RecordType): boolean {
  return (
    x.tag !== undefined && x.tag === y.tag && x.union === y.union && (x.origin === 'kernel' || y.origin === 'kernel')
  );
}

/** A value wrapped to what an integer type can hold. */
export function wrapTo(type: CType, value: bigint): bigint {
  const t = integerOf(type);
  if (!t) return BigInt.asUintN(64, value);
  if (t.rank === 0) return value === 0n ? 0n : 1n;
  return t.signed ? BigInt.asIntN(t.size * 8, value) : BigInt.asUintN(t.size * 8, value);
}
