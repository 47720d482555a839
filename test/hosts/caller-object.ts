// Objects with one program that calls one helper and returns.

import { callHelper, encode, exit } from '../../src/isa/index.ts';
import type { BpfObject, ProgramSpec } from '../../src/object/index.ts';

/** What kind of program it is. */
export type CallerKind = Pick<ProgramSpec, 'type' | 'section'> & Partial<Pick<ProgramSpec, 'attachType' | 'attachBtf'>>;

/** An object whose program of a kind calls helper `id`. */
export function callerOf(id: number, kind: CallerKind): BpfObject {
  const program: ProgramSpec = {
    name: 'caller',
    attachType: undefined,
    attach: undefined,
    flags: 0,
    autoload: true,
    code: encode([callHelper(id), exit()]),
    functions: [{ name: 'caller', start: 0, length: 2 }],
    funcInfo: [],
    lines: [],
    references: [],
    core: [],
    ...kind,
  };
  return {
    name: 'caller',
    license: 'GPL',
    kernelVersion: 0,
    maps: [],
    btf: undefined,
    btfBytes: undefined,
    externs: [],
    programs: [program],
  };
}
