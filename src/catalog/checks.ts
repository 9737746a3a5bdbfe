import {
  isGoBool,
  isGoCidr,
  isGoFloat,
  isGoIp,
  isPort,
  parseGoDecimal,
  parseGoDuration,
  parseGoInteger,
  splitHostPort,
} from './go-values.ts';

/** Out: what is wrong with the value, as the rest of a sentence that begins with the flag's name; undefined: nothing. */
export type Check = (value: string) => string | undefined;

/** A check that says the same of every wrong value. */
export function needs(what: string, good: (value: string) => boolean): Check {
  return (value) => (good(value) ? undefined : `needs ${what}`);
}

/** A whole number of so many bits. */
export function integer(bits: 32 | 64, signed: boolean): Check {
  const low = signed ? -(2n ** BigInt(bits - 1)) : 0n;
  const high = (signed ? 2n ** BigInt(bits - 1) : 2n ** BigInt(bits)) - 1n;
  const what = signed ? 'a whole number' : 'a whole number, 0 or more';
  return (value) => {
    const number = parseGoInteger(value, signed);
    if (number === undefined) return `needs ${what}`;
    if (number > high) return `is larger than ${high}`;
    return number < low ? `is smaller than ${low}` : undefined;
  };
}

/** One of a few words. */
export function oneOf(...words: readonly string[]): Check {
  const last = words.at(-1) ?? '';
  const all = words.length > 1 ? `${words.slice(0, -1).join(', ')} or ${last}` : last;
  return needs(all, (value) => words.includes(value));
}

/** Every element of a comma-separated list. */
export function each(check: Check): Check {
  return (value) => {
    for (const element of value.split(',')) {
      const wrong = check(element.trim());
      if (wrong !== undefined) return value.includes(',') ? `${wrong}, but has ${JSON.stringify(element)}` : wrong;
    }
    return undefined;
  };
}

/** A comma-separated list whose empty elements the program skips. */
function eachGiven(check: Check): Check {
  return each((element) => (element === '' ? undefined : check(element)));
}

export const anything: Check = () => undefined;
export const bool = needs('true or false', isGoBool);
export const duration = needs('a duration such as 10s, 1m30s or 1.5h', (value) => parseGoDuration(value) !== undefined);
export const ip = needs('an IP address', isGoIp);
export const cidr = needs('a network such as 10.254.0.0/16', isGoCidr);
export const port = needs('a port from 0 to 65535', (value) => {
  const number = parseGoInteger(value, true);
  return number !== undefined && number >= 0n && number <= 65535n;
});
export const notEmpty = needs('a value that is not empty', (value) => value.trim() !== '');
export const float32 = needs('a number', (value) => isGoFloat(value, 32));
export const float64 = needs('a number', (value) => isGoFloat(value, 64));

/** kube's PortRange: `low-high`, both in decimal; empty means none. Neither `80` nor `80+8` is understood. */
export const portRange: Check = (value) => {
  const [low = '', high = '', ...more] = value.trim().split('-');
  if (value.trim() === '') return undefined;
  if (more.length > 0 || !isPort(low) || !isPort(high)) return 'needs a range of ports such as 30000-32767';
  return Number(high) < Number(low) ? 'ends before it begins' : undefined;
};

/** host:port with a numeric port; an empty host means all addresses. */
export const hostPort = needs('an address with a port such as 0.0.0.0:8888', (value) => {
  const parts = splitHostPort(value);
  return parts !== undefined && parts.port !== '' && isPort(parts.port) && !/[\s/]/.test(parts.host);
});

/** etcd 2's flag type for the old `-addr` flags. */
export const ipAndPort = needs('an IP address with a port such as 127.0.0.1:4001', (value) => {
  const parts = splitHostPort(value.trim());
  return parts !== undefined && isGoIp(parts.host) && isPort(parts.port);
});

/** etcd's types.NewURLs: scheme, host and port, nothing behind them. unix and unixs are understood from 3.0 on. */
export const etcdUrl: Check = (value) => {
  const [, scheme = '', rest = ''] = /^([a-z]+):\/\/(.*)$/.exec(value) ?? [];
  if (!['http', 'https', 'unix', 'unixs'].includes(scheme)) return 'needs URLs that begin with http:// or https://';
  const parts = splitHostPort(rest.replace(/[/?#].*$/, ''));
  if (parts === undefined || parts.port === '') return 'needs URLs with a port such as http://10.0.0.1:2379';
  if (scheme.startsWith('http') && !isPort(parts.port)) return 'needs URLs with a port from 0 to 65535';
  return /[/?#]/.test(rest) ? 'needs URLs without a path' : undefined;
};

/** A URL of a server that speaks HTTP. */
export const httpUrl: Check = (value) => {
  if (!/^https?:\/\/[^/\s]+(\/\S*)?$/.test(value)) return 'needs URLs such as http://10.0.0.1:2379';
  return URL.canParse(value) ? undefined : 'needs URLs such as http://10.0.0.1:2379';
};

/** glog's -vmodule: `pattern=N` between commas. */
export const moduleSpec = eachGiven(needs('pairs such as server=2,proxy*=4', (value) => /^[^=]+=[0-9]+$/.test(value)));

/** glog's -log_backtrace_at: the name of a source file, with its dot, and a line. */
export const traceLocation = needs('a place such as server.go:42', (value) => {
  const [file = '', line = '', ...more] = value.split(':');
  return more.length === 0 && file.includes('.') && (parseGoDecimal(line) ?? 0n) > 0n;
});

/** glog's -stderrthreshold: a name in any case, or a number. */
export const severity = needs('INFO, WARNING, ERROR, FATAL or a number', (value) => {
  return /^(info|warning|error|fatal)$/i.test(value) || parseGoDecimal(value) !== undefined;
});

/** glog's -v. */
export const level = needs('a whole number', (value) => parseGoDecimal(value) !== undefined);

/** kube's --feature-gates: `Name=bool` between commas; whether the release has the feature is not known here. */
export const featureGates = eachGiven(
  needs('pairs such as DynamicVolumeProvisioning=true', (value) => {
    const [name = '', ...rest] = value.split('=');
    return name.trim() !== '' && rest.length > 0 && isGoBool(rest.join('=').trim());
  }),
);

/** `key=value`. */
export const pair = needs('a pair such as key=value', (value) => /^[^=]+=/.test(value));
