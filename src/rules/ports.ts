import type { Role } from '../model/types.ts';
import { placeName } from '../spec/check-schema-texts.ts';
import { collide, type Listener, listeners } from './listeners.ts';
import type { Rule } from './types.ts';

/** Linux takes ports for outgoing connections from here on (net.ipv4.ip_local_port_range). */
const firstEphemeral = 32768;

const onePortEach: Rule = {
  name: 'no two programs of a host listen on one port',
  codes: ['KB3201'],
  check(model, diagnostics) {
    const all = listeners(model);
    all.forEach((later, index) => {
      for (const earlier of all.slice(0, index)) {
        if (!collide(earlier, later)) continue;
        const host = model.hosts.find(({ roles }) => roles.includes(earlier.role) && roles.includes(later.role));
        if (!host) continue;
        // The port that has a key of its own is the one that can be changed best.
        const [wrong, other] = later.hasKey || !earlier.hasKey ? [later, earlier] : [earlier, later];
        diagnostics.add('KB3201', wrong.pointer, collision(wrong, other, host.name), {
          hint: wrong.hasKey
            ? `give ${wrong.purpose} another port: change ${placeName(wrong.pointer)}`
            : `change the port flag in ${placeName(wrong.pointer)}.flags`,
          related: [{ message: other.purpose, pointer: other.pointer }],
        });
      }
    });
  },
};

function collision(wrong: Listener, other: Listener, host: string): string {
  return `port ${wrong.port} of ${host} would have two listeners: ${wrong.purpose}, and ${other.purpose}`;
}

const nodePortForm: Rule = {
  name: 'the node port range is a range of ports',
  codes: ['KB3108'],
  check(model, diagnostics) {
    const { nodePorts } = model.networks;
    const [first, last] = portRange(nodePorts);
    const wrong =
      first === 0
        ? 'port 0 is no port'
        : Math.max(first, last) > 65535
          ? 'ports end at 65535'
          : first > last
            ? 'the first port is above the last'
            : undefined;
    if (wrong === undefined) return;
    const swapped = first > last && last > 0 && first <= 65535;
    diagnostics.add('KB3108', '/networks/nodePorts', `nodePorts ${nodePorts} is no range of ports: ${wrong}`, {
      hint: `write "${swapped ? `${last}-${first}` : '30000-32767'}"`,
    });
  },
};

const nodePortsInUse: Rule = {
  name: 'the node port range holds no port in use',
  codes: ['KB3107'],
  check(model, diagnostics) {
    const { nodePorts } = model.networks;
    const [first, last] = portRange(nodePorts);
    if (first === 0 || first > last || last > 65535) return;
    // kube-proxy takes node ports on nodes: what matters are the other roles that those hosts have.
    const roles = new Set<Role>(
      model.hosts.filter((host) => host.roles.includes('node')).flatMap((host) => host.roles),
    );
    const used = listeners(model)
      .filter(({ role, port }) => roles.has(role) && port >= first && port <= last)
      .sort((a, b) => a.port - b.port)
      .map(({ port, purpose }) => `${port} (${purpose})`);
    if (roles.size > 0 && last >= firstEphemeral) used.push(`those from ${firstEphemeral} on (outgoing connections)`);
    if (used.length === 0) return;
    diagnostics.add('KB3107', '/networks/nodePorts', `nodePorts ${nodePorts} holds ports in use: ${used.join(', ')}`, {
      hint:
        last <= 32767 && first >= 30000 ? `give what listens there another port` : 'write "nodePorts": "30000-32767"',
    });
  },
};

/** First and last port of a range; the schema has checked its form. */
function portRange(text: string): readonly [number, number] {
  const [first = 0, last = 0] = text.split('-').map(Number);
  return [first, last];
}

export const portRules: readonly Rule[] = [onePortEach, nodePortForm, nodePortsInUse];
