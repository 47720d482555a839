// `bpf(text)` against BCC's Python on the same texts, from the start of the process until attached, on Debian's 6.1 kernel in QEMU:
// the guest gets Python, BCC, its LLVM and the kernel's headers beside node and the built package.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Initramfs } from '../scripts/qemu/initramfs.mjs';
import { command, kernelPackage, unpackedPackage } from '../scripts/qemu/kernel-package.mjs';
import { baseArchive, cache, machineArguments, root } from '../scripts/qemu/machine.mjs';
import { fixed, median, row } from './support.mjs';

const accel = process.env.TSBPF_QEMU_ACCEL ?? 'tcg';
const pythonLeftOut = /^(test|idlelib|ensurepip|lib2to3|pydoc_data|config-)/;

/** Python, BCC with its libraries, and the headers of the guest's kernel. */
function bccArchive(kernel) {
  const archive = new Initramfs();
  if (!existsSync('/usr/lib/python3/dist-packages/bcc')) throw new Error('apt-get install python3-bpfcc');
  const python = command('readlink', ['-f', '/usr/bin/python3']).trim();
  archive.executable(python, '/usr/bin/python3');
  const standard = `/usr/lib/${python.split('/').at(-1)}`;
  archive.copyTree(standard, standard, (file) => !pythonLeftOut.test(file));
  for (const file of readdirSync(join(standard, 'lib-dynload'))) archive.libraries(join(standard, 'lib-dynload', file));
  archive.copyTree('/usr/lib/python3/dist-packages/bcc', '/usr/lib/python3/dist-packages/bcc');
  for (const library of ['libbcc.so.0', 'librt.so.1'].map((name) => join('/lib/x86_64-linux-gnu', name))) {
    archive.copy(library);
    archive.libraries(library);
  }
  const common = kernel.release.replace(/-cloud-amd64$/, '-common');
  for (const name of [`linux-headers-${kernel.release}`, `linux-headers-${common}`]) {
    const isHeader = (file) => /(^|\/)include\/|^lib\/modules\//.test(file);
    archive.copyTree(unpackedPackage(name, cache), '/', isHeader);
  }
  return archive.finish();
}

/** The package and what the guest runs. */
function benchArchive() {
  const archive = new Initramfs();
  archive.copyTree(join(root, 'dist'), '/app/dist', (file) => !file.startsWith('cli/') && !file.endsWith('.d.ts'));
  archive.copy(join(root, 'package.json'), '/app/package.json');
  for (const file of readdirSync(join(root, 'bench/bcc')))
    archive.copy(join(root, 'bench/bcc', file), `/app/bench/bcc/${file}`);
  archive.file('/app/guest-main.mjs', "await import('/app/bench/bcc/guest.mjs');\n");
  archive.file('/settings.sh', `export BENCH_RUNS=${process.env.BENCH_RUNS ?? ''}\n`);
  archive.copy(join(root, 'scripts/qemu/init.sh'), '/init');
  return archive.finish();
}

/** Every run in the machine. */
async function runs() {
  mkdirSync(join(cache, 'packages'), { recursive: true });
  const directory = mkdtempSync(join(tmpdir(), 'tsbpf-bcc-'));
  const results = [];
  try {
    const kernel = kernelPackage(cache);
    const parts = { 'bcc.cpio': bccArchive(kernel), 'bench.cpio': benchArchive() };
    for (const [name, bytes] of Object.entries(parts)) writeFileSync(join(directory, name), bytes);
    const files = [baseArchive(kernel), ...Object.keys(parts).map((name) => join(directory, name))];
    const initrd = join(directory, 'initrd.cpio');
    command('sh', ['-c', 'cat "$@" > "$0"', initrd, ...files]);
    const args = [...machineArguments(kernel, initrd, { accel, memory: 3072 }), '-device', 'virtio-rng-pci'];
    const options = { stdio: ['ignore', 'pipe', 'inherit'], timeout: 3_600_000 };
    const machine = spawn('qemu-system-x86_64', args, options);
    for await (const line of createInterface({ input: machine.stdout })) {
      const [, kind, text] = /(RUN|FAILED) (.*)/.exec(line) ?? [];
      if (kind === 'RUN') results.push(JSON.parse(text));
      else if (process.env.BENCH_DEBUG) console.error(line);
      if (kind === 'FAILED') console.log(text);
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  return results;
}

const results = await runs();
const figure = (contender, text, what) =>
  // The first run of each warms the caches.
  median(
    results
      .filter((run) => run.contender === contender && run.text === text)
      .map((run) => run[what])
      .slice(1),
  );
for (const text of new Set(results.filter(({ contender }) => contender === 'bcc').map((run) => run.text))) {
  for (const [what, unit] of [
    ['wall', 'time'],
    ['cpu', 'processor time'],
  ]) {
    const [ours, theirs] = [figure('tsbpf', text, what), figure('bcc', text, what)];
    row(`${text}: start to attached, ${unit} (ms)`, fixed(ours), fixed(theirs), fixed(ours / theirs, 2), '<= 0.25');
  }
}
const node = figure('node', 'nothing', 'cpu');
row('bare node, processor time (ms)', fixed(node), '', '', '');
