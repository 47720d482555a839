// Assembles a WebAssembly module from imports, functions and exports (WebAssembly Core Specification 2.0, section 5.5).

import { encodeUtf8 } from '../../base/index.ts';
import { WasmCode } from './code.ts';

/** Parameters and results of a function. */
export interface FunctionType {
  readonly parameters: readonly number[];
  readonly results: readonly number[];
}

/** Locals beyond the parameters: runs of one type. */
export interface LocalRun {
  readonly count: number;
  readonly type: number;
}

interface DefinedFunction {
  readonly type: number;
  readonly locals: readonly LocalRun[];
  readonly body: WasmCode;
}

const sectionIds = { type: 1, import: 2, function: 3, export: 7, code: 10 } as const;
const importKinds = { function: 0, memory: 2, global: 3 } as const;
/** Kinds of limits of a memory (threads proposal for the second). */
const withMaximum = 0x01;
const sharedWithMaximum = 0x03;

const LARGEST_BODY = 7_654_321 - 64;

function writeName(out: WasmCode, name: string): void {
  const bytes = encodeUtf8(name);
  out.unsigned(bytes.length).append(bytes);
}

/** Builder of one module. Imports come before definitions, as their indices do. */
export class WasmModule {
  readonly #types = new Map<string, number>();
  readonly #typeSection = new WasmCode(256);
  readonly #importSection = new WasmCode(256);
  #importCount = 0;
  #importedFunctions = 0;
  #globals = 0;
  readonly #functions: (DefinedFunction | undefined)[] = [];
  readonly #functionTypes: number[] = [];
  #largestBody = 0;
  readonly #exports: { name: string; kind: number; index: number }[] = [];

  /** Index of a function type. */
  type({ parameters, results }: FunctionType): number {
    const key = `${parameters.join()}>${results.join()}`;
    let index = this.#types.get(key);
    if (index === undefined) {
      index = this.#types.size;
      this.#types.set(key, index);
      this.#typeSection.byte(0x60).unsigned(parameters.length).all(parameters);
      this.#typeSection.unsigned(results.length).all(results);
    }
    return index;
  }

  #import(name: string, kind: number): WasmCode {
    this.#importCount++;
    writeName(this.#importSection, 'm');
    writeName(this.#importSection, name);
    return this.#importSection.byte(kind);
  }

  importFunction(name: string, type: FunctionType): number {
    const index = this.type(type);
    this.#import(name, importKinds.function).unsigned(index);
    return this.#importedFunctions++;
  }

  importMemory(name: string, isShared = false): void {
    const limits = isShared ? sharedWithMaximum : withMaximum;
    this.#import(name, importKinds.memory).byte(limits).unsigned(1).unsigned(65536);
  }

  importGlobal(name: string, type: number, mutable = true): number {
    this.#import(name, importKinds.global)
      .byte(type)
      .byte(mutable ? 1 : 0);
    return this.#globals++;
  }

  /** Reserves the index of a function to be defined later. */
  declare(type: FunctionType): number {
    this.#functionTypes.push(this.type(type));
    this.#functions.push(undefined);
    return this.#importedFunctions + this.#functions.length - 1;
  }

  /** Defines a declared function; its body lacks the final `end`. */
  define(index: number, locals: readonly LocalRun[], body: WasmCode): void {
    const at = index - this.#importedFunctions;
    this.#largestBody = Math.max(this.#largestBody, body.length);
    this.#functions[at] = { type: this.#functionTypes[at] as number, locals, body };
  }

  /** Whether a function is larger than any engine takes (WebAssembly JavaScript Interface, section 9, with room for its locals). */
  get isTooLarge(): boolean {
    return this.#largestBody > LARGEST_BODY;
  }

  export(name: string, functionIndex: number): void {
    this.#exports.push({ name, kind: importKinds.function, index: functionIndex });
  }

  /** The module's bytes. */
  finish(): Uint8Array<ArrayBuffer> {
    const out = new WasmCode(4096);
    out.all([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);
    this.#section(out, sectionIds.type, this.#types.size, this.#typeSection);
    this.#section(out, sectionIds.import, this.#importCount, this.#importSection);
    const declarations = new WasmCode(64);
    for (const type of this.#functionTypes) declarations.unsigned(type);
    this.#section(out, sectionIds.function, this.#functionTypes.length, declarations);
    const exports = new WasmCode(64);
    for (const { name, kind, index } of this.#exports) {
      writeName(exports, name);
      exports.byte(kind).unsigned(index);
    }
    this.#section(out, sectionIds.export, this.#exports.length, exports);
    this.#section(out, sectionIds.code, this.#functions.length, this.#bodies());
    return out.bytes().slice() as Uint8Array<ArrayBuffer>;
  }

  #bodies(): WasmCode {
    const all = new WasmCode(4096);
    for (const definition of this.#functions) {
      if (!definition) continue;
      const head = new WasmCode(16).unsigned(definition.locals.length);
      for (const { count, type } of definition.locals) head.unsigned(count).byte(type);
      const body = definition.body.bytes();
      all
        .unsigned(head.length + body.length + 1)
        .append(head.bytes())
        .append(body)
        .byte(0x0b);
    }
    return all;
  }

  #section(out: WasmCode, id: number, count: number, content: WasmCode): void {
    if (count === 0) return;
    const head = new WasmCode(8).unsigned(count);
    out
      .byte(id)
      .unsigned(head.length + content.length)
      .append(head.bytes())
      .append(content.bytes());
  }
}
