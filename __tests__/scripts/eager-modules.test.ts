import { describe, expect, it } from '@jest/globals';
import { eagerModules } from '../../scripts/eager-modules.js';

describe('the modules of a chunk', () => {
  it('stand in parentheses, whatever they hold', () => {
    expect(
      eagerModules(
        'export const id="a";export const modules={1:(e,t)=>{t.x=()=>({y:1})},2:function(e){e.exports="})"}};',
      ),
    ).toBe(
      'export const id="a";export const modules={1:((e,t)=>{t.x=()=>({y:1})}),2:(function(e){e.exports="})"})};',
    );
  });

  it.each([['let modules={1:()=>0};'], ['export const names={1:()=>0};'], ['export default 1;']])(
    '%s is no chunk, and stays',
    (code) => {
      expect(eagerModules(code)).toBe(code);
    },
  );

  it.each([
    ['a method', '{1(e){}}'],
    ['a value', '{1:2}'],
    ['those of another', '{...all}'],
  ])('%s is not what webpack writes', (_, modules) => {
    expect(() => eagerModules(`export const modules=${modules};`)).toThrow('is no function: ');
  });
});
