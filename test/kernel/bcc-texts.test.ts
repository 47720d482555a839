// The BPF texts of Debian's bpfcc-tools, recorded from the tools themselves: all compile, and at least as many load as of LLVM's code.

import { beforeAll, expect, it } from 'vitest';
import { recordedTexts, recordTexts, refusals, textCompiler } from '../bcc/recorded-texts.ts';

/** Texts that LLVM refuses too: arguments of manual pages that the tools do not understand. */
const brokenArguments: ReadonlySet<string> = new Set(['argdist.8', 'argdist.9', 'argdist.10']);

/** The virtual machine's kernel: older, with kprobes, and nothing is locked down. */
const isGuest = process.env.TSBPF_QEMU === '1';

/** Tools of which everything is accepted; LLVM reaches 94 on the 6.18 kernel. */
const wholeTools = isGuest ? 100 : 95;

/** What these kernels refuse of LLVM's code too, by tool: program, and the kernel's words. */
const refusedAnyway: Readonly<Record<string, RegExp>> = isGuest
  ? {
      // Built without CONFIG_BPF_KPROBE_OVERRIDE.
      inject: /^should_failslab_entry: .*bpf_override_return/,
      // Inlined, or gone.
      readahead: /attaching to f(?:entry|exit) "\w+" is not supported here/,
    }
  : {
      inject: /^should_failslab_entry: .*bpf_override_return/,
      // The kernel has no NFS module, nor its types.
      nfsslower: /nfs_commit_data\.\w+(?:\.\w+)? does not exist on this kernel/,
      readahead: /attaching to f(?:entry|exit) "\w+" is not supported here|EPERM/,
      // No trampolines on this machine.
      klockstat: /EPERM/,
      opensnoop: /EPERM/,
      ttysnoop: /EPERM/,
      vfsstat: /EPERM/,
    };

beforeAll(() => {
  if (!isGuest) recordTexts();
}, 3_600_000);

/** Texts of options on kernels that answer wrongly: what the running one has not, or has otherwise. LLVM refuses them too. */
const refusedVariants: Readonly<Record<string, RegExp>> = {
  // Arguments that the tool does not understand.
  argdist: /undeclared identifier '(?:irq|nr_sector)'|unknown type name 'fork'/,
  // Texts for older kernels, made where the kernel says that it has their members, or lacks the newer ones.
  biolatency: /no member named 'rq_disk'/,
  biolatpcts: /no member named 'rq_disk'/,
  biosnoop: /no member named 'rq_disk'/,
  biotop: /no member named 'rq_disk'/,
  runqlat: /no member named 'state'/,
  runqslower: /no member named 'state'/,
  exitsnoop: /member reference base type 'u64'/,
  memleak: /struct tracepoint__kmem__kmalloc_node/,
};

it.runIf(process.env.TSBPF_LONG === '1')(
  'texts of all options compile',
  () => {
    recordTexts('variants');
    const compile = textCompiler();
    const problems: string[] = [];
    const texts = recordedTexts('variants');
    for (const recorded of texts) {
      try {
        compile(recorded);
      } catch (error) {
        const { message } = error as Error;
        if (!refusedVariants[recorded.tool]?.test(message)) problems.push(`${recorded.name}: ${message}`);
      }
    }
    expect(problems).toEqual([]);
    expect(texts.length).toBeGreaterThan(600);
  },
  7_200_000,
);

it("every text compiles, and loads where LLVM's code loads", async () => {
  const compile = textCompiler();
  const notCompiled = new Map<string, string>();
  const notLoaded = new Map<string, string>();
  const tools = new Set<string>();
  const refusedTools = new Set<string>();
  for (const recorded of recordedTexts()) {
    const { name, tool } = recorded;
    if (brokenArguments.has(name)) continue;
    tools.add(tool);
    try {
      for (const [program, error] of await refusals(compile(recorded))) {
        refusedTools.add(tool);
        const problem = `${program}: ${error.message}`;
        if (!refusedAnyway[tool]?.test(problem)) notLoaded.set(`${name} ${program}`, error.message);
      }
    } catch (error) {
      refusedTools.add(tool);
      notCompiled.set(name, (error as Error).message);
    }
  }
  expect(Object.fromEntries(notCompiled)).toEqual({});
  expect(Object.fromEntries(notLoaded)).toEqual({});
  expect(tools.size).toBe(102);
  expect(tools.size - refusedTools.size).toBeGreaterThanOrEqual(wholeTools);
}, 1_800_000);
