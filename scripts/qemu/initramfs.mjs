// Writes initramfs archives (cpio "newc", as the kernel's Documentation/driver-api/early-userspace/buffer-format.rst says).

import { lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { command } from './kernel-package.mjs';

const modes = { directory: 0o040755, file: 0o100644, executable: 0o100755, link: 0o120777, device: 0o020600 };

/** An archive under construction: directories come by themselves. */
export class Initramfs {
  #chunks = [];
  #seen = new Set();
  #inode = 1;

  file(path, contents, executable = false) {
    this.#entry(path, executable ? modes.executable : modes.file, Buffer.from(contents));
  }

  link(path, target) {
    this.#entry(path, modes.link, Buffer.from(target));
  }

  device(path, major, minor) {
    this.#entry(path, modes.device, Buffer.alloc(0), [major, minor]);
  }

  directory(path) {
    this.#entry(path, modes.directory, Buffer.alloc(0));
  }

  /** A host's file at `path`, under the same or another name. */
  copy(source, path = source) {
    this.file(path, readFileSync(source), (lstatSync(realpathSync(source)).mode & 0o111) !== 0);
  }

  /** A whole directory of the host; `filter` sees paths relative to it. */
  copyTree(source, path, filter = () => true) {
    for (const entry of readdirSync(source, { recursive: true })) {
      const from = join(source, entry);
      const status = lstatSync(from);
      if (status.isDirectory() || !filter(entry)) continue;
      if (status.isSymbolicLink()) this.link(join(path, entry), readlinkSync(from));
      else this.copy(from, join(path, entry));
    }
  }

  /** A host's executable with the shared libraries it needs. */
  executable(source, path = source) {
    this.copy(source, path);
    this.libraries(source);
  }

  /** The shared libraries that an executable or library of the host needs. */
  libraries(source) {
    for (const [, library] of command('ldd', [source]).matchAll(/(?:=> |^\s+)(\/\S+) \(/gm)) {
      if (!this.#seen.has(library)) this.copy(library);
    }
  }

  finish() {
    this.#write('TRAILER!!!', 0, Buffer.alloc(0), [0, 0]);
    return Buffer.concat(this.#chunks);
  }

  #entry(path, mode, contents, device = [0, 0]) {
    if (this.#seen.has(path)) return;
    this.#seen.add(path);
    const parent = dirname(path);
    if (parent !== '/' && parent !== '.') this.#entry(parent, modes.directory, Buffer.alloc(0));
    this.#write(path.replace(/^\//, ''), mode, contents, device);
  }

  #write(name, mode, contents, [major, minor]) {
    const fields = [
      this.#inode++,
      mode,
      0,
      0,
      1,
      0,
      contents.length,
      0,
      0,
      major,
      minor,
      Buffer.byteLength(name) + 1,
      0,
    ];
    const header = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}${name}\0`;
    this.#append(Buffer.from(header));
    this.#append(contents);
  }

  #append(bytes) {
    this.#chunks.push(bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4));
  }
}
