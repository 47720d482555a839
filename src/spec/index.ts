/**
 * What the kernel defines, as tables only: program types, map types, attach types, helpers, section names, with the release
 * each came with. Everything that depends on them is derived from the rows.
 * @module
 */
export type { AttachTypeName, AttachTypeRow } from './attach-types.ts';
export { attachTypes } from './attach-types.ts';
export type { CommandName, CommandRow } from './commands.ts';
export { commands } from './commands.ts';
export type { ContextRow, PacketFields, ReturnMeaning } from './contexts.ts';
export { contexts } from './contexts.ts';
export type { ElementFlagName, FlagRow, MapFlagName, ProgramFlagName } from './flags.ts';
export { elementFlags, mapFlags, programFlags } from './flags.ts';
export type { HelperAvailability, HelperGroup, HelperRestriction } from './helper-availability.ts';
export { helperGroups, helperRestrictions, programHelpers } from './helper-availability.ts';
export { helperPrototypes, helperStructs } from './helper-prototypes.generated.ts';
export type { HelperArgument, HelperName, HelperReturn, HelperRow } from './helpers.ts';
export { helpers } from './helpers.ts';
export type { IsaVersionRow } from './isa-versions.ts';
export { isaVersions } from './isa-versions.ts';
export type { MapTypeName, MapTypeRow } from './map-types.ts';
export { mapTypes } from './map-types.ts';
export type { ProgramTypeName, ProgramTypeRow } from './program-types.ts';
export { programTypes } from './program-types.ts';
export type { SectionAttach, SectionMatch, SectionName, SectionRow } from './sections.ts';
export { sections } from './sections.ts';
