/**
 * The kernel host: objects loaded by bpf(2), maps read and written, programs attached and run, events received, and what
 * this kernel supports. Linux only; most of it needs CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN.
 * @module
 */

export { cookedHeaderBytes, copyCookedPacket, programWithoutHeader } from './capture/cooked-packet.ts';
export { interfaceFact, interfaceNames } from './capture/interface-facts.ts';
export type { LiveCaptureOptions, LiveStatistics } from './capture/live-capture.ts';
export { findCaptureDevice, LiveCapture, rejectAll } from './capture/live-capture.ts';
export type { PacketSink, RingPacket } from './capture/packet-ring.ts';
export { copyPacket, packetBytes } from './capture/packet-ring.ts';
export type { CaptureDevice } from './capture/packet-socket.ts';
export type { KernelHostOptions } from './host.ts';
export { kernelHost } from './host.ts';
export { kernelConfig } from './kconfig.ts';
export type { EntryBatch } from './maps/batches.ts';
export { createMap } from './maps/create-map.ts';
export { KernelMap } from './maps/kernel-map.ts';
export { describeMap, openMapByFd, openMapById, openPinnedMap } from './maps/open-map.ts';
export { btfFeatures } from './probes/btf-kinds.ts';
export { availableHelpers, hasHelper } from './probes/helpers.ts';
export type { KernelFeatures } from './probes/kernel-features.ts';
export { kernelFeatures } from './probes/kernel-features.ts';
export { hasAttachType, hasCommand, hasKernelBtf } from './probes/known-names.ts';
export { hasMapType } from './probes/map-types.ts';
export type { MiscFeatureName } from './probes/misc.ts';
export { hasFeature, miscFeatures } from './probes/misc.ts';
export { hasProgramType } from './probes/program-types.ts';
export type { JitedFunction, ProgramInfo } from './programs/info.ts';
export {
  enableRunStatistics,
  jitedFunctions,
  programInfo,
  programStatistics,
  translatedInstructions,
} from './programs/info.ts';
export type { BtfInfo, LinkInfo, NumberedKind } from './programs/inventory.ts';
export { listBtf, listLinks, listMaps, listPrograms, objectIds, openById } from './programs/inventory.ts';
export { KernelProgram } from './programs/kernel-program.ts';
export { OpenedProgram, openPinnedProgram, openProgramByFd, openProgramById } from './programs/opened-program.ts';
export type { LoadedMap, LoadedProgram } from './types.ts';
export type { LogFacts, RejectedProgram } from './verifier-log.ts';
export { readVerifierLog, verifierError } from './verifier-log.ts';
export { explainReason } from './verifier-reasons.ts';
