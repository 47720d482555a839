// Every verb of the command line, each loaded when it is called. A new verb: its file, and a row here.

import type { Verb } from './verb.ts';

/** A row of the verb table. */
export interface VerbRow {
  readonly name: string;
  /** One line for `tsbpf --help`. */
  readonly summary: string;
  readonly load: () => Promise<Verb>;
}

export const verbs: readonly VerbRow[] = [
  {
    name: 'run',
    summary: 'compile, load and attach a program; print its events and maps',
    load: async () => (await import('./run.ts')).runVerb,
  },
  {
    name: 'build',
    summary: 'compile C to an object, or to a TypeScript module with types',
    load: async () => (await import('./build.ts')).buildVerb,
  },
  {
    name: 'load',
    summary: 'try whether the kernel accepts programs, without attaching',
    load: async () => (await import('./load.ts')).loadVerb,
  },
  {
    name: 'disasm',
    summary: 'print the instructions of an object, with source lines',
    load: async () => (await import('./disasm.ts')).disasmVerb,
  },
  {
    name: 'btf',
    summary: 'print types of the running kernel or of a file',
    load: async () => (await import('./btf.ts')).btfVerb,
  },
  {
    name: 'vm',
    summary: 'run a program, or conformance files, in the embedded machine',
    load: async () => (await import('./vm.ts')).vmVerb,
  },
  {
    name: 'features',
    summary: 'what the running kernel supports',
    load: async () => (await import('./features.ts')).featuresVerb,
  },
  {
    name: 'filter',
    summary: 'compile a packet filter expression and print the program',
    load: async () => (await import('./filter.ts')).filterVerb,
  },
  {
    name: 'capture',
    summary: 'capture packets of an interface or filter a file of them',
    load: async () => (await import('./capture.ts')).captureVerb,
  },
];
