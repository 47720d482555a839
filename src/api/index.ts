/**
 * What users import: C text or a compiled object in, a running session with typed maps and events out.
 * @module
 */
export type { Diagnostic, SourceLine } from '../base/index.ts';
export {
  BpfError,
  FormatError,
  InternalError,
  renderDiagnostic,
  SourceError,
  SyscallError,
  UnsupportedError,
  UsageError,
  ValueError,
  VerifierError,
} from '../base/index.ts';
export type {
  Host,
  HostLink,
  HostMap,
  HostProgram,
  RecordSink,
  RunInput,
  RunResult,
  UpdateMode,
} from '../host/index.ts';
export type { KernelFeatures, KernelHostOptions } from '../kernel/index.ts';
export { kernelFeatures, kernelHost } from '../kernel/index.ts';
export type { AttachTarget, BpfObject, MapSpec, ProgramSpec } from '../object/index.ts';
export type { VmOptions } from '../vm/index.ts';
export { VmError, VmHost, vm } from '../vm/index.ts';
export { BccSession } from './bcc/bcc-session.ts';
export type { HistogramOptions } from './bcc/bcc-table.ts';
export { BccTable } from './bcc/bcc-table.ts';
export type { BpfOptions } from './bcc/bpf.ts';
export { bpf } from './bcc/bpf.ts';
export type { EventCallback, PerfBufferOptions } from './bcc/buffers.ts';
export type { SymbolStyle } from './bcc/kernel-names.ts';
export { KernelNames } from './bcc/kernel-names.ts';
export type { KprobePlace, PerfEventPlace, TracepointPlace, UprobePlace } from './bcc/places.ts';
export type { TraceFields } from './bcc/trace-pipe.ts';
export type { UsdtPlace, UsdtProbeRow } from './bcc/usdt.ts';
export { Usdt } from './bcc/usdt.ts';
export { BpfMap } from './bpf-map.ts';
export { filterCapture } from './capture/capture-file.ts';
export type { CaptureOutputOptions } from './capture/capture-output.ts';
export { CaptureOutput } from './capture/capture-output.ts';
export type { CaptureFileTask, CaptureSink, FilterProgress, FilterResult } from './capture/capture-task.ts';
export type { CaptureInterfaceState } from './capture/interfaces.ts';
export { captureInterfaces, interfaceByNumber, interfaceName } from './capture/interfaces.ts';
export type { CaptureDirection, LiveTask } from './capture/live.ts';
export { captureLive } from './capture/live.ts';
export type { CaptureFile } from './capture/open-capture.ts';
export { openCaptureFile } from './capture/open-capture.ts';
export type { PacketFilterOptions } from './capture/packet-filter.ts';
export { PacketFilter } from './capture/packet-filter.ts';
export type { Rotation } from './capture/rotation.ts';
export type { CompileOptions } from './compile.ts';
export { compile, compileFile, emitStage, openObject } from './compile.ts';
export type { CompileInput, CompileOutput, Compiler, EmitStage } from './compiler.ts';
export type { CompilerName } from './compilers.ts';
export { compilerNames } from './compilers.ts';
export type { EventsOptions } from './event-stream.ts';
export { EventStream } from './event-stream.ts';
export type { LoadOptions } from './load.ts';
export { load, objectFromBase64 } from './load.ts';
export { BpfProgram } from './program.ts';
export type { ProgramRunInput, ProgramRunResult, RunEvent } from './run.ts';
export { Session } from './session.ts';
export type { TargetTypes } from './target-types.ts';
export { parseTargetTypes, runningKernelTypes } from './target-types.ts';
export type { ObjectTypes, TypedObject, UntypedObject } from './types.ts';
export { typeScriptModule } from './typescript-module.ts';
