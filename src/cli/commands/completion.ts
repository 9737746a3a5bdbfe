import type { Command } from '../command.ts';

/** `kubebale completion`: yargs' own script, which asks kubebale itself what can come next. */
export const completion: Command = {
  name: 'completion',
  positional: '',
  positionalOptions: {},
  summary: 'Print a script that completes commands in bash or zsh',
  options: {},
  examples: [
    ['kubebale completion >> ~/.bashrc', 'For bash, when it is your $SHELL'],
    ['kubebale completion >> ~/.zshrc', 'For zsh, when it is your $SHELL'],
    ['SHELL=zsh kubebale completion', 'For a shell that is not your $SHELL'],
  ],
  // yargs prints the script: run.ts asks it to.
  run: async () => 0,
};
