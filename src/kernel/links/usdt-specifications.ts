// The tables by which programs find the arguments of the probe they run at: one specification per shape of arguments.
// As libbpf fills them (usdt.c, v1.5), so that programs compiled with its headers work too.

import { UsageError } from '../../base/index.ts';
import { bpf } from '../../sys/index.ts';
import type { LoadedMap, LoadedProgram } from '../types.ts';
import { encodeSpecification, parseUsdtArguments, specificationBytes } from './usdt-arguments.ts';

const specificationsName = '__bpf_usdt_specs';
const placesName = '__bpf_usdt_ip_to_spec_id';

/** Numbers given out so far, by the map that the specifications are in. */
const numbering = new WeakMap<LoadedMap, Map<string, number>>();

function architecture(): 'x64' | 'arm64' {
  return process.arch === 'arm64' ? 'arm64' : 'x64';
}

/**
 * Number of the specification for these arguments; undefined for programs that read no arguments.
 * @throws UsageError when there are more than the program has room for; FormatError for arguments that are not understood
 */
export function specificationFor(program: LoadedProgram, argumentText: string, cookie: bigint): number | undefined {
  const map = program.maps.get(specificationsName);
  if (!map) return undefined;
  const known = numbering.get(map) ?? new Map<string, number>();
  numbering.set(map, known);
  const key = `${cookie} ${argumentText}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const number = known.size;
  if (number >= map.spec.maxEntries) {
    throw new UsageError(`program "${program.spec.name}": no room for more than ${number} kinds of USDT arguments`, {
      hint: 'define BPF_USDT_MAX_SPEC_CNT to more before the headers',
    });
  }
  if (map.spec.valueSize !== specificationBytes)
    throw new UsageError(`map "${specificationsName}" is not laid out as libbpf's headers do`);
  const args = parseUsdtArguments(argumentText, architecture());
  put(map, int32(number), encodeSpecification(args, cookie, architecture()));
  known.set(key, number);
  return number;
}

/** On kernels without cookies a program tells its place by the instruction pointer. */
export function notePlace(program: LoadedProgram, address: bigint, number: number): void {
  const map = program.maps.get(placesName);
  if (map) put(map, new Uint8Array(new BigUint64Array([address]).buffer), int32(number));
}

function put(map: LoadedMap, key: Uint8Array, value: Uint8Array): void {
  bpf('BPF_MAP_UPDATE_ELEM', { map_fd: map.fd.number, key, value }, `map "${map.spec.name}"`);
}

function int32(value: number): Uint8Array {
  return new Uint8Array(new Int32Array([value]).buffer);
}
