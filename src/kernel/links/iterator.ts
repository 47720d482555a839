// Iterators: the link is the recipe, each read runs it from the beginning.
// Source: Documentation/bpf/bpf_iterators.rst, union bpf_iter_link_info (v6.18).

import { closeSync } from 'node:fs';
import { suggest, UsageError } from '../../base/index.ts';
import { bpfFd, errno, type Fd, systemCallFailure, systemCalls } from '../../sys/index.ts';
import type { LoadedProgram } from '../types.ts';
import { openTarget } from './file-target.ts';
import { type Attach, attachLabel, createLink, KernelLink, type TargetOf } from './link.ts';

const attachTypeIterator = 28; // BPF_TRACE_ITER
const feature = { name: 'iterators', since: '5.8' };
const chunkBytes = 65536;
const descendantsPreOrder = 2; // BPF_CGROUP_ITER_DESCENDANTS_PRE

/** An iterator that can be run. */
class IteratorLink extends KernelLink {
  /** Runs the iterator and returns all that it printed. @throws SyscallError */
  read(): Uint8Array {
    using run = bpfFd('BPF_ITER_CREATE', { link_fd: this.fd.number }, `run iterator of ${this.fd.label}`);
    const chunks: Uint8Array[] = [];
    for (;;) {
      const chunk = readChunk(run);
      if (chunk.byteLength === 0) return join(chunks);
      chunks.push(chunk);
    }
  }
}

function readChunk(run: Fd): Uint8Array {
  const buffer = new Uint8Array(chunkBytes);
  for (;;) {
    const result = systemCalls().call('read', run.number, buffer, chunkBytes);
    if (result >= 0) return buffer.subarray(0, result);
    // EAGAIN: the kernel went through very many elements without output and asks to be called again.
    if (result !== -errno.EAGAIN && result !== -errno.EINTR) throw systemCallFailure('read', result, run.label);
  }
}

function join(chunks: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

/** Since Linux 5.8. */
export const attachIterator: Attach<'iterator'> = (program, target) => {
  const label = attachLabel(program, `iterator ${target.target}`);
  const { info, release } = iteratorInfo(program, target);
  try {
    const attribute = {
      prog_fd: program.fd.number,
      attach_type: attachTypeIterator,
      ...(info ? { iter_info: info, iter_info_len: info.byteLength } : {}),
    };
    return new IteratorLink(target, { bpfLink: createLink('iterator', attribute, label, feature) });
  } finally {
    release?.();
  }
};

interface IteratorInfo {
  /** `union bpf_iter_link_info`; undefined: everything. */
  readonly info?: Uint8Array;
  readonly release?: () => void;
}

const words = (...values: number[]): Uint8Array => new Uint8Array(Uint32Array.from(values).buffer);

function iteratorInfo(program: LoadedProgram, target: TargetOf<'iterator'>): IteratorInfo {
  if (target.map !== undefined) return { info: words(mapDescriptor(program, target.map), 0, 0, 0) };
  if (target.cgroup !== undefined) {
    const fd = openTarget(target.cgroup, 'give the path of a cgroup, as in /sys/fs/cgroup/user.slice');
    return { info: words(descendantsPreOrder, fd, 0, 0), release: () => closeSync(fd) };
  }
  // One of the two: a thread, or all threads of a process.
  if (target.tid !== undefined) return { info: words(target.tid, 0, 0, 0) };
  if (target.pid !== undefined) return { info: words(0, target.pid, 0, 0) };
  return {};
}

function mapDescriptor(program: LoadedProgram, name: string): number {
  const map = program.maps.get(name);
  if (map) return map.fd.number;
  const near = suggest(name, program.maps.keys());
  throw new UsageError(`there is no map "${name}" beside program "${program.spec.name}"`, {
    hint: near && `did you mean "${near}"?`,
  });
}
