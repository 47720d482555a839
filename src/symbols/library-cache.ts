// The dynamic linker's cache of libraries, /etc/ld.so.cache.
// Source: glibc 2.36, sysdeps/generic/dl-cache.h (format "glibc-ld.so.cache1.1").

import { readFileSync } from 'node:fs';
import { ByteReader, FormatError } from '../base/index.ts';

/** One library: its soname and where it is. */
export interface CachedLibrary {
  readonly name: string;
  readonly path: string;
}

const magic = 'glibc-ld.so.cache1.1';
const headerBytes = 48;
const entryBytes = 24;
const architectureMask = 0xff00;
const architectures: Readonly<Record<string, number>> = {
  x64: 0x0300,
  arm64: 0x0a00,
  riscv64: 0x1000,
  loong64: 0x1200,
};

/** Libraries of this machine's architecture, in the cache's order. @throws FormatError */
export function parseLibraryCache(bytes: Uint8Array, architecture: string = process.arch): CachedLibrary[] {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(magic);
  if (start < 0) throw new FormatError('ld.so cache', `"${magic}" not found`);
  const reader = new ByteReader(bytes.subarray(start), 'ld.so cache');
  const wanted = architectures[architecture];
  const count = reader.u32(magic.length);
  const libraries: CachedLibrary[] = [];
  for (let index = 0; index < count; index++) {
    const at = headerBytes + index * entryBytes;
    if ((reader.u32(at) & architectureMask) !== wanted) continue;
    libraries.push({ name: reader.cstring(reader.u32(at + 4)), path: reader.cstring(reader.u32(at + 8)) });
  }
  return libraries;
}

let cached: readonly CachedLibrary[] | undefined;

/** What the cache lists; empty where there is none that can be read. */
export function libraryCache(): readonly CachedLibrary[] {
  cached ??= readCache();
  return cached;
}

function readCache(): readonly CachedLibrary[] {
  try {
    return parseLibraryCache(readFileSync('/etc/ld.so.cache'));
  } catch {
    return [];
  }
}
