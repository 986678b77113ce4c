/**
 * What nobody caught ends the process, as it does by itself; but its log says so in a line like all others, and without what
 * such an error must not tell. The exit code is Node's own.
 */
export function tellOfDeath(log: { fatal(fields: object, message: string): void }): void {
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'nobody caught an error');
    process.exit(1);
  });
}
