import { describe, expect, it } from '@jest/globals';
import { cookiesIn } from '../../../src/pipelines/jenkins/api.js';

describe('the cookies of an answer', () => {
  it.each([
    [undefined, ''],
    ['', ''],
    ['JSESSIONID.1a=node0x.node0; Path=/; HttpOnly', 'JSESSIONID.1a=node0x.node0'],
    ['A=1; Path=/, B=2; Path=/', 'A=1; B=2'],
    ['A=1; Expires=Thu, 01 Jan 2099 00:00:00 GMT; Path=/, B=2', 'A=1; B=2'],
    ['A=1, gone=; Expires=Thu, 01 Jan 1970 00:00:00 GMT', 'A=1'],
    ['A=b=c==; Secure', 'A=b=c=='],
  ])('%j sends %j', (header, cookies) => {
    expect(cookiesIn(header)).toBe(cookies);
  });
});
