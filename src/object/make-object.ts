// From functions, maps and types to a blueprint: links every program and encodes the types for the kernel.

import type { Btf, BtfExt } from '../btf/index.ts';
import type { CodeFunction } from './code-function.ts';
import { linkProgram } from './link.ts';
import { programKind } from './program-kind.ts';
import { encodeKernelTypes } from './read/object-types.ts';
import type { BpfObject, ExternSpec, MapSpec, ProgramSpec } from './types.ts';

/** What a front end makes: a reader of ELF, or a compiler. */
export interface ObjectParts {
  /** File or source name, see {@link BpfObject.name}. */
  readonly name: string;
  readonly license: string;
  readonly kernelVersion: number;
  /** All functions; the programs among them become those of the object, in this order. */
  readonly functions: readonly CodeFunction[];
  readonly maps: readonly MapSpec[];
  /** With data sections laid out as the maps have them. */
  readonly btf: Btf | undefined;
  readonly externs: readonly ExternSpec[];
}

/**
 * Links the programs of an object.
 * @throws FormatError when a call leads nowhere or a program is longer than any kernel takes.
 */
export function makeObject(parts: ObjectParts): BpfObject {
  const { functions, maps, btf, ...rest } = parts;
  let btfBytes: Uint8Array | undefined;
  return {
    ...rest,
    maps,
    btf,
    // Only for the kernel: an object that is written to a file needs none.
    get btfBytes(): Uint8Array | undefined {
      btfBytes ??= btf && encodeKernelTypes(btf, linesBySection(functions));
      return btfBytes;
    },
    programs: functions.filter(({ isProgram }) => isProgram).map((entry) => toProgram(functions, entry, maps)),
  };
}

function linesBySection(functions: readonly CodeFunction[]): BtfExt['lines'] {
  return functions.map(({ section, lines }) => ({ section, records: lines }));
}

function toProgram(functions: readonly CodeFunction[], entry: CodeFunction, maps: readonly MapSpec[]): ProgramSpec {
  const kind = programKind(entry.section);
  const owner = kind.type === 'struct_ops' ? structOpsMap(maps, entry.name) : undefined;
  return {
    name: entry.name,
    section: kind.section,
    type: kind.type,
    attachType: kind.attachType,
    attachTypeOptional: kind.attachTypeOptional,
    attachBtf: kind.attachBtf,
    attach: owner ? { kind: 'struct-ops', map: owner } : kind.attach,
    flags: kind.flags,
    autoload: kind.autoload,
    ...linkProgram(functions, entry),
  };
}

function structOpsMap(maps: readonly MapSpec[], program: string): string | undefined {
  return maps.find(({ structOps }) => structOps?.functions.some((slot) => slot.program === program))?.name;
}
