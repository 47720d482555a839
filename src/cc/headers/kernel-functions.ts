// Inline functions of the kernel's headers, in our own words, for programs that call them.

import { basicFunctions } from './functions-basics.ts';
import { fileFunctions } from './functions-files.ts';
import { memoryFunctions } from './functions-memory.ts';
import { networkFunctions } from './functions-network.ts';
import { taskFunctions } from './functions-tasks.ts';
import type { FunctionRows } from './rows.ts';

export const kernelFunctions: readonly FunctionRows[] = [
  ...basicFunctions,
  ...taskFunctions,
  ...fileFunctions,
  ...memoryFunctions,
  ...networkFunctions,
];
