// Compiles C for tests: BPF objects by clang, programs to be traced by gcc. Results are cached by content under build/.

import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const cacheDirectory = join(root, 'build/compiled');

/** What to compile, and with what. */
export interface CompileRequest {
  readonly compiler: string;
  /** C text, or (where it ends in `.c`) the path of a file, relative to the repository. */
  readonly source: string;
  readonly flags: readonly string[];
}

type RemoteCompiler = (request: CompileRequest) => Promise<Uint8Array>;

// In the virtual machine there is no compiler: its runner sets this to a function that asks the host.
const remote = (globalThis as Record<symbol, unknown>)[Symbol.for('tsbpf.compile')] as RemoteCompiler | undefined;

/**
 * A BPF object compiled by clang-16 (`-g -O2 -target bpf -mcpu=v3`, with `vmlinux.h` and libbpf's headers at hand).
 * `source` is C text, or the path of a `.c` file relative to the repository. Works in the virtual machine as well.
 */
export function compileC(source: string, flags: readonly string[] = [], compiler = 'clang-16'): Promise<Uint8Array> {
  const all = ['-g', '-O2', '-target', 'bpf', '-mcpu=v3', '-D__TARGET_ARCH_x86', '-Wall', '-c', ...flags];
  return compile({ compiler, source, flags: all });
}

/** The path of an ordinary executable made by gcc, for example one to be traced; the caller need not delete it. */
export async function compileExecutable(source: string, flags: readonly string[] = []): Promise<string> {
  const request: CompileRequest = { compiler: 'gcc', source, flags: ['-g', '-O0', ...flags] };
  const path = join(remote ? tmpdir() : cacheDirectory, `${await keyOf(request)}.exe`);
  // One that is there stays: another test may run it, and probes stand in the file, not at its name.
  const isThere = await stat(path).catch(() => undefined);
  if (!isThere) await writeAtomically(path, await compile(request), 0o755);
  return path;
}

/** Does what was asked, or takes it from the cache. */
export async function compile(request: CompileRequest): Promise<Uint8Array> {
  if (remote) return remote(request);
  const cached = join(cacheDirectory, `${await keyOf(request)}.o`);
  try {
    return await readFile(cached);
  } catch {
    const bytes = await runCompiler(request);
    await writeAtomically(cached, bytes);
    return bytes;
  }
}

const isPath = (source: string): boolean => source.endsWith('.c') && !source.includes('\n');

async function keyOf({ compiler, source, flags }: CompileRequest): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([compiler, flags]));
  if (isPath(source) && !remote) await hashFile(resolve(root, source), hash, new Set());
  else hash.update(source);
  return hash.digest('hex').slice(0, 32);
}

async function hashFile(path: string, hash: ReturnType<typeof createHash>, seen: Set<string>): Promise<void> {
  if (seen.has(path)) return;
  seen.add(path);
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return; // a system header, or missing: the compiler will tell
  hash.update(path.slice(root.length)).update(text);
  for (const [, name] of text.matchAll(/^\s*#\s*include\s*"([^"]+)"/gm)) {
    await hashFile(resolve(dirname(path), name ?? ''), hash, seen);
  }
}

// clang looks for <asm/...> in the directory of its target, and Debian has none for BPF.
const multiarchHeaders = `/usr/include/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;

async function runCompiler({ compiler, source, flags }: CompileRequest): Promise<Uint8Array> {
  const directory = await mkdtemp(join(tmpdir(), 'tsbpf-cc-'));
  try {
    const input = isPath(source) ? resolve(root, source) : join(directory, 'source.bpf.c');
    if (!isPath(source)) await writeFile(input, source);
    const output = join(directory, 'output');
    const includes = flags.includes('bpf')
      ? ['-I', await vmlinuxHeaderDirectory(), '-idirafter', multiarchHeaders]
      : [];
    try {
      await run(compiler, [...flags, ...includes, '-o', output, input]);
    } catch (error) {
      throw new Error(compilerProblem(compiler, error), { cause: error });
    }
    return await readFile(output);
  } finally {
    await rm(directory, { recursive: true });
  }
}

function compilerProblem(compiler: string, error: unknown): string {
  const { code, stderr } = error as { code?: unknown; stderr?: string };
  return code === 'ENOENT'
    ? `${compiler} is needed: apt-get install ${compiler}`
    : `${compiler} failed:\n${stderr ?? ''}`;
}

async function vmlinuxHeaderDirectory(): Promise<string> {
  const directory = join(root, 'build/include');
  const header = join(directory, 'vmlinux.h');
  if (await stat(header).catch(() => undefined)) return directory;
  const arguments_ = ['btf', 'dump', 'file', '/sys/kernel/btf/vmlinux', 'format', 'c'];
  const { stdout } = await run('bpftool', arguments_, { maxBuffer: 64 << 20 }).catch((error: unknown) => {
    throw new Error('bpftool is needed to make vmlinux.h: apt-get install bpftool', { cause: error });
  });
  await writeAtomically(header, new TextEncoder().encode(stdout));
  return directory;
}

async function writeAtomically(path: string, bytes: Uint8Array, mode = 0o644): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${randomUUID()}`;
  await writeFile(temporary, bytes, { mode });
  await rename(temporary, path);
}
