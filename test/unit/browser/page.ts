// What the page of the browser test runs: the embedded compiler and the embedded machine, with nothing of Node.

import { parseBtf } from '../../../src/btf/index.ts';
import { compileC } from '../../../src/cc/index.ts';
import { compileFilter } from '../../../src/filter/index.ts';
import { readObject } from '../../../src/object/index.ts';
import { VmHost } from '../../../src/vm/index.ts';

async function bytesOf(path: string): Promise<Uint8Array> {
  return new Uint8Array(await (await fetch(path)).arrayBuffer());
}

function runs(bytes: Uint8Array, packets: readonly (readonly number[])[]): number[] {
  const host = new VmHost();
  host.loadNow(readObject(bytes, { name: 'drop-udp' }));
  return packets.map((packet) => host.run('drop_udp', { packet: Uint8Array.from(packet), ifindex: 3 }).returnValue);
}

Object.assign(globalThis, {
  /** Runs the object that was compiled beforehand. */
  runObject: async (packets: readonly (readonly number[])[]): Promise<number[]> =>
    runs(await bytesOf('/drop-udp.o'), packets),
  /** Compiles the C source here, with the kernel's types from a file, and runs what came of it. */
  compileAndRun: async (packets: readonly (readonly number[])[]): Promise<number[]> => {
    const [source, types] = await Promise.all([bytesOf('/drop-udp.bpf.c'), bytesOf('/vmlinux')]);
    const { object } = compileC(new TextDecoder().decode(source), { name: 'drop-udp.bpf.c', btf: parseBtf(types) });
    const host = new VmHost();
    host.loadNow(object);
    return packets.map((packet) => host.run('drop_udp', { packet: Uint8Array.from(packet), ifindex: 3 }).returnValue);
  },
  /** Names of the programs that come of each source. */
  compileAll: async (paths: readonly string[]): Promise<string[][]> => {
    const btf = parseBtf(await bytesOf('/vmlinux'));
    const texts = await Promise.all(paths.map(async (path) => new TextDecoder().decode(await bytesOf(path))));
    return texts.map((text, i) => compileC(text, { name: paths[i], btf }).object.programs.map(({ name }) => name));
  },
  /** Number of instructions of a filter expression. */
  filterSize: (expression: string): number => compileFilter(expression, {}).instructions.length,
});
