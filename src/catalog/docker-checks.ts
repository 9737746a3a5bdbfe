import { type Check, needs } from './checks.ts';
import { isGoCidr, isPort, splitHostPort } from './go-values.ts';

// Names that docker/go-units knows.
const limits: ReadonlySet<string> = new Set([
  ...['core', 'cpu', 'data', 'fsize', 'locks', 'memlock', 'msgqueue', 'nice', 'nofile', 'nproc'],
  ...['rss', 'rtprio', 'rttime', 'sigpending', 'stack'],
]);

/** `nofile=soft` or `nofile=soft:hard`; -1 stands for no limit only where both are. */
export const ulimit: Check = (value) => {
  const [, name = '', soft = '', hard = soft] = /^([a-z]+)=(-?[0-9]+)(?::(-?[0-9]+))?$/.exec(value) ?? [];
  if (soft === '') return 'needs a limit such as nofile=1024:4096';
  if (!limits.has(name)) return `needs a limit that Linux has, not ${JSON.stringify(name)}`;
  return BigInt(soft) > BigInt(hard) ? 'has a soft limit above the hard one' : undefined;
};

/** `name=path`; the name of docker's own runtime cannot be given away. */
export const runtime: Check = (value) => {
  const [name = '', ...path] = value.split('=');
  if (name.trim() === '' || path.join('=').trim() === '') return 'needs a name and a program such as kata=/opt/kata';
  return name.trim().toLowerCase() === 'runc' ? 'cannot take the name runc, which is reserved' : undefined;
};

/** docker/go-units RAMInBytes. */
export const bytes = needs('a size such as 64m or 1g', (value) =>
  /^[0-9]+(\.[0-9]+)* ?[kKmMgGtTpP]?[iI]?[bB]?$/.test(value),
);

/** `base=10.0.0.0/8,size=24`. */
export const addressPool: Check = (value) => {
  const fields = new Map(value.split(',').map((field) => [field.split('=')[0]?.toLowerCase(), field.split('=')[1]]));
  const good = isGoCidr(fields.get('base') ?? '') && /^[0-9]+$/.test(fields.get('size') ?? '') && fields.size === 2;
  return good ? undefined : 'needs a pool such as base=10.0.0.0/8,size=24';
};

/** Where the daemon listens. */
export const listener: Check = (value) => {
  const wrong = 'needs a listener such as unix:///var/run/docker.sock or tcp://127.0.0.1:2375';
  const [, scheme = 'tcp', rest = ''] = /^(?:([a-z]+):\/\/)?(.*)$/.exec(value.trim()) ?? [];
  if (scheme === 'unix' || scheme === 'fd') return rest.includes('://') ? wrong : undefined;
  if (scheme !== 'tcp') return wrong;
  if (rest === '') return undefined;
  const parts = splitHostPort(rest.replace(/\/.*$/, ''));
  return parts !== undefined && (parts.port === '' || isPort(parts.port)) ? undefined : wrong;
};

/** registry.ValidateMirror of docker 1.11: nothing behind the host. */
export const mirror = needs(
  'a URL without a path such as http://registry.example.com:5000',
  (value) => /^https?:\/\/[^/?#\s]+\/?$/.test(value) && URL.canParse(value),
);

/** A scheme would never match a registry's name. */
export const registryName = needs(
  'a registry such as registry.example.com:5000 or a network, without http://',
  (value) => /^[^\s/]+(\/[0-9]+)?$/.test(value) && !value.startsWith('-') && !value.endsWith('-'),
);
