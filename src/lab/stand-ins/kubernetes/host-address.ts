import { readFileSync } from 'node:fs';
import { ipv4Addresses } from '../addresses.ts';

/**
 * The address of the interface with the default route, as pkg/util/net ChooseHostInterface takes it from
 * /proc/net/route. Undefined when there is no default route, or no IPv4 address on that interface.
 */
export function defaultAddress(): string | undefined {
  const name = interfaceOf(readFileSync('/proc/net/route', 'utf8'));
  if (name === undefined) return undefined;
  return ipv4Addresses().get(name)?.[0];
}

/** The interface of the default route in the text of /proc/net/route; undefined when there is none. */
export function interfaceOf(routes: string): string | undefined {
  for (const line of routes.split('\n').slice(1)) {
    const [name, destination] = line.split('\t');
    // 1.3 looks at no flag, so that a default route without a gateway will do.
    if (destination === '00000000') return name;
  }
  return undefined;
}
