import { afterEach, beforeEach } from '@jest/globals';
import { Workplace } from './bundle.js';

/**
 * Each test of the file has a workplace of its own. What is put into the list that is returned is closed after the test.
 * @param take is given the workplace before the test
 */
export function withWorkplace(take: (place: Workplace) => void): { close(): Promise<void> }[] {
  const toClose: { close(): Promise<void> }[] = [];
  let place: Workplace;
  beforeEach(() => {
    place = new Workplace();
    take(place);
  });
  afterEach(async () => {
    for (const one of toClose.splice(0)) await one.close();
    place.remove();
  });
  return toClose;
}
