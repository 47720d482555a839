// Types of the target's BTF as C types, made when first asked for and kept as long as the BTF.

import type { Btf, BtfMember, BtfType, BtfTypeOf, TypeId } from '../../btf/index.ts';
import { stableRecords } from '../headers/stable-records.ts';
import {
  alignOf,
  arrayOf,
  basicTypes,
  enumType,
  functionType,
  intType,
  pointerTo,
  qualified,
  sealRecord,
  sizeOf,
  tagged,
  typedef,
  unsignedCharType,
  voidType,
} from './ctypes.ts';
import type {
  BitPosition,
  CType,
  EnumType,
  FunctionType,
  IntegerType,
  Member,
  RecordLayout,
  RecordType,
} from './types.ts';

const kept = new WeakMap<Btf, BtfTypes>();

/** The C types of a BTF and of its modules; one per `Btf`. */
export function btfTypesOf(btf: Btf, modules: () => readonly Btf[] = (): [] => []): BtfTypes {
  let types = kept.get(btf);
  if (!types) {
    types = new BtfTypes(btf, { modules });
    kept.set(btf, types);
  }
  return types;
}

const integerNames: Readonly<Record<string, string>> = {
  char: 'char',
  'signed char': 'signed char',
  'unsigned char': 'unsigned char',
  'short int': 'short',
  'short unsigned int': 'unsigned short',
  'unsigned int': 'unsigned int',
  'long int': 'long',
  'long unsigned int': 'unsigned long',
  'long long int': 'long long',
  'long long unsigned int': 'unsigned long long',
  '__int128 unsigned': 'unsigned __int128',
};

const bySize: Readonly<Record<string, string>> = {
  '1s': 'signed char',
  '1u': 'unsigned char',
  '2s': 'short',
  '2u': 'unsigned short',
  '4s': 'int',
  '4u': 'unsigned int',
  '8s': 'long',
  '8u': 'unsigned long',
  '16s': '__int128',
  '16u': 'unsigned __int128',
};

type Converter<K extends BtfType['kind']> = (this: BtfTypes, type: BtfTypeOf<K>, id: TypeId) => CType;

/** An enumerator, and where it stands. */
interface KernelEnumerator {
  readonly type: EnumType;
  readonly index: number;
  readonly value: bigint;
}

/** Looks types up by name and converts them lazily. */
export class BtfTypes {
  readonly btf: Btf;
  readonly #types = new Map<TypeId, CType>();
  readonly #ids = new Map<CType, TypeId>();
  readonly #enumerators = new Map<string, KernelEnumerator | undefined>();
  readonly #moduleTypedefs = new Map<string, CType>();
  readonly #base: BtfTypes | undefined;
  readonly #modules: () => readonly Btf[];
  #moduleTypes: readonly BtfTypes[] | undefined;

  constructor(
    btf: Btf,
    {
      base,
      modules = (): [] => [],
    }: { readonly base?: BtfTypes; readonly modules?: (() => readonly Btf[]) | undefined } = {},
  ) {
    this.btf = btf;
    this.#base = base;
    this.#modules = modules;
  }

  /** What this table has, or else the first module that has it. */
  #search<T>(find: (types: BtfTypes) => T | undefined): T | undefined {
    const own = find(this);
    if (own !== undefined) return own;
    this.#moduleTypes ??= this.#modules().map((module) => new BtfTypes(module, { base: this }));
    for (const types of this.#moduleTypes) {
      const found = find(types);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Id that a type came from. */
  idOf(type: CType): TypeId | undefined {
    return this.#ids.get(type);
  }

  typedef(name: string): CType | undefined {
    const id = this.btf.find(name, 'typedef');
    return id === undefined ? this.#moduleTypedefs.get(name) : this.type(id);
  }

  /** A typedef of a module's, which {@link typedef} gives from now on. To be asked for what can be nothing but a type. */
  moduleTypedef(name: string): CType | undefined {
    const found = this.#search((types) => types.typedef(name));
    if (found) this.#moduleTypedefs.set(name, found);
    return found;
  }

  record(tag: string, union: boolean): RecordType | undefined {
    return this.#search((types) => types.ownRecord(tag, union));
  }

  /** As {@link record}, modules left aside. */
  ownRecord(tag: string, union: boolean): RecordType | undefined {
    const id = this.btf.find(tag, union ? 'union' : 'struct');
    return id === undefined ? undefined : (this.type(id) as RecordType);
  }

  enum(tag: string): EnumType | undefined {
    return this.#search((types) => types.#enum(tag));
  }

  #enum(tag: string): EnumType | undefined {
    const id = this.btf.find(tag, 'enum') ?? this.btf.find(tag, 'enum64');
    return id === undefined ? undefined : (this.type(id) as EnumType);
  }

  /** A kernel function's type. */
  function(name: string): FunctionType | undefined {
    return this.#search((types) => types.#function(name));
  }

  #function(name: string): FunctionType | undefined {
    const id = this.btf.find(name, 'func');
    if (id === undefined) return undefined;
    const func = this.btf.type(id);
    return func.kind === 'func' ? (this.type(func.type) as FunctionType) : undefined;
  }

  /** A kernel variable's type. */
  variable(name: string): CType | undefined {
    const id = this.btf.find(name, 'var');
    if (id === undefined) return undefined;
    const found = this.btf.type(id);
    return found.kind === 'var' ? this.type(found.type) : undefined;
  }

  /** An enumerator of any enum of the kernel; `tag`: where to look first. */
  enumerator(name: string, tag?: string): KernelEnumerator | undefined {
    if (!this.#enumerators.has(name)) {
      const hinted = tag === undefined ? undefined : this.#enumeratorIn(this.btf.find(tag, 'enum'), name);
      const found = hinted ?? this.#search((types) => types.#enumeratorIn(types.btf.findEnumerator(name), name));
      this.#enumerators.set(name, found);
    }
    return this.#enumerators.get(name);
  }

  #enumeratorIn(id: TypeId | undefined, name: string): KernelEnumerator | undefined {
    const type = id === undefined ? undefined : (this.type(id) as EnumType);
    const index = type?.values?.findIndex((item) => item.name === name) ?? -1;
    const value = type?.values?.[index]?.value;
    return type && value !== undefined ? { type, index, value } : undefined;
  }

  type(id: TypeId): CType {
    if (this.#base && id < this.btf.firstId) return this.#base.type(id);
    const known = this.#types.get(id);
    if (known) return known;
    const source = this.btf.type(id);
    const made = (converters[source.kind] as Converter<BtfType['kind']>).call(this, source, id);
    this.#types.set(id, made);
    if (!this.#ids.has(made)) this.#ids.set(made, id);
    return made;
  }

  remember(id: TypeId, type: CType): void {
    this.#types.set(id, type);
    this.#ids.set(type, id);
  }

  record_(source: BtfTypeOf<'struct'> | BtfTypeOf<'union'>): RecordType {
    let layout: RecordLayout | undefined;
    const load = (): RecordLayout => {
      layout ??= this.#layout(source);
      return layout;
    };
    const tag = source.name || undefined;
    const record = {
      kind: 'record' as const,
      union: source.kind === 'union',
      tag,
      get layout(): RecordLayout {
        return load();
      },
      preserveAccessIndex: tag === undefined || !stableRecords.has(tag),
      origin: 'kernel' as const,
      span: undefined,
      declTags: [],
    };
    return sealRecord(record);
  }

  #layout(source: BtfTypeOf<'struct'> | BtfTypeOf<'union'>): RecordLayout {
    const { size } = source;
    const members = source.members.map((member, index) => new KernelMember(this, member, index));
    let align: number | undefined;
    return {
      members,
      size,
      get align(): number {
        align ??= alignmentOf(members, size);
        return align;
      },
    };
  }
}

/** A member whose type is made when asked for: the kernel's structs have hundreds, of which a program looks at a few. */
class KernelMember implements Member {
  readonly name: string | undefined;
  readonly offset: number;
  readonly bits: BitPosition | undefined;
  readonly index: number;
  readonly declTags: readonly string[] = [];
  readonly #types: BtfTypes;
  readonly #typeId: TypeId;

  constructor(types: BtfTypes, member: BtfMember, index: number) {
    this.name = member.name || undefined;
    this.index = index;
    this.#types = types;
    this.#typeId = member.type;
    this.bits = member.bitSize === 0 ? undefined : { offset: member.bitOffset, size: member.bitSize };
    this.offset = this.bits ? unitOffset(this.bits, sizeOf(this.type) ?? 4) : member.bitOffset >>> 3;
  }

  get type(): CType {
    return this.#types.type(this.#typeId);
  }
}

/** Where the storage unit of a bit-field lies: at a multiple of its size if the field fits there. */
function unitOffset({ offset, size }: BitPosition, unit: number): number {
  const first = Math.floor(offset / 8 / unit) * unit;
  return offset + size <= (first + unit) * 8 ? first : offset >>> 3;
}

function alignmentOf(members: readonly Member[], size: number): number {
  let align = 1;
  for (const { type, offset, bits } of members) {
    const natural = alignOf(type);
    // A member off its natural place shows a packed struct.
    if ((bits !== undefined || offset % natural === 0) && size % natural === 0) align = Math.max(align, natural);
  }
  return align;
}

/** A struct that is only named: what it holds may still be told under the same name, and is looked for when asked. */
function forward(this: BtfTypes, { union, name }: BtfTypeOf<'fwd'>): CType {
  let full: RecordType | null | undefined = null;
  const find = (): RecordType | undefined => {
    if (full === null) full = this.ownRecord(name, union);
    return full;
  };
  return sealRecord({
    kind: 'record',
    union,
    tag: name,
    get layout(): RecordLayout | undefined {
      return find()?.layout;
    },
    preserveAccessIndex: !stableRecords.has(name),
    origin: 'kernel',
    span: undefined,
    declTags: [],
  });
}

function convertEnum(type: BtfTypeOf<'enum'> | BtfTypeOf<'enum64'>): EnumType {
  const underlying = basicTypes[bySize[`${type.size}${type.signed ? 's' : 'u'}`] ?? 'unsigned int'] as IntegerType;
  return enumType({ tag: type.name || undefined, underlying, values: type.values, origin: 'kernel' });
}

const qualify = (bits: number) =>
  function (this: BtfTypes, type: { readonly type: TypeId }): CType {
    return qualified(this.type(type.type), bits);
  };

const converters: { readonly [K in BtfType['kind']]: Converter<K> } = {
  void: () => voidType,
  int(type): CType {
    if (type.encoding === 'bool') return basicTypes._Bool as CType;
    const name = integerNames[type.name] ?? bySize[`${type.size}${type.encoding === 'unsigned' ? 'u' : 's'}`];
    return name === undefined ? unsignedCharType : (basicTypes[name] ?? intType);
  },
  ptr(type): CType {
    return pointerTo(this.type(type.type));
  },
  array(type): CType {
    return arrayOf(this.type(type.type), type.length);
  },
  struct(type, id): CType {
    const record = this.record_(type);
    this.remember(id, record);
    return record;
  },
  union(type, id): CType {
    const record = this.record_(type);
    this.remember(id, record);
    return record;
  },
  enum: convertEnum,
  enum64: convertEnum,
  fwd: forward,
  typedef(type): CType {
    return typedef(type.name, this.type(type.type));
  },
  volatile: qualify(2),
  const: qualify(1),
  restrict: qualify(4),
  func(type): CType {
    return this.type(type.type);
  },
  funcProto(type): CType {
    const parameters = type.parameters.filter((parameter) => parameter.type !== 0);
    return functionType({
      returns: this.type(type.returnType),
      parameters: parameters.map((parameter) => ({
        name: parameter.name || undefined,
        type: this.type(parameter.type),
      })),
      variadic: parameters.length < type.parameters.length,
      unspecified: false,
    });
  },
  var(type): CType {
    return this.type(type.type);
  },
  datasec: () => voidType,
  float(type): CType {
    return basicTypes[type.size === 4 ? 'float' : 'double'] as CType;
  },
  declTag: () => voidType,
  typeTag(type): CType {
    return tagged(this.type(type.type), type.name);
  },
};
