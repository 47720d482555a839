// Runs an example: `npm run example -- opensnoop --duration 5`.
import { existsSync, readdirSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [name, ...args] = process.argv.slice(2);
const names = readdirSync('examples')
  .filter((file) => file.endsWith('.bpf.c'))
  .map((file) => file.slice(0, -'.bpf.c'.length));
if (name === undefined || !names.includes(name)) {
  console.error(`usage: npm run example -- NAME [OPTION...]\nexamples: ${names.join(', ')}`);
  process.exit(2);
}
const script = `examples/${name}.mjs`;
if (!existsSync(script)) {
  console.error('the package is not built; run: npm run build');
  process.exit(2);
}
process.argv.splice(1, process.argv.length, script, ...args);
await import(pathToFileURL(script).href);
