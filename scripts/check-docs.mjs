// Holds the documents against the tree: every path they name in backquotes must exist.
import { existsSync, readdirSync, readFileSync } from 'node:fs';

const documents = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync('docs')
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const roots = ['src', 'docs', 'examples', 'scripts', 'test', 'bench', '.ci'];
// Only what looks like a path of this tree, has no placeholder and is not made by the build.
const pathPattern = new RegExp(`^(?:${roots.map((root) => root.replace('.', '[.]')).join('|')})/[\\w./-]+$`);

const problems = [];
for (const document of documents.filter((path) => existsSync(path))) {
  const lines = readFileSync(document, 'utf8').split('\n');
  lines.forEach((line, index) => {
    for (const [, quoted] of line.matchAll(/`([^`]+)`/g)) {
      if (!pathPattern.test(quoted) || quoted.endsWith('.bpf.o')) continue;
      if (!existsSync(quoted)) problems.push(`${document}:${index + 1}: there is no ${quoted}`);
    }
  });
}
if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exit(1);
}
console.log(`documents: ${documents.length} checked`);
