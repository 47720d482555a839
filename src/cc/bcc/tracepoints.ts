// The context of a tracepoint as a struct: from the event's format file, or else from the kernel's BTF.

import type { Btf, BtfTypeOf } from '../../btf/index.ts';
import { classOfEvent } from './event-classes.ts';

/** One `field:` line of a format file. */
export interface FormatField {
  readonly type: string;
  readonly name: string;
  /** Elements of an array, as written; undefined for a scalar. */
  readonly array: string | undefined;
  readonly offset: number;
  readonly size: number;
  readonly signed: boolean;
  /** `__data_loc`: offset and length of data behind the fixed part. */
  readonly dataLocation: boolean;
}

/** What the kernel's sources say about address spaces and old kernels' format files repeat. */
const addressSpace = /\b__(?:user|kernel|percpu|rcu|iomem|seg_[fg]s)\b\s*/g;

const fieldLine = /^\s*field:(.+?);\s*offset:(\d+);\s*size:(\d+);(?:\s*signed:(\d+);)?/;

/** Fields of a format file, the common ones included. */
export function parseFormat(text: string): FormatField[] {
  return text.split('\n').flatMap((line) => {
    const found = fieldLine.exec(line);
    if (!found) return [];
    const [, declaration = '', offset, size, signed] = found;
    const dataLocation = /^__(?:data|rel)_loc\s/.test(declaration);
    const parts = /^(.*?)(\w+)(?:\[([^\]]*)\])?$/.exec(declaration.replace(/^__(?:data|rel)_loc\s+/, '').trim());
    if (!parts) return [];
    const [, type = '', name = '', array] = parts;
    return [
      {
        type: type.replace(addressSpace, '').trim(),
        name,
        array,
        offset: Number(offset),
        size: Number(size),
        signed: signed === '1',
        dataLocation,
      },
    ];
  });
}

const byWidth: Readonly<Record<number, string>> = { 1: 'char', 2: 'short', 4: 'int', 8: 'long long' };
const widths: Readonly<Record<string, number>> = {
  char: 1,
  'signed char': 1,
  'unsigned char': 1,
  u8: 1,
  __u8: 1,
  s8: 1,
  bool: 1,
  short: 2,
  'unsigned short': 2,
  u16: 2,
  __u16: 2,
  s16: 2,
  umode_t: 2,
  int: 4,
  'unsigned int': 4,
  unsigned: 4,
  u32: 4,
  __u32: 4,
  s32: 4,
  pid_t: 4,
  uid_t: 4,
  gid_t: 4,
  dev_t: 4,
  gfp_t: 4,
  long: 8,
  'unsigned long': 8,
  'long long': 8,
  'unsigned long long': 8,
  u64: 8,
  __u64: 8,
  s64: 8,
  size_t: 8,
  ssize_t: 8,
  loff_t: 8,
  sector_t: 8,
  ino_t: 8,
};

/** A declaration that takes exactly the bytes the format says. */
function declare(field: FormatField): string {
  const { name, size, array } = field;
  if (field.dataLocation) return `int data_loc_${name};`;
  const isPointer = field.type.includes('*');
  const type = isPointer ? field.type : field.type.replace(/\b(?:const|volatile)\s+/g, '');
  if (isPointer && size === 8 && array === undefined) return `${type} ${name};`;
  const width = isPointer ? 8 : widths[type];
  if (array !== undefined || !(size in byWidth)) {
    const element = isPointer ? 'unsigned long' : width === undefined ? 'char' : type;
    return `${element} ${name}[${Math.max(1, Math.floor(size / (width ?? 1)))}];`;
  }
  if (width === size) return `${type} ${name};`;
  const sign = field.signed ? (size === 1 ? 'signed ' : '') : 'unsigned ';
  return `${sign}${byWidth[size]} ${name};`;
}

/** `struct tag` with every field at its offset. */
export function structOfFormat(tag: string, text: string): string {
  let at = 0;
  const members: string[] = [];
  for (const field of parseFormat(text)) {
    if (field.offset < at) continue;
    if (field.offset > at) members.push(`char __pad_${at}[${field.offset - at}];`);
    members.push(declare(field));
    at = field.offset + field.size;
  }
  return `struct ${tag} { ${members.join(' ')} } __attribute__((packed, aligned(8)));`;
}

/** What a lookup needs. */
interface TracepointSource {
  readonly btf?: Btf | undefined;
  readonly tracepointFormat?: ((category: string, event: string) => string | undefined) | undefined;
}

/** Definition of `tracepoint__CATEGORY__EVENT`; undefined for other tags, and where nothing is known of the event. */
export function tracepointStruct(tag: string, source: TracepointSource): string | undefined {
  const parts = /^tracepoint__(\w+?)__(\w+)$/.exec(tag);
  if (!parts) return undefined;
  const [, category = '', event = ''] = parts;
  const format = source.tracepointFormat?.(category, event);
  if (format !== undefined) return structOfFormat(tag, format);
  return source.btf && structOfBtf(tag, source.btf, { category, event });
}

/** `trace_event_raw_EVENT`, or the struct of the class it shares; system calls share two. */
function structOfBtf(
  tag: string,
  btf: Btf,
  { category, event }: { readonly category: string; readonly event: string },
): string | undefined {
  if (category === 'syscalls') return structOfSystemCall(tag, btf, event);
  const layout = (name: string | undefined): number | undefined => btf.find(`trace_event_raw_${name}`, 'struct');
  const id = layout(event) ?? layout(classOfEvent(btf, category, event));
  if (id === undefined) return undefined;
  const record = btf.type(id) as BtfTypeOf<'struct'>;
  const fields = record.members
    .filter(({ name }) => name !== 'ent' && name !== '__data' && name !== '')
    .map(({ name }) =>
      name.startsWith('__data_loc_')
        ? `typeof(((struct ${record.name} *)0)->${name}) data_loc_${name.slice(11)};`
        : `typeof(((struct ${record.name} *)0)->${name}) ${name};`,
    );
  return `struct ${tag} { struct trace_entry __ent; ${fields.join(' ')} } __attribute__((aligned(8)));`;
}

/** Arguments of a system call by the parameters of the kernel's function. */
function structOfSystemCall(tag: string, btf: Btf, event: string): string | undefined {
  const start = 'unsigned long long __common; int __syscall_nr; int __pad;';
  if (event.startsWith('sys_exit')) return `struct ${tag} { ${start} long ret; } __attribute__((aligned(8)));`;
  const name = event.replace(/^sys_enter_/, '');
  if (event === 'sys_enter') return `struct ${tag} { unsigned long long __common; long id; unsigned long args[6]; };`;
  const id = [`__do_sys_${name}`, `__se_sys_${name}`, `do_sys_${name}`, `ksys_${name}`]
    .map((fn) => btf.find(fn, 'func'))
    .find((found) => found !== undefined);
  const func = id === undefined ? undefined : (btf.type(id) as BtfTypeOf<'func'>);
  const proto = func && (btf.type(func.type) as BtfTypeOf<'funcProto'>);
  if (!proto) return `struct ${tag} { ${start} unsigned long args[6]; } __attribute__((aligned(8)));`;
  const fields = proto.parameters.map(({ name: parameter, type }) =>
    btf.type(type).kind === 'ptr' ? `const void *${parameter};` : `unsigned long ${parameter};`,
  );
  return `struct ${tag} { ${start} ${fields.join(' ')} } __attribute__((aligned(8)));`;
}
