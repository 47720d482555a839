// The typed tree: every name resolved, every conversion explicit, every type laid out. Made by check/, read by lower/.

import type { Qualifiers, Unroll } from '../parse/types.ts';
import type { Span } from '../preprocess/types.ts';
import type { ComparisonOperator } from '../relations.ts';

/** A C type. `canonical` is the same type without typedefs, qualifiers and tags at its top. */
export type CType =
  | VoidType
  | IntegerType
  | FloatType
  | PointerType
  | ArrayType
  | FunctionType
  | RecordType
  | EnumType
  | TypedefType
  | QualifiedType
  | TaggedType;

/** A type that can be canonical. */
export type CanonicalType = Exclude<CType, TypedefType | QualifiedType | TaggedType>;

interface TypeBase {
  readonly canonical: CanonicalType;
}

export interface VoidType extends TypeBase {
  readonly kind: 'void';
}

/** Any integer type but enums; `_Bool` has rank 0. */
export interface IntegerType extends TypeBase {
  readonly kind: 'integer';
  readonly name: string;
  /** In bytes: 1, 2, 4, 8, 16. */
  readonly size: number;
  readonly signed: boolean;
  /** Conversion rank: _Bool 0, char 1, short 2, int 3, long 4, long long 5, __int128 6. */
  readonly rank: number;
}

/** Storage only: anything else done with it is refused. */
export interface FloatType extends TypeBase {
  readonly kind: 'float';
  readonly name: string;
  readonly size: number;
}

export interface PointerType extends TypeBase {
  readonly kind: 'pointer';
  readonly to: CType;
}

export interface ArrayType extends TypeBase {
  readonly kind: 'array';
  readonly of: CType;
  /** Undefined: incomplete (`[]`). */
  readonly length: number | undefined;
}

export interface FunctionParameter {
  readonly name: string | undefined;
  readonly type: CType;
}

export interface FunctionType extends TypeBase {
  readonly kind: 'function';
  readonly returns: CType;
  readonly parameters: readonly FunctionParameter[];
  readonly variadic: boolean;
  readonly unspecified: boolean;
}

/** A member, at its place. Offsets are from the start of the struct it is declared in. */
export interface Member {
  /** Undefined for anonymous structs and unions. */
  readonly name: string | undefined;
  readonly type: CType;
  /** In bytes; for a bit-field that of its storage unit (aligned to the declared type's size where possible). */
  readonly offset: number;
  /** Undefined unless a bit-field: position counted in bits from the start of the struct. */
  readonly bits: BitPosition | undefined;
  /** Number of the member in the declaration, as CO-RE counts. */
  readonly index: number;
  readonly declTags: readonly string[];
}

/** Where a bit-field lies. */
export interface BitPosition {
  readonly offset: number;
  readonly size: number;
  readonly unit?: BitUnit;
  /** Without a unit, where fields cross the borders of words: the words that hold the field and its neighbours. */
  readonly words?: readonly BitUnit[];
}

/** The word in which a bit-field is read and written together with its neighbours: bytes from the start of the struct. */
export interface BitUnit {
  readonly offset: number;
  readonly width: 1 | 2 | 4 | 8;
}

/** A struct or union; the identity of the object is the identity of the type. */
export interface RecordType extends TypeBase {
  readonly kind: 'record';
  readonly union: boolean;
  readonly tag: string | undefined;
  /** Fills in members of a type known from BTF on first use; undefined when declared only. */
  layout: RecordLayout | undefined;
  /** Accesses are recorded as CO-RE relocations. */
  preserveAccessIndex: boolean;
  /** `program` where the text defines it; else the kernel's. */
  readonly origin: 'program' | 'kernel';
  readonly span: Span | undefined;
  readonly declTags: string[];
}

export interface RecordLayout {
  readonly members: readonly Member[];
  /** In bytes. */
  readonly size: number;
  readonly align: number;
}

export interface EnumType extends TypeBase {
  readonly kind: 'enum';
  readonly tag: string | undefined;
  /** Undefined when declared only. */
  underlying: IntegerType;
  values: readonly { readonly name: string; readonly value: bigint }[] | undefined;
  readonly origin: 'program' | 'kernel';
}

export interface TypedefType extends TypeBase {
  readonly kind: 'typedef';
  readonly name: string;
  readonly type: CType;
  /** Alignment an attribute asks for. */
  readonly align: number | undefined;
}

export interface QualifiedType extends TypeBase {
  readonly kind: 'qualified';
  readonly type: CType;
  readonly qualifiers: Qualifiers;
}

/** `btf_type_tag`, `address_space`: of the pointee of a pointer. */
export interface TaggedType extends TypeBase {
  readonly kind: 'tagged';
  readonly type: CType;
  readonly tag: string;
}

/** A variable, wherever it lives. */
export interface Variable {
  readonly kind: 'variable';
  readonly name: string;
  type: CType;
  readonly storage: 'local' | 'parameter' | 'static' | 'global' | 'extern';
  /** As the attribute says; undefined: by initialiser and constness. */
  section: string | undefined;
  /** Minimum alignment in bytes, 0: the type's. */
  align: number;
  weak: boolean;
  hidden: boolean;
  used: boolean;
  /** Static storage: contents, once seen. */
  initial: StaticData | undefined;
  readonly span: Span;
  /** Unique in the object: function-local statics are `function.name`. */
  readonly symbol: string;
  readonly declTags: string[];
  /** Called with the variable's address when its scope is left. */
  cleanup: FunctionSymbol | undefined;
}

/** Contents of a variable with static storage: bytes, and places that hold addresses. */
export interface StaticData {
  readonly bytes: Uint8Array;
  readonly addresses: readonly {
    readonly offset: number;
    readonly target: Variable | FunctionSymbol;
    readonly addend: number;
  }[];
}

/** A function: defined here, extern (kfunc), or a helper of the kernel. */
export interface FunctionSymbol {
  readonly kind: 'function';
  readonly name: string;
  type: FunctionType;
  storage: 'global' | 'static' | 'extern';
  section: string | undefined;
  weak: boolean;
  hidden: boolean;
  /** extern that the kernel supplies. */
  ksym: boolean;
  inline: 'always' | 'never' | 'auto';
  /** Number of the kernel helper that this name is (`(void *)1`-style declarations too). */
  helperId: number | undefined;
  /** Its body is nothing but assembly, which returns by itself. */
  naked: boolean;
  body: TypedStatement | undefined;
  parameters: readonly Variable[];
  readonly span: Span;
  readonly declTags: string[];
  /** Called or address taken. */
  used: boolean;
}

interface ExpressionBase {
  readonly type: CType;
  readonly span: Span;
}

/** An expression that denotes an object in memory. */
export type Place = ExpressionBase &
  (
    | { readonly kind: 'variable'; readonly variable: Variable }
    | { readonly kind: 'dereference'; readonly pointer: Typed }
    /** `chain` are the members passed, anonymous ones included. */
    | { readonly kind: 'member'; readonly object: Place; readonly member: Member; readonly record: RecordType }
    | { readonly kind: 'element'; readonly array: Place; readonly index: Typed }
    | { readonly kind: 'string'; readonly bytes: Uint8Array }
    | { readonly kind: 'compound-literal'; readonly variable: Variable; readonly initial: LocalInitial | undefined }
    /** A struct that an expression yields (call, conditional, assignment, statement expression), kept in memory for its members. */
    | { readonly kind: 'temporary'; readonly value: Typed }
  );

/** One store of a local initialiser, in order, after the object was zeroed (unless `exact`). */
export interface LocalStore {
  readonly offset: number;
  readonly bits: Member['bits'];
  readonly type: CType;
  readonly value: Typed;
}

/** Arithmetic after the usual conversions: both sides and the result have one type (shifts: the left's). */
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%' | '<<' | '>>' | '&' | '|' | '^';
export type { ComparisonOperator };

/** An expression with a value (rvalue). */
export type Typed = ExpressionBase &
  (
    | { readonly kind: 'constant'; readonly value: bigint }
    /** A floating-point constant; it must become an integer before there is code. */
    | { readonly kind: 'float'; readonly number: number }
    | { readonly kind: 'load'; readonly place: Place }
    /** Address of an object; arrays decay through it. */
    | { readonly kind: 'address'; readonly place: Place }
    | { readonly kind: 'function-address'; readonly function: FunctionSymbol }
    | { readonly kind: 'convert'; readonly value: Typed }
    | { readonly kind: 'unary'; readonly op: '-' | '~' | '!'; readonly value: Typed }
    | { readonly kind: 'arithmetic'; readonly op: ArithmeticOperator; readonly left: Typed; readonly right: Typed }
    | { readonly kind: 'compare'; readonly op: ComparisonOperator; readonly left: Typed; readonly right: Typed }
    /** `offset` is an integer of 64 bits, counted in elements of `elementSize` bytes; `subtract` negates it. */
    | {
        readonly kind: 'pointer-add';
        readonly pointer: Typed;
        readonly offset: Typed;
        readonly elementSize: number;
        readonly subtract: boolean;
      }
    | { readonly kind: 'pointer-difference'; readonly left: Typed; readonly right: Typed; readonly elementSize: number }
    | { readonly kind: 'logical'; readonly op: '&&' | '||'; readonly left: Typed; readonly right: Typed }
    | { readonly kind: 'conditional'; readonly condition: Typed; readonly then: Typed; readonly else: Typed }
    | { readonly kind: 'comma'; readonly left: Typed; readonly right: Typed }
    | { readonly kind: 'assign'; readonly target: Place; readonly value: Typed }
    /** `target op= value`: computed in `computeType`, then converted back. `postfix` yields the old value. */
    | {
        readonly kind: 'compound-assign';
        readonly op: ArithmeticOperator;
        readonly target: Place;
        readonly value: Typed;
        readonly computeType: CType;
        /** Pointers: bytes per element; 0 for integers. */
        readonly elementSize: number;
        readonly postfix: boolean;
      }
    | { readonly kind: 'call'; readonly callee: Callee; readonly arguments: readonly Typed[] }
    | {
        readonly kind: 'builtin';
        readonly name: string;
        readonly arguments: readonly Typed[];
        readonly data?: BuiltinData;
      }
    | {
        readonly kind: 'statement-expression';
        readonly body: readonly TypedStatement[];
        readonly result: Typed | undefined;
      }
    | { readonly kind: 'error' }
  );

/** What is called: a symbol (the kernel's helpers are symbols with `helperId`), a helper by number, or a pointer. */
export type Callee =
  | { readonly kind: 'symbol'; readonly function: FunctionSymbol }
  | { readonly kind: 'helper'; readonly id: number; readonly name: string }
  | { readonly kind: 'pointer'; readonly value: Typed };

/** What a builtin needs beside its arguments. */
export interface BuiltinData {
  /** CO-RE: the place asked about, or the type or the enumerator. */
  readonly place?: Place | undefined;
  readonly subject?: CType | undefined;
  readonly enumerator?: { readonly type: EnumType; readonly index: number; readonly value: bigint } | undefined;
  readonly info?: number | undefined;
  readonly access?: readonly number[] | undefined;
}

/** An operand of inline assembly. */
export interface TypedAsmOperand {
  readonly name: string | undefined;
  readonly constraint: string;
  readonly place: Place | undefined;
  readonly value: Typed | undefined;
}

/** A statement; loops keep their form for the line table and `#pragma unroll`. */
export type TypedStatement = { readonly span: Span } & (
  | { readonly kind: 'expression'; readonly value: Typed }
  /** `declares`: several locals of one declaration, which belong to the scope around. */
  | { readonly kind: 'block'; readonly body: readonly TypedStatement[]; readonly declares?: true }
  | { readonly kind: 'local'; readonly variable: Variable; readonly initial: LocalInitial | undefined }
  | {
      readonly kind: 'if';
      readonly condition: Typed;
      readonly then: TypedStatement;
      readonly else: TypedStatement | undefined;
    }
  | {
      readonly kind: 'loop';
      readonly init: TypedStatement | undefined;
      /** Undefined: forever. */
      readonly condition: Typed | undefined;
      /** `do`: the condition is tested after the body. */
      readonly testAfter: boolean;
      readonly step: Typed | undefined;
      readonly body: TypedStatement;
      readonly unroll: Unroll;
    }
  | {
      readonly kind: 'switch';
      readonly value: Typed;
      readonly cases: readonly SwitchCase[];
      readonly body: TypedStatement;
    }
  /** The label of `cases[index]` of the innermost switch; -1 for `default`. */
  | { readonly kind: 'case'; readonly index: number; readonly body: TypedStatement }
  | { readonly kind: 'break' | 'continue' | 'empty' }
  | { readonly kind: 'return'; readonly value: Typed | undefined }
  | { readonly kind: 'goto'; readonly label: string }
  | { readonly kind: 'label'; readonly name: string; readonly body: TypedStatement }
  | {
      readonly kind: 'asm';
      readonly template: string;
      readonly volatile: boolean;
      readonly outputs: readonly TypedAsmOperand[];
      readonly inputs: readonly TypedAsmOperand[];
      readonly clobbers: readonly string[];
      /** Of `asm goto`: as written, and what it is called in the function. */
      readonly labels: readonly { readonly name: string; readonly label: string }[];
    }
);

/** `case first ... last`. */
export interface SwitchCase {
  readonly first: bigint;
  readonly last: bigint;
}

/** Initialiser of a local: zero everything first (`zero`), then the stores. A whole struct: one store of its size. */
export interface LocalInitial {
  readonly zero: boolean;
  readonly stores: readonly LocalStore[];
}

/** A checked translation unit. */
export interface Program {
  readonly functions: readonly FunctionSymbol[];
  readonly variables: readonly Variable[];
  readonly license: string | undefined;
  /** Types that the object's BTF is to hold although nothing in it refers to them. */
  readonly keptTypes?: readonly CType[];
  /** The static variable that holds a string literal whose address is taken; made (and added to `variables`) on first use. */
  readonly stringVariable: (literal: Place & { readonly kind: 'string' }) => Variable;
}
