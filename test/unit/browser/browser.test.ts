// The portable parts in a real browser: a page in headless Chromium runs a compiled example, compiles C, compiles a filter.

import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openObject } from '../../../src/api/index.ts';
import { writeObject } from '../../../src/object/index.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
// Without these, Chromium asks for updates and services of its maker at every start.
const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A busy machine may take long to start a browser. */
const startMs = 240_000;

const examples = readdirSync(`${root}/examples`).filter((name) => name.endsWith('.bpf.c'));

let server: Server;
let browser: Browser;
let page: Page;
const problems: string[] = [];

/** Ethernet, IPv4 and UDP headers and some data. */
function udpPacket(port: number): number[] {
  const packet = Array.from({ length: 46 }, () => 0);
  packet.splice(12, 4, 0x08, 0x00, 0x45, 0x00);
  packet.splice(17, 1, 32);
  packet[23] = 17;
  packet.splice(36, 4, port >> 8, port & 0xff, 0, 12);
  return packet;
}

beforeAll(async () => {
  expect(existsSync(executablePath), 'Chromium is needed: apt-get install chromium').toBe(true);
  const bundle = await build({
    entryPoints: [`${root}/test/unit/browser/page.ts`],
    bundle: true,
    format: 'iife',
    platform: 'browser',
    write: false,
  });
  const object = writeObject(await openObject(`${root}/examples/drop-udp.bpf.c`));
  const source = (name: string) => (): Promise<Uint8Array> => readFile(`${root}/examples/${name}`);
  const files: Record<string, () => Promise<Uint8Array | string>> = {
    ...Object.fromEntries(examples.map((name) => [`/examples/${name}`, source(name)])),
    '/': async () => '<!doctype html><title>tsbpf</title><script src="/page.js"></script>',
    '/page.js': async () => bundle.outputFiles[0]?.contents ?? '',
    '/drop-udp.o': async () => object,
    '/drop-udp.bpf.c': () => readFile(`${root}/examples/drop-udp.bpf.c`),
    '/vmlinux': () => readFile('/sys/kernel/btf/vmlinux'),
  };
  server = createServer(async (request, response) => {
    const file = files[request.url ?? ''];
    if (!file) response.writeHead(404).end();
    else
      response
        .writeHead(200, { 'content-type': request.url === '/' ? 'text/html' : 'application/octet-stream' })
        .end(await file());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  browser = await chromium.launch({ executablePath, args: quiet, timeout: startMs });
  page = await browser.newPage();
  page.setDefaultTimeout(startMs);
  page.on('pageerror', (error) => problems.push(String(error)));
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
});

afterAll(async () => {
  await browser?.close();
  server?.close();
});

describe('in a browser', () => {
  const packets = [udpPacket(53), udpPacket(54)];

  test('a compiled object runs in the embedded machine', async () => {
    expect(await page.evaluate(`runObject(${JSON.stringify(packets)})`)).toEqual([1, 2]);
    expect(problems).toEqual([]);
  });

  test('C is compiled there, with a file of kernel types', async () => {
    expect(await page.evaluate(`compileAndRun(${JSON.stringify(packets)})`)).toEqual([1, 2]);
  });

  test('every example compiles there', async () => {
    const paths = JSON.stringify(examples.map((name) => `/examples/${name}`));
    const programs = (await page.evaluate(`compileAll(${paths})`)) as string[][];
    expect(programs.length).toBeGreaterThanOrEqual(9);
    expect(programs.filter(({ length }) => length === 0)).toEqual([]);
  });

  test('a filter expression is compiled there', async () => {
    expect(await page.evaluate("filterSize('tcp port 80')")).toBe(17);
  });
});
