// Stands in for vitest inside the virtual machine: the same test functions, vitest's own `expect`, results as JSON lines.

import {
  ASYMMETRIC_MATCHERS_OBJECT,
  chai,
  customMatchers,
  GLOBAL_EXPECT,
  getState,
  JestAsymmetricMatchers,
  JestChaiExpect,
  JestExtend,
  setState,
  // biome-ignore lint/correctness/noUndeclaredDependencies: vitest brings it, at vitest's own version
} from '@vitest/expect';
// biome-ignore lint/correctness/noUndeclaredDependencies: vitest brings it, at vitest's own version
import { fn, spyOn } from '@vitest/spy';

chai.use(JestExtend);
chai.use(JestChaiExpect);
chai.use(JestAsymmetricMatchers);
chai.config.truncateThreshold = 2000;

export const expect = Object.assign((value, message) => chai.expect(value, message), chai.expect, {
  getState: () => getState(globalThis[GLOBAL_EXPECT]),
  setState: (state) => setState(state, globalThis[GLOBAL_EXPECT]),
  assertions: (count) => expect.setState({ expectedAssertionsNumber: count }),
  hasAssertions: () => expect.setState({ isExpectingAssertions: true }),
  extend: (matchers) => chai.expect.extend(expect, matchers),
  unreachable: (message) => chai.assert.fail(message ?? 'unreachable'),
});
Object.defineProperty(globalThis, GLOBAL_EXPECT, { value: expect, configurable: true });
Object.assign(expect, globalThis[ASYMMETRIC_MATCHERS_OBJECT]);
expect.setState({ assertionCalls: 0, testPath: '', currentTestName: '' });
expect.extend(customMatchers);
const createExpect = expect;
export const assert = chai.assert;
export const expectTypeOf = () => new Proxy(() => expectTypeOf(), { get: () => expectTypeOf() });

class Skipped extends Error {}

const newSuite = (name, parent, options = {}) => ({
  name,
  parent,
  options,
  tests: [],
  hooks: { beforeAll: [], afterAll: [], beforeEach: [], afterEach: [] },
});
const rootSuite = newSuite('', undefined);
let current = rootSuite;
let hasOnly = false;

const normalize = (a, b) => {
  const body = [a, b].find((x) => typeof x === 'function');
  const options = [a, b].find((x) => typeof x !== 'function' && x !== undefined);
  return { body, options: typeof options === 'number' ? { timeout: options } : (options ?? {}) };
};

function addTest(extra, name, a, b) {
  const { body, options } = normalize(a, b);
  const all = { ...options, ...extra };
  if (all.only) hasOnly = true;
  current.tests.push({ name: String(name?.name ?? name), suite: current, body, options: all });
}

function addSuite(extra, name, a, b) {
  const { body, options } = normalize(a, b);
  const suite = newSuite(String(name?.name ?? name), current, { ...options, ...extra });
  if (suite.options.only) hasOnly = true;
  current.tests.push(suite);
  const before = current;
  current = suite;
  try {
    const promise = body?.();
    if (promise?.then) throw new Error('asynchronous describe() is not supported here');
  } finally {
    current = before;
  }
}

const format = (name, values, index) => {
  let at = 0;
  const filled = String(name).replace(/%[sdifjo#%]/g, (code) => {
    if (code === '%%') return '%';
    if (code === '%#') return String(index);
    const value = values[at++];
    return typeof value === 'object'
      ? JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? `${v}n` : v))
      : String(value);
  });
  const first = values[0];
  return filled.replace(/\$([\w.]+)/g, (whole, path) => {
    if (first === null || typeof first !== 'object') return whole;
    const value = path.split('.').reduce((object, key) => object?.[key], first);
    return value === undefined ? whole : String(value);
  });
};

function withVariants(add) {
  const make = (extra) => {
    const api = (name, a, b) => add(extra, name, a, b);
    api.each = (rows) => (name, a, b) => {
      const { body, options } = normalize(a, b);
      rows.forEach((row, index) => {
        const values = Array.isArray(row) ? row : [row];
        add({ ...options, ...extra }, format(name, values, index), (...rest) => body(...values, ...rest));
      });
    };
    api.for = (rows) => (name, a, b) => {
      const { body, options } = normalize(a, b);
      rows.forEach((row, index) => {
        add({ ...options, ...extra }, format(name, [row], index), (context) => body(row, context));
      });
    };
    api.skipIf = (condition) => (condition ? make({ ...extra, skip: true }) : api);
    api.runIf = (condition) => (condition ? api : make({ ...extra, skip: true }));
    return api;
  };
  const api = make({});
  for (const name of ['skip', 'only', 'todo', 'fails']) api[name] = make({ [name]: true });
  for (const name of ['concurrent', 'sequential']) api[name] = api;
  return api;
}

export const test = withVariants(addTest);
export const it = test;
export const describe = withVariants(addSuite);
export const suite = describe;
const hook = (kind) => (body, timeout) => current.hooks[kind].push({ body, timeout });
export const beforeAll = hook('beforeAll');
export const afterAll = hook('afterAll');
export const beforeEach = hook('beforeEach');
export const afterEach = hook('afterEach');
let finishers = [];
export const onTestFinished = (body) => void finishers.push(body);
export const onTestFailed = () => {};

// The limits of vitest.config.ts.
const defaultTimeoutMs = 300_000;
const pollTimeoutMs = 120_000;
const timeFactor = Number(process.env.TSBPF_TIME_FACTOR ?? 1); // an emulated machine is slower

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
async function waitFor(callback, options = {}) {
  const { timeout = pollTimeoutMs, interval = 50 } = typeof options === 'number' ? { timeout: options } : options;
  const end = performance.now() + timeout * timeFactor;
  for (;;) {
    try {
      return await callback();
    } catch (error) {
      if (performance.now() > end) throw error;
      await sleep(interval);
    }
  }
}
export const vi = { fn, spyOn, waitFor };

/** `expect.poll(read).toBe(x)`: again and again until it holds. */
expect.poll = (read, options) => {
  const chain = (path) =>
    new Proxy(() => {}, {
      get: (_target, name) => chain([...path, name]),
      apply: (_target, _this, args) =>
        waitFor(async () => {
          const assertion = path.slice(0, -1).reduce((object, name) => object[name], expect(await read()));
          return assertion[path.at(-1)](...args);
        }, options),
    });
  return chain([]);
};
expect.soft = expect;

async function withTimeout(body, timeoutMs = defaultTimeoutMs) {
  let timer;
  const limit = timeoutMs * timeFactor;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`timed out after ${limit} ms`)), limit);
  });
  try {
    await Promise.race([body(), late]);
  } finally {
    clearTimeout(timer);
  }
}

const isWanted = (node) => !hasOnly || [...ancestors(node)].some((one) => one.options.only) || containsOnly(node);
const containsOnly = (node) => (node.tests ?? []).some((one) => one.options.only || containsOnly(one));
function* ancestors(node) {
  for (let one = node; one; one = one.suite ?? one.parent) yield one;
}
const fullName = (node) =>
  [...ancestors(node)]
    .reverse()
    .map((one) => one.name)
    .filter(Boolean)
    .join(' > ');

function report(result) {
  process.stdout.write(`${JSON.stringify({ tsbpfTest: result })}\n`);
}

async function runHooks(chain, kind) {
  const suites = kind === 'beforeEach' ? chain.toReversed() : chain;
  for (const { hooks } of suites) for (const { body, timeout } of hooks[kind]) await withTimeout(body, timeout);
}

async function attempt(test_) {
  const chain = [...ancestors(test_)].slice(1);
  expect.setState({
    assertionCalls: 0,
    expectedAssertionsNumber: null,
    isExpectingAssertions: false,
    currentTestName: fullName(test_),
  });
  const context = {
    skip: (first, note) => {
      if (first === false) return;
      throw new Skipped(typeof first === 'string' ? first : (note ?? ''));
    },
    onTestFinished,
    expect: createExpect,
    task: { name: test_.name },
    signal: new AbortController().signal,
  };
  finishers = [];
  try {
    await runHooks(chain, 'beforeEach');
    await withTimeout(() => test_.body(context), test_.options.timeout);
    const state = expect.getState();
    if (state.isExpectingAssertions && state.assertionCalls === 0) throw new Error('no assertion was made');
    const expected = state.expectedAssertionsNumber;
    if (expected != null && expected !== state.assertionCalls)
      throw new Error(`${state.assertionCalls} assertions, not ${expected}`);
  } finally {
    for (const finish of finishers.reverse()) await finish();
    await runHooks(chain, 'afterEach');
  }
}

async function runTest(test_) {
  const name = fullName(test_);
  const started = performance.now();
  const done = (status, note) => report({ name, status, note, ms: Math.round(performance.now() - started) });
  const pattern = process.env.TSBPF_TEST_NAME;
  if (pattern && !new RegExp(pattern).test(name)) return;
  if (test_.options.skip || test_.options.todo || !test_.body) return done('skip', 'marked in the source');
  if ([...ancestors(test_)].some((one) => one.options.skip)) return done('skip', 'marked in the source');
  report({ name, status: 'start' });
  try {
    await attempt(test_);
    if (test_.options.fails) return done('fail', 'was expected to fail');
    done('pass');
  } catch (error) {
    if (error instanceof Skipped) return done('skip', error.message);
    if (test_.options.fails) return done('pass');
    done('fail', describeError(error));
  }
}

function describeError(error) {
  const parts = [error?.stack ?? String(error)];
  if (error?.actual !== undefined || error?.expected !== undefined) {
    const show = (value) => JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? `${v}n` : v))?.slice(0, 2000);
    parts.push(`expected: ${show(error.expected)}\nactual:   ${show(error.actual)}`);
  }
  for (let cause = error?.cause; cause; cause = cause.cause) parts.push(`cause: ${cause.stack ?? cause}`);
  return parts.join('\n');
}

async function runSuite(node) {
  const wanted = node.tests.filter(isWanted);
  try {
    for (const { body, timeout } of node.hooks.beforeAll) await withTimeout(body, timeout);
  } catch (error) {
    report({ name: `${fullName(node)} (beforeAll)`, status: 'fail', note: describeError(error) });
    return;
  }
  for (const one of wanted) await (one.tests ? runSuite(one) : runTest(one));
  try {
    for (const { body, timeout } of node.hooks.afterAll) await withTimeout(body, timeout);
  } catch (error) {
    report({ name: `${fullName(node)} (afterAll)`, status: 'fail', note: describeError(error) });
  }
}

/** Runs everything that was declared so far. */
export async function runDeclaredTests() {
  await runSuite(rootSuite);
}
