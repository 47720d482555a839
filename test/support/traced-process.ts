// A process of our own that does a known number of things each time it is told.

import { type ChildProcess, spawn } from 'node:child_process';

/** A program that reads a number per line, does that many rounds of something, and answers with a number. */
export class TracedProcess implements Disposable {
  readonly #child: ChildProcess;

  constructor(path: string) {
    this.#child = spawn(path, { stdio: ['pipe', 'pipe', 'inherit'] });
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  /** Tells it to do `count` rounds and waits for its answer. */
  run(count: number): Promise<number> {
    return new Promise((resolve, reject) => {
      const ended = (): void => reject(new Error('the traced process has ended'));
      if (this.#child.exitCode !== null) return ended();
      this.#child.once('close', ended);
      this.#child.stdout?.once('data', (data) => {
        this.#child.off('close', ended);
        resolve(Number(data));
      });
      this.#child.stdin?.write(`${count}\n`);
    });
  }

  [Symbol.dispose](): void {
    this.#child.kill('SIGKILL');
  }
}
