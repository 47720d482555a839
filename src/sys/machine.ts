// Facts about the machine and its kernel: release, CPUs, page size, limits.

import { readFileSync } from 'node:fs';
import { FormatError } from '../base/index.ts';
import { systemCalls } from './system-calls.ts';

/** A kernel release. */
export interface KernelRelease {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** The whole text, as in `6.1.0-13-cloud-amd64`. */
  readonly text: string;
}

/** Numbers out of `6.18.44-fc` or `6.1.0-13-amd64`. */
export function parseRelease(text: string): KernelRelease {
  const match = /^(\d+)\.(\d+)(?:\.(\d+))?/.exec(text);
  if (!match) throw new FormatError('kernel release', `"${text}" does not start with two numbers`);
  return { major: Number(match[1]), minor: Number(match[2]), patch: Number(match[3] ?? 0), text };
}

/** The running kernel's release. */
export function kernelRelease(): KernelRelease {
  // From the file where there is one: `node:os` takes longer to load.
  const text = readText('/proc/sys/kernel/osrelease')?.trim();
  return parseRelease(text ?? process.getBuiltinModule('node:os').release());
}

/** Whether the running kernel is at least `wanted`, as in `5.11`. Distribution kernels backport: probe where you can. */
export function kernelAtLeast(wanted: string, running: KernelRelease = kernelRelease()): boolean {
  const other = parseRelease(wanted);
  if (running.major !== other.major) return running.major > other.major;
  if (running.minor !== other.minor) return running.minor > other.minor;
  return running.patch >= other.patch;
}

/**
 * `LINUX_VERSION_CODE` of the running kernel, which kernels before 5.0 check for kprobes. Ubuntu and Debian report
 * the upstream patch level elsewhere than in the release.
 */
export function kernelVersionCode(): number {
  const { major, minor, patch } = kernelRelease();
  const level = distributionPatch() ?? patch;
  return (major << 16) | (minor << 8) | Math.min(level, 255);
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function distributionPatch(): number | undefined {
  const ubuntu = / \d+\.\d+\.(\d+)\s*$/.exec(readText('/proc/version_signature') ?? '');
  const debian = /Debian \d+\.\d+\.(\d+)-/.exec(readText('/proc/version') ?? '');
  const found = ubuntu?.[1] ?? debian?.[1];
  return found === undefined ? undefined : Number(found);
}

/** CPU numbers in a list such as `0-3,5`. @throws FormatError */
export function parseCpuList(text: string): readonly number[] {
  const cpus: number[] = [];
  for (const part of text.trim().split(',')) {
    if (part === '') continue;
    const match = /^(\d+)(?:-(\d+))?$/.exec(part);
    if (!match) throw new FormatError('CPU list', `"${part}" is neither a number nor a range`);
    const first = Number(match[1]);
    const last = Number(match[2] ?? match[1]);
    if (last < first || last > 65535) throw new FormatError('CPU list', `"${part}" is not a range`);
    for (let cpu = first; cpu <= last; cpu++) cpus.push(cpu);
  }
  return cpus;
}

function cpuList(name: string): readonly number[] {
  const text = readText(`/sys/devices/system/cpu/${name}`);
  return text === undefined ? [0] : parseCpuList(text);
}

let possible: number | undefined;

/** Number of CPUs the kernel may ever have: per-CPU values have that many slots, gaps in the numbers left out. */
export function possibleCpus(): number {
  possible ??= cpuList('possible').length;
  return possible;
}

/** Numbers of the CPUs that are running. */
export function onlineCpus(): readonly number[] {
  return cpuList('online');
}

const auxPageSize = 6; // AT_PAGESZ
let pageBytes: number | undefined;

/** Value of an entry of the auxiliary vector, such as AT_PAGESZ (6); undefined where there is none. */
export function auxiliaryValue(type: number): bigint | undefined {
  let bytes: Buffer;
  try {
    bytes = readFileSync('/proc/self/auxv');
  } catch {
    return undefined;
  }
  for (let at = 0; at + 16 <= bytes.length; at += 16) {
    if (bytes.readBigUInt64LE(at) === BigInt(type)) return bytes.readBigUInt64LE(at + 8);
  }
  return undefined;
}

/** Size of a memory page in bytes. */
export function pageSize(): number {
  pageBytes ??= Number(auxiliaryValue(auxPageSize) ?? 4096n);
  return pageBytes;
}

const resourceMemlock = 8;
const unlimited = 0xffffffffffffffffn;

/** Lifts RLIMIT_MEMLOCK, which kernels before 5.11 charge maps and programs to. False where it is not allowed. */
export function raiseMemlockLimit(): boolean {
  const limit = new Uint8Array(16);
  const view = new DataView(limit.buffer);
  view.setBigUint64(0, unlimited, true);
  view.setBigUint64(8, unlimited, true);
  return systemCalls().call('prlimit64', 0, resourceMemlock, limit, 0) === 0;
}

/** When a process started, in clock ticks since boot: tells a reused pid from the process meant. */
export function processStart(pid: number): bigint | undefined {
  const text = readText(`/proc/${pid}/stat`);
  // The command name in parentheses may itself hold anything: count fields behind its end.
  const field = text?.slice(text.lastIndexOf(')') + 2).split(' ')[19];
  return field === undefined ? undefined : BigInt(field);
}
