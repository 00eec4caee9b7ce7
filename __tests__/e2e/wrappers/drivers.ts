import { azure } from './azure.js';
import { circleci } from './circleci.js';
import { github } from './github.js';
import { gitlab } from './gitlab.js';
import { jenkins } from './jenkins.js';
import type { Driver } from './scenario.js';

/** The wrappers that the scenario is told with; each has a file of its own here. */
export const drivers: readonly Driver[] = [github, gitlab, circleci, azure, jenkins];
