/**
 * What each pattern of the schema asks for, in words, by the pattern itself: a test says that none is missing.
 * The example is used where the schema gives none at the key.
 */
export const forms: Readonly<Record<string, { readonly form: string; readonly example: string }>> = {
  '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$': {
    form: 'lower-case letters, digits and hyphens, at most 63, no hyphen at either end',
    example: 'prod-east',
  },
  '^[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}$': {
    form: 'three numbers with dots between, without a leading v',
    example: '1.3.3',
  },
  '^[0-9.:A-Fa-f]+$': { form: 'an IPv4 address', example: '10.207.182.18' },
  '^[0-9.:A-Fa-f]+/[0-9]+$': { form: 'a network: address, slash, prefix length', example: '10.1.0.0/16' },
  '^/': { form: 'a path from the root, beginning with /', example: '/home/work' },
  '^([0-9]+(\\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$': {
    form: 'a duration: numbers, each with its unit (ms, s, m or h)',
    example: '1m30s',
  },
  '^[0-9]{1,5}-[0-9]{1,5}$': { form: 'first port, hyphen, last port', example: '30000-32767' },
  '^([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)(\\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*(:[0-9]{1,5})?$': {
    form: 'a host name or an address, with :port when needed, and no http:// or path',
    example: 'registry.Xcloud.com:5000',
  },
  '^([A-Za-z0-9.-]+(:[0-9]{1,5})?/)?[a-z0-9]+([._/-][a-z0-9]+|__[a-z0-9]+)*(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@sha256:[0-9a-f]{64})?$':
    {
      form: 'an image: registry/repository:tag, the repository in lower case',
      example: 'registry.Xcloud.com/public/pause:1.0.2',
    },
  '^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$': {
    form: 'a host name: lower-case letters, digits, hyphens and dots',
    example: 'sandbox-1',
  },
  '^[^,=\\s\\u0000-\\u001f]+$': { form: 'a name without white space, comma and equals sign', example: 'etcd2' },
  '^[^/\\s\\u0000-\\u001f]{1,15}$': {
    form: 'a network interface: at most 15 characters, no slash, no white space',
    example: 'eth0',
  },
  '^([A-Za-z0-9.-]+(:[0-9]{1,5})?/)?[a-z0-9]+([._/-][a-z0-9]+|__[a-z0-9]+)*:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$': {
    form: 'an image with its tag: registry/repository:tag, the repository in lower case',
    example: 'registry.Xcloud.com/public/app:1.4',
  },
  '^[0-9a-f]{64}$': {
    form: 'a SHA-256: 64 digits and letters a to f, as sha256sum prints them',
    example: 'ab102d271026a4060c9f85ecad11f454d82b1df7b8e676cc3da69f67eb078729',
  },
  '^https?://[^\\s/@?#]+(/[^\\s]*)?$': {
    form: 'a URL with http:// or https:// and without a user name or password',
    example: 'https://mirror.example.com/etcd-v2.3.7-linux-amd64.tar.gz',
  },
  '^KB[0-9]{4}$': { form: 'a code: KB and four digits', example: 'KB3106' },
  '^[A-Za-z][A-Za-z0-9_-]*$': { form: 'the name of a flag, without dashes in front', example: 'max-pods' },
};
