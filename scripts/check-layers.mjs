// Runs dependency-cruiser and refuses a run that saw fewer modules than there are source files.
// (Without a TypeScript it understands, dependency-cruiser sees none and still exits 0.)
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

const files = readdirSync('src', { recursive: true }).filter((name) => name.endsWith('.ts')).length;
const depcruise = ['depcruise', '--config', '.dependency-cruiser.mjs', 'src'];
execFileSync('npx', depcruise, { stdio: 'inherit' });
const { summary } = JSON.parse(execFileSync('npx', [...depcruise, '--output-type', 'json'], { maxBuffer: 2 ** 28 }));
if (summary.totalCruised < files) {
  throw new Error(
    `dependency-cruiser saw ${summary.totalCruised} of ${files} files; is its TypeScript version supported?`,
  );
}
