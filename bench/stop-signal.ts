/** Aborted when this process is told to stop. A start.mjs that was killed counts as well; the channel to it closes. */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => controller.abort());
  process.once('disconnect', () => controller.abort());
  process.channel?.unref(); // The channel is for hearing of the end, not for staying alive.
  return controller.signal;
}
