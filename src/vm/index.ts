/**
 * The embedded machine: runs BPF programs without a kernel, in an interpreter or compiled to WebAssembly.
 * Input: prepared programs and a machine's memory; output: what they return, and what they did to maps and packets.
 * @module
 */
export type { VmErrorFacts, VmFault } from './errors.ts';
export { VmError } from './errors.ts';
export type { VmEngine, VmMode } from './runtime.ts';
