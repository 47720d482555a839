// Prints what the virtual machine reports, line by line, and counts it.

/** Collects results; `summary` prints the count and gives the exit code. */
export class Reporter {
  #out;
  #file = '';
  #running;
  #ended = false;
  #counts = { pass: 0, fail: 0, skip: 0 };
  #failures = [];

  constructor(out) {
    this.#out = out;
  }

  /** One JSON line from the machine. */
  line(text) {
    let message;
    try {
      message = JSON.parse(text);
    } catch {
      this.#out.write(`? ${text}\n`);
      return;
    }
    if (message.file) this.#startFile(message.file.source);
    if (message.output !== undefined) this.#out.write(`    | ${message.output}\n`);
    if (message.result) this.#result(message.result);
    if (message.fileEnd) this.#endFile(message.fileEnd);
    if (message.end) this.#ended = true;
  }

  /** One line of the machine's console; the firmware's own are left out. */
  console(text) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: terminal control sequences are what is removed
    const line = text.replace(/\x1b(c|\[[0-9;?]*[A-Za-z])/g, '').trim();
    if (line && !/^c?SeaBIOS|^Booting from|reboot: Power down/.test(line)) this.#out.write(`  # ${line}\n`);
  }

  /** Something that went wrong outside of any test. */
  problem(reason) {
    const where = this.#running ? ` during "${this.#running}"` : '';
    this.#failures.push(`${this.#file || '(machine)'}: ${reason}${where}`);
    this.#counts.fail++;
  }

  /** Counts under the names of vitest's JSON report. */
  counts() {
    const { pass, fail, skip } = this.#counts;
    return { numPassedTests: pass, numFailedTests: fail, numPendingTests: skip };
  }

  summary() {
    if (!this.#ended && this.#failures.length === 0) this.problem('the machine stopped before the tests ended');
    for (const failure of this.#failures) this.#out.write(`\nFAIL ${failure}\n`);
    const { pass, fail, skip } = this.#counts;
    this.#out.write(`\n${pass} passed, ${fail} failed, ${skip} skipped\n`);
    return fail > 0 || pass === 0 ? 1 : 0;
  }

  #startFile(source) {
    this.#file = source;
    this.#out.write(`\n${source}\n`);
  }

  #endFile({ code, signal }) {
    if (this.#running) this.problem(`the process ended (${signal ?? `exit ${code}`})`);
    else if (code !== 0 && !this.#failures.some((one) => one.startsWith(this.#file)))
      this.problem(`exit ${signal ?? code}`);
    this.#running = undefined;
  }

  #result({ name, status, note, ms }) {
    if (status === 'start') {
      this.#running = name;
      return;
    }
    this.#running = undefined;
    this.#counts[status]++;
    const marks = { pass: 'ok  ', fail: 'FAIL', skip: 'skip' };
    this.#out.write(
      `  ${marks[status]} ${name}${ms === undefined ? '' : ` (${ms} ms)`}${status === 'skip' ? `: ${note}` : ''}\n`,
    );
    if (status === 'fail') {
      this.#out.write(`${note.replace(/^/gm, '       ')}\n`);
      this.#failures.push(`${this.#file}: ${name}`);
    }
  }
}
