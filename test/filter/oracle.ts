// Client of the libpcap oracle: builds it once, asks it in batches.

import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ClassicInstruction } from '../../src/isa/index.ts';

const sourceFile = fileURLToPath(new URL('../oracle/pcap-oracle.c', import.meta.url));

/** Builds the oracle where it is not built yet; returns its path. */
export function buildOracle(): string {
  const directory = join(tmpdir(), `tsbpf-oracle-${process.getuid?.() ?? 0}`);
  // Another checkout may have another oracle.
  const version = createHash('sha256').update(readFileSync(sourceFile)).digest('hex').slice(0, 16);
  const binary = join(directory, `pcap-oracle-${version}`);
  if (existsSync(binary)) return binary;
  mkdirSync(directory, { recursive: true });
  const fresh = `${binary}.${process.pid}`;
  try {
    execFileSync('gcc', ['-O2', '-w', '-D_GNU_SOURCE', '-o', fresh, sourceFile, '-lpcap'], { stdio: 'pipe' });
  } catch (cause) {
    throw new Error('the filter tests need gcc and libpcap: apt-get install gcc libpcap-dev', { cause });
  }
  renameSync(fresh, binary);
  return binary;
}

/** Sends request lines, returns answer lines. */
export function ask(requests: readonly string[]): string[] {
  const answer = spawnSync(buildOracle(), {
    input: `${requests.join('\n')}\n`,
    maxBuffer: 1 << 30,
    encoding: 'latin1',
  });
  if (answer.status !== 0)
    throw new Error(
      `the oracle died: ${answer.signal ?? answer.status} after ${answer.stdout.split('\n').length} answers`,
    );
  const lines = answer.stdout.split('\n');
  lines.pop();
  return lines;
}

/** Request to compile; libpcap takes the netmask as the number that is compared. */
export function compileRequest(dlt: number, expression: string, optimize: boolean, netmask = 0xffffff00): string {
  return `c\t${dlt}\t262144\t${optimize ? 1 : 0}\t${(netmask >>> 0).toString(16)}\t${expression.replace(/\n/g, ' ')}`;
}

/** An answer to a compile request: a program, or libpcap's message. */
export function parseAnswer(line: string): ClassicInstruction[] | string {
  if (!line.startsWith('ok\t')) return line.slice(4);
  return parseProgram(line.slice(3));
}

export function parseProgram(text: string): ClassicInstruction[] {
  return text
    .split(';')
    .filter((part) => part !== '')
    .map((part) => {
      const [code = 0, jt = 0, jf = 0, k = 0] = part.split(',').map(Number);
      return { code, jt, jf, k };
    });
}

export function formatProgram(program: readonly ClassicInstruction[]): string {
  return program.map(({ code, jt, jf, k }) => `${code},${jt},${jf},${k};`).join('');
}
