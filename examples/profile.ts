// Samples stacks 99 times a second on every CPU and prints the most frequent ones at the end, innermost function first.

import { load, openObject, type Session } from 'tsbpf';
import { type ResolvedAddress, Symbolizer } from 'tsbpf/symbols';
import { toJson } from 'tsbpf/toolkit';
import { runExample, untilStopped } from './options.ts';

/** Not 100, so as not to run in step with what happens every 10 ms. */
const frequencyHz = 99;
const shown = 10;
/** How often processes seen for the first time are looked up. */
const lookUpMs = 250;

interface StackKey {
  readonly pid: number;
  /** Key of the stack, or -errno. */
  readonly kernel_stack: number;
  readonly user_stack: number;
  readonly comm: string;
}

interface StackCount {
  readonly key: StackKey;
  readonly count: bigint;
  readonly kernel: readonly string[];
  readonly user: readonly string[];
}

function frameText(address: bigint, { name, offset, module }: ResolvedAddress): string {
  const place = module === undefined ? '' : ` [${module}]`;
  return `${name === undefined ? `0x${address.toString(16)}` : `${name}+0x${offset.toString(16)}`}${place}`;
}

class Profile {
  readonly #session: Session;
  readonly #symbols = new Symbolizer();

  constructor(session: Session) {
    this.#session = session;
  }

  #addresses(stack: number): readonly bigint[] {
    return stack < 0 ? [] : (this.#session.map('stacks').get(stack) ?? []);
  }

  #user({ pid, user_stack }: StackKey): readonly string[] {
    return this.#addresses(user_stack).map((address) => frameText(address, this.#symbols.resolve(pid, address)));
  }

  #kernel({ kernel_stack }: StackKey): readonly string[] {
    return this.#addresses(kernel_stack).map((address) => frameText(address, this.#symbols.resolveKernel(address)));
  }

  /** Looks up the processes seen so far, since they may be gone at the end; the kernel's symbols can wait. */
  lookUpProcesses(): void {
    for (const key of this.#session.map('counts').keys()) this.#user(key as StackKey);
  }

  read(): StackCount[] {
    const counts: StackCount[] = [...this.#session.map('counts')].map(([key, count]: [StackKey, bigint]) => ({
      key,
      count,
      kernel: this.#kernel(key),
      user: this.#user(key),
    }));
    return counts.sort((a, b) => Number(b.count - a.count));
  }
}

function print({ key, count, kernel, user }: StackCount): void {
  console.log(`${key.comm} (${key.pid}): ${count} samples`);
  for (const frame of kernel) console.log(`    ${frame}`);
  if (kernel.length > 0 && user.length > 0) console.log('    --');
  for (const frame of user) console.log(`    ${frame}`);
  console.log('');
}

await runExample(async ({ object: path, pid, isJson, signal }) => {
  const object = await openObject(path ?? new URL('./profile.bpf.c', import.meta.url));
  await using session = await load(object, { globals: { target_pid: pid } });
  session.program('sample').attach({ kind: 'perf-event', frequencyHz });
  console.error(`sampling ${frequencyHz} times a second; Ctrl-C ends and prints`);
  const profile = new Profile(session);
  const looking = setInterval(() => profile.lookUpProcesses(), lookUpMs);
  await untilStopped(signal);
  clearInterval(looking);
  for (const stack of profile.read().slice(0, isJson ? undefined : shown)) {
    if (isJson) console.log(toJson({ ...stack.key, count: stack.count, kernel: stack.kernel, user: stack.user }));
    else print(stack);
  }
});
