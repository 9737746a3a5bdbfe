/** This machine does not let hosts be made, or refused something of one: its own words follow, and a cure. */
export class LabError extends Error {
  readonly hint: string;

  constructor(message: string, hint = 'in a container: make it a privileged one') {
    super(message);
    this.name = 'LabError';
    this.hint = hint;
  }
}

/** A lab of the same cluster that another run is at work with. */
export class LabInUse extends LabError {
  constructor(pid: number) {
    super(`another rehearsal of this cluster is at work (pid ${pid})`, `wait for it, or end it: kill ${pid}`);
    this.name = 'LabInUse';
  }
}
