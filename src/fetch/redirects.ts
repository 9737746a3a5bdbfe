import { ArtifactError } from '../artifacts/artifact-error.ts';
import { shownUrl } from './shown-url.ts';

const most = 10;

/** Whether a status sends the client elsewhere with the same question (RFC 9110, section 15.4). */
export function redirectStatus(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

/**
 * Where a redirect leads.
 *
 * @param seen the URLs that were asked, in order; the last one answered with the redirect
 * @param location its `Location` header
 * @throws ArtifactError KB4205 for a loop, an eleventh redirect, one from https to http, and one to nowhere
 */
export function nextHop(seen: readonly URL[], location: string | readonly string[] | undefined): string {
  const first = seen[0];
  const from = seen.at(-1);
  const target =
    typeof location === 'string' && URL.canParse(location, from?.href) ? new URL(location, from?.href) : undefined;
  const start = first ? shownUrl(first) : 'the URL';
  if (!target) throw redirectError(`${start} redirects without saying where to`);
  target.hash = '';
  if (from?.protocol === 'https:' && target.protocol === 'http:') {
    throw redirectError(
      `${start} redirects from https to ${shownUrl(target)}, where anybody on the way could change it`,
    );
  }
  if (seen.some((url) => url.href === target.href)) {
    throw redirectError(`${start} redirects in a loop: ${[...seen, target].map(shownUrl).join(' -> ')}`);
  }
  if (seen.length > most) throw redirectError(`${start} redirects more than ${most} times`);
  return target.href;
}

/** The basic authorization that a URL's user name and password stand for; undefined without them. */
export function authorizationOf({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  return `Basic ${Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64')}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function redirectError(message: string): ArtifactError {
  return new ArtifactError('KB4205', message, 'give the URL where the file really is; curl -IL URL shows the way');
}
