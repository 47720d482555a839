// BTF as bpftool sees it, and our types in the same words: the oracle of the reader.

import { execFileSync } from 'node:child_process';
import type { Btf, BtfKind, BtfType, TypeId } from '../../src/btf/index.ts';

/** bpftool's words for a type, by id. */
export type BpftoolType = Readonly<Record<string, unknown>>;

/** What `bpftool btf dump file FILE --json` says. */
export function dumpByBpftool(file: string, base?: string): BpftoolType[] {
  const options = base === undefined ? [] : ['-B', base];
  const text = runBpftool(['-j', ...options, 'btf', 'dump', 'file', file]);
  // JSON.parse would round 64-bit enumerators.
  const exact = text.replace(/"val":(-?\d+)/g, '"val":"$1"');
  return (JSON.parse(exact) as { types: BpftoolType[] }).types.map(withoutSigns);
}

/** bpftool prints the negative values of unsigned enums of 4 bytes (clang before 16) as if they had 8. */
function withoutSigns(type: BpftoolType): BpftoolType {
  if (type.kind !== 'ENUM' || type.encoding !== 'UNSIGNED') return type;
  const values = type.values as readonly { readonly name: string; readonly val: string }[];
  return { ...type, values: values.map(({ name, val }) => ({ name, val: `${BigInt.asUintN(32, BigInt(val))}` })) };
}

/** What `bpftool` prints. */
export function runBpftool(args: readonly string[]): string {
  try {
    return execFileSync('bpftool', args, { encoding: 'utf8', maxBuffer: 1 << 30 });
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT')
      throw new Error('bpftool is needed: apt-get install bpftool', { cause: error });
    throw error;
  }
}

const kindWords: Readonly<Record<BtfKind, string>> = {
  void: 'UNKNOWN',
  int: 'INT',
  ptr: 'PTR',
  array: 'ARRAY',
  struct: 'STRUCT',
  union: 'UNION',
  enum: 'ENUM',
  fwd: 'FWD',
  typedef: 'TYPEDEF',
  volatile: 'VOLATILE',
  const: 'CONST',
  restrict: 'RESTRICT',
  func: 'FUNC',
  funcProto: 'FUNC_PROTO',
  var: 'VAR',
  datasec: 'DATASEC',
  float: 'FLOAT',
  declTag: 'DECL_TAG',
  typeTag: 'TYPE_TAG',
  enum64: 'ENUM64',
};

const anonymous = (name: string): string => (name === '' ? '(anon)' : name);

/** One of our types in bpftool's words. */
export function inBpftoolWords(btf: Btf, id: TypeId): BpftoolType {
  const type = btf.type(id);
  const name = 'name' in type ? anonymous(type.name) : '(anon)';
  return { id, kind: kindWords[type.kind], name, ...details(type) };
}

function details(type: BtfType): BpftoolType {
  switch (type.kind) {
    case 'int': {
      const encoding = { unsigned: '(none)', signed: 'SIGNED', char: 'CHAR', bool: 'BOOL' }[type.encoding];
      return { size: type.size, bits_offset: type.bitOffset, nr_bits: type.bits, encoding };
    }
    case 'array':
      return { type_id: type.type, index_type_id: type.indexType, nr_elems: type.length };
    case 'struct':
    case 'union':
      return {
        size: type.size,
        vlen: type.members.length,
        members: type.members.map((member) => ({
          name: anonymous(member.name),
          type_id: member.type,
          bits_offset: member.bitOffset,
          ...(member.bitSize > 0 ? { bitfield_size: member.bitSize } : {}),
        })),
      };
    case 'enum':
    case 'enum64':
      return {
        encoding: type.signed ? 'SIGNED' : 'UNSIGNED',
        size: type.size,
        vlen: type.values.length,
        values: type.values.map(({ name, value }) => ({ name, val: `${value}` })),
      };
    case 'fwd':
      return { fwd_kind: type.union ? 'union' : 'struct' };
    case 'func':
      return { type_id: type.type, linkage: type.linkage };
    case 'var':
      return { type_id: type.type, linkage: type.linkage };
    case 'funcProto':
      return {
        ret_type_id: type.returnType,
        vlen: type.parameters.length,
        params: type.parameters.map((parameter) => ({ name: anonymous(parameter.name), type_id: parameter.type })),
      };
    case 'datasec':
      return {
        size: type.size,
        vlen: type.variables.length,
        vars: type.variables.map((variable) => ({
          type_id: variable.type,
          offset: variable.offset,
          size: variable.size,
        })),
      };
    case 'float':
      return { size: type.size };
    case 'declTag':
      return { type_id: type.type, component_idx: type.componentIndex };
    case 'void':
      return {};
    default:
      return { type_id: type.type };
  }
}
