// Free memory of the machine: address-ordered blocks, first fit, merged with their neighbours when given back.

interface Block {
  at: number;
  size: number;
}

/** Keeps account of free address ranges. */
export class FreeList {
  readonly #blocks: Block[] = [];

  /** Takes the first range that is large enough; undefined when there is none. */
  take(size: number): number | undefined {
    const index = this.#blocks.findIndex((block) => block.size >= size);
    const block = this.#blocks[index];
    if (!block) return undefined;
    const { at } = block;
    block.at += size;
    block.size -= size;
    if (block.size === 0) this.#blocks.splice(index, 1);
    return at;
  }

  /** Gives a range back. */
  add(at: number, size: number): void {
    let index = this.#blocks.findIndex((block) => block.at > at);
    if (index < 0) index = this.#blocks.length;
    const before = this.#blocks[index - 1];
    const after = this.#blocks[index];
    if (before && before.at + before.size === at) {
      before.size += size;
      if (after && after.at === at + size) {
        before.size += after.size;
        this.#blocks.splice(index, 1);
      }
    } else if (after && after.at === at + size) {
      after.at = at;
      after.size += size;
    } else {
      this.#blocks.splice(index, 0, { at, size });
    }
  }
}
