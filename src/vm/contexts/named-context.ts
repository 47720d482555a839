// Contexts from plain objects: fields by the names of the built-in layouts, or by BTF for structures of the kernel.

import { ValueError } from '../../base/index.ts';
import type { Btf, TypeId } from '../../btf/index.ts';
import { encoder, resolveType, sizeOf } from '../../btf/index.ts';
import type { ProgramSpec } from '../../object/index.ts';
import { contexts } from '../../spec/index.ts';
import type { FieldValue } from './encode-context.ts';
import { encodeFields } from './encode-context.ts';
import type { ContextLayout, ContextName } from './layouts.ts';
import { contextLayouts, registerAliases } from './layouts.ts';
import { encodeTraceRecord } from './trace-format.ts';

/** What a run gets, as a plain object. Names that are not listed here are fields of the program's context structure. */
export interface NamedContext {
  /** Packet data, for programs that take some. */
  readonly packet?: Uint8Array;
  /** Arguments of the traced function or tracepoint; of kprobes they go into the registers. */
  readonly args?: readonly (number | bigint)[];
  /** Result of the traced function, for programs that run when it returns. */
  readonly result?: number | bigint;
  /** The context's bytes as they are, instead of fields. */
  readonly context?: Uint8Array;
  /** A tracepoint's format, as in tracefs `events/CATEGORY/NAME/format`, by which fields are laid out. */
  readonly format?: string;
  /** Registers of this architecture; default x86-64. */
  readonly architecture?: 'x86-64' | 'arm64';
  readonly cpu?: number;
  /** bpf_get_attach_cookie(). */
  readonly cookie?: bigint;
  /** bpf_get_func_ip(). */
  readonly functionAddress?: bigint;
  readonly functionReturn?: bigint;
  readonly sysctl?: { readonly name: string; readonly current: string; readonly written: string };
  readonly [field: string]: unknown;
}

const notFields: ReadonlySet<string> = new Set([
  'packet',
  'args',
  'result',
  'context',
  'format',
  'architecture',
  'cpu',
  'cookie',
  'functionAddress',
  'functionReturn',
  'sysctl',
]);

/** Other names for fields, by layout. */
const aliases: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  xdp_md: { ifindex: 'ingress_ifindex' },
};

function fieldsOf(named: NamedContext, isRecord: boolean): Record<string, unknown> {
  const isField = (name: string): boolean => !notFields.has(name) || (isRecord && name === 'args');
  return Object.fromEntries(Object.entries(named).filter(([name]) => isField(name)));
}

function encodeLayout(layout: ContextLayout, name: string, fields: Record<string, unknown>): Uint8Array {
  const bytes = new Uint8Array(layout.size);
  const renamed = Object.entries(fields).map(([field, value]) => [aliases[name]?.[field] ?? field, value]);
  encodeFields(layout, Object.fromEntries(renamed) as Record<string, FieldValue>, new DataView(bytes.buffer));
  return bytes;
}

/** Registers with the arguments and the result of the probed function where the calling convention has them. */
function registers(named: NamedContext, fields: Record<string, unknown>): Uint8Array {
  const architecture = named.architecture ?? 'x86-64';
  const { args, result } = registerAliases[architecture];
  const values: Record<string, unknown> = { ...fields };
  for (const [index, value] of (named.args ?? []).entries()) {
    const register = args[index];
    if (register === undefined)
      throw new ValueError(`args[${index}]`, `only ${args.length} arguments are in registers`);
    values[register] = value;
  }
  if (named.result !== undefined) values[result] = named.result;
  return encodeLayout(contextLayouts[`pt_regs:${architecture}`], 'pt_regs', values);
}

function words(values: readonly (number | bigint)[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 8);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of values.entries()) view.setBigUint64(index * 8, BigInt.asUintN(64, BigInt(value)), true);
  return bytes;
}

/** The structure that the program's argument points to, by its BTF prototype. */
function contextType(spec: ProgramSpec, btf: Btf): TypeId | undefined {
  const info = spec.funcInfo.find(({ instruction }) => instruction === 0);
  const func = info && btf.type(info.type);
  const prototype = func?.kind === 'func' ? btf.type(func.type) : undefined;
  const parameter = prototype?.kind === 'funcProto' ? prototype.parameters[0] : undefined;
  if (!parameter) return undefined;
  const pointer = resolveType(btf, parameter.type);
  if (pointer.kind !== 'ptr') return undefined;
  return resolveType(btf, pointer.type).kind === 'struct' ? pointer.type : undefined;
}

function encodeByBtf(btf: Btf, type: TypeId, fields: Record<string, unknown>): Uint8Array {
  const bytes = new Uint8Array(sizeOf(btf, type));
  encoder(btf, type, { name: 'context' })(fields, new DataView(bytes.buffer));
  return bytes;
}

/** Bytes of the context; undefined where the program's type makes its own and no field is given. */
export function contextBytes(spec: ProgramSpec, btf: Btf | undefined, named: NamedContext): Uint8Array | undefined {
  if (named.context) return named.context;
  // A tracepoint's record may have a field of that name: the arguments of a system call.
  const isRecord = spec.type === 'tracepoint';
  const fields = fieldsOf(named, isRecord);
  const row = contexts.find(({ programType }) => programType === spec.type);
  if (row?.struct === 'pt_regs') return registers(named, fields);
  const takesWords = (row?.struct === undefined && !isRecord) || row?.struct === 'bpf_raw_tracepoint_args';
  if (named.args && takesWords) return words(named.result === undefined ? named.args : [...named.args, named.result]);
  const isEmpty = Object.keys(fields).length === 0;
  if (row?.struct !== undefined && row.struct in contextLayouts) {
    const name = row.struct as ContextName;
    return isEmpty ? undefined : encodePacketContext(name, named, fields);
  }
  if (isEmpty) return undefined;
  if (named.format !== undefined) return encodeTraceRecord(named.format, fields);
  const type = btf && contextType(spec, btf);
  if (!btf || type === undefined) {
    throw new ValueError('context', `the layout of the context of "${spec.name}" is not known`, {
      hint: 'give its bytes as `context`, its tracepoint `format`, or an object with BTF',
    });
  }
  return encodeByBtf(btf, type, fields);
}

/** XDP contexts carry the packet's bounds as the kernel's test run wants them. */
function encodePacketContext(name: ContextName, named: NamedContext, fields: Record<string, unknown>): Uint8Array {
  const bytes = encodeLayout(contextLayouts[name], name, fields);
  if (name === 'xdp_md') new DataView(bytes.buffer).setUint32(4, named.packet?.length ?? 0, true);
  return bytes;
}
