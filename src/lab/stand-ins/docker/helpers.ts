import { writeError, writeOutput } from '../log.ts';
import type { StandIn } from '../types.ts';

/**
 * The programs that docker's daemon calls: docker-containerd, docker-runc, docker-proxy and so on. The stand-in of the
 * daemon only looks whether they are there. Each says with --version what it is, and otherwise ends with 1.
 */
export const dockerHelper: StandIn = async ({ program, release, argv }) => {
  if (argv.some((word) => ['--version', '-version', '-v', 'version'].includes(word))) {
    writeOutput(`${program} version ${release} (docker), a stand-in\n`);
    return 0;
  }
  writeError(
    `${program}: this is a stand-in, which does nothing: the stand-in of the docker daemon runs containers itself\n`,
  );
  return 1;
};
