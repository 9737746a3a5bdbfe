import { glog } from '../log.ts';
import type { StandIn } from '../types.ts';
import { apiClient, messageOf } from './api-client.ts';
import { type Daemon, Exit, healthTrouble, healthzOnly, runDaemon } from './daemon.ts';

/**
 * Stands for kube-proxy: tells its health, and follows services and endpoints. It writes no iptables rules, and sets
 * nothing of the kernel: --conntrack-max and its like are taken and left, also in a network namespace, where the real
 * one ends for want of nf_conntrack_max.
 */
export const kubeProxy: StandIn = (invocation) => runDaemon('kube-proxy', invocation, start);

async function start(daemon: Daemon): Promise<void> {
  const { flags } = daemon;
  if (flags.on('cleanup-iptables')) throw new Exit(0);
  if (flags.text('master') === '' && flags.text('kubeconfig') === '') {
    glog.warning(
      'server.go:190',
      'Neither --kubeconfig nor --master was specified. Using default API client. This might not work.',
    );
  }
  if (flags.number('healthz-port') > 0) {
    daemon.serveWhenFree(healthTrouble, flags.text('healthz-bind-address'), flags.number('healthz-port'), healthzOnly);
  }
  const api = apiClient(flags.text('master'));
  glog.info('server.go:202', 'Using iptables Proxier.');
  let known = -1;
  daemon.every(2000, async () => {
    try {
      const services = await api.list('services');
      await api.list('endpoints');
      if (services.length !== known) glog.info('proxier.go:502', `Setting services (${services.length})`);
      known = services.length;
    } catch (error) {
      known = -1;
      glog.error(
        'reflector.go:216',
        `k8s.io/kubernetes/pkg/proxy/config/api.go:30: Failed to list *api.Service: ${messageOf(error)}`,
      );
    }
  });
}
