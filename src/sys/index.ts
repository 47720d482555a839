/**
 * The only door to the operating system: system calls through a foreign-function interface that is loaded at the first one,
 * the layouts of what they take, descriptors that close once, shared memory, waiting, and facts about the machine.
 * Failures are `SyscallError` with the errno's name and what to do about it.
 * @module
 */
export type { BpfAttribute, BpfAttributeResult, BpfOutcome, LinkCreateAttribute, LinkCreateKind } from './bpf.ts';
export { bpf, bpfFd, linkCreate, objectInfo, tryBpf, tryLinkCreate, tryLoadProgram } from './bpf.ts';
export type { BpfCommand } from './bpf-layouts.ts';
export {
  bpfCommands,
  btfInfoLayout,
  linkInfoLayout,
  linkInfoUnionOffset,
  mapInfoLayout,
  programInfoLayout,
} from './bpf-layouts.ts';
export type { CapabilityName } from './capabilities.ts';
export { capabilities, hasCapability } from './capabilities.ts';
export type { ErrnoName, ErrnoRow } from './errno.ts';
export { errno, errnoMeaning, errnoName, errnos } from './errno.ts';
export { callSystem, checkResult, systemCallFailure } from './failure.ts';
export type { FakeBpfCall, FakeBpfHandler } from './fake.ts';
export { FakeSystemCalls } from './fake.ts';
export { Fd, openDescriptors } from './fd.ts';
export { fileSystemType, findBpffs, findTracefs, isBpffs, mountBpffs, mountTracefs } from './file-systems.ts';
export { hintFor } from './hints.ts';
export type { UnreadBtf } from './kernel-btf.ts';
export { kernelBtfPath, modulesWithBtf, openKernelBtf, readKernelBtf } from './kernel-btf.ts';
export { kernelConfigText } from './kernel-config.ts';
export type { KernelRelease } from './machine.ts';
export {
  auxiliaryValue,
  kernelAtLeast,
  kernelRelease,
  kernelVersionCode,
  onlineCpus,
  pageSize,
  parseCpuList,
  parseRelease,
  possibleCpus,
  processStart,
  raiseMemlockLimit,
} from './machine.ts';
export type { MappingRequest } from './memory.ts';
export { Mapping, mapMemory } from './memory.ts';
export type { SystemCallName } from './numbers.ts';
export type { PerfEventAttribute, PerfEventRequest } from './perf-event.ts';
export {
  ioctl,
  perfEventLayout,
  perfEventOpen,
  perfFlags,
  perfIoctls,
  perfSampleRaw,
  perfSoftware,
  perfTypes,
  tryPerfEventOpen,
} from './perf-event.ts';
export type { NetlinkRequest } from './sockets.ts';
export {
  addressFamilies,
  netlinkRequest,
  openPacketSocket,
  openSocket,
  setSocketOption,
  socketOptions,
  socketTypes,
} from './sockets.ts';
export type { FieldPlace, Fields, FieldType, StructInput, StructOutput } from './struct-layout.ts';
export { StructLayout } from './struct-layout.ts';
export type { PollHandle, SystemCallArgument, SystemCalls } from './system-calls.ts';
export { replaceSystemCalls, systemCalls } from './system-calls.ts';
export { WaitSet } from './wait-set.ts';
