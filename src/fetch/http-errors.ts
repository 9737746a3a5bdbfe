import { ArtifactError } from '../artifacts/artifact-error.ts';
import { PassingFailure } from './retry.ts';
import { shownUrl } from './shown-url.ts';

/**
 * What a failed request means: an ArtifactError for what will fail again (KB4203, KB4204), a PassingFailure for what may
 * pass; what is no failure of the network is returned as it is. The codes are those of Node's dns, net and tls, of
 * OpenSSL's verification, and of undici.
 *
 * @param proxy the variable that names the proxy for such URLs, when one is set
 */
export function explainFailure(error: unknown, url: URL, proxy: string | undefined): Error {
  if (error instanceof ArtifactError || error instanceof PassingFailure) return error;
  const shown = shownUrl(url);
  const code = errorCode(error);
  const text = error instanceof Error ? error.message : String(error);
  const distrust = certificateProblems.get(code);
  if (distrust !== undefined) {
    return new ArtifactError('KB4204', `${shown}: ${distrust}`, certificateHint(code), error);
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) {
    const hint =
      'a server that speaks http is asked with http://; try the URL with: openssl s_client -connect HOST:PORT';
    return new ArtifactError('KB4204', `${shown}: no TLS connection comes about (${code})`, hint, error);
  }
  const proxyStatus = /^Proxy response \((\d+)\)|^Proxy Authentication Required \((407)\)/.exec(text);
  const status = Number(proxyStatus?.[1] ?? proxyStatus?.[2] ?? 0);
  if (status >= 500) return new PassingFailure(`the proxy answers with status ${status}`);
  if (status > 0) return proxyRefuses(url, status, proxy, error);
  if (code === 'ENOTFOUND') {
    return unreachable(`${shown}: there is no host ${lookedUp(error) ?? url.hostname}`, proxy, error);
  }
  if (code === 'ECONNREFUSED') {
    return unreachable(`${shown}: the connection to ${address(error, url)} was refused`, proxy, error);
  }
  const known = passingProblems.get(code);
  // A wrong call of undici, or a bug: no network has a part in it.
  if (known === undefined && (code === '' || code === 'UND_ERR_INVALID_ARG') && error instanceof Error) return error;
  return new PassingFailure(known ?? `${text} (${code})`);
}

/** A proxy that does not let a request through. */
export function proxyRefuses(url: URL, status: number, proxy: string | undefined, cause?: unknown): ArtifactError {
  return new ArtifactError(
    'KB4203',
    `${shownUrl(url)}: the proxy refuses it with status ${status}`,
    status === 407
      ? `give the proxy's user and password: ${proxy ?? 'HTTP_PROXY'}=http://USER:PASSWORD@HOST:PORT`
      : `put ${url.hostname} into NO_PROXY if it can be reached without the proxy, or ask whoever runs the proxy`,
    cause,
  );
}

function unreachable(message: string, proxy: string | undefined, cause: unknown): ArtifactError {
  const hint =
    proxy === undefined
      ? 'correct the URL; if this machine needs a proxy, set HTTPS_PROXY and HTTP_PROXY'
      : `${proxy} is set: correct it, or put the host into NO_PROXY if it can be reached without the proxy`;
  return new ArtifactError('KB4203', message, hint, cause);
}

function certificateHint(code: string): string {
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') return "look at this machine's clock with: date";
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'use the host name that the certificate is for';
  return 'if you trust whoever made it, run with NODE_EXTRA_CA_CERTS=ca.pem, a file with the certificate of the authority';
}

const untrusted = 'its certificate is of an authority that this machine does not know';
const certificateProblems: ReadonlyMap<string, string> = new Map([
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'its certificate is self-signed'],
  ['SELF_SIGNED_CERT_IN_CHAIN', untrusted],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', untrusted],
  ['UNABLE_TO_GET_ISSUER_CERT', untrusted],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', untrusted],
  ['CERT_UNTRUSTED', untrusted],
  ['CERT_SIGNATURE_FAILURE', 'the signature of its certificate is wrong'],
  ['CERT_REVOKED', 'its certificate was revoked'],
  ['CERT_HAS_EXPIRED', 'its certificate has expired'],
  ['CERT_NOT_YET_VALID', 'its certificate is not yet valid'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is for another host name'],
]);

const cut = 'the connection was cut';
const noRoute = 'there is no route to the server';
const passingProblems: ReadonlyMap<string, string> = new Map([
  ['ECONNRESET', cut],
  ['EPIPE', cut],
  ['UND_ERR_SOCKET', cut],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'the answer has another length than it said'],
  ['UND_ERR_CONNECT_TIMEOUT', 'the server did not answer the call in time'],
  ['ETIMEDOUT', 'the server did not answer the call in time'],
  ['UND_ERR_HEADERS_TIMEOUT', 'the server took the request and did not answer in time'],
  ['UND_ERR_BODY_TIMEOUT', 'the server stopped sending'],
  ['EHOSTUNREACH', noRoute],
  ['ENETUNREACH', noRoute],
  ['EAI_AGAIN', 'the name server does not answer'],
]);

/** The code of an error, or of the first of several tries to connect. */
function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError) return errorCode(error.errors[0]);
  return error.cause === undefined ? '' : errorCode(error.cause);
}

/** The name that was looked up, which may be the proxy's. */
function lookedUp(error: unknown): string | undefined {
  return error instanceof Error && 'hostname' in error ? String(error.hostname) : undefined;
}

/** Who was called, which may be the proxy. */
function address(error: unknown, url: URL): string {
  const first = error instanceof AggregateError ? error.errors[0] : error;
  if (first instanceof Error && 'address' in first && 'port' in first) return `${first.address}:${first.port}`;
  return url.host;
}
