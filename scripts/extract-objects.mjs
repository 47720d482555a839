// Takes the BPF objects out of the executables that embed them (Debian's libbpf-tools and bpftool) into build/foreign-objects:
// programs that others wrote and another compiler built, to be loaded in tests.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';

const output = 'build/foreign-objects';
const machineBpf = 247;
const sectionNobits = 8;
const sectionHeaderSize = 64;

function packageFiles(name) {
  try {
    const list = execFileSync('dpkg', ['-L', name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return list.split('\n').filter((path) => path.startsWith('/usr/sbin/'));
  } catch {
    return [];
  }
}

/** The end of an ELF object inside `bytes`: behind its section headers and its last section. */
function objectEnd(bytes, start) {
  const headers = start + Number(bytes.readBigUInt64LE(start + 40));
  const count = bytes.readUInt16LE(start + 60);
  let end = headers + count * sectionHeaderSize;
  for (let at = headers; at < headers + count * sectionHeaderSize; at += sectionHeaderSize) {
    if (bytes.readUInt32LE(at + 4) === sectionNobits) continue;
    end = Math.max(end, start + Number(bytes.readBigUInt64LE(at + 24) + bytes.readBigUInt64LE(at + 32)));
  }
  return end;
}

rmSync(output, { recursive: true, force: true });
mkdirSync(output, { recursive: true });
let count = 0;
for (const path of [...packageFiles('libbpf-tools'), ...packageFiles('bpftool')]) {
  const bytes = readFileSync(path);
  const magic = Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  let index = 0;
  for (let at = bytes.indexOf(magic, 4); at >= 0; at = bytes.indexOf(magic, at + 4)) {
    if (bytes.readUInt16LE(at + 18) !== machineBpf) continue;
    writeFileSync(`${output}/${basename(path)}-${index++}.o`, bytes.subarray(at, objectEnd(bytes, at)));
    count++;
  }
}
console.log(`${count} objects in ${output}`);
if (count === 0) {
  console.error('none found: apt-get install libbpf-tools bpftool');
  process.exitCode = 1;
}
