// What the parts of the kernel host know of each other: loaded programs and maps, by descriptor.

import type { BpfObject, MapSpec, ProgramSpec } from '../object/index.ts';
import type { Fd } from '../sys/index.ts';

/** A program in the kernel, as attaching needs it. */
export interface LoadedProgram {
  readonly fd: Fd;
  readonly spec: ProgramSpec;
  /** Attach type it was loaded with (`expected_attach_type`), by the kernel's number. */
  readonly expectedAttachType: number;
  /** BTF id of the kernel function or type fixed at load time; 0 where there is none. */
  readonly attachBtfId: number;
  /** The object it came from. */
  readonly object: BpfObject;
  /** Maps of the same object by name: iterators over map elements and struct_ops need their descriptors. */
  readonly maps: ReadonlyMap<string, LoadedMap>;
}

/** A map in the kernel, as reading events needs it. */
export interface LoadedMap {
  readonly fd: Fd;
  /** With what the kernel decided filled in. */
  readonly spec: MapSpec;
  /**
   * `struct_ops` maps: the value in the kernel's layout with the programs' descriptors in it. Attaching writes it to key 0,
   * which registers it; with BPF_F_LINK among the flags a link does so then.
   */
  readonly structOpsValue?: Uint8Array | undefined;
}

// The two neighbours written against these types:
//   links/index.ts   attachProgram(program: LoadedProgram, target: AttachTarget | undefined): HostLink
//   events/index.ts  openEvents(map: LoadedMap, options?: EventOptions): HostEvents
