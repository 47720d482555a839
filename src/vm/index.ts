/**
 * The embedded machine: runs BPF programs without a kernel, in an interpreter or compiled to WebAssembly.
 * Input: a `BpfObject`, or bare instructions; output: what programs return, and what they did to maps and packets.
 * @module
 */
export type { BatchFormat } from './classic/batch-loop.ts';
export type { ClassicFilter } from './classic/classic-interpreter.ts';
export { interpretClassic } from './classic/classic-interpreter.ts';
export type { ClassicOptions } from './classic/classic-program.ts';
export type { ClassicBatch } from './classic/compile-classic.ts';
export { compileClassic, compileClassicBatch } from './classic/compile-classic.ts';
export type { PcapFormat, PcapngFormat, RecordFormat, RecordTask } from './classic/record-format.ts';
export { noFilter } from './classic/record-format.ts';
export type { RecordFinder, RecordLoop, RecordRun } from './classic/record-loop.ts';
export { compileRecordLoop, recordMemory, recordState } from './classic/record-loop.ts';
export type { PacketFacts } from './classic/special-loads.ts';
export type { ConformanceOptions, ConformanceResult } from './conformance.ts';
export { runConformanceFile } from './conformance.ts';
export type { NamedContext } from './contexts/named-context.ts';
export { contextBytes } from './contexts/named-context.ts';
export type { Effect } from './contexts/run-state.ts';
export type { Environment, RouteAnswer, RouteQuery, SimulatedTask, SocketQuery } from './environment.ts';
export type { VmErrorFacts, VmFault } from './errors.ts';
export { VmError } from './errors.ts';
export { implementedHelpers } from './helpers/registry.ts';
export type { VmMap } from './host/vm-map.ts';
export type { VmProgram } from './host/vm-program.ts';
export type { Trace } from './interpreter/interpreter.ts';
export type { MachineOptions } from './machine.ts';
export { DEFAULT_BUDGET, Machine } from './machine.ts';
export { prepareProgram } from './program/prepare.ts';
export type { PreparedInstruction, PreparedProgram, PrepareOptions } from './program/types.ts';
export type { LoadedCode, VmEngine, VmMode } from './runtime.ts';
export type { PlacedMemory, VmEvent, VmOptions, VmRunResult } from './vm.ts';
export { VmHost, vm } from './vm.ts';
