// `tsbpf vm run` and `tsbpf vm test`: programs and conformance files in the embedded machine. No privileges, no Linux.

import { createReadStream, readFileSync } from 'node:fs';
import type { BpfProgram, ProgramRunResult, Session, VmOptions } from '../api/index.ts';
import { load, vm } from '../api/index.ts';
import { UsageError } from '../base/index.ts';
import type { DisassembledLine } from '../isa/index.ts';
import { decode, disassembleLines } from '../isa/index.ts';
import type { ProgramSpec } from '../object/index.ts';
import { readPackets } from '../pcap/index.ts';
import { helpers } from '../spec/index.ts';
import { toJson, toText } from '../toolkit/index.ts';
import { runConformanceFile } from '../vm/index.ts';
import { printState } from './session-state.ts';
import { compileOptions, openObject } from './source.ts';
import type { Verb, VerbInput } from './verb.ts';
import { CommandLineError } from './verb.ts';

type Engine = 'interpreter' | 'wasm';

function engineOf(input: VerbInput): Engine | undefined {
  const name = input.text('engine');
  if (name === undefined || name === 'interpreter' || name === 'wasm') return name;
  throw new CommandLineError(`--engine takes interpreter or wasm, not "${name}"`);
}

/** Packets given as hexadecimal digits, or all those of a capture file. */
async function* packetsOf(text: string | undefined): AsyncGenerator<Uint8Array | undefined> {
  if (text === undefined) {
    yield undefined;
    return;
  }
  const digits = text.replace(/^0x|[\s:]/g, '');
  if (/^([0-9a-fA-F]{2})+$/.test(digits)) {
    yield Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
    return;
  }
  for await (const packet of readPackets(createReadStream(text))) yield packet.data;
}

/** Prints each instruction before it runs: its source line where that changes, its text, then the registers. */
function tracer(programs: readonly ProgramSpec[]): NonNullable<VmOptions['trace']> {
  const helperNames = new Map<number, string>(helpers.map(({ id, name }) => [id, `bpf_${name}`]));
  const listings = new Map<string, ReadonlyMap<number, string>>();
  const sources = new Map(
    programs.map(({ name, lines }) => [name, new Map(lines.map((line) => [line.instruction, line]))]),
  );
  for (const { name, code } of programs) {
    const lines = disassembleLines(decode(code), { helperName: (id) => helperNames.get(id) });
    listings.set(name, new Map(lines.map(({ slot, text }: DisassembledLine) => [slot, text])));
  }
  return (program, slot, registers) => {
    const line = sources.get(program.name)?.get(slot);
    if (line) console.log(`; ${line.text.trim()} @ ${line.file}:${line.line}`);
    const shown = [...registers].map((value, register) => `r${register}=${value.toString(16)}`).join(' ');
    console.log(`${String(slot).padStart(5)}: ${(listings.get(program.name)?.get(slot) ?? '?').padEnd(36)} ${shown}`);
  };
}

function printResult(program: string, result: ProgramRunResult, isJson: boolean): void {
  const { returnValue, packet, events, instructions, durationNs } = result;
  if (isJson) {
    console.log(toJson({ program, returnValue, packet, events, instructions, durationNs: Math.round(durationNs) }));
    return;
  }
  const count = instructions === undefined ? '' : `, ${instructions} instructions`;
  console.log(`${program}: returned ${returnValue} (0x${returnValue.toString(16)})${count}`);
  for (const { map, value } of events) console.log(`  ${map}: ${toText(value)}`);
  if (packet) console.log(`  packet: ${toText(packet)}`);
}

function chosenProgram(session: Session, input: VerbInput): BpfProgram {
  const name = input.text('program');
  if (name !== undefined) return session.program(name);
  const [only, ...others] = session.programs;
  if (!only) throw new UsageError('there is no program in the object');
  if (others.length === 0) return only;
  const names = session.programs.map((program) => program.name).join(', ');
  throw new CommandLineError('the object has several programs', { hint: `choose one with --program: ${names}` });
}

async function runFile(path: string, input: VerbInput): Promise<number> {
  const object = await openObject(path, input);
  const isTracing = input.flag('trace');
  const engine = isTracing ? 'interpreter' : engineOf(input);
  if (isTracing && input.text('engine') === 'wasm') {
    throw new CommandLineError('--trace needs the interpreter', { hint: 'leave --engine out' });
  }
  const host = vm({
    ...(engine ? { engine } : {}),
    ...(isTracing ? { trace: tracer(object.programs) } : {}),
    print: (text) => console.log(`  printk: ${text.trimEnd()}`),
  });
  await using session = await load(object, { host });
  const program = chosenProgram(session, input);
  const isJson = input.flag('json');
  for await (const packet of packetsOf(input.text('packet'))) {
    printResult(program.name, program.run(packet ? { packet } : {}), isJson);
  }
  printState(session, isJson);
  return 0;
}

function testFiles(paths: readonly string[], input: VerbInput): number {
  const engine = engineOf(input);
  let failures = 0;
  for (const path of paths) {
    let text: string;
    try {
      text = readFileSync(path, 'utf8');
    } catch (cause) {
      throw new UsageError(`cannot read ${path}`, { cause, hint: 'check the path and its permissions' });
    }
    const { ok, why } = runConformanceFile(text, engine ? { engine } : {});
    if (!ok) failures++;
    console.log(ok ? `ok ${path}` : `FAIL ${path}: ${why}`);
  }
  return failures > 0 ? 1 : 0;
}

async function run(input: VerbInput): Promise<number> {
  const [action, ...paths] = input.positionals;
  if (action !== 'run' && action !== 'test') {
    throw new CommandLineError(`vm takes run or test, not "${action ?? ''}"`, { hint: 'see tsbpf vm --help' });
  }
  const [path, ...more] = paths;
  if (path === undefined) throw new CommandLineError('FILE is missing', { hint: 'see tsbpf vm --help' });
  if (action === 'test') return testFiles(paths, input);
  if (more.length > 0) throw new CommandLineError(`only one FILE is taken, not also "${more.join(' ')}"`);
  return runFile(path, input);
}

export const vmVerb: Verb = {
  name: 'vm',
  usage: 'run FILE.o|FILE.c [OPTION...]  |  tsbpf vm test FILE.data... [OPTION...]',
  description: [
    'run: runs a program in the embedded machine, on a packet if it takes one, and prints its return value,',
    'events, maps and variables. A bad memory access stops it and says which instruction and source line.',
    'test: runs ISA conformance files (-- asm, -- mem, -- raw, -- result, -- error); prints "ok FILE" or',
    '"FAIL FILE: why" for each, and exits with 1 if any failed. Neither needs privileges.',
  ].join('\n'),
  options: [
    { name: 'program', short: 'p', value: 'NAME', description: 'which program, where there are several' },
    { name: 'packet', value: 'HEX|FILE', description: 'packet data, or a pcap file: one run per packet' },
    { name: 'trace', description: 'print each instruction with registers and source line' },
    { name: 'engine', value: 'NAME', description: 'interpreter or wasm; default: wasm' },
    { name: 'json', description: 'one JSON object per run, map entry and variable' },
    ...compileOptions,
  ],
  examples: [
    [
      'tsbpf vm run examples/drop-udp.bpf.c --packet packets.pcap',
      'what an XDP program does with each packet of a file',
    ],
    ['tsbpf vm run prog.o -p handle --trace', 'watch a program run, instruction by instruction'],
    ['tsbpf vm test tests/*.data --engine interpreter', 'conformance of the reference engine'],
  ],
  run,
};
