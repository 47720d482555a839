// Fills in `extern ... __kconfig` variables from the configuration of a kernel, as libbpf does.

import { UnsupportedError, ValueError } from '../base/index.ts';
import type { Btf } from '../btf/index.ts';
import type { KconfigKind } from './read/externs.ts';
import { kconfigKind } from './read/externs.ts';
import { skipModifiers } from './type-queries.ts';
import type { BpfObject, ExternSpec, MapSpec } from './types.ts';

/**
 * Value of a configuration variable: the text after the `=` of a `.config` (`y`, `250`, `"text"`), or a number, as for
 * `LINUX_KERNEL_VERSION`, `LINUX_HAS_BPF_COOKIE` and `LINUX_HAS_SYSCALL_WRAPPER`. Undefined where it is not set.
 */
export type KconfigLookup = (name: string) => string | bigint | undefined;

/** The values of a kernel's `.config`, by name (`CONFIG_HZ` -> `250`). */
export function parseKconfig(text: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const [, name = '', value = ''] of text.matchAll(/^(CONFIG_\w+)=(.*?)\s*$/gm)) values.set(name, value);
  return values;
}

/**
 * The object with its `.kconfig` map filled in. Weak variables that are not set are zero.
 * @throws UnsupportedError for a variable that is not weak and not set; ValueError for a value that its type cannot hold.
 */
export function fillKconfig(object: BpfObject, lookup: KconfigLookup): BpfObject {
  const externs = object.externs.filter(({ kind }) => kind === 'kconfig');
  const { btf } = object;
  if (externs.length === 0 || !btf) return object;
  const maps = object.maps.map((map) => (map.data?.kind === 'kconfig' ? filled(btf, map, externs, lookup) : map));
  return { ...object, maps };
}

function filled(btf: Btf, map: MapSpec, externs: readonly ExternSpec[], lookup: KconfigLookup): MapSpec {
  if (!map.data) return map;
  const contents = new Uint8Array(map.data.contents.length);
  for (const extern of externs) {
    const value = lookup(extern.name);
    if (value !== undefined) contents.set(encodeValue(btf, extern, value), extern.offset);
    else if (!extern.weak)
      throw new UnsupportedError(`kernel configuration ${extern.name}`, {
        hint: 'declare it __weak to have it 0 where it is not set',
      });
  }
  return { ...map, data: { ...map.data, contents } };
}

function encodeValue(btf: Btf, extern: ExternSpec, value: string | bigint): Uint8Array {
  const kind = kconfigKind(btf, extern.type);
  if (!kind) throw new ValueError(extern.name, 'its type cannot hold a configuration value');
  if (typeof value === 'bigint') return encodeNumber(btf, extern, kind, value);
  if (/^[ymn]$/.test(value)) return encodeState(extern, kind, value as 'y' | 'm' | 'n');
  if (value.startsWith('"')) return encodeText(extern, kind, value);
  if (!/^-?(0x[\da-f]+|\d+)$/i.test(value)) throw new ValueError(extern.name, `"${value}" is no configuration value`);
  const magnitude = BigInt(value.replace('-', ''));
  return encodeNumber(btf, extern, kind, value.startsWith('-') ? -magnitude : magnitude);
}

/** `enum libbpf_tristate`. */
const tristates = { n: 0, y: 1, m: 2 } as const;

function encodeState({ name, size }: ExternSpec, kind: KconfigKind, value: 'y' | 'm' | 'n'): Uint8Array {
  if (kind === 'char') return Uint8Array.of(value.charCodeAt(0));
  if (kind === 'tristate') return Uint8Array.from({ length: size }, (_, index) => (index === 0 ? tristates[value] : 0));
  if (kind === 'bool' && value !== 'm') return Uint8Array.of(value === 'y' ? 1 : 0);
  throw new ValueError(name, `is "${value}", which its type cannot hold`);
}

function encodeText({ name, size }: ExternSpec, kind: KconfigKind, value: string): Uint8Array {
  if (kind !== 'string') throw new ValueError(name, `is the text ${value}, but it is declared as ${kind}`);
  if (value.length < 2 || !value.endsWith('"')) throw new ValueError(name, `the text ${value} has no end`);
  const bytes = new Uint8Array(size);
  // Too long a text is cut; the last byte stays 0.
  bytes.set(new TextEncoder().encode(value.slice(1, -1)).subarray(0, size - 1));
  return bytes;
}

function encodeNumber(btf: Btf, { name, size, type: id }: ExternSpec, kind: KconfigKind, value: bigint): Uint8Array {
  if (kind === 'string' || kind === 'tristate')
    throw new ValueError(name, `is the number ${value}, but it is declared as ${kind}`);
  const { type } = skipModifiers(btf, id);
  const isSigned = type.kind === 'int' && type.encoding === 'signed';
  const bits = kind === 'bool' ? 1 : size * 8;
  // Numbers of 64 bits fit, whatever their sign.
  const fits = size === 8 || (isSigned ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value)) === value;
  if (!fits) throw new ValueError(name, `is ${value}, which its ${size} bytes cannot hold`);
  const unsigned = BigInt.asUintN(64, value);
  return Uint8Array.from({ length: size }, (_, index) => Number((unsigned >> BigInt(8 * index)) & 0xffn));
}
