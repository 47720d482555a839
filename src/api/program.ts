// A loaded program: attach it, run it on input of your own, ask how often it ran.

import type { HostLink, HostProgram, ProgramStatistics } from '../host/index.ts';
import type { AttachTarget } from '../object/index.ts';
import type { ProgramRunInput, ProgramRunResult } from './run.ts';

/** What a program needs of its session. @internal */
export interface ProgramOwner {
  keepLink(link: HostLink): void;
  run(program: HostProgram, input: ProgramRunInput): ProgramRunResult;
}

/** A loaded program of a session. */
export class BpfProgram {
  /** The program as its host sees it. */
  readonly raw: HostProgram;
  readonly #owner: ProgramOwner;

  /** @internal */
  constructor(raw: HostProgram, owner: ProgramOwner) {
    this.raw = raw;
    this.#owner = owner;
  }

  get name(): string {
    return this.raw.spec.name;
  }

  /** As in `tracepoint/syscalls/sys_enter_openat`. */
  get section(): string {
    return this.raw.spec.section;
  }

  /**
   * Attaches to `target`, by default where the section name says. The session detaches it when it ends; dispose the link to
   * detach earlier.
   *
   * @throws UnsupportedError where this host cannot, SyscallError where the kernel refuses, UsageError without a target.
   * @example
   * session.program('enter').attach({ kind: 'kprobe', function: 'vfs_read' });
   */
  attach(target?: AttachTarget): HostLink {
    const link = this.raw.attach(target);
    this.#owner.keepLink(link);
    return link;
  }

  /**
   * Runs the program once (or `repeat` times) on a packet and a context given by field names, on either host alike; on the
   * kernel by `BPF_PROG_TEST_RUN` (Linux 4.12; which types can, depends on the release).
   *
   * @throws ValueError for a field that the context does not have; SyscallError where the kernel cannot run this type.
   * @example
   * session.program('drop_udp').run({ packet, ifindex: 1 }).returnValue;
   */
  run(input: ProgramRunInput = {}): ProgramRunResult {
    return this.#owner.run(this.raw, input);
  }

  /** Runs and their time, counted while statistics are enabled (Linux 5.1). */
  statistics(): ProgramStatistics {
    return this.raw.statistics();
  }
}
