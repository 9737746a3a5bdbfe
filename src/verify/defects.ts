import type { Code } from '../diagnostics/catalogue.ts';
import { printable } from '../diagnostics/printable.ts';

/** Something in a tarball that is not as it has to be. */
export interface Defect {
  readonly code: Code;
  /** One line: what it is about, and what is wrong with it. */
  readonly message: string;
}

/** Whoever made a tarball of defects only cannot fill the memory with them. */
const most = 1000;

/** The defects of one tarball, in the order in which they are found. */
export class Defects {
  readonly #list: Defect[] = [];
  #more = 0;

  add(code: Code, message: string): void {
    if (this.#list.length < most) this.#list.push({ code, message: printable(message) });
    else this.#more += 1;
  }

  list(): readonly Defect[] {
    const [first] = this.#list;
    if (this.#more === 0 || !first) return this.#list;
    return [...this.#list, { code: first.code, message: `there are ${this.#more} more defects` }];
  }
}
