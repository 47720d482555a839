/**
 * `BpfObject`, the blueprint between compilers and hosts: read from ELF, written to ELF, linked, relocated (CO-RE).
 * @module
 */
export type {
  AttachTarget,
  BpfObject,
  DataSection,
  ExternSpec,
  FunctionSpec,
  GlobalVariable,
  MapSpec,
  PoisonedInstruction,
  ProgramSpec,
  Reference,
  StructOpsSpec,
} from './types.ts';
