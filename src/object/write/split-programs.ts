// Takes linked programs apart again: each function once, with references instead of distances.

import { UsageError } from '../../base/index.ts';
import type { CodeFunction, Use } from '../code-function.ts';
import type { BpfObject, FunctionSpec, ProgramSpec, Reference } from '../types.ts';

const call = 0x85;
const lddw = 0x18;
const pseudoCall = 1;

/**
 * The functions of all programs: first the programs themselves, then what they call, each once although every program
 * carries a copy.
 * @throws UsageError when a program's functions do not cover its code.
 */
export function splitPrograms(object: BpfObject): CodeFunction[] {
  const parts = object.programs.map((program) => splitProgram(program));
  const functions: CodeFunction[] = [];
  const indices = new Map<string, number>();
  const add = (part: Part): void => {
    if (indices.has(part.key)) return;
    indices.set(part.key, functions.length);
    functions.push(part.function);
  };
  for (const [first] of parts) if (first) add(first);
  for (const part of parts.flat()) add(part);
  // Until now a callee was its place in its own program.
  const done = new Set<number>();
  for (const part of parts.flat()) {
    const index = indices.get(part.key) ?? 0;
    if (done.has(index)) continue;
    done.add(index);
    const uses = part.function.uses.map((use): Use => {
      const callee = use.kind === 'function' ? part.siblings[use.callee] : undefined;
      return use.kind === 'function' ? { ...use, callee: indices.get(callee?.key ?? '') ?? 0 } : use;
    });
    functions[index] = { ...part.function, uses };
  }
  return functions;
}

interface Part {
  readonly function: CodeFunction;
  /** The same for the same function, in whatever program. */
  readonly key: string;
  /** The functions of the same program. */
  readonly siblings: readonly Part[];
}

function splitProgram(program: ProgramSpec): readonly Part[] {
  const parts: Part[] = [];
  for (const [index, spec] of coveredFunctions(program).entries()) {
    const part = cutFunction(program, spec, index === 0);
    const callees = part.uses.map((use) => (use.kind === 'function' ? program.functions[use.callee]?.name : use));
    // A function is the same where its code is, calls being named and not yet numbered.
    const key = [part.section, part.name, part.code.join(), JSON.stringify(callees)].join('\n');
    parts.push({ function: part, key, siblings: parts });
  }
  return parts;
}

function coveredFunctions(program: ProgramSpec): readonly FunctionSpec[] {
  const { functions, code, name } = program;
  let end = 0;
  for (const { start, length } of functions) {
    if (start !== end) break;
    end += length;
  }
  if (end * 8 !== code.length) throw new UsageError(`program "${name}": its functions do not cover its code`);
  return functions;
}

function cutFunction(program: ProgramSpec, spec: FunctionSpec, isProgram: boolean): CodeFunction {
  const { start, length } = spec;
  const code = program.code.slice(start * 8, (start + length) * 8);
  const inside = <T extends { readonly instruction: number }>(list: readonly T[]): T[] =>
    list
      .filter(({ instruction }) => instruction >= start && instruction < start + length)
      .map((record) => ({ ...record, instruction: record.instruction - start }));
  const section = (program.autoload ? '' : '?') + program.section;
  return {
    name: spec.name,
    section: isProgram ? section : '.text',
    linkage: spec.linkage ?? 'global',
    isProgram,
    uses: [
      ...inside(program.references).flatMap((reference) => useOf(program, code, reference)),
      ...calls(program, spec, code),
    ],
    code,
    type: program.funcInfo.find(({ instruction }) => instruction === start)?.type,
    lines: inside(program.lines),
    core: inside(program.core),
  };
}

function useOf(program: ProgramSpec, code: Uint8Array, reference: Reference): Use[] {
  if (reference.kind !== 'subprogram') return [reference];
  setImmediate(code, reference.instruction, 0);
  const { instruction, target } = reference;
  return [{ kind: 'function', instruction, callee: functionAt(program, target) }];
}

function calls(program: ProgramSpec, { start, length }: FunctionSpec, code: Uint8Array): Use[] {
  const view = new DataView(code.buffer);
  const uses: Use[] = [];
  for (let slot = 0; slot < length; slot++) {
    const opcode = code[slot * 8];
    if (opcode === call && (code[slot * 8 + 1] ?? 0) >> 4 === pseudoCall) {
      const target = start + slot + 1 + view.getInt32(slot * 8 + 4, true);
      uses.push({ kind: 'function', instruction: slot, callee: functionAt(program, target) });
      setImmediate(code, slot, -1);
    }
    if (opcode === lddw) slot++;
  }
  return uses;
}

function setImmediate(code: Uint8Array, slot: number, value: number): void {
  new DataView(code.buffer).setInt32(slot * 8 + 4, value, true);
}

function functionAt(program: ProgramSpec, slot: number): number {
  const index = program.functions.findIndex(({ start }) => start === slot);
  if (index < 0) throw new UsageError(`program "${program.name}": no function starts at instruction ${slot}`);
  return index;
}
