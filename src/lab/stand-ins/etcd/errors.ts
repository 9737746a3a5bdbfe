/** Texts and HTTP statuses of the v2 API's error codes (etcd 2.3 error/error.go). */
const texts = new Map<number, readonly [message: string, status: number]>([
  [100, ['Key not found', 404]],
  [101, ['Compare failed', 412]],
  [102, ['Not a file', 403]],
  [104, ['Not a directory', 400]],
  [105, ['Key already exists', 412]],
  [107, ['Root is read only', 400]],
  [108, ['Directory not empty', 403]],
  [201, ['PrevValue is Required in POST form', 400]],
  [202, ['The given TTL in POST form is not a number', 400]],
  [203, ['The given index in POST form is not a number', 400]],
  [209, ['Invalid field', 400]],
  [210, ['Invalid POST form', 400]],
  [211, ['Value provided on refresh', 400]],
  [212, ['A TTL must be provided on refresh', 400]],
  [300, ['Raft Internal Error', 500]],
  [401, ['The event in requested index is outdated and cleared', 400]],
]);

/** An error of the keys API, as its answer carries it. */
export class EtcdError extends Error {
  readonly code: number;
  /** What in particular is wrong; a key in it still has the store's /1 in front. */
  readonly reason: string;
  readonly index: number;

  constructor(code: number, reason: string, index = 0) {
    super(texts.get(code)?.[0] ?? '');
    this.code = code;
    this.reason = reason;
    this.index = index;
  }

  get status(): number {
    return texts.get(this.code)?.[1] ?? 400;
  }

  /** The answer's body, with the store's own prefix taken off a key in the cause. */
  body(): string {
    const cause = this.reason.startsWith('/1') ? this.reason.slice(2) : this.reason;
    const whole = { errorCode: this.code, message: this.message, ...(cause && { cause }), index: this.index };
    return `${JSON.stringify(whole)}\n`;
  }
}

/** An error of the server and not of a key: a time limit, a refused change of members (etcdserver/errors.go). */
export class ServerError extends Error {
  /** The text is what the real one says after "etcdserver: ". */
  constructor(text: string) {
    super(`etcdserver: ${text}`);
  }
}
