// The agent starts this file. The program beside it is an ES module, and this file may be one or not.
import('node:fs').then(({ mkdtempSync, readFileSync, rmSync }) => {
  const folder = mkdtempSync(`${process.env.AGENT_TEMPDIRECTORY || '.'}/rollgate-`);
  const receipt = `${folder}/receipt`;
  // The program leaves the path of this run's report there.
  process.env.ROLLGATE_RECEIPT = receipt;
  // As task.json has it.
  process.env.ROLLGATE_RESTRICTED = 'true';
  // The token of the job, which a task is given under this name.
  process.env.SYSTEM_ACCESSTOKEN ||=
    process.env.ENDPOINT_AUTH_PARAMETER_SYSTEMVSSCONNECTION_ACCESSTOKEN || '';

  // 1 means "rolled back and verified", and a program that never began ends with 1 as well. Beyond 7 no code is ours.
  process.on('exit', (code) => {
    if (code > 7 || (code === 1 && !isRolledBack())) {
      console.error(
        `rollgate: ended with ${code}, and no report of this run says so: the state of the deployment is unknown, check by hand`,
      );
      process.exitCode = 7;
    }
    rmSync(folder, { recursive: true, force: true });
  });

  function isRolledBack() {
    try {
      return JSON.parse(readFileSync(readFileSync(receipt, 'utf8').trim(), 'utf8')).exitCode === 1;
    } catch {
      return false;
    }
  }

  return import('./dist/index.js');
});
