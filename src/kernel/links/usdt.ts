// Statically defined tracepoints of programs (USDT).

import { UnsupportedError } from '../../base/index.ts';
import type { Attach } from './link.ts';

/** Not yet: arguments have to be decoded from the probe's note for the program. */
export const attachUsdt: Attach<'usdt'> = (_program, { provider, name }) => {
  throw new UnsupportedError(`attaching to USDT probe ${provider}:${name}`, {
    hint: 'this version of tsbpf does not attach USDT probes yet',
  });
};
