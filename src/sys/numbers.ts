// Numbers of the system calls in use, per architecture.
// Source: arch/x86/entry/syscalls/syscall_64.tbl and scripts/syscall.tbl (v6.18).

import { UnsupportedError } from '../base/index.ts';

/** `[x86-64, the generic table of arm64, riscv64 and loongarch64]` */
const numbers = {
  read: [0, 63],
  write: [1, 64],
  close: [3, 57],
  mmap: [9, 222],
  mprotect: [10, 226],
  munmap: [11, 215],
  ioctl: [16, 29],
  socket: [41, 198],
  sendto: [44, 206],
  recvfrom: [45, 207],
  bind: [49, 200],
  getsockname: [51, 204],
  socketpair: [53, 199],
  setsockopt: [54, 208],
  getsockopt: [55, 209],
  fcntl: [72, 25],
  capget: [125, 90],
  mount: [165, 40],
  umount2: [166, 39],
  statfs: [137, 43],
  openat: [257, 56],
  epoll_ctl: [233, 21],
  unshare: [272, 97],
  epoll_pwait: [281, 22],
  eventfd2: [290, 19],
  epoll_create1: [291, 20],
  perf_event_open: [298, 241],
  prlimit64: [302, 261],
  setns: [308, 268],
  bpf: [321, 280],
  pidfd_open: [434, 434],
} as const;

/** Name of a system call. */
export type SystemCallName = keyof typeof numbers;

const columns: Readonly<Record<string, 0 | 1>> = { x64: 0, arm64: 1, riscv64: 1, loong64: 1 };

/** The number of a system call on this machine. @throws UnsupportedError on an architecture without a column. */
export function systemCallNumber(name: SystemCallName, arch: string = process.arch): number {
  const column = columns[arch];
  if (column === undefined) throw new UnsupportedError(`architecture ${arch}`);
  return numbers[name][column];
}
