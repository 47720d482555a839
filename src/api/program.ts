// A loaded program: attach it, run it on input of your own, ask how often it ran.

import type { HostLink, HostProgram, ProgramStatistics, RunInput, RunResult } from '../host/index.ts';
import type { AttachTarget } from '../object/index.ts';

/** A loaded program of a session. */
export class BpfProgram {
  /** The program as its host sees it. */
  readonly raw: HostProgram;
  readonly #onAttach: (link: HostLink) => void;

  /** @internal */
  constructor(raw: HostProgram, onAttach: (link: HostLink) => void) {
    this.raw = raw;
    this.#onAttach = onAttach;
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
    this.#onAttach(link);
    return link;
  }

  /** Runs the program on the input given (`BPF_PROG_TEST_RUN`, Linux 4.12; which types can, depends on the release). */
  run(input?: RunInput): RunResult {
    return this.raw.run(input);
  }

  /** Runs and their time, counted while statistics are enabled (Linux 5.1). */
  statistics(): ProgramStatistics {
    return this.raw.statistics();
  }
}
