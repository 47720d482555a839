// Inside the virtual machine: runs the bundle of one test file. Arguments: path of the bundle.

import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { runDeclaredTests } from 'vitest';

const port = process.env.TSBPF_PORT;

// There is no compiler here: the host is asked, over a virtio port. One request at a time.
async function compileOnHost(request) {
  const fd = openSync(port, constants.O_RDWR | constants.O_NONBLOCK);
  try {
    await writeAll(fd, Buffer.from(`${JSON.stringify(request)}\n`));
    const answer = JSON.parse(await readLine(fd));
    if (answer.error) throw new Error(answer.error);
    return new Uint8Array(Buffer.from(answer.bytes, 'base64'));
  } finally {
    closeSync(fd);
  }
}

const pause = () => new Promise((resolve) => setTimeout(resolve, 5));

async function writeAll(fd, bytes) {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(fd, bytes, at, Math.min(4096, bytes.length - at));
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
      await pause();
    }
  }
}

async function readLine(fd) {
  const chunks = [];
  const chunk = Buffer.alloc(65536);
  for (;;) {
    let count = 0;
    try {
      count = readSync(fd, chunk);
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
    }
    if (count === 0) {
      await pause();
      continue;
    }
    chunks.push(Buffer.from(chunk.subarray(0, count)));
    if (chunk[count - 1] === 10) return Buffer.concat(chunks).toString();
  }
}

let queue = Promise.resolve();
globalThis[Symbol.for('tsbpf.compile')] = (request) => {
  const result = queue.then(() => compileOnHost(request));
  queue = result.catch(() => {});
  return result;
};

try {
  await import(process.argv[2]);
  await runDeclaredTests();
  process.exit(0);
} catch (error) {
  const cause = error.cause ? `\ncause: ${error.cause.stack}` : '';
  process.stdout.write(
    `${JSON.stringify({ tsbpfTest: { name: '(file)', status: 'fail', note: `${error.stack}${cause}` } })}\n`,
  );
  process.exit(1);
}
