// Prints types as a C header: each complete before it is needed complete, declared before it is named.

import { FormatError } from '../base/index.ts';
import { Declarator, keywordOf } from './c-declarator.ts';
import { CNames } from './c-names.ts';
import { enumBody, structBody } from './c-struct.ts';
import { alignOf } from './layout.ts';
import type { Btf, BtfMember, BtfType, BtfTypeOf, TypeId } from './types.ts';

/** How to print. */
export interface PrintCOptions {
  /** Name of the include guard; default `__VMLINUX_H__`. Empty: types only, with neither guard nor pragma. */
  readonly guard?: string;
  /** Prototypes of the kernel functions that programs may call. Default: when all types are printed. */
  readonly kfuncs?: boolean;
}

/**
 * Prints types, and all they need, as C that clang and gcc compile and whose layout is BTF's: with explicit padding, packed
 * where it must be, accesses relocatable (CO-RE). Without `ids`, all of the table: a `vmlinux.h`.
 * @throws FormatError when types are malformed.
 */
export function printC(btf: Btf, ids?: readonly TypeId[], options: PrintCOptions = {}): string {
  const { guard = '__VMLINUX_H__', kfuncs = ids === undefined } = options;
  const printer = new CPrinter(btf);
  for (const id of ids ?? allIds(btf)) printer.print(id, ids !== undefined);
  const types = printer.output.join('\n');
  const functions = kfuncs ? printKfuncs(btf, printer) : '';
  if (guard === '') return types + functions;
  return `#ifndef ${guard}
#define ${guard}

#if !defined(BPF_NO_PRESERVE_ACCESS_INDEX) && defined(__clang__) && defined(__bpf__)
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
#endif

${types}
${functions}
#if !defined(BPF_NO_PRESERVE_ACCESS_INDEX) && defined(__clang__) && defined(__bpf__)
#pragma clang attribute pop
#endif

#endif /* ${guard} */
`;
}

function* allIds(btf: Btf): IterableIterator<TypeId> {
  for (let id = btf.firstId; id < btf.length; id++) yield id;
}

/** Functions tagged `bpf_kfunc`. Types they need are printed by then. */
function printKfuncs(btf: Btf, printer: CPrinter): string {
  const functions = new Set<TypeId>();
  for (const id of allIds(btf)) {
    const tag = btf.type(id);
    if (tag.kind === 'declTag' && tag.name === 'bpf_kfunc' && tag.componentIndex === -1) functions.add(tag.type);
  }
  if (functions.size === 0) return '';
  const start = printer.output.length;
  const prototypes = [...functions].map((id) => printer.prototype(id, ' __weak __ksym')).filter((text) => text !== '');
  const more = printer.output.slice(start);
  return `
#ifndef BPF_NO_KFUNC_PROTOTYPES
#ifndef __ksym
#define __ksym __attribute__((section(".ksyms")))
#endif
#ifndef __weak
#define __weak __attribute__((weak))
#endif

${[...more, ...prototypes].join('\n')}
#endif
`;
}

type Definable = BtfTypeOf<'struct'> | BtfTypeOf<'union'> | BtfTypeOf<'enum'> | BtfTypeOf<'enum64'>;

/** These need no definition. */
const builtinNumber = /^((unsigned|signed|char|short|int|long|_Bool|__int128|float|double)( |$))+$/;

// Deeper than any real chain of typedefs of anonymous structs.
const maximumDepth = 500;

class CPrinter {
  readonly output: string[] = [];
  readonly #btf: Btf;
  readonly #names: CNames;
  readonly #declarator: Declarator;
  readonly #state = new Map<TypeId, 'open' | 'done'>();
  readonly #declared = new Set<string>();
  /** Anonymous enums that stand inside something else. */
  readonly #embedded = new Set<TypeId>();
  /** Named structs being defined, the innermost last. */
  readonly #open: TypeId[] = [];
  #prototypes = 0;
  #depth = 0;

  constructor(btf: Btf) {
    this.#btf = btf;
    this.#names = new CNames(btf);
    this.#declarator = new Declarator(btf, (id, type) => this.#baseText(id, type));
  }

  /** Prints a type where it is one to be defined; functions and variables when asked for by id. */
  print(id: TypeId, wanted: boolean): void {
    const type = this.#btf.type(id);
    if (type.kind === 'func') {
      const text = wanted ? this.prototype(id, '') : '';
      if (text !== '') this.output.push(text);
    } else if (type.kind === 'var') {
      if (wanted) this.#printVariable(type);
    } else if (type.kind === 'datasec') {
      if (wanted) for (const variable of type.variables) this.print(variable.type, true);
    } else if (type.kind !== 'declTag') this.#printType(id, type, wanted);
  }

  /** The declaration of a function; empty when it has no prototype. */
  prototype(id: TypeId, suffix: string): string {
    const func = this.#btf.type(id);
    const proto = func.kind === 'func' ? this.#btf.type(func.type) : undefined;
    if (func.kind !== 'func' || proto?.kind !== 'funcProto') return '';
    this.#require(func.type, false);
    const name = `${this.#names.identifier(func.name)}(${this.#declarator.parameters(proto, true)})`;
    return `extern ${this.#declarator.declare(proto.returnType, name)}${suffix};`;
  }

  #printVariable({ name, type }: BtfTypeOf<'var'>): void {
    this.#require(type, true);
    this.output.push(`extern ${this.#declarator.declare(type, this.#names.identifier(name))};\n`);
  }

  #printType(id: TypeId, type: BtfType, wanted: boolean): void {
    const isNamed = 'name' in type && type.name !== '';
    if (isNamed || wanted) this.#require(id, true);
    else if ((type.kind === 'enum' || type.kind === 'enum64') && !this.#isEmbedded(id))
      this.output.push(`${this.#definition(id, type)};\n`);
  }

  /** Whether some member, typedef or variable has the anonymous enum. */
  #isEmbedded(id: TypeId): boolean {
    if (this.#embedded.size === 0) {
      this.#embedded.add(0);
      for (const other of allIds(this.#btf))
        for (const reference of directReferences(this.#btf.type(other))) this.#embedded.add(reference);
    }
    return this.#embedded.has(id);
  }

  /** Sees to it that the type can be named here, or (`complete`) have a size. */
  #require(id: TypeId, complete: boolean): void {
    if (++this.#depth > maximumDepth) throw new FormatError('BTF', `type ${id} is nested too deeply`);
    this.#requireType(id, complete);
    this.#depth--;
  }

  #requireType(id: TypeId, complete: boolean): void {
    const type = this.#btf.type(id);
    switch (type.kind) {
      case 'int':
      case 'float':
        this.#requireNumber(id, type);
        break;
      case 'ptr':
        this.#require(type.type, false);
        break;
      case 'array':
        this.#require(type.type, true);
        break;
      case 'const':
      case 'volatile':
      case 'restrict':
      case 'typeTag':
        this.#require(type.type, complete);
        break;
      case 'funcProto':
        this.#prototypes++;
        this.#require(type.returnType, false);
        for (const parameter of type.parameters) this.#require(parameter.type, false);
        this.#prototypes--;
        break;
      case 'typedef':
        this.#define(id, () => this.#printTypedef(id, type));
        if (complete) this.#require(type.type, true);
        break;
      case 'fwd':
        this.#forward(id, type);
        break;
      case 'struct':
      case 'union':
        this.#requireStruct(id, type, complete);
        break;
      case 'enum':
      case 'enum64':
        if (type.name !== '') this.#define(id, () => this.output.push(`${this.#definition(id, type)};\n`));
        break;
      case 'func':
      case 'var':
      case 'datasec':
      case 'declTag':
        throw new FormatError('BTF', `a ${type.kind} stands where a type should (type ${id})`);
    }
  }

  #requireStruct(id: TypeId, type: BtfTypeOf<'struct'> | BtfTypeOf<'union'>, complete: boolean): void {
    const isNamed = type.name !== '';
    const state = this.#state.get(id);
    if (state === 'done') return;
    if (isNamed && !complete) {
      // Inside its own body a struct is known, but not as a new name inside a prototype there.
      const isInside = this.#open.at(-1) === id && this.#prototypes === 0;
      if (!isInside) this.#forward(id, type);
      return;
    }
    if (state === 'open') throw new FormatError('BTF', `type ${id} contains itself`);
    this.#state.set(id, 'open');
    if (isNamed) this.#open.push(id);
    for (const member of type.members) this.#require(member.type, true);
    if (isNamed) {
      this.#open.pop();
      this.output.push(`${this.#definition(id, type)};\n`);
    }
    // Anonymous ones are written where they are used, and what they need is there from now on.
    this.#state.set(id, 'done');
  }

  #define(id: TypeId, print: () => void): void {
    const state = this.#state.get(id);
    if (state === 'open') throw new FormatError('BTF', `type ${id} contains itself`);
    if (state === 'done') return;
    this.#state.set(id, 'open');
    print();
    this.#state.set(id, 'done');
  }

  #forward(id: TypeId, type: BtfType): void {
    if (this.#names.of(id) === '') throw new FormatError('BTF', `a forward declaration without a name (type ${id})`);
    const text = `${keywordOf(type)} ${this.#names.of(id)};\n`;
    if (this.#declared.has(text)) return;
    this.#declared.add(text);
    this.output.push(text);
  }

  #requireNumber(id: TypeId, type: BtfTypeOf<'int'> | BtfTypeOf<'float'>): void {
    if (builtinNumber.test(type.name)) return;
    this.#define(id, () => {
      this.output.push(`typedef ${numberOfSize(type)} ${this.#names.identifier(type.name)};\n`);
    });
  }

  #printTypedef(id: TypeId, type: BtfTypeOf<'typedef'>): void {
    if (isVoidVaList(type)) return;
    this.#require(type.type, false);
    this.output.push(`typedef ${this.#declarator.declare(type.type, this.#names.of(id))};\n`);
  }

  #baseText(id: TypeId, type: BtfType): string {
    if (type.kind === 'void') return 'void';
    if (type.kind === 'typedef') return isVoidVaList(type) ? '__builtin_va_list' : this.#names.of(id);
    const keyword = keywordOf(type);
    if (keyword === '') return 'name' in type ? type.name : 'void';
    const name = this.#names.of(id);
    return name === '' ? this.#definition(id, type as Definable) : `${keyword} ${name}`;
  }

  /** With its body, without the semicolon. */
  #definition(id: TypeId, type: Definable): string {
    const body =
      type.kind === 'struct' || type.kind === 'union'
        ? structBody(this.#btf, type, alignOf(this.#btf, id), (member) => this.#memberText(member))
        : enumBody(type, (name) => this.#names.identifier(name));
    const name = this.#names.of(id);
    const head = `${keywordOf(type)}${name === '' ? '' : ` ${name}`}`;
    const lines = body.lines.map((line) => `\t${line.replaceAll('\n', '\n\t')}\n`).join('');
    return `${head} {${lines === '' ? '' : `\n${lines}`}}${body.attribute}`;
  }

  #memberText({ name, type }: BtfMember): string {
    return this.#declarator.declare(type, name);
  }
}

/** Old versions of gcc say that it is `void`. */
function isVoidVaList({ name, type }: BtfTypeOf<'typedef'>): boolean {
  return type === 0 && (name === '__gnuc_va_list' || name === '__builtin_va_list');
}

function directReferences(type: BtfType): TypeId[] {
  if (type.kind === 'struct' || type.kind === 'union') return type.members.map((member) => member.type);
  if (type.kind === 'funcProto') return [type.returnType, ...type.parameters.map((parameter) => parameter.type)];
  return 'type' in type && type.kind !== 'declTag' ? [type.type] : [];
}

function numberOfSize(type: BtfTypeOf<'int'> | BtfTypeOf<'float'>): string {
  if (type.kind === 'float') return type.size === 4 ? 'float' : type.size === 8 ? 'double' : 'long double';
  if (type.encoding === 'bool' && type.size === 1) return '_Bool';
  const names: Readonly<Record<number, string>> = { 1: 'char', 2: 'short', 4: 'int', 8: 'long long', 16: '__int128' };
  return `${type.encoding === 'signed' ? 'signed' : 'unsigned'} ${names[type.size] ?? 'int'}`;
}
