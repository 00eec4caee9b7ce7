/** What .NET takes for white space: https://learn.microsoft.com/dotnet/api/system.char.iswhitespace */
const leadingBlanks = /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;

/** Names that a runner knows; in any other text the marks do nothing. */
const githubCommands =
  /^(?:add-mask|add-matcher|add-path|debug|echo|endgroup|error|group|notice|remove-matcher|save-state|set-env|set-output|stop-commands|warning)$/i;

/**
 * The commands that a runner would execute when it reads this log, line by line.
 * Sources: actions/runner src/Runner.Common/ActionCommand.cs (TryParseV2, TryParse), src/Runner.Worker/ActionCommandManager.cs;
 * microsoft/azure-pipelines-agent src/Microsoft.VisualStudio.Services.Agent/Command.cs, which also has `##[group]` and its
 * kind coloured.
 */
export function commandsIn(log: string): readonly string[] {
  return log.split(/\r\n|[\r\n]/).flatMap((line) => {
    const trimmed = line.replace(leadingBlanks, '');
    const end = trimmed.startsWith('::') ? trimmed.indexOf('::', 2) : -1;
    const [name = ''] = end === -1 ? [] : trimmed.slice(2, end).split(' ');
    return [
      ...(githubCommands.test(name) ? [trimmed] : []),
      ...(/##(?:vso)?\[[^\]]*\]/i.test(line) ? [line] : []),
    ];
  });
}
