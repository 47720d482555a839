// Inside the virtual machine: asks the host over a virtio port, one JSON line each way.

import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';

const port = process.env.TSBPF_PORT ?? '/dev/vport0p1';
const pause = () => new Promise((resolve) => setTimeout(resolve, 5));

/** Sends a request and returns the host's answer. Throws what the host could not do. */
export async function askHost(request) {
  const fd = await openPort();
  try {
    const id = `${process.pid}-${performance.now()}`;
    // A process that was killed may have left the beginning of a line.
    await writeAll(fd, Buffer.from(`\n${JSON.stringify({ ...request, id })}\n`));
    for (;;) {
      // An answer that nobody waited for, since its process was killed, may still be in the port, or the end of one.
      const answer = parseLine(await readLine(fd));
      if (answer?.id !== id) continue;
      if (answer.error) throw new Error(answer.error);
      return answer;
    }
  } finally {
    closeSync(fd);
  }
}

/** What a line says; undefined for a part of one. */
export function parseLine(line) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

// Only one process at a time can have it open.
async function openPort() {
  for (;;) {
    try {
      return openSync(port, constants.O_RDWR | constants.O_NONBLOCK);
    } catch (error) {
      if (error.code !== 'EBUSY') throw error;
      await pause();
    }
  }
}

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

let rest = Buffer.alloc(0);

async function readLine(fd) {
  const chunk = Buffer.alloc(65536);
  const chunks = [rest];
  for (;;) {
    const last = chunks.at(-1);
    const end = last.indexOf(10);
    if (end >= 0) {
      rest = Buffer.from(last.subarray(end + 1));
      chunks[chunks.length - 1] = last.subarray(0, end);
      return Buffer.concat(chunks).toString();
    }
    const count = readSome(fd, chunk);
    if (count === 0) await pause();
    else chunks.push(Buffer.from(chunk.subarray(0, count)));
  }
}

function readSome(fd, chunk) {
  try {
    return readSync(fd, chunk);
  } catch (error) {
    if (error.code !== 'EAGAIN') throw error;
    return 0;
  }
}
