import { ask, type HttpQuestion } from '../http-client.ts';
import { writeError, writeOutput } from '../log.ts';
import {
  CommandFailed,
  type EtcdClient,
  exitCodes,
  failure,
  read,
  type ShownMember,
  toMember,
} from './etcdctl-client.ts';

/** `cluster-health` (etcdctl/command/cluster_health.go). Out: the exit code. */
export async function clusterHealth(client: EtcdClient): Promise<number> {
  const members = await client.members().catch((error: unknown) => {
    writeOutput('cluster may be unhealthy: failed to list members\n');
    throw error instanceof CommandFailed ? failure(error.message, exitCodes.serverError) : error;
  });
  let health = false;
  for (const member of members) if (await memberHealth(member)) health = true;
  writeOutput(`cluster is ${health ? 'healthy' : 'unhealthy'}\n`);
  return health ? 0 : exitCodes.notHealthy;
}

async function memberHealth({ id, clientURLs }: ShownMember): Promise<boolean> {
  if (clientURLs.length === 0) {
    writeOutput(`member ${id} is unreachable: no available published client urls\n`);
    return false;
  }
  for (const url of clientURLs) {
    try {
      const { json } = await ask(`${url}/health`, { timeoutMilliseconds: 30_000 });
      const healthy = String(read(json, 'health')) === 'true';
      const word = healthy ? 'healthy' : 'unhealthy';
      writeOutput(`member ${id} is ${word}: got ${word} result from ${url}\n`);
      return healthy;
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      writeOutput(`failed to check the health of member ${id} on ${url}: Get ${url}/health: ${text}\n`);
    }
  }
  writeOutput(`member ${id} is unreachable: [${clientURLs.join(' ')}] are all unreachable\n`);
  return false;
}

/** `member list` (etcdctl/command/member_commands.go). */
export async function memberList(client: EtcdClient, args: readonly string[]): Promise<void> {
  if (args.length > 0) throw new CommandFailed('No arguments accepted\n', 1);
  const members = await client.members();
  const answer = await client.ask('/v2/members/leader').catch((error: unknown) => {
    throw error instanceof CommandFailed ? new CommandFailed(`Failed to get leader:  ${error.message}`, 1) : error;
  });
  const leader = read(answer.json, 'id');
  for (const { id, name, peerURLs, clientURLs } of members) {
    const peers = `peerURLs=${peerURLs.join(',')}`;
    if (name === '') writeOutput(`${id}[unstarted]: ${peers}\n`);
    else writeOutput(`${id}: name=${name} ${peers} clientURLs=${clientURLs.join(',')} isLeader=${id === leader}\n`);
  }
}

/** `member add NAME URL`. */
export async function memberAdd(client: EtcdClient, args: readonly string[]): Promise<void> {
  const [name, url] = args;
  if (args.length !== 2 || name === undefined || url === undefined) {
    throw new CommandFailed('Provide a name and a single member peerURL\n', 1);
  }
  const added = toMember(await change(client, '/v2/members', { method: 'POST', body: { peerURLs: [url] } }));
  writeOutput(`Added member named ${name} with ID ${added.id} to cluster\n`);
  const members = await client.members();
  const cluster = members.flatMap((member) =>
    member.peerURLs.map((peer) => `${member.id === added.id ? name : member.name}=${peer}`),
  );
  const quoted = (text: string): string => JSON.stringify(text);
  writeOutput(`\nETCD_NAME=${quoted(name)}\nETCD_INITIAL_CLUSTER=${quoted(cluster.join(','))}\n`);
  writeOutput('ETCD_INITIAL_CLUSTER_STATE="existing"\n');
}

/** `member remove ID`. */
export async function memberRemove(client: EtcdClient, args: readonly string[]): Promise<void> {
  const [id] = args;
  if (args.length !== 1 || id === undefined) throw new CommandFailed('Provide a single member ID\n', 1);
  const members = await client.members();
  for (const member of members.filter((one) => one.name === id)) {
    writeError(
      `Found a member named ${member.name}; if this is correct, please use its ID, eg:\n\tetcdctl member remove ${member.id}\n`,
    );
  }
  if (!members.some((member) => member.id === id)) {
    throw new CommandFailed(`Couldn't find a member in the cluster with an ID of ${id}.\n`, 1);
  }
  await change(client, `/v2/members/${id}`, { method: 'DELETE' });
  writeOutput(`Removed member ${id} from cluster\n`);
}

/** `member update ID URL,URL`. */
export async function memberUpdate(client: EtcdClient, args: readonly string[]): Promise<void> {
  const [id, urls] = args;
  if (args.length !== 2 || id === undefined || urls === undefined) {
    const example = '(0xabcd http://example.com,http://example1.com)';
    throw new CommandFailed(`Provide an ID and a list of comma separated peerURL ${example}\n`, 1);
  }
  await change(client, `/v2/members/${id}`, { method: 'PUT', body: { peerURLs: urls.split(',') } });
  writeOutput(`Updated member with ID ${id} in cluster\n`);
}

/** The answer's JSON; throws with the server's message when it refused. */
async function change(client: EtcdClient, path: string, question: HttpQuestion): Promise<unknown> {
  const answer = await client.ask(path, question);
  if (answer.status < 400) return answer.json;
  throw new CommandFailed(
    `${String(read(answer.json, 'message') ?? `unrecognized HTTP status ${answer.status}`)}\n`,
    1,
  );
}
