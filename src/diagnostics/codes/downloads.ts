import type { CatalogueEntry } from './entry.ts';

/** KB4201 to KB4219: downloads over http and https. */
export const downloads = {
  KB4201: {
    title: 'The server does not have the file',
    severity: 'error',
    cause: 'Every URL of the file was answered with status 404 or 410: it was moved or removed, or the URL is wrong.',
    example: 'kubebale fetch cluster.json --mirror http://mirror.example, and the mirror has no such file',
    cure: 'Correct the URL, or put the file on the mirror under one of the paths that the message lists; or get it by other means and give its folder with --artifacts.',
  },
  KB4202: {
    title: 'The server does not give the file to you',
    severity: 'error',
    cause: 'The answer was status 401 or 403: the server wants a user and a password, or those given are wrong.',
    example: 'a URL on a company server that wants a login',
    cure: 'Give them on the command line, with --mirror https://USER:PASSWORD@HOST; the specification is no place for them. Or get the file by other means and give its folder with --artifacts DIR.',
  },
  KB4203: {
    title: 'The server cannot be reached',
    severity: 'error',
    cause:
      'There is no host of that name, nothing listens on its port, or the proxy does not let the request through. HTTP_PROXY (for http), HTTPS_PROXY (for https) and NO_PROXY are obeyed.',
    example: 'kubebale fetch cluster.json on a machine whose way out is a proxy, without HTTPS_PROXY',
    cure: 'Try the URL with curl. Set HTTPS_PROXY and HTTP_PROXY if there is a proxy, and NO_PROXY for hosts that are reached without it.',
  },
  KB4204: {
    title: 'The server is not trusted',
    severity: 'error',
    cause:
      'The TLS certificate of the server is self-signed, of an authority that Node does not know, expired, or for another name; or the server does not speak TLS.',
    example: 'a mirror with a certificate of the company, or a proxy that opens TLS connections',
    cure: 'Run with NODE_EXTRA_CA_CERTS=ca.pem, where ca.pem holds the certificate of the authority that you trust.',
  },
  KB4205: {
    title: 'A redirect leads nowhere',
    severity: 'error',
    cause:
      'The server sends the client round in a loop, more than ten times on, from https to http (which anybody on the way could change), or without saying where to.',
    example: 'a URL that answers with a redirect to itself',
    cure: 'Look where it goes with curl -IL URL, and give the URL where the file really is.',
  },
  KB4206: {
    title: 'A download failed again and again',
    severity: 'error',
    cause:
      'The connection was cut, stalled, or the server said that it is busy or broken (408, 425, 429, 500, 502, 503, 504), and trying again did not help.',
    example: 'a server that is down for maintenance',
    cure: 'Run the command again later: what has arrived is kept, and the download goes on from there.',
  },
  KB4207: {
    title: 'A download has another hash than expected',
    severity: 'error',
    cause:
      'The server, or a proxy in between, gave other bytes than those whose SHA-256 was published or pinned: another version, a page that asks for a login, or something worse. The bytes were thrown away.',
    example: 'a mirror that was filled with a rebuilt archive',
    cure: 'Look with curl what the URL gives. Use another mirror, or pin the new hash in "artifacts" of the specification if you trust it.',
  },
  KB4208: {
    title: 'The server gives an answer that is none',
    severity: 'error',
    cause: 'The status is neither success nor one that passes by itself, or the answer is not for what was asked.',
    example: 'a server that answers with status 400',
    cure: 'Try the URL with curl -v; correct it, or get the file by other means and give its folder with --artifacts.',
  },
  KB4209: {
    title: 'A download cannot be written',
    severity: 'error',
    cause: 'The disk with the cache is full, or the folder of the cache does not let itself be written to.',
    example: 'kubebale fetch cluster.json with 1 GB left on the disk',
    cure: 'Make room (`df -h`), or choose another folder for the cache. What has arrived is kept, and the download goes on from there.',
  },
  KB4210: {
    title: 'A URL cannot be used',
    severity: 'error',
    cause: 'Downloads and proxies have URLs that begin with http:// or https://.',
    example: 'HTTPS_PROXY=socks5://proxy.example:1080',
    cure: 'Correct the URL. A file of this machine is given by its path, or its folder with --artifacts.',
  },
} as const satisfies Record<string, CatalogueEntry>;
