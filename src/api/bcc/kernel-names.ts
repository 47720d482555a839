// What BCC's users ask of the kernel by name: symbols, system calls, functions to probe, tracepoints, members of structs.

import { existsSync, readFileSync } from 'node:fs';
import { UsageError } from '../../base/index.ts';
import { findMember } from '../../btf/index.ts';
import { kernelHost } from '../../kernel/index.ts';
import { findBinary, kernelSymbols, openExecutable, Symbolizer } from '../../symbols/index.ts';

const tracingRoots = ['/sys/kernel/tracing', '/sys/kernel/debug/tracing'];

/** How {@link KernelNames.ksym} and {@link KernelNames.sym} spell a symbol. */
export interface SymbolStyle {
  /** Appends the module or library, as in `name [module]`. */
  readonly showModule?: boolean;
  /** Appends how far behind its start the address lies, as in `name+0x10`. */
  readonly showOffset?: boolean;
}

/** A symbol as found. */
interface Found {
  readonly name: string | undefined;
  readonly offset: number;
  readonly module: string | undefined;
}

function spell({ name, offset, module }: Found, { showModule = false, showOffset = false }: SymbolStyle): string {
  const place = showOffset && name !== undefined ? `+0x${offset.toString(16)}` : '';
  const where = showModule && module !== undefined ? ` [${module.slice(module.lastIndexOf('/') + 1)}]` : '';
  return `${name ?? '[unknown]'}${place}${where}`;
}

/** Questions about the kernel, by BCC's names. A {@link BccSession} answers them as well. */
export class KernelNames {
  readonly #symbolizer = new Symbolizer();

  /** Name of the kernel's function or variable at an address. @throws SyscallError where the kernel hides addresses */
  ksym(address: bigint | number, style: SymbolStyle = {}): string {
    const found = this.#symbolizer.resolveKernel(BigInt(address));
    return spell({ ...found, module: found.module ?? 'kernel' }, style);
  }

  /** Address of a symbol of the kernel; -1n: there is none. */
  ksymname(name: string): bigint {
    return kernelSymbols().find(name)?.address ?? -1n;
  }

  /** Name of what stands at an address of a process; `pid` -1: of the kernel. */
  sym(address: bigint | number, pid: number, style: SymbolStyle = {}): string {
    if (pid === -1) return this.ksym(address, style);
    return spell(this.#symbolizer.resolve(pid, BigInt(address)), style);
  }

  /** The kernel's function for a system call: `__x64_sys_openat` for `openat`, as the kernel spells it. */
  getSyscallFnname(name: string): string {
    return `${this.getSyscallPrefix()}${name}`;
  }

  /** What the kernel's functions for system calls begin with. */
  getSyscallPrefix(): string {
    const prefixes = ['sys_', '__x64_sys_', '__arm64_sys_', '__s390x_sys_', '__riscv_sys_', '__se_sys_'];
    return prefixes.find((prefix) => kernelSymbols().find(`${prefix}bpf`)) ?? 'sys_';
  }

  /** Functions of the kernel whose whole names match and that can be probed. */
  getKprobeFunctions(pattern: RegExp | string): string[] {
    const whole = wholeMatch(pattern);
    const forbidden = new Set(linesOf('/sys/kernel/debug/kprobes/blacklist').map((line) => line.split(/\s+/)[1] ?? ''));
    const names = kernelSymbols().functionNames();
    return [...new Set(names.filter((name) => whole.test(name) && !forbidden.has(name)))].sort();
  }

  /** Functions of a program or library whose whole names match. */
  getUserFunctions(name: string, pattern: RegExp | string): string[] {
    const whole = wholeMatch(pattern);
    const places = openExecutable(findBinary(name)).functionsNamed((one) => whole.test(one));
    return places.map((place) => place.name);
  }

  /** Tracepoints as `category:event` that match as a whole. */
  getTracepoints(pattern: RegExp | string): string[] {
    const whole = wholeMatch(pattern);
    const root = tracingRoots.find((path) => existsSync(`${path}/available_events`));
    return root ? linesOf(`${root}/available_events`).filter((name) => whole.test(name)) : [];
  }

  /** Is there such a tracepoint? */
  tracepointExists(category: string, event: string): boolean {
    return tracingRoots.some((root) => existsSync(`${root}/events/${category}/${event}`));
  }

  /** 1: the kernel's struct has that member; 0: it has not; -1: there is no such struct. */
  kernelStructHasField(struct: string, field: string): 1 | 0 | -1 {
    const btf = kernelHost().btf();
    const id = btf?.find(struct, 'struct');
    if (!btf || id === undefined) return -1;
    return findMember(btf, id, field) ? 1 : 0;
  }

  /** Can functions be named `kfunc__...`? Linux 5.5 with types of the kernel. */
  supportKfunc(): boolean {
    return kernelHost().btf() !== undefined && this.ksymname('bpf_trampoline_link_prog') !== -1n;
  }

  /** Can programs be attached to raw tracepoints? Linux 4.17. */
  supportRawTracepoint(): boolean {
    return this.ksymname('bpf_find_raw_tracepoint') !== -1n || this.ksymname('bpf_get_raw_tracepoint') !== -1n;
  }
}

function wholeMatch(pattern: RegExp | string): RegExp {
  const source = typeof pattern === 'string' ? pattern : pattern.source;
  try {
    return new RegExp(`^(?:${source})$`);
  } catch (cause) {
    throw new UsageError(`"${source}" is no regular expression`, { cause });
  }
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
}
