import { describe, expect, it } from '@jest/globals';
import {
  createConsole,
  type Console,
  showsColour,
  withHeartbeat,
} from '../../src/commands/console.js';
import { plainOutput } from '../../src/systems/local.js';
import { createRedactor, own } from '../../src/support/redact.js';
import { VirtualClock } from '../support/virtual-clock.js';

function setUp(
  terminal: boolean,
  secret = 's3cr3t-t0ken',
): {
  clock: VirtualClock;
  console: Console;
  printed: () => string;
} {
  const clock = new VirtualClock();
  let printed = '';
  const write = (text: string): void => {
    printed += text;
  };
  const console = createConsole({
    host: plainOutput('local', { write, colour: terminal }),
    redactor: createRedactor([secret]),
    terminal,
    colour: terminal,
    columns: () => undefined,
    write,
    clock,
  });
  return { clock, console, printed: () => printed };
}

it.each([
  [true, {}, true],
  [true, { NO_COLOR: '' }, true],
  [true, { NO_COLOR: '1' }, false],
  [false, {}, false],
])('on a terminal %s with %j there are colours: %s', (isTerminal, env, shown) => {
  expect(showsColour(isTerminal, env)).toBe(shown);
});

describe('the console', () => {
  it('prints no secret, no command for the CI system and no control character of a text', () => {
    const { console, printed } = setUp(false);
    console.line('::error::token s3cr3t-t0ken \u001b[31mred\u001b[0m');
    console.group('a s3cr3t-t0ken', ['##vso[task.complete]']);
    console.annotate('warning', 'title', 's3cr3t-t0ken');
    expect(printed()).not.toContain('s3cr3t');
    expect(printed()).not.toContain('\u001b');
    expect(printed()).not.toMatch(/^::|##vso\[/m);
  });

  it('keeps its own words, and the name of a target, when a secret is one of them', () => {
    const { console, printed } = setUp(false, 'healthy');
    const said = own`healthy: ${'it is healthy'}`;
    console.of('healthy').line(said);
    console.annotate('warning', 'healthy', said);
    console.group(own('healthy'), [said, 'healthy']);
    expect(printed()).toBe(
      '[healthy] healthy: it is ***\nwarning: healthy: healthy: it is ***\nhealthy\n  healthy: it is ***\n  ***\n',
    );
  });

  it.each(['\n', '\r', '\v', '\f', '\u0085', '\u2028', '\u2029'])(
    'prints one line for a text with %j in it',
    (end) => {
      const { console, printed } = setUp(false);
      console.line(`the run says${end}✅ healthy`);
      expect(printed()).toBe('the run says ✅ healthy\n');
    },
  );

  it('keeps the colours of its own lines on a terminal, and no other control character', () => {
    const { console, printed } = setUp(true);
    console.line('\u001b[31munhealthy\u001b[0m \u001b[2J\u001b[8mhidden');
    expect(printed()).toBe('\u001b[31munhealthy\u001b[0m [2J[8mhidden\n');
  });

  it('replaces the live lines on a terminal, cut and not wrapped, and prints none in a log', () => {
    const shown = setUp(true);
    shown.console.live(['00:01', 'success ▁█']);
    shown.console.live(['00:02']);
    shown.console.line('done');
    const [cut, wrap, erase, above] = [
      '\u001b[?7l',
      '\u001b[?7h',
      '\r\u001b[2K',
      '\u001b[1A\u001b[2K',
    ];
    expect(shown.printed()).toBe(
      `${cut}00:01\nsuccess ▁█${wrap}${erase}${above}${cut}00:02${wrap}${erase}done\n`,
    );
    const log = setUp(false);
    log.console.live(['00:01']);
    expect(log.printed()).toBe('');
  });
});

describe('withHeartbeat', () => {
  it('prints that the work goes on when no line was printed for almost a minute', async () => {
    const { clock, console, printed } = setUp(false);
    const work = async (): Promise<string> => {
      await clock.sleep(30_000);
      console.line('half way');
      await clock.sleep(100_000);
      return 'done';
    };
    await expect(
      clock.runUntil(withHeartbeat({ clock, console }, 'rolling back', work)),
    ).resolves.toBe('done');
    expect(printed()).toBe('half way\nstill rolling back (1m 25s)\n');
    expect(clock.sleeping).toBe(0);
  });

  it('rejects with the error of the work, and stops its timer', async () => {
    const { clock, console } = setUp(false);
    const work = withHeartbeat({ clock, console }, 'rolling back', () =>
      Promise.reject(new Error('lost')),
    );
    await expect(work).rejects.toThrow('lost');
    expect(clock.sleeping).toBe(0);
  });
});
