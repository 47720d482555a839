// Test files of ISA conformance suites: assembly or raw instructions, memory, and the result or error to expect.
//
//     -- asm            assembly text, or -- raw: 64-bit words of instructions
//     -- mem            hexadecimal bytes; r1 points to them, r2 is their number
//     -- map            NAME TYPE KEY_SIZE VALUE_SIZE MAX_ENTRIES, for map_by_fd(NAME)
//     -- result         r0 at the end
//     -- error          the program cannot be assembled, is refused, or stops

import { BpfError } from '../base/index.ts';
import type { EbpfRow, Instruction } from '../isa/index.ts';
import { assembleConformance, decode } from '../isa/index.ts';
import type { MapSpec } from '../object/index.ts';
import { emptyMap } from '../object/index.ts';
import { helpers, mapTypes } from '../spec/index.ts';
import { Machine } from './machine.ts';
import type { MapStore } from './maps/map-store.ts';
import { control } from './memory/layout.ts';
import { prepareProgram } from './program/prepare.ts';
import type { Value64 } from './program/types.ts';
import type { VmEngine, VmMode } from './runtime.ts';

/** Whether a file passed, and why not. */
export interface ConformanceResult {
  readonly ok: boolean;
  /** Empty where it passed. */
  readonly why: string;
}

/** How to run conformance files. */
export interface ConformanceOptions {
  readonly engine?: VmEngine;
  /** Default: checked. */
  readonly mode?: VmMode;
}

/** Ends programs that never would. */
const BUDGET = 10_000_000;

const sectionNames = ['asm', 'raw', 'mem', 'map', 'result', 'error'] as const;
type SectionName = (typeof sectionNames)[number];
type Sections = Partial<Record<SectionName, readonly string[]>>;

function splitSections(text: string): Sections {
  const sections: Partial<Record<SectionName, string[]>> = {};
  let current: string[] | undefined;
  for (const raw of text.split('\n')) {
    const line = raw.replace(/\r$/, '');
    if (line.startsWith('--')) {
      const name = sectionNames.find((candidate) => candidate === line.slice(2).trim());
      current = name ? [] : undefined;
      if (name) sections[name] = current as string[];
    } else if (line.trim() !== '') {
      current?.push(line);
    }
  }
  return sections;
}

/** Content without comments and blank lines. */
function values(lines: readonly string[] = []): string[] {
  return lines.map((line) => line.replace(/#.*/, '').trim()).filter((line) => line !== '');
}

function parseMaps(lines: readonly string[]): MapSpec[] {
  return values(lines).map((line, index) => {
    const [name = `map${index}`, ...numbers] = line.split(/\s+/);
    const [type = 0, keySize = 0, valueSize = 0, maxEntries = 0] = numbers.map(Number);
    const row = mapTypes.find((candidate) => candidate.value === type);
    if (!row) throw new SyntaxError(`no map type ${type}`);
    return { ...emptyMap(name), type: row.name, keySize, valueSize, maxEntries };
  });
}

function helperId(name: string): number | undefined {
  const plain = name.replace(/^bpf_/, '');
  return helpers.find((row) => row.name === plain)?.id;
}

function instructionsOf(sections: Sections, maps: readonly MapSpec[]): Instruction[] {
  if (sections.raw) {
    const words = values(sections.raw).flatMap((line) => line.split(/\s+/));
    const bytes = new Uint8Array(words.length * 8);
    const view = new DataView(bytes.buffer);
    for (const [index, word] of words.entries()) view.setBigUint64(index * 8, BigInt(word), true);
    return decode(bytes);
  }
  // Names of maps become numbers, from 1 on, as descriptors would.
  const text = (sections.asm ?? []).join('\n').replace(/map_by_fd\(\s*([A-Za-z_]\w*)\s*\)/g, (whole, name: string) => {
    const index = maps.findIndex((map) => map.name === name);
    return index < 0 ? whole : `map_by_fd(${index + 1})`;
  });
  return [...assembleConformance(text, { helperId })];
}

/** Bytes one by one, with or without `0x`, or several in a row. */
function memoryOf(lines: readonly string[]): Uint8Array {
  const words = values(lines).flatMap((line) => line.split(/[\s,]+/));
  const digits = words.map((word) => word.replace(/^0x/i, ''));
  const wrong = digits.find((word) => !/^[0-9a-f]*$/i.test(word));
  if (wrong !== undefined) throw new SyntaxError(`"${wrong}" is no byte in hexadecimal`);
  const pairs = digits.flatMap((word) => word.match(/..?/g) ?? []);
  return Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16));
}

function resultOf(lines: readonly string[]): bigint | undefined {
  const text = values(lines).at(-1);
  if (text === undefined) return undefined;
  return BigInt.asUintN(64, text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text));
}

function resolveMap(stores: readonly MapStore[], row: EbpfRow, value: Value64): Value64 | undefined {
  const store = stores[value.low - 1];
  if (!store) return undefined;
  if (row.operation === 'lddw-map-fd' || row.operation === 'lddw-map-index') return { low: store.handle | 0, high: 0 };
  const address = store.directAddress();
  return address === undefined ? undefined : { low: (address + value.high) | 0, high: 0 };
}

function execute(sections: Sections, options: ConformanceOptions): bigint {
  const machine = new Machine({ engine: 'wasm', ...options, budget: BUDGET });
  const specs = parseMaps(sections.map ?? []);
  const stores = specs.map((spec) => machine.createMap(spec));
  const code = instructionsOf(sections, specs);
  const bytes = memoryOf(sections.mem ?? []);
  const region = machine.memory.allocate('memory', bytes.length, 'write');
  machine.memory.u8.set(bytes, region.start);
  const handles: { handle: number; functionIndex: number }[] = [];
  const program = prepareProgram(code, {
    name: 'test',
    resolve: (_, row, value) => (row.operation === 'lddw' ? undefined : resolveMap(stores, row, value)),
    functionHandle: (index) => {
      const handle = machine.reserveFunction();
      handles.push({ handle, functionIndex: index });
      return handle;
    },
  });
  const loaded = machine.load(program);
  for (const { handle, functionIndex } of handles) machine.bindFunction(handle, { code: loaded, functionIndex });
  machine.execute(loaded, bytes.length === 0 ? 0 : region.start, bytes.length);
  return machine.memory.u64(control.arguments);
}

function outcome(sections: Sections, options: ConformanceOptions): bigint | BpfError | SyntaxError {
  try {
    return execute(sections, options);
  } catch (error) {
    if (error instanceof BpfError || error instanceof SyntaxError) return error;
    throw error;
  }
}

/** Runs one conformance file; never throws. */
export function runConformanceFile(text: string, options: ConformanceOptions = {}): ConformanceResult {
  const sections = splitSections(text);
  if (!sections.asm && !sections.raw) return { ok: false, why: 'the file has no "-- asm" and no "-- raw"' };
  const expected = resultOfFile(sections);
  if (expected instanceof Error) return { ok: false, why: expected.message };
  if (expected === undefined && !sections.error) return { ok: false, why: 'the file says no result and no error' };
  const got = outcome(sections, options);
  if (typeof got !== 'bigint') {
    return sections.error ? { ok: true, why: '' } : { ok: false, why: got.message.split('\n')[0] ?? '' };
  }
  if (got === expected) return { ok: true, why: '' };
  const wanted = expected === undefined ? 'an error' : `0x${expected.toString(16)}`;
  return { ok: false, why: `expected ${wanted}, got 0x${got.toString(16)}` };
}

function resultOfFile(sections: Sections): bigint | undefined | Error {
  try {
    return resultOf(sections.result ?? []);
  } catch {
    return new SyntaxError(`"${sections.result?.join(' ')}" is no result`);
  }
}
