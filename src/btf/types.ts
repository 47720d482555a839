// BTF's type graph: nodes refer to each other by id, 0 being `void`.
// Source: Linux Documentation/bpf/btf.rst (v6.18).

/** Index into a BTF type table; 0 is `void`. */
export type TypeId = number;

/** How an integer is to be shown. */
export type IntEncoding = 'unsigned' | 'signed' | 'char' | 'bool';

/** Linkage of functions and variables. */
export type Linkage = 'static' | 'global' | 'extern';

/** A member of a struct or union. */
export interface BtfMember {
  /** Empty for an anonymous member. */
  readonly name: string;
  readonly type: TypeId;
  /** From the start of the struct. */
  readonly bitOffset: number;
  /** 0 where the member is not a bit-field. */
  readonly bitSize: number;
}

/** A name and value of an enum; above 32 bits and below 0 alike. */
export interface BtfEnumerator {
  readonly name: string;
  readonly value: bigint;
}

/** A function's parameter; the last of a variadic function has type 0 and no name. */
export interface BtfParameter {
  readonly name: string;
  readonly type: TypeId;
}

/** A variable inside a section. */
export interface BtfSectionVariable {
  /** Id of a `var` (or, for extern functions, `func`). */
  readonly type: TypeId;
  readonly offset: number;
  readonly size: number;
}

/** Every kind of BTF type. Sizes are in bytes. */
export type BtfType =
  | { readonly kind: 'void' }
  | {
      readonly kind: 'int';
      readonly name: string;
      readonly size: number;
      readonly encoding: IntEncoding;
      readonly bits: number;
      readonly bitOffset: number;
    }
  | { readonly kind: 'ptr'; readonly type: TypeId }
  | { readonly kind: 'array'; readonly type: TypeId; readonly indexType: TypeId; readonly length: number }
  | { readonly kind: 'struct'; readonly name: string; readonly size: number; readonly members: readonly BtfMember[] }
  | { readonly kind: 'union'; readonly name: string; readonly size: number; readonly members: readonly BtfMember[] }
  | {
      readonly kind: 'enum';
      readonly name: string;
      readonly size: number;
      readonly signed: boolean;
      readonly values: readonly BtfEnumerator[];
    }
  | {
      readonly kind: 'enum64';
      readonly name: string;
      readonly size: number;
      readonly signed: boolean;
      readonly values: readonly BtfEnumerator[];
    }
  | { readonly kind: 'fwd'; readonly name: string; readonly union: boolean }
  | { readonly kind: 'typedef'; readonly name: string; readonly type: TypeId }
  | { readonly kind: 'volatile'; readonly type: TypeId }
  | { readonly kind: 'const'; readonly type: TypeId }
  | { readonly kind: 'restrict'; readonly type: TypeId }
  | { readonly kind: 'func'; readonly name: string; readonly type: TypeId; readonly linkage: Linkage }
  | { readonly kind: 'funcProto'; readonly returnType: TypeId; readonly parameters: readonly BtfParameter[] }
  | { readonly kind: 'var'; readonly name: string; readonly type: TypeId; readonly linkage: Linkage }
  | {
      readonly kind: 'datasec';
      readonly name: string;
      readonly size: number;
      readonly variables: readonly BtfSectionVariable[];
    }
  | { readonly kind: 'float'; readonly name: string; readonly size: number }
  | {
      readonly kind: 'declTag';
      readonly name: string;
      readonly type: TypeId;
      readonly componentIndex: number;
      readonly attribute: boolean;
    }
  | { readonly kind: 'typeTag'; readonly name: string; readonly type: TypeId; readonly attribute: boolean };

/** Name of a BTF kind. */
export type BtfKind = BtfType['kind'];

/** The type of one kind, as in `BtfTypeOf<'struct'>`. */
export type BtfTypeOf<K extends BtfKind> = Extract<BtfType, { readonly kind: K }>;

/**
 * A table of types. Implementations: the lazy reader of BTF bytes (`parseBtf`) and the builder (`BtfBuilder`).
 * Split BTF (a module's) continues the ids of its base.
 */
export interface Btf {
  /** Number of ids, `void` and the base's included: valid ids are `0 .. length - 1`. */
  readonly length: number;
  /** First id that belongs to this table itself and not to the base (1 without a base). */
  readonly firstId: TypeId;
  readonly base: Btf | undefined;
  /** @throws FormatError when there is no such id or its bytes are malformed. */
  type(id: TypeId): BtfType;
  /** Id of the first type of that name (and kind), own types before the base's; undefined if none. */
  find(name: string, kind?: BtfKind): TypeId | undefined;
  /** Ids of all types of that name (and kind; base's included), ascending. */
  findAll(name: string, kind?: BtfKind): readonly TypeId[];
  /** Id of the first enum (of either width) with an enumerator of that name, own types before the base's. */
  findEnumerator(name: string): TypeId | undefined;
  /** Names that begin so, as the flavours of CO-RE do: `task_struct___old`. Tables that leave it out have none. */
  namesStartingWith?(start: string): readonly string[];
}

/** Where an instruction came from; part of BTF.ext and of every program. */
export interface LineInfo {
  /** Slot number inside the program. */
  readonly instruction: number;
  readonly file: string;
  /** The text of the source line. */
  readonly text: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

/** A function (program or subprogram) starting at a slot. */
export interface FuncInfo {
  readonly instruction: number;
  /** Id of a `func`. */
  readonly type: TypeId;
}

/** What a CO-RE relocation asks of the target's types (`enum bpf_core_relo_kind`, in its order). */
export type CoreKind =
  | 'field-byte-offset'
  | 'field-byte-size'
  | 'field-exists'
  | 'field-signed'
  | 'field-lshift-u64'
  | 'field-rshift-u64'
  | 'type-id-local'
  | 'type-id-target'
  | 'type-exists'
  | 'type-size'
  | 'enumval-exists'
  | 'enumval-value'
  | 'type-matches';

/** One CO-RE record (`struct bpf_core_relo`): instruction to patch, local type, and the access from it. */
export interface CoreRelocation {
  readonly instruction: number;
  readonly type: TypeId;
  /** As in `0:1:2`: indices of array, member, ... */
  readonly access: string;
  readonly kind: CoreKind;
}
