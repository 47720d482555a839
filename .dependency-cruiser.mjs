import { layers, portable } from './layers.mjs';

const anyOf = (folders) => `^src/(${folders.join('|')})/`;
const test = '[.]test[.]ts$';

const layerRules = Object.entries(layers).map(([folder, below]) => ({
  name: `layer-${folder}`,
  comment: `src/${folder} may import ${below.join(', ') || 'nothing'}. See layers.mjs. Tests may run their subject on a host.`,
  severity: 'error',
  from: { path: `^src/${folder}/`, pathNot: test },
  to: { path: '^src/', pathNot: anyOf([folder, ...below]) },
}));

export default {
  forbidden: [
    ...layerRules,
    {
      name: 'unknown-folder',
      comment: 'A new folder needs a line in layers.mjs.',
      severity: 'error',
      from: { path: '^src/', pathNot: anyOf(Object.keys(layers)) },
      to: {},
    },
    {
      name: 'one-door',
      comment: 'Import another folder by its index.ts.',
      severity: 'error',
      from: { path: '^src/([^/]+)/' },
      to: { path: '^src/', pathNot: ['^src/$1/', '^src/[^/]+/index[.]ts$'] },
    },
    {
      name: 'not-own-door',
      comment: 'Inside a folder, import the file itself.',
      severity: 'error',
      from: { path: '^src/([^/]+)/', pathNot: [test] },
      to: { path: '^src/$1/index[.]ts$' },
    },
    {
      name: 'tools-stand-alone',
      comment: 'A tool never imports another tool.',
      severity: 'error',
      from: { path: '^src/tools/([^/]+)/' },
      to: { path: '^src/tools/', pathNot: '^src/tools/$1/' },
    },
    {
      name: 'portable',
      comment: 'This folder runs in a browser too.',
      severity: 'error',
      from: { path: anyOf(portable), pathNot: test },
      to: { dependencyTypes: ['core'] },
    },
    { name: 'ffi-in-sys-only', severity: 'error', from: { pathNot: '^src/sys/' }, to: { path: 'node_modules/koffi' } },
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-import-of-tests', severity: 'error', from: { pathNot: test }, to: { path: test } },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
  },
};
