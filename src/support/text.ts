/**
 * Makes text from outside safe to print in a CI log: a line that the GitHub runner or the Azure agent would
 * execute as a command (`::error::`, `##[group]`, `##vso[...]`) gets a zero-width joiner in front of its marker,
 * so it reads the same and does nothing. Other control characters (but tab and newline) are dropped, so that
 * a body cannot rewrite the terminal.
 *
 * GitHub matches `::` after leading blanks; Azure matches `##vso[` and `##[` anywhere in a line.
 * Sources: actions/runner src/Runner.Common/ActionCommand.cs; microsoft/azure-pipelines-agent
 * src/Agent.Sdk/CommandStringUtil and src/Microsoft.VisualStudio.Services.Agent/Command.cs.
 */
export function neutralise(text: string): string {
  return (
    text
      .replace(/\r\n?/g, '\n')
      // eslint-disable-next-line no-control-regex -- these are the characters to take out
      .replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '')
      .replace(/^(\s*)::/gm, '$1\u2060::')
      .replace(/##(?=vso\[|\[)/gi, '#\u2060#')
  );
}

/** One line of at most `max` characters; what is cut is shown as `…`. */
export function clip(text: string, max = 300): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= max ? line : `${line.slice(0, max - 1)}…`;
}
