// The same with tsbpf; `--nothing` for node alone.
import { readFileSync } from 'node:fs';

const [file] = process.argv.slice(2);
if (file !== '--nothing') {
  const { bpf } = await import('../../dist/api/index.js');
  await bpf(readFileSync(file, 'utf8'));
}
const { user, system } = process.cpuUsage();
console.log(JSON.stringify({ wall: Date.now() - Number(process.env.ASKED), cpu: (user + system) / 1000 }));
process.exit(0);
