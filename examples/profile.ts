// Samples stacks 99 times a second on every CPU and prints the most frequent ones at the end, innermost function first.

import { load, openObject } from 'tsbpf';
import { Symbolizer } from 'tsbpf/symbols';
import { toJson } from 'tsbpf/toolkit';
import { runExample, untilStopped } from './options.ts';

/** Not 100, so as not to run in step with what happens every 10 ms. */
const frequencyHz = 99;
const shown = 10;

interface StackKey {
  readonly pid: number;
  readonly kernel_stack: number;
  readonly user_stack: number;
  readonly comm: string;
}
