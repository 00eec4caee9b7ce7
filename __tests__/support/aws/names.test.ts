import { describe, expect, it } from '@jest/globals';
import {
  aliasInWords,
  parseAliasName,
  parseServiceName,
  serviceInWords,
} from '../../../src/support/aws/names.js';

const arn = 'arn:aws:ecs:eu-west-1:123456789012:service';

describe('names of ECS services', () => {
  it.each([
    ['shop/api', 'shop/api'],
    ['api', 'default/api'],
    [`${arn}/shop/api`, 'shop/api'],
    [`${arn.replace('arn:aws', 'arn:aws-cn')}/shop/api`, 'shop/api'],
  ])('%s', (text, words) => {
    const parsed = parseServiceName(text);
    expect(parsed && serviceInWords(parsed)).toBe(words);
  });

  it.each(['', '/', 'a/b/c', 'shop/', '/api', 'shop api', `${arn}/api`, arn])('not %j', (text) => {
    expect(parseServiceName(text)).toBeUndefined();
  });
});

describe('names of Lambda aliases', () => {
  it.each([
    ['api:live', 'api:live'],
    ['arn:aws:lambda:eu-west-1:123456789012:function:api:live', 'api:live'],
    ['api:v2', 'api:v2'],
  ])('%s', (text, words) => {
    const parsed = parseAliasName(text);
    expect(parsed && aliasInWords(parsed)).toBe(words);
  });

  it.each(['', 'api', 'api:', ':live', 'api:7', 'api:$LATEST', 'api:live:2'])('not %j', (text) => {
    expect(parseAliasName(text)).toBeUndefined();
  });
});
