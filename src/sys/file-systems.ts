// Where the kernel's file systems for tracing and for pinned objects are mounted, and mounting them.

import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { SyscallError, UnsupportedError } from '../base/index.ts';
import { systemCallFailure } from './failure.ts';
import { systemCalls } from './system-calls.ts';

const magic = { bpf: 0xcafe4a11, tracefs: 0x74726163 } as const;
const defaultBpf = '/sys/fs/bpf';
const tracefsPlaces = ['/sys/kernel/tracing', '/sys/kernel/debug/tracing'] as const;

const encoder = new TextEncoder();
const cString = (text: string): Uint8Array => encoder.encode(`${text}\0`);

/** `f_type` of the file system at `path`; undefined where there is no such path. */
export function fileSystemType(path: string): number | undefined {
  const buffer = new Uint8Array(256);
  const result = systemCalls().call('statfs', cString(path), buffer);
  return result < 0 ? undefined : new DataView(buffer.buffer).getUint32(0, true);
}

/** Whether `path` lies on a bpf file system. */
export function isBpffs(path: string): boolean {
  return fileSystemType(path) === magic.bpf;
}

function mounts(type: string): string[] {
  const text = existsSync('/proc/self/mounts') ? readFileSync('/proc/self/mounts', 'utf8') : '';
  return text
    .split('\n')
    .map((line) => line.split(' '))
    .filter((fields) => fields[2] === type)
    .map((fields) => fields[1] ?? '');
}

function mount(type: string, path: string): void {
  const result = systemCalls().call('mount', cString(type), cString(path), cString(type), 0, 0);
  if (result < 0) throw systemCallFailure('mount', result, `mount -t ${type} ${type} ${path}`);
}

/** Directory of tracefs; undefined where it is not mounted. */
export function findTracefs(): string | undefined {
  // Looking below /sys/kernel/debug makes the kernel mount tracefs there by itself.
  return tracefsPlaces.find((path) => existsSync(`${path}/events`)) ?? mounts('tracefs')[0];
}

/** Directory of tracefs, mounted if need be. @throws SyscallError, UnsupportedError */
export function mountTracefs(): string {
  const found = findTracefs();
  if (found) return found;
  const [path] = tracefsPlaces;
  if (!existsSync(path)) {
    throw new UnsupportedError('tracing', {
      hint: 'this kernel was built without CONFIG_TRACING (no /sys/kernel/tracing)',
    });
  }
  mount('tracefs', path);
  return path;
}

/** Directory of a bpf file system; undefined where none is mounted. */
export function findBpffs(): string | undefined {
  return isBpffs(defaultBpf) ? defaultBpf : mounts('bpf')[0];
}

/** Makes `path` (default `/sys/fs/bpf`) a directory on a bpf file system, mounting one if need be. @throws SyscallError */
export function mountBpffs(path: string = defaultBpf): string {
  if (isBpffs(path)) return path;
  if (!existsSync(path)) {
    try {
      mkdirSync(path, { recursive: true, mode: 0o700 });
    } catch (cause) {
      throw new SyscallError(`mkdir ${path}`, (cause as NodeJS.ErrnoException).code ?? 'EIO', {
        cause,
        hint: `create it by hand: mkdir -p ${path}`,
      });
    }
    if (isBpffs(path)) return path;
  }
  mount('bpf', path);
  return path;
}
