// Types as written become types: names looked up, structs laid out, array lengths computed, attributes applied.

import { decodeUtf8 } from '../../base/index.ts';
import type { Attribute, EnumeratorNode, Expression, MemberNode, ParameterNode, TypeNode } from '../parse/types.ts';
import type { Span } from '../preprocess/types.ts';
import {
  arrayOf,
  basicTypes,
  enumType,
  functionType,
  integerOf,
  intType,
  isComplete,
  isInteger,
  longLongType,
  pointerTo,
  qualified,
  recordType,
  sizeOf,
  tagged,
  unsignedIntType,
  unsignedLongLongType,
  voidType,
} from './ctypes.ts';
import { layoutRecord, type MemberDeclaration } from './layout.ts';
import { quoteType } from './print-type.ts';
import { ScopedChecker } from './scope.ts';
import type { CType, EnumType, FunctionParameter, IntegerType, RecordLayout, RecordType, Typed } from './types.ts';

type Resolver<K extends TypeNode['kind']> = (this: TypeChecker, node: TypeNode & { readonly kind: K }) => CType;

/** Largest object, in bytes: what a map value can be, with room to spare. */
const SIZE_LIMIT = 1 << 30;

/** Resolves types; values inside them come from the classes built on this one. */
export abstract class TypeChecker extends ScopedChecker {
  /** Value of an integer constant expression; undefined (and reported) where it is none. */
  abstract integerConstant(node: Expression, what: string): bigint | undefined;
  /** The expression, checked but not evaluated, for its type; arrays do not decay. */
  abstract typeOfExpression(node: Expression): CType;
  abstract staticAssert(condition: Expression, message: string | undefined, span: Span): void;
  abstract rvalue(node: Expression): Typed;

  /** Structs and enums by the node that defines them: several declarators share one. */
  readonly #defined = new Map<TypeNode, CType>();

  override resolveType(node: TypeNode): CType {
    const isDefinition = (node.kind === 'record' && node.members) || (node.kind === 'enum' && node.values);
    if (!isDefinition) return this.#resolve(node);
    const known = this.#defined.get(node) ?? this.#resolve(node);
    this.#defined.set(node, known);
    return known;
  }

  #resolve(node: TypeNode): CType {
    const base = (resolvers[node.kind] as Resolver<TypeNode['kind']>).call(this, node);
    let type = base;
    for (const attribute of node.attributes) {
      const tag = typeTagOf(attribute);
      if (tag !== undefined) type = tagged(type, tag);
      else if (attribute.name === 'vector_size') {
        this.diagnostics.error('vector', 'vector types are not supported by BPF', attribute.span);
      } else if (attribute.name === 'mode') type = this.#mode(type, attribute);
    }
    return qualified(type, node.qualifiers);
  }

  #mode(type: CType, attribute: Attribute): CType {
    const mode = attribute.arguments[0];
    const name = mode?.kind === 'identifier' ? mode.name.replace(/_/g, '') : '';
    const size = { QI: 1, HI: 2, SI: 4, DI: 8, TI: 16, word: 8, byte: 1, pointer: 8 }[name];
    const integer = integerOf(type);
    if (!size || !integer) return type;
    const names = ['signed char', 'short', 'int', 'long', '__int128'];
    const signed = names[Math.log2(size)] as string;
    const found = integer.signed ? signed : signed === 'signed char' ? 'unsigned char' : `unsigned ${signed}`;
    return basicTypes[found] ?? type;
  }

  /** Type of a parameter: arrays and functions become pointers. */
  adjustParameter(type: CType): CType {
    const t = type.canonical;
    if (t.kind === 'array') return pointerTo(t.of);
    return t.kind === 'function' ? pointerTo(type) : type;
  }

  /** The length of an array parameter says nothing, and may be another parameter. */
  #parameterType(node: TypeNode): CType {
    if (node.kind !== 'array') return this.adjustParameter(this.resolveType(node));
    return this.adjustParameter(this.resolveType({ ...node, length: undefined }));
  }

  parameters(nodes: readonly ParameterNode[]): FunctionParameter[] {
    return nodes.map(({ name, type }) => ({ name, type: this.#parameterType(type) }));
  }

  arrayLength(length: Expression, element: CType): number | undefined {
    const value = this.integerConstant(length, 'array');
    if (value === undefined) return 1;
    if (value < 0n) {
      this.diagnostics.error('array-size', 'array has a negative size', length.span);
      return 1;
    }
    if (value * BigInt(sizeOf(element) ?? 1) > SIZE_LIMIT) {
      this.diagnostics.error('array-size', `array is too large (${value} elements)`, length.span);
      return 1;
    }
    return Number(value);
  }

  defineRecord(node: TypeNode & { readonly kind: 'record' }): RecordType {
    const record = this.#declareRecord(node);
    const members: MemberDeclaration[] = [];
    const taken = new Set<string>();
    for (const member of node.members ?? []) {
      if ('kind' in member) this.staticAssert(member.condition, member.message, member.span);
      else members.push(...this.#member(member, record, taken));
    }
    const packed = node.attributes.some(({ name }) => name === 'packed');
    const pragma = node.attributes.find(({ name }) => name === 'pragma_pack')?.arguments[0];
    const layout: RecordLayout = layoutRecord(members, {
      union: node.union,
      packed,
      align: this.alignAttribute(node.attributes),
      maximumAlign: pragma?.kind === 'integer' ? Number(pragma.value) : 0,
    });
    record.layout = layout;
    if (node.attributes.some(({ name }) => name === 'preserve_access_index')) record.preserveAccessIndex = true;
    record.declTags.push(...declTagsOf(node.attributes));
    return record;
  }

  #declareRecord(node: TypeNode & { readonly kind: 'record' }): RecordType {
    const { tag, union, span } = node;
    const here = tag === undefined ? undefined : this.scope.tags.get(tag);
    if (here?.kind === 'record' && here.origin === 'program' && here.union === union) {
      if (!here.layout) return here;
      this.diagnostics.error('redefinition', `redefinition of '${tag}'`, span, {
        notes: this.previousNote('previous definition is here', here.span),
      });
    } else if (here?.kind === 'enum' && here.origin === 'program') {
      this.diagnostics.error(
        'redefinition',
        `use of '${tag}' with tag type that does not match previous declaration`,
        span,
      );
    }
    const fields = { union, tag, layout: undefined, preserveAccessIndex: false, span, declTags: [] };
    const record = recordType({ ...fields, origin: 'program' });
    if (tag !== undefined) this.scope.tags.set(tag, record);
    return record;
  }

  #member(node: MemberNode, record: RecordType, taken: Set<string>): MemberDeclaration[] {
    const type = this.resolveType(node.type);
    const { name } = node;
    const what = name === undefined ? 'field' : `field '${name}'`;
    const bits = node.bits && this.#bitWidth(node, type);
    if (type.canonical.kind === 'function') {
      this.diagnostics.error('field-type', `${what} declared as a function`, node.span);
      return [];
    }
    const isFlexible = type.canonical.kind === 'array' && type.canonical.length === undefined;
    if (!isComplete(type) && !isFlexible) {
      this.diagnostics.error('incomplete-type', `${what} has incomplete type ${quoteType(type)}`, node.span);
      return [];
    }
    if (name === undefined && node.bits === undefined && type.canonical.kind !== 'record') return [];
    for (const own of namesOf({ name, type })) {
      if (taken.has(own)) this.diagnostics.error('duplicate-member', `duplicate member '${own}'`, node.span);
      taken.add(own);
    }
    if (type.canonical.kind === 'record' && name === undefined && record.preserveAccessIndex) {
      type.canonical.preserveAccessIndex = true;
    }
    const packed = node.attributes.some((attribute) => attribute.name === 'packed');
    return [
      { name, type, bits, packed, align: this.alignAttribute(node.attributes), declTags: declTagsOf(node.attributes) },
    ];
  }

  #bitWidth(node: MemberNode, type: CType): number {
    const value = this.integerConstant(node.bits as Expression, 'bit-field width');
    const limit = (sizeOf(type) ?? 0) * 8;
    const integer = integerOf(type);
    const most = integer?.rank === 0 ? 1 : limit;
    if (!isInteger(type)) {
      this.diagnostics.error(
        'bit-field',
        `bit-field '${node.name ?? ''}' has non-integral type ${quoteType(type)}`,
        node.span,
      );
      return 1;
    }
    if (value === undefined) return 1;
    if (value < 0n || value > BigInt(most) || (value === 0n && node.name !== undefined)) {
      const problem =
        value < 0n
          ? 'has negative width'
          : value === 0n
            ? 'has zero width'
            : `exceeds the width of its type (${value} > ${most} bits)`;
      this.diagnostics.error(
        'bit-field',
        `${value === 0n ? 'named ' : ''}bit-field '${node.name ?? ''}' ${problem}`,
        node.span,
      );
      return 1;
    }
    return Number(value);
  }

  /** Largest alignment that `aligned` attributes ask for; 0: none. */
  alignAttribute(attributes: readonly Attribute[]): number {
    let align = 0;
    for (const { name, arguments: args, span } of attributes) {
      if (name !== 'aligned') continue;
      const value = args[0] ? this.integerConstant(args[0], 'alignment') : 8n;
      if (value === undefined) continue;
      if (value > 0n && (value & (value - 1n)) === 0n && value <= 1n << 28n) align = Math.max(align, Number(value));
      else if (value !== 0n) this.diagnostics.error('alignment', 'requested alignment is not a power of 2', span);
    }
    return align;
  }

  defineEnum(node: TypeNode & { readonly kind: 'enum' }): EnumType {
    const values: { name: string; value: bigint }[] = [];
    const fixed = node.underlying && integerOf(this.resolveType(node.underlying));
    const type = enumType({ tag: node.tag, underlying: fixed ?? unsignedIntType, values, origin: 'program' });
    const here = node.tag === undefined ? undefined : this.scope.tags.get(node.tag);
    if (here && here.origin === 'program' && (here.kind === 'record' || here.values)) {
      this.diagnostics.error('redefinition', `redefinition of '${node.tag}'`, node.span);
    }
    if (node.tag !== undefined) this.scope.tags.set(node.tag, type);
    let next = 0n;
    for (const item of node.values ?? []) {
      const value = this.#enumerator(item) ?? next;
      next = value + 1n;
      values.push({ name: item.name, value });
      this.declareName(item.name, { kind: 'enumerator', type, index: values.length - 1, value, span: item.span });
    }
    if (!fixed) type.underlying = enumStorage(values, node.attributes);
    return type;
  }

  #enumerator(item: EnumeratorNode): bigint | undefined {
    const known = this.scope.names.get(item.name);
    if (known && known.kind !== 'typedef' && known.span) {
      this.diagnostics.error('redefinition', `redefinition of '${item.name}'`, item.span, {
        notes: this.previousNote('previous definition is here', known.span),
      });
    }
    return item.value && this.integerConstant(item.value, 'enumerator value');
  }
}

/** The integer type of an enum with these values, as gcc and clang choose it. */
function enumStorage(values: readonly { readonly value: bigint }[], attributes: readonly Attribute[]): IntegerType {
  const low = values.reduce((least, { value }) => (value < least ? value : least), 0n);
  const high = values.reduce((most, { value }) => (value > most ? value : most), 0n);
  if (attributes.some(({ name }) => name === 'packed')) {
    for (const name of ['unsigned char', 'signed char', 'unsigned short', 'short']) {
      const type = basicTypes[name] as IntegerType;
      const limit = 1n << BigInt(type.size * 8 - (type.signed ? 1 : 0));
      if (high < limit && (type.signed ? low >= -limit : low >= 0n)) return type;
    }
  }
  if (low >= 0n) return high <= 0xffffffffn ? unsignedIntType : unsignedLongLongType;
  return low >= -(1n << 31n) && high < 1n << 31n ? intType : longLongType;
}

function namesOf(member: { readonly name: string | undefined; readonly type: CType }): string[] {
  if (member.name !== undefined) return [member.name];
  const t = member.type.canonical;
  return t.kind === 'record' ? (t.layout?.members ?? []).flatMap(namesOf) : [];
}

function stringArgument(attribute: Attribute): string | undefined {
  const value = attribute.arguments[0];
  return value?.kind === 'string' ? decodeUtf8(value.bytes) : undefined;
}

/** Tag of a `btf_type_tag("...")`, or of an address space. */
function typeTagOf(attribute: Attribute): string | undefined {
  return attribute.name === 'btf_type_tag' ? stringArgument(attribute) : undefined;
}

/** All `btf_decl_tag("...")`. */
export function declTagsOf(attributes: readonly Attribute[]): string[] {
  return attributes.flatMap((attribute) =>
    attribute.name === 'btf_decl_tag' ? (stringArgument(attribute) ?? []) : [],
  );
}

/** String argument of the named attribute. */
export function attributeText(attributes: readonly Attribute[], name: string): string | undefined {
  const found = attributes.findLast((attribute) => attribute.name === name);
  return found && stringArgument(found);
}

const resolvers: { readonly [K in TypeNode['kind']]: Resolver<K> } = {
  basic(node): CType {
    return basicTypes[node.name] as CType;
  },
  name(node): CType {
    const found = this.lookup(node.name);
    if (found?.kind === 'typedef') return found.type;
    this.diagnostics.error('unknown-type', `unknown type name '${node.name}'`, node.span);
    return intType;
  },
  record(node): CType {
    if (node.members) return this.defineRecord(node);
    const tag = node.tag as string;
    const found = this.lookupTag(tag, node.union ? 'union' : 'struct');
    if (found?.kind === 'record' && found.union === node.union) return found;
    if (found) {
      this.diagnostics.error(
        'tag',
        `use of '${tag}' with tag type that does not match previous declaration`,
        node.span,
      );
    }
    const fields = {
      union: node.union,
      tag,
      layout: undefined,
      preserveAccessIndex: false,
      span: node.span,
      declTags: [],
    };
    const record = recordType({ ...fields, origin: 'program' });
    const home = this.ownTags.has(tag) ? this.fileScope : this.scope;
    home.tags.set(tag, record);
    return record;
  },
  enum(node): CType {
    if (node.values) return this.defineEnum(node);
    const found = this.lookupTag(node.tag as string, 'enum');
    if (found?.kind === 'enum') return found;
    const type = enumType({ tag: node.tag, underlying: unsignedIntType, values: undefined, origin: 'program' });
    this.scope.tags.set(node.tag as string, type);
    return type;
  },
  'typeof-expression'(node): CType {
    return this.typeOfExpression(node.expression);
  },
  'typeof-type'(node): CType {
    return this.resolveType(node.type);
  },
  auto(node): CType {
    this.diagnostics.error('auto-type', "'__auto_type' not allowed here", node.span);
    return intType;
  },
  pointer(node): CType {
    return pointerTo(this.resolveType(node.to));
  },
  array(node): CType {
    let element = this.resolveType(node.of);
    const { kind } = element.canonical;
    if (kind === 'function' || kind === 'void' || !isComplete(element)) {
      this.diagnostics.error('array-element', `array has incomplete element type ${quoteType(element)}`, node.span);
      element = intType;
    }
    return arrayOf(element, node.length && this.arrayLength(node.length, element));
  },
  function(node): CType {
    let returns = this.resolveType(node.returns);
    const { kind } = returns.canonical;
    if (kind === 'array' || kind === 'function') {
      this.diagnostics.error('return-type', `function cannot return ${kind} type ${quoteType(returns)}`, node.span);
      returns = voidType;
    }
    const { variadic, unspecified } = node;
    return functionType({ returns, parameters: this.parameters(node.parameters), variadic, unspecified });
  },
};
