// Puts a program together: its own function, then every function that it reaches, in the order that libbpf appends them.

import { FormatError } from '../base/index.ts';
import type { CoreRelocation, FuncInfo, LineInfo } from '../btf/index.ts';
import type { CodeFunction, Use } from './code-function.ts';
import type { FunctionSpec, Reference } from './types.ts';

/** The parts of a `ProgramSpec` that linking makes. */
export interface LinkedCode {
  readonly code: Uint8Array;
  readonly functions: readonly FunctionSpec[];
  readonly funcInfo: readonly FuncInfo[];
  readonly lines: readonly LineInfo[];
  readonly references: readonly Reference[];
  readonly core: readonly CoreRelocation[];
}

/** Longest program that any kernel takes, in slots; hostile objects could make it grow without end. */
const maxSlots = 1_000_000;

/**
 * Links the program that starts with `entry`. A function is appended where a call or address of it is first met, and what
 * it calls itself directly after it.
 * @throws FormatError when a call leads nowhere or the program is longer than any kernel takes.
 */
export function linkProgram(functions: readonly CodeFunction[], entry: CodeFunction): LinkedCode {
  const order: CodeFunction[] = [];
  const starts = new Map<CodeFunction, number>();
  let length = 0;
  const append = (next: CodeFunction): void => {
    starts.set(next, length);
    order.push(next);
    length += next.code.length / 8;
    if (length > maxSlots) throw new FormatError(`program "${entry.name}"`, `is longer than ${maxSlots} instructions`);
  };
  append(entry);
  // A stack of functions and how far their calls have been followed, rather than recursion: chains may be long.
  const open = [{ calls: callsOf(functions, entry), next: 0 }];
  for (let frame = open.at(-1); frame; frame = open.at(-1)) {
    const callee = frame.calls[frame.next++];
    if (!callee) open.pop();
    else if (!starts.has(callee)) {
      append(callee);
      open.push({ calls: callsOf(functions, callee), next: 0 });
    }
  }
  return assemble({ functions, order, starts, length });
}

function callsOf(functions: readonly CodeFunction[], caller: CodeFunction): CodeFunction[] {
  return caller.uses.filter((use) => use.kind === 'function').map((use) => calleeOf(functions, caller, use));
}

function calleeOf(functions: readonly CodeFunction[], caller: CodeFunction, use: Use): CodeFunction {
  const callee = use.kind === 'function' ? functions[use.callee] : undefined;
  if (!callee) throw new FormatError(`function "${caller.name}"`, 'calls a function that is not there');
  return callee;
}

interface Plan {
  readonly functions: readonly CodeFunction[];
  readonly order: readonly CodeFunction[];
  readonly starts: ReadonlyMap<CodeFunction, number>;
  readonly length: number;
}

function assemble({ functions, order, starts, length }: Plan): LinkedCode {
  const code = new Uint8Array(length * 8);
  const view = new DataView(code.buffer);
  const references: Reference[] = [];
  for (const part of order) {
    const start = starts.get(part) ?? 0;
    code.set(part.code, start * 8);
    for (const use of part.uses) {
      const instruction = start + use.instruction;
      if (use.kind !== 'function') {
        references.push({ ...use, instruction });
        continue;
      }
      const target = starts.get(calleeOf(functions, part, use)) ?? 0;
      view.setInt32(instruction * 8 + 4, target - instruction - 1, true);
      if (view.getUint8(instruction * 8) === lddw) references.push({ instruction, kind: 'subprogram', target });
    }
  }
  const moved = <T extends { readonly instruction: number }>(pick: (part: CodeFunction) => readonly T[]): T[] =>
    order.flatMap((part) => {
      const start = starts.get(part) ?? 0;
      return pick(part).map((record) => ({ ...record, instruction: start + record.instruction }));
    });
  return {
    code,
    functions: order.map((part) => functionSpec(part, starts.get(part) ?? 0)),
    funcInfo: order.every(({ type }) => type !== undefined)
      ? order.map((part) => ({ instruction: starts.get(part) ?? 0, type: part.type ?? 0 }))
      : [],
    lines: moved((part) => part.lines),
    references,
    core: moved((part) => part.core),
  };
}

const lddw = 0x18;

function functionSpec(part: CodeFunction, start: number): FunctionSpec {
  const { name, linkage, section } = part;
  return { name, start, length: part.code.length / 8, linkage, section };
}
