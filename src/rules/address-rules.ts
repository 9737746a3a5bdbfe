import type { Diagnostics } from '../diagnostics/collector.ts';
import { isIPv6, parseAddress, readCidr, reservedRange, whyUnusable } from './addresses.ts';
import { type GivenAddress, givenAddresses } from './given-addresses.ts';
import { cidrsOf } from './network-parts.ts';
import type { Rule } from './types.ts';

const addressForm: Rule = {
  name: 'addresses are IPv4 addresses',
  codes: ['KB3010', 'KB3011'],
  check(model, diagnostics) {
    for (const given of givenAddresses(model)) {
      if (parseAddress(given.text) === undefined) reportForm(given, diagnostics);
    }
  },
};

function reportForm({ text, pointer, of, kind }: GivenAddress, diagnostics: Diagnostics): void {
  if (isIPv6(text)) {
    diagnostics.add('KB3010', pointer, `${of} is ${text}, and this stack knows IPv4 only`, {
      hint: kind === 'listen' ? 'use 0.0.0.0 or 127.0.0.1' : 'use the IPv4 address, like 10.207.182.18',
    });
    return;
  }
  const decimal = text.replace(/(^|\.)0+(?=[0-9])/g, '$1');
  const zeros = decimal !== text && parseAddress(decimal) !== undefined;
  const why = zeros ? 'which has leading zeros: some programs read them as octal' : 'which is no IPv4 address';
  diagnostics.add('KB3011', pointer, `${of} is ${JSON.stringify(text)}, ${why}`, {
    hint: zeros ? `write "${decimal}"` : 'four numbers from 0 to 255 with dots between, like "10.207.182.18"',
  });
}

const usableAddresses: Rule = {
  name: 'addresses of hosts can be addresses of hosts',
  codes: ['KB3012'],
  check(model, diagnostics) {
    for (const { text, pointer, of, kind } of givenAddresses(model)) {
      const address = parseAddress(text);
      const why = address === undefined || kind !== 'host' ? undefined : whyUnusable(address);
      if (why === undefined) continue;
      diagnostics.add('KB3012', pointer, `${of} cannot be ${text}: ${why}`, {
        hint: 'use the address that other hosts reach it by',
      });
    }
  },
};

/** 127.0.0.1 and 0.0.0.0 mean the same on every host, and the health checks of the scripts ask on 127.0.0.1. */
const listenAddresses: Rule = {
  name: 'listen addresses fit every host',
  codes: ['KB3806'],
  check(model, diagnostics) {
    for (const { text, pointer, of, kind } of givenAddresses(model)) {
      if (kind !== 'listen' || parseAddress(text) === undefined || ['0.0.0.0', '127.0.0.1'].includes(text)) continue;
      diagnostics.add('KB3806', pointer, `${of} is ${text}, which fits one host at most`, {
        hint: 'use "0.0.0.0" (all interfaces) or "127.0.0.1" (this host only)',
      });
    }
  },
};

const gateways: Rule = {
  name: 'a gateway is another machine',
  codes: ['KB3016'],
  check(model, diagnostics) {
    for (const host of model.hosts) {
      if (host.gateway === undefined || host.gateway !== host.address) continue;
      diagnostics.add('KB3016', `${host.pointer}/gateway`, `the gateway of ${host.name} is its own address`, {
        hint: 'give the address of the router, or remove "gateway"',
        related: [{ message: 'its address', pointer: `${host.pointer}/address` }],
      });
    }
  },
};

const cidrForm: Rule = {
  name: 'networks are networks',
  codes: ['KB3010', 'KB3109'],
  check(model, diagnostics) {
    for (const { text, pointer, name } of cidrsOf(model)) {
      const cidr = readCidr(text);
      if (!('wrong' in cidr)) continue;
      if (cidr.wrong === 'ipv6') {
        diagnostics.add('KB3010', pointer, `${name} is ${text}, and this stack knows IPv4 only`, {
          hint: 'use an IPv4 network, like "10.1.0.0/16"',
        });
        continue;
      }
      const [why, hint] = {
        address: ['which has no IPv4 address before the slash', 'write it like "10.1.0.0/16"'],
        prefix: ['and the number after the slash goes from 0 to 32', 'write it like "10.1.0.0/16"'],
        hostBits: ['which is an address inside a network', `write "${'network' in cidr ? cidr.network : ''}"`],
      }[cidr.wrong];
      diagnostics.add(
        'KB3109',
        pointer,
        `${name} is ${JSON.stringify(text)}, ${why}`,
        hint === undefined ? {} : { hint },
      );
    }
  },
};

const reservedNetworks: Rule = {
  name: 'networks lie outside reserved ranges',
  codes: ['KB3114'],
  check(model, diagnostics) {
    for (const { text, pointer, name, cidr } of cidrsOf(model)) {
      const reserved = cidr && reservedRange(cidr);
      if (!reserved) continue;
      diagnostics.add('KB3114', pointer, `${name} ${text} touches ${reserved.text}, which ${reserved.purpose}`, {
        hint: 'choose a network inside 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16',
      });
    }
  },
};

export const addressRules: readonly Rule[] = [
  addressForm,
  usableAddresses,
  listenAddresses,
  gateways,
  cidrForm,
  reservedNetworks,
];
