// Preloaded into a server that is measured: it tells, when it is asked, what the process has used.
process.on('message', () => {
  globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  process.send?.({ cpu: user + system, rss, used: heapUsed + external });
});
process.on('disconnect', () => process.exit()); // whoever measures is gone
process.channel?.unref();
