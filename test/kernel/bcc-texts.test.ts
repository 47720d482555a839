// The BPF texts of Debian's bpfcc-tools, recorded from the tools themselves: all compile, and at least as many load here as LLVM's code.

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { load } from '../../src/api/index.ts';
import { BpfError, SyscallError } from '../../src/base/index.ts';
import { parseBtf } from '../../src/btf/index.ts';
import { type CompiledC, compileC } from '../../src/cc/index.ts';

const folder = fileURLToPath(new URL('../../build/bcc-texts/', import.meta.url));
const recorder = fileURLToPath(new URL('../bcc/record-texts.py', import.meta.url));

/** Texts that LLVM refuses too: arguments of manual pages that the tools do not understand. */
const brokenArguments: ReadonlySet<string> = new Set(['argdist.8', 'argdist.9', 'argdist.10']);

/** What the 6.18 kernel refuses of LLVM's code too, by tool: programs it names, and why. */
const refusedAnyway: Readonly<Record<string, RegExp>> = {
  // bpf_override_return is switched off.
  inject: /^should_failslab_entry:/,
  // The kernel has no NFS module, nor its types.
  nfsslower: /nfs_commit_data\.\w+(?:\.\w+)? does not exist on this kernel/,
  // The functions are gone.
  readahead: /attaching to f(?:entry|exit) "\w+" is not supported here/,
};

interface Recorded {
  readonly name: string;
  readonly tool: string;
  readonly text: string;
  readonly defines: Record<string, string>;
}

function recorded(): Recorded[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.c'))
    .sort()
    .map((file) => {
      const name = file.slice(0, -2);
      const { tool, cflags } = JSON.parse(readFileSync(`${folder}${name}.json`, 'utf8')) as {
        tool: string;
        cflags: string[];
      };
      const defines: Record<string, string> = {};
      for (const flag of cflags) {
        const parts = /^-D\s*(\w+)(?:=(.*))?$/.exec(flag);
        if (parts?.[1]) defines[parts[1]] = parts[2] ?? '1';
      }
      return { name, tool, text: readFileSync(`${folder}${file}`, 'utf8'), defines };
    });
}

function eventFormat(category: string, event: string): string | undefined {
  const path = `/sys/kernel/tracing/events/${category}/${event}/format`;
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

/** The virtual machine has no Python to run the tools with. */
const isGuest = process.env.TSBPF_QEMU === '1';

beforeAll(() => {
  if (isGuest) return;
  if (existsSync(`${folder}execsnoop.json`)) return;
  if (!existsSync('/usr/sbin/execsnoop-bpfcc')) throw new Error('the tools are missing: apt-get install bpfcc-tools');
  execFileSync('/usr/bin/python3', [recorder, folder], { stdio: 'inherit', timeout: 900_000 });
}, 900_000);

describe.skipIf(isGuest)('texts of bpfcc-tools (skipped in the virtual machine: no Python)', () => {
  it("compile, and load where LLVM's code loads", async () => {
    const btf = parseBtf(readFileSync('/sys/kernel/btf/vmlinux'));
    const notCompiled = new Map<string, string>();
    const notLoaded = new Map<string, string>();
    const tools = new Set<string>();
    for (const { name, tool, text, defines } of recorded()) {
      if (brokenArguments.has(name)) continue;
      tools.add(tool);
      let compiled: CompiledC;
      try {
        compiled = compileC(text, {
          name: `${name}.c`,
          btf: btf as never,
          dialect: 'bcc',
          disabledWarnings: ['all'],
          defines,
          tracepointFormat: eventFormat,
        });
      } catch (error) {
        notCompiled.set(name, (error as Error).message);
        continue;
      }
      const excuse = refusedAnyway[tool];
      const problems = (await refusals(compiled)).filter((problem) => !excuse?.test(problem));
      if (problems.length > 0) notLoaded.set(name, problems.join('; '));
    }
    expect(tools.size).toBeGreaterThanOrEqual(90);
    expect(Object.fromEntries(notCompiled)).toEqual({});
    expect(Object.fromEntries(notLoaded)).toEqual({});
  }, 600_000);
});

/** What the kernel says against the programs, but for what it says of every program of that kind. */
async function refusals({ object }: CompiledC): Promise<string[]> {
  const problems: string[] = [];
  const note = (what: string, error: unknown): void => {
    const isLockedDown = error instanceof SyscallError && error.errno === 'EPERM';
    if (!isLockedDown) problems.push(`${what}: ${error instanceof BpfError ? error.message : String(error)}`);
  };
  try {
    await using _session = await load(object, { onProgramError: (program, error) => note(program.name, error) });
  } catch (error) {
    note(object.name, error);
  }
  return problems;
}
