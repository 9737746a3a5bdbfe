import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { formatIp, formatNet, type Net } from './ipv4.ts';

/** Writes subnet.env, whole or not at all (main.go writeSubnetFile). The subnet is named by its first address. */
export function writeSubnetFile(
  path: string,
  parts: { readonly network: Net; readonly subnet: Net; readonly mtu: number; readonly masquerade: boolean },
): void {
  const draft = join(dirname(path), `.${basename(path)}`);
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  const lines = [
    `FLANNEL_NETWORK=${formatNet(parts.network)}`,
    `FLANNEL_SUBNET=${formatIp(parts.subnet.ip + 1)}/${parts.subnet.length}`,
    `FLANNEL_MTU=${parts.mtu}`,
    `FLANNEL_IPMASQ=${parts.masquerade}`,
  ];
  writeFileSync(draft, `${lines.join('\n')}\n`);
  renameSync(draft, path);
}
