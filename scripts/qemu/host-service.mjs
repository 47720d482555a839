// What the host does for the virtual machine: compiles for it, over the socket behind its virtio port.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { parseLine } from './guest-port.mjs';

/** Compilers that the machine may ask for by name. */
export const remoteTools = ['cc', 'gcc', 'clang', 'clang-14', 'clang-16', 'clang-19'];

const toolTimeoutMs = 600_000;

/** Listens at `path`; `compile` is that of test/support/compile-c.ts. */
export async function startHostService(path, root, compile) {
  const answer = async (request) => {
    if (request.tool) return runTool(request, root);
    return { bytes: Buffer.from(await compile(request)).toString('base64') };
  };
  const server = createServer((socket) => {
    createInterface({ input: socket }).on('line', async (line) => {
      const message = parseLine(line);
      if (!message) return;
      const { id, ...request } = message;
      const result = await answer(request).catch((error) => ({ error: error.message }));
      socket.write(`${JSON.stringify({ ...result, id })}\n`);
    });
    socket.on('error', () => {});
  });
  await new Promise((done) => server.listen(path, done));
  return server;
}

async function runTool({ tool, args, files, directory }, root) {
  if (!remoteTools.includes(tool)) throw new Error(`${tool} is not among ${remoteTools.join(', ')}`);
  const place = mkdtempSync(join(tmpdir(), 'tsbpf-remote-'));
  try {
    for (const { path, bytes } of files) {
      mkdirSync(dirname(join(place, path)), { recursive: true });
      writeFileSync(join(place, path), Buffer.from(bytes, 'base64'));
    }
    const output = join(place, 'output');
    const outputIndex = args.indexOf('-o') + 1;
    const mapped = args.map((arg, index) => {
      if (index === outputIndex && outputIndex > 0) return output;
      return mapArgument(arg, { place, root, directory });
    });
    const { status, stdout, stderr, error } = spawnSync(tool, mapped, {
      encoding: 'utf8',
      cwd: place,
      timeout: toolTimeoutMs,
    });
    if (error) throw new Error(`${tool}: ${error.message}`);
    const made = existsSync(output) ? readFileSync(output).toString('base64') : undefined;
    return { code: status ?? 1, stdout, stderr, output: made };
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

// A path of the machine: below /app it is the repository's, else one of the files that were sent.
function mapArgument(arg, { place, root, directory }) {
  const [, option = '', path = ''] = /^(-I|-L|-isystem)?(.*)$/s.exec(arg) ?? [];
  if (path.startsWith('-') || path === '') return arg;
  const whole = resolve(directory, path);
  if (whole.startsWith('/app/') || whole === '/app') {
    const inRepository = join(root, whole.slice('/app'.length));
    return existsSync(inRepository) ? option + inRepository : arg;
  }
  const sent = join(place, whole);
  return existsSync(sent) ? option + sent : arg;
}
