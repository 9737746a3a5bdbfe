import { ask, type HttpAnswer, type HttpQuestion } from '../http-client.ts';

/** A command failed; the text goes to the standard error as it is. */
export class CommandFailed extends Error {
  readonly exitCode: number;

  constructor(text: string, exitCode: number) {
    super(text);
    this.exitCode = exitCode;
  }
}

/** etcdctl/command/error.go. */
export const exitCodes = { badArguments: 1, badConnection: 2, serverError: 4, notHealthy: 5 } as const;

/** No endpoint gave an answer that counts. */
class ClusterUnavailable extends CommandFailed {
  readonly onlyConnections: boolean;

  constructor(problems: readonly string[], onlyConnections: boolean) {
    const details = problems.map((problem, index) => `error #${index}: ${problem}\n`).join('');
    super(`client: etcd cluster is unavailable or misconfigured\n${details}`, exitCodes.serverError);
    this.onlyConnections = onlyConnections;
  }
}

/** Asks endpoints one after the other until one has an answer (client/client.go httpClusterClient). */
export class EtcdClient {
  endpoints: readonly string[];
  private readonly deadline: number;
  private readonly perRequest: number;

  constructor(endpoints: readonly string[], perRequest: number, total: number) {
    this.endpoints = endpoints;
    this.perRequest = perRequest;
    this.deadline = Date.now() + total;
  }

  /** An answer that is no 5xx; throws CommandFailed when none gives one. */
  async ask(path: string, question: HttpQuestion = {}): Promise<HttpAnswer> {
    const problems: string[] = [];
    let onlyConnections = true;
    for (const endpoint of this.endpoints) {
      const left = this.deadline - Date.now();
      if (left <= 0) throw failure('context deadline exceeded', exitCodes.serverError);
      try {
        const timeoutMilliseconds = Math.min(this.perRequest, left);
        const answer = await ask(`${endpoint}${path}`, { ...question, timeoutMilliseconds });
        if (answer.status < 500) return answer;
        onlyConnections = false;
        problems.push(`client: etcd member ${endpoint} has no leader`);
      } catch (error) {
        const text = error instanceof Error ? error.message : String(error);
        problems.push(text.includes('Client.Timeout') ? `client: endpoint ${endpoint} exceeded header timeout` : text);
      }
    }
    throw new ClusterUnavailable(problems, onlyConnections);
  }

  /** Goes on with the client URLs that the members themselves publish. */
  async sync(): Promise<void> {
    try {
      const members = await this.members();
      const urls = members.flatMap((member) => member.clientURLs).toSorted();
      if (urls.length > 0) this.endpoints = urls;
    } catch (error) {
      if (!(error instanceof ClusterUnavailable)) throw error;
      const code = error.onlyConnections ? exitCodes.badConnection : exitCodes.serverError;
      throw failure(error.message, code);
    }
  }

  async members(): Promise<ShownMember[]> {
    const { json } = await this.ask('/v2/members');
    const list: unknown = read(json, 'members');
    return Array.isArray(list) ? list.map(toMember) : [];
  }
}

/** As handleError prints it. */
export function failure(text: string, exitCode: number): CommandFailed {
  return new CommandFailed(`Error:  ${text}${text.endsWith('\n') ? '' : '\n'}`, exitCode);
}

export interface ShownMember {
  readonly id: string;
  readonly name: string;
  readonly peerURLs: readonly string[];
  readonly clientURLs: readonly string[];
}

export function toMember(value: unknown): ShownMember {
  const list = (key: string): string[] => {
    const found = read(value, key);
    return Array.isArray(found) ? found.map(String) : [];
  };
  return {
    id: String(read(value, 'id') ?? ''),
    name: String(read(value, 'name') ?? ''),
    peerURLs: list('peerURLs'),
    clientURLs: list('clientURLs'),
  };
}

/** A field of something that came as JSON. */
export function read(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
