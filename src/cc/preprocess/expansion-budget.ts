// How much the macros of one text may give: macros that double their arguments are small and mean gigabytes.

import type { Diagnostics } from '../diagnostics.ts';
import type { Token } from './types.ts';

const maxTokens = 1_000_000;
/** Characters that `#` and `##` make. */
const maxCharacters = 1 << 22;

/** Counts what macros give, and ends the compilation when it is too much. */
export class ExpansionBudget {
  readonly #diagnostics: Diagnostics;
  #tokens = 0;
  #characters = 0;

  constructor(diagnostics: Diagnostics) {
    this.#diagnostics = diagnostics;
  }

  /** @throws SourceError */
  spendTokens(count: number, at: Token | undefined): void {
    this.#tokens += count;
    if (this.#tokens > maxTokens)
      this.#diagnostics.fatal('macro-too-large', 'macro expansion yields too many tokens', at);
  }

  /** @throws SourceError */
  spendCharacters(count: number, at: Token): void {
    this.#characters += count;
    if (this.#characters > maxCharacters)
      this.#diagnostics.fatal('macro-too-large', 'macro expansion yields too much text', at);
  }
}
