// Inside the virtual machine: runs the bundle of one test file. Arguments: path of the bundle.

import { runDeclaredTests } from 'vitest';
import { askHost } from './guest-port.mjs';

// There is no compiler here: the host is asked. One request at a time.
let queue = Promise.resolve();
globalThis[Symbol.for('tsbpf.compile')] = (request) => {
  const result = queue.then(() => askHost(request)).then(({ bytes }) => new Uint8Array(Buffer.from(bytes, 'base64')));
  queue = result.catch(() => {});
  return result;
};

try {
  await import(process.argv[2]);
  await runDeclaredTests();
  process.exit(0);
} catch (error) {
  const cause = error.cause ? `\ncause: ${error.cause.stack}` : '';
  const failure = { name: '(file)', status: 'fail', note: `${error.stack}${cause}` };
  process.stdout.write(`${JSON.stringify({ tsbpfTest: failure })}\n`);
  process.exit(1);
}
