// BCC's way of working, by BCC's names: a text is compiled, loaded, and attached by its functions' names.

import type { Host } from '../../host/index.ts';
import type { BpfObject } from '../../object/index.ts';
import type { ProgramTypeName } from '../../spec/index.ts';
import { type CompileOptions, compileText } from '../compile.ts';
import { type LoadOptions, load, runningKernel } from '../load.ts';
import { type TargetTypes, typesOfRunningKernel } from '../target-types.ts';
import { BccSession } from './bcc-session.ts';
import { withForeignTables } from './shared-tables.ts';
import type { Usdt } from './usdt.ts';

/** How to compile and load a BCC text. */
export interface BpfOptions extends Pick<LoadOptions, 'host' | 'maxEntries' | 'onProgramError'> {
  /** As clang takes them: `-DNAME`, `-DNAME=VALUE`, `-UNAME`, `-IDIR`. Others are left aside. */
  readonly cflags?: readonly string[];
  /** Functions whose context does not tell what they will be attached to, as in `{ onSwitch: 'tracepoint' }`. */
  readonly types?: Readonly<Record<string, ProgramTypeName>>;
  /** Leaves functions named `kprobe__...` and such to be attached by hand. Default: false. */
  readonly noAutoAttach?: boolean;
  /** Probes of programs to attach to, with {@link Usdt.enableProbe} done before. */
  readonly usdt?: readonly Usdt[];
}

function compileOptions(cflags: readonly string[]): CompileOptions {
  const defines: Record<string, string> = {};
  const undefines: string[] = [];
  const includeDirectories: string[] = [];
  for (const flag of cflags) {
    const [, letter, rest = ''] = /^-([DUI])\s*(.*)$/.exec(flag) ?? [];
    const [name = '', ...value] = rest.split('=');
    if (letter === 'D') defines[name] = value.length > 0 ? value.join('=') : '1';
    else if (letter === 'U') undefines.push(rest);
    else if (letter === 'I') includeDirectories.push(rest);
  }
  return { dialect: 'bcc', fileName: 'program.c', defines, undefines, includeDirectories, warnings: ['no-all'] };
}

function withTypes(object: BpfObject, types: Readonly<Record<string, ProgramTypeName>>): BpfObject {
  const programs = object.programs.map((program) => {
    const type = types[program.name];
    return type === undefined ? program : { ...program, type, attachType: undefined };
  });
  return { ...object, programs };
}

/** The kernel's types are read once: what compiles the text finds them as loading will. */
function typesOf(host: Host): { readonly targetTypes?: () => TargetTypes } {
  const btf = host.kind === 'kernel' ? host.btf() : undefined;
  return btf ? { targetTypes: () => typesOfRunningKernel(btf) } : {};
}

/**
 * Compiles and loads a BCC text and attaches what its function names say.
 *
 * @throws SourceError for faults in the text; VerifierError, SyscallError or UnsupportedError where the kernel refuses.
 * @example
 * await using b = await bpf(text, { cflags: ['-DPID=42'] });
 * b.attachKprobe({ event: 'vfs_read', fn: 'on_read' });
 * for (const [key, count] of b.table('counts')) console.log(key, count);
 */
export async function bpf(text: string, options: BpfOptions = {}): Promise<BccSession> {
  const {
    cflags = [],
    types = {},
    noAutoAttach = false,
    usdt = [],
    host = await runningKernel(),
    ...loading
  } = options;
  const compiled = withTypes(await compileText(text, compileOptions(cflags), typesOf(host)), types);
  const { object, reuseMaps } = withForeignTables(compiled, host);
  const session = new BccSession(await load(object as Parameters<typeof load>[0], { ...loading, host, reuseMaps }));
  try {
    if (!noAutoAttach) session.attachByName();
    for (const { enabled } of usdt) {
      for (const { fn, target } of enabled) session.session.program(fn).attach(target);
    }
  } catch (error) {
    session.close();
    throw error;
  }
  return session;
}
