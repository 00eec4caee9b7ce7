/** Loaded before the program that is measured: says at its end, in the file that USAGE_FILE names, what it has used. */
import { writeFileSync } from 'node:fs';

const file = process.env.USAGE_FILE;
delete process.env.USAGE_FILE;
process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const seconds = process.uptime();
  const cpu = (userCPUTime + systemCPUTime) / 1e6 / seconds;
  writeFileSync(file, JSON.stringify({ seconds, cpu, memory: maxRSS / 1024 }));
});
