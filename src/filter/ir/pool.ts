// Storage that one compilation leaves to the next: to make it and let it grow would take longer than most compilations.

/** The room for rows at the beginning, and the most that is kept for the next one. */
const FEWEST_ROWS = 128;
const MOST_ROWS = 2048;

/** Where the entries of a table begin again, which grow with every user. */
const LARGEST_BASE = 0x3fffffff;

/** Columns of integers, and a table in which their rows are found by hash. */
export class Storage {
  columns: Int32Array[];
  /** Numbers of rows, each `base` more; what is less was left by those who used it before. */
  table = new Int32Array(2 * FEWEST_ROWS);
  base = 1;

  constructor(columns: number) {
    this.columns = Array.from({ length: columns }, () => new Int32Array(FEWEST_ROWS));
  }

  /** Doubles the room. The table is empty then. */
  grow(): void {
    this.columns = this.columns.map((column) => {
      const larger = new Int32Array(2 * column.length);
      larger.set(column);
      return larger;
    });
    this.table = new Int32Array(2 * this.table.length);
    this.base = 1;
  }

  /** Forgets the rows. */
  clear(rows: number): void {
    this.base += rows;
    if (this.base < LARGEST_BASE) return;
    this.table.fill(0);
    this.base = 1;
  }
}

/** Storage that nobody uses at the moment. What is never given back is lost, no more. */
export class Pool {
  readonly #columns: number;
  readonly #idle: Storage[] = [];

  constructor(columns: number) {
    this.#columns = columns;
  }

  take(): Storage {
    return this.#idle.pop() ?? new Storage(this.#columns);
  }

  /** Gives back storage of which so many rows were used. */
  give(storage: Storage, rows: number): void {
    if (storage.table.length > 2 * MOST_ROWS) return;
    storage.clear(rows);
    this.#idle.push(storage);
  }
}
