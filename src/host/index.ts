/**
 * The interface every place where programs run implements: create maps, load programs, attach them, read events - in bytes.
 * The kernel host (`kernel/`) does it with system calls, the embedded one (`vm/`) in memory.
 * @module
 */
export type {
  EventOptions,
  Host,
  HostEvents,
  HostLink,
  HostLoadOptions,
  HostMap,
  HostObject,
  HostProgram,
  ProgramStatistics,
  RecordSink,
  RunInput,
  RunResult,
  UpdateMode,
} from './types.ts';
