// The clang driver: finds clang, gives it `vmlinux.h` made from the target's BTF, and reads back its object and messages.

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Diagnostic, Severity, SourceSpan, SourceText } from '../base/index.ts';
import { InternalError, SourceError, UnsupportedError } from '../base/index.ts';
import { printC } from '../btf/index.ts';
import { readObject } from '../object/index.ts';
import type { CompileInput, CompileOutput, Compiler } from './compiler.ts';
import type { TargetTypes } from './target-types.ts';

const newestVersion = 25;
const oldestVersion = 11;
/** Where Debian, Fedora and others put libbpf's headers beside the compiler's own. */
const headerDirectories = ['/usr/include', '/usr/local/include'];

interface ProcessResult {
  readonly exitCode: number | undefined;
  readonly stderr: string;
}

function runProcess(command: string, args: readonly string[], input: string): Promise<ProcessResult> {
  return new Promise((resolve, reject) => {
    const child = execFile(command, args, { maxBuffer: 2 ** 28 }, (error, _stdout, stderr) => {
      if (!error) return resolve({ exitCode: 0, stderr });
      if (typeof error.code === 'number') return resolve({ exitCode: error.code, stderr });
      reject(error);
    });
    child.stdin?.on('error', () => undefined); // the compiler may stop reading early; its exit code tells
    child.stdin?.end(input);
  });
}

/** `clang`, or the newest `clang-N`, on the PATH; CLANG in the environment wins. */
export function findClang(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  if (environment.CLANG) return environment.CLANG;
  const names = ['clang'];
  for (let version = newestVersion; version >= oldestVersion; version--) names.push(`clang-${version}`);
  const directories = (environment.PATH ?? '').split(':').filter((directory) => directory.length > 0);
  for (const name of names) {
    for (const directory of directories) {
      const path = join(directory, name);
      if (existsSync(path)) return path;
    }
  }
  return undefined;
}

const messagePattern = /^(.*?):(\d+):(\d+): (?:fatal )?(error|warning|note|remark): (.*)$/;

/** Reads `file:line:column: severity: message` lines; notes go below the message before them. */
export function parseClangMessages(stderr: string, sources: ReadonlyMap<string, string>): Diagnostic[] {
  const diagnostics: (Diagnostic & { notes: Diagnostic[] })[] = [];
  for (const line of stderr.split('\n')) {
    const match = messagePattern.exec(line);
    if (!match) {
      if (/^(clang[^:]*: )?(fatal )?error: /.test(line)) {
        diagnostics.push({ severity: 'error', code: 'clang', message: line.replace(/^.*?error: /, ''), notes: [] });
      }
      continue;
    }
    const [, file = '', lineText = '1', column = '1', kind = 'error', message = ''] = match;
    const span = spanAt({ name: file, text: sources.get(file) ?? '' }, Number(lineText), Number(column));
    const severity: Severity = kind === 'error' || kind === 'warning' ? kind : 'note';
    const last = diagnostics.at(-1);
    const where = span ? { span } : {};
    const text = span ? message : `${file}:${lineText}:${column}: ${message}`;
    if (severity === 'note' && last) last.notes.push({ severity, code: 'clang', message: text, ...where });
    else diagnostics.push({ severity, code: 'clang', message: text, notes: [], ...where });
  }
  return diagnostics;
}

function spanAt(source: SourceText, line: number, column: number): SourceSpan | undefined {
  if (source.text.length === 0) return undefined;
  let start = 0;
  for (let current = 1; current < line; current++) {
    const newline = source.text.indexOf('\n', start);
    if (newline < 0) return undefined;
    start = newline + 1;
  }
  const offset = start + column - 1;
  const word = /^\w+/.exec(source.text.slice(offset, offset + 100));
  return { source, start: offset, end: offset + Math.max(1, word?.[0].length ?? 1) };
}

function cacheDirectory(): string {
  return join(process.env.XDG_CACHE_HOME ?? join(process.env.HOME ?? tmpdir(), '.cache'), 'tsbpf');
}

/** Directory holding the target's `vmlinux.h`, made once per kernel. */
async function vmlinuxDirectory(target: TargetTypes): Promise<string> {
  const directory = join(cacheDirectory(), createHash('sha256').update(target.bytes).digest('hex').slice(0, 16));
  const path = join(directory, 'vmlinux.h');
  if (existsSync(path)) return directory;
  await mkdir(directory, { recursive: true });
  // Written beside and renamed, so that two compilations at once never see half a file.
  const temporary = `${path}.${process.pid}`;
  await writeFile(temporary, printC(target.btf));
  await rename(temporary, path);
  return directory;
}

const targetArchitectures: Readonly<Record<string, string>> = {
  x64: 'x86',
  arm64: 'arm64',
  s390x: 's390',
  ppc64: 'powerpc',
  riscv64: 'riscv',
};

async function clangArguments(input: CompileInput, output: string): Promise<string[]> {
  const args = ['-x', 'c', '-target', 'bpf', '-O2', '-g', '-c', '-', '-o', output, `-mcpu=v${input.isaVersion}`];
  args.push(`-D__TARGET_ARCH_${targetArchitectures[process.arch] ?? process.arch}`);
  // Line info names sources relative to where the compiler ran, so that the same input gives the same bytes everywhere.
  args.push(`-fdebug-prefix-map=${process.cwd()}=`);
  args.push('-fno-caret-diagnostics', '-fno-color-diagnostics', '-ferror-limit=50', '-Wall', '-Wno-unknown-attributes');
  for (const [name, value] of Object.entries(input.defines)) args.push(`-D${name}=${value}`);
  for (const name of input.undefines) args.push(`-U${name}`);
  args.push(`-I${dirname(input.fileName)}`, ...input.includeDirectories.map((directory) => `-I${directory}`));
  if (
    input.text.includes('vmlinux.h') &&
    !input.includeDirectories.some((directory) => existsSync(join(directory, 'vmlinux.h')))
  ) {
    const target = input.targetTypes();
    if (!target) {
      throw new UnsupportedError('#include "vmlinux.h" without types of the kernel', {
        since: '5.4 with CONFIG_DEBUG_INFO_BTF',
        hint: 'give a BTF file of the target kernel, or put a vmlinux.h on the include path (-I)',
      });
    }
    args.push(`-I${await vmlinuxDirectory(target)}`);
  }
  const multiarch = `/usr/include/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;
  for (const directory of [...headerDirectories, multiarch]) args.push('-idirafter', directory);
  return [...args, ...input.warnings.map((name) => `-W${name}`), ...input.flags];
}

// Line info must name the file that the person knows, not `<stdin>`.
function withLineMarker(input: CompileInput): string {
  return `#line 1 ${JSON.stringify(input.fileName)}\n${input.text}`;
}

async function compileWith(clang: string, input: CompileInput): Promise<CompileOutput> {
  const directory = await mkdtemp(join(tmpdir(), 'tsbpf-'));
  try {
    const output = join(directory, 'program.o');
    const { exitCode, stderr } = await runProcess(clang, await clangArguments(input, output), withLineMarker(input));
    const diagnostics = parseClangMessages(stderr, new Map([[input.fileName, input.text]]));
    if (exitCode !== 0) {
      if (!diagnostics.some(({ severity }) => severity === 'error')) {
        throw new InternalError(`${clang} failed (exit code ${exitCode}): ${stderr.slice(0, 2000)}`);
      }
      throw new SourceError(diagnostics, { hint: missingHeaderHint(diagnostics) });
    }
    const object = readObject(await readFile(output), { name: input.fileName });
    return { object, diagnostics };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function missingHeaderHint(diagnostics: readonly Diagnostic[]): string | undefined {
  const missing = diagnostics.some(({ message }) => /'bpf\/.*' file not found/.test(message));
  return missing ? 'install the libbpf headers (Debian: apt-get install libbpf-dev)' : undefined;
}

/** The clang driver; clang is looked for when first used. */
export function clangCompiler(): Compiler {
  return {
    name: 'clang',
    async compile(input): Promise<CompileOutput> {
      const clang = findClang();
      if (!clang) {
        throw new UnsupportedError('compiling C with clang', {
          hint: 'install it (Debian: apt-get install clang libbpf-dev), or start from a compiled object (.o)',
        });
      }
      return compileWith(clang, input);
    },
  };
}
