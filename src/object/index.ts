/**
 * `BpfObject`, the blueprint between compilers and hosts: read from ELF, written to ELF, linked, relocated (CO-RE).
 * @module
 */

export { selectPrograms, setGlobals, setMaxEntries } from './change-object.ts';
export type { CodeFunction, Use } from './code-function.ts';
export { essentialName } from './core/essential-name.ts';
export { poisonedHelper } from './core/patch.ts';
export type { CoreModule, CoreTarget } from './core/relocate.ts';
export { relocateCore } from './core/relocate.ts';
export type { KconfigLookup } from './kconfig.ts';
export { fillKconfig, parseKconfig } from './kconfig.ts';
export type { ObjectParts } from './make-object.ts';
export { makeObject } from './make-object.ts';
export { dataMapName, kernelName } from './map-name.ts';
export type { ProgramKind } from './program-kind.ts';
export { findSectionRow, programKind, requireProgramType } from './program-kind.ts';
export type { KconfigKind } from './read/externs.ts';
export { kconfigKind, placeKconfig } from './read/externs.ts';
export { emptyMap, readMapDefinition } from './read/map-definition.ts';
export { kconfigMap, mapOfData } from './read/maps.ts';
export type { ReadObjectOptions } from './read-object.ts';
export { readObject } from './read-object.ts';
export type { BtfFeatures } from './sanitize-btf.ts';
export { kernelBtf, sanitizeBtf } from './sanitize-btf.ts';
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
export { writeObject } from './write-object.ts';
